import assert from "node:assert/strict";
import type Stripe from "stripe";
import { activeSubscription, advance, days, errorOf, withStripe } from "./stripe-world.ts";

/** 1 April 2026: a period of thirty days. */
const world = { now: () => Date.UTC(2026, 3, 1) };

const moves = (list: Stripe.ApiList<Stripe.CustomerBalanceTransaction>) =>
  list.data.map(({ amount, ending_balance, type }) => [type, amount, ending_balance]);

Deno.test("local stripe: a canceled subscription's unused time is credit, which is used and told", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription, customer, price } = await activeSubscription(stripe);
    await advance(local.url, days(15));
    const quote = await stripe.invoices.createPreview({
      subscription: subscription.id,
      subscription_details: { cancel_now: true },
    });
    await stripe.subscriptions.cancel(subscription.id, { prorate: true, invoice_now: true });
    const { data: [credit] } = await stripe.invoices.list({ limit: 1 });
    assert.deepEqual([credit?.total, credit?.total], [-950, quote.total]);
    await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    const { data: [next] } = await stripe.invoices.list({ limit: 1 });
    assert.deepEqual(
      [next?.total, next?.starting_balance, next?.ending_balance, next?.amount_paid],
      [1900, -950, 0, 950],
    );
    const list = await stripe.customers.listBalanceTransactions(customer.id);
    assert.deepEqual(moves(list), [
      ["applied_to_invoice", 950, 0],
      ["applied_to_invoice", -950, -950],
    ]);
    assert.equal(list.data[0]?.invoice, next?.id);
  }, world));

Deno.test("local stripe: a balance is adjusted by hand, in the customer's currency", () =>
  withStripe(async ({ stripe }) => {
    const { customer } = await activeSubscription(stripe);
    const wrong = await errorOf(stripe.customers.createBalanceTransaction(customer.id, {
      amount: -500,
      currency: "usd",
    }));
    assert.equal(wrong.param, "currency");
    const made = await stripe.customers.createBalanceTransaction(customer.id, {
      amount: -500,
      currency: "eur",
      description: "Sorry",
    });
    assert.deepEqual([made.type, made.ending_balance], ["adjustment", -500]);
    await stripe.customers.updateBalanceTransaction(customer.id, made.id, {
      metadata: { why: "outage" },
    });
    const read = await stripe.customers.retrieveBalanceTransaction(customer.id, made.id);
    assert.deepEqual([read.description, read.metadata?.why], ["Sorry", "outage"]);
    const other = await stripe.customers.create({ balance: -100 });
    assert.equal(other.balance, -100);
    const foreign = await errorOf(
      stripe.customers.retrieveBalanceTransaction(other.id, made.id),
    );
    assert.equal(foreign.statusCode, 404);
    assert.equal((await stripe.customers.update(other.id, { balance: 300 })).balance, 300);
    assert.deepEqual(moves(await stripe.customers.listBalanceTransactions(other.id)), [
      ["adjustment", 400, 300],
    ]);
  }, world));
