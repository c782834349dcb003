import assert from "node:assert/strict";
import type Stripe from "stripe";
import { activeSubscription, advance, days, useCard, withStripe } from "./stripe-world.ts";

/** 31 January 2027: months of several lengths follow. */
const world = { now: () => Date.UTC(2027, 0, 31) };

Deno.test("local stripe: whatever a change is made of, it is charged as it was quoted", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription, customer } = await activeSubscription(stripe);
    await stripe.customers.update(customer.id, { address: { country: "FI" } });
    await useCard(stripe, customer.id, "pm_card_visa");
    const price = async (
      unit_amount: number,
      interval: "month" | "year",
      tax_behavior: "exclusive" | "inclusive",
    ) =>
      (await stripe.prices.create({
        product_data: { name: `Plan ${unit_amount}` },
        currency: "eur",
        unit_amount,
        tax_behavior,
        recurring: { interval },
      })).id;
    const prices = [
      await price(999, "month", "exclusive"),
      await price(4901, "month", "inclusive"),
      await price(19_999, "year", "exclusive"),
    ];
    const coupons = [
      (await stripe.coupons.create({ percent_off: 33.3, duration: "forever" })).id,
      (await stripe.coupons.create({ amount_off: 777, currency: "eur", duration: "forever" })).id,
    ];
    const item = subscription.items.data[0]?.id ?? "";
    await stripe.subscriptions.update(subscription.id, {
      items: [{ id: item, price: prices[0] ?? "" }],
      automatic_tax: { enabled: true },
      proration_behavior: "none",
    });
    let seed = 11;
    const next = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
    let compared = 0;
    for (let step = 0; step < 25; step++) {
      const { now } = await advance(local.url, next(days(9)));
      const details = {
        items: [{ id: item, price: prices[next(3)] ?? "", quantity: 1 + next(5) }],
        proration_behavior: "always_invoice" as const,
        proration_date: now,
        ...(next(6) === 0 ? { billing_cycle_anchor: { type: "now" as const } } : {}),
      };
      const kind = next(4);
      const discounts = kind === 3
        ? {}
        : { discounts: kind === 2 ? "" as const : [{ coupon: coupons[kind] ?? "" }] };
      const quote = await stripe.invoices.createPreview({
        subscription: subscription.id,
        subscription_details: details,
        ...discounts,
      });
      const changed = await stripe.subscriptions.update(subscription.id, {
        ...details,
        ...discounts,
        expand: ["latest_invoice"],
      });
      const charged = changed.latest_invoice as Stripe.Invoice;
      const told = (invoice: Stripe.Invoice) => ({
        lines: invoice.lines.data.map(({ amount, discount_amounts: off, taxes }) => [
          amount,
          (off ?? []).map((one) => one.amount),
          (taxes ?? []).map((one) => one.amount),
        ]),
        sums: [invoice.subtotal, invoice.total, invoice.amount_due, invoice.ending_balance],
      });
      // A change of nothing bills nothing: then the quote is of the renewal.
      if (charged.billing_reason === "subscription_cycle" || quote.billing_reason === "upcoming") {
        continue;
      }
      compared++;
      assert.deepEqual(told(charged), told(quote), `step ${step}`);
      const parts = charged.lines.data.reduce(
        (sum, { amount, discount_amounts: off, taxes }) =>
          sum + amount - (off ?? []).reduce((all, one) => all + one.amount, 0) +
          (taxes ?? []).reduce(
            (all, one) => all + (one.tax_behavior === "exclusive" ? one.amount : 0),
            0,
          ),
        0,
      );
      assert.equal(charged.total, parts, "the lines add up to the whole");
      const { data: [moved] } = await stripe.customers.listBalanceTransactions(customer.id, {
        limit: 1,
      });
      const { balance } = await stripe.customers.retrieve(customer.id) as Stripe.Customer;
      assert.equal(moved?.ending_balance ?? 0, balance);
    }
    assert.ok(compared >= 15, `${compared} changes cost something`);
  }, world));
