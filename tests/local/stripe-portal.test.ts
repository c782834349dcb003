import assert from "node:assert/strict";
import type Stripe from "stripe";
import {
  activeSubscription,
  advance,
  customerAndPrice,
  days,
  errorOf,
  useCard,
  withStripe,
} from "./stripe-world.ts";

const return_url = "http://127.0.0.1:9/billing";

/** Presses a button; answers where it leads and what it says. */
async function press(
  url: string,
  fields: Record<string, string> = {},
): Promise<{ status: number; location: string; text: string }> {
  const response = await fetch(url, {
    method: "POST",
    body: new URLSearchParams(fields),
    redirect: "manual",
  });
  const text = await response.text();
  return { status: response.status, location: response.headers.get("location") ?? "", text };
}

async function read(url: string): Promise<string> {
  return await (await fetch(url)).text();
}

Deno.test("local stripe: the portal shows plan, card and invoices, and leads back", () =>
  withStripe(async ({ stripe }) => {
    const { customer, subscription } = await activeSubscription(stripe);
    const portal = await stripe.billingPortal.sessions.create({
      customer: customer.id,
      return_url,
    });
    assert.deepEqual([portal.object, portal.flow], ["billing_portal.session", null]);
    const page = await read(portal.url);
    const invoice = await stripe.invoices.retrieve(subscription.latest_invoice as string);
    for (
      const text of [
        "Pro: €19.00 per month",
        "visa •••• 4242",
        return_url,
        invoice.number,
        invoice.hosted_invoice_url,
        "Cancel plan",
      ]
    ) assert.ok(page.includes(text ?? "?"), text ?? "?");
    assert.equal(
      (await errorOf(stripe.billingPortal.sessions.create({ customer: "cus_none" }))).param,
      "customer",
    );
    assert.equal((await fetch(`${portal.url}x`)).status, 404);
  }));

Deno.test("local stripe: in the portal a plan is canceled at its period's end, and kept after all", () =>
  withStripe(async ({ local, stripe }) => {
    const { customer, subscription } = await activeSubscription(stripe);
    const other = await activeSubscription(stripe);
    const { url } = await stripe.billingPortal.sessions.create({ customer: customer.id });
    const fields = { subscription: subscription.id };
    const periodEnd = subscription.items.data[0]?.current_period_end;
    const lastChange = async () => {
      const { data } = await stripe.events.list({
        type: "customer.subscription.updated",
        limit: 1,
      });
      return data[0]?.data as Stripe.CustomerSubscriptionUpdatedEvent.Data;
    };

    const canceled = await press(`${url}/cancel`, fields);
    assert.equal(canceled.status, 303);
    assert.match(await read(canceled.location), /role="status">Your plan will end/);
    const ending = await stripe.subscriptions.retrieve(subscription.id);
    assert.deepEqual(
      [ending.status, ending.cancel_at_period_end, ending.cancel_at],
      ["active", false, periodEnd],
    );
    assert.ok(ending.canceled_at !== null);
    const ended = await lastChange();
    assert.deepEqual([ended.object.id, ended.object.cancel_at], [subscription.id, periodEnd]);
    const before = ended.previous_attributes;
    assert.deepEqual([before?.cancel_at, before?.canceled_at], [null, null]);
    assert.ok(!("cancel_at_period_end" in (before ?? {})));

    const kept = await press(`${url}/keep`, fields);
    assert.match(await read(kept.location), /Your plan goes on/);
    const going = await stripe.subscriptions.retrieve(subscription.id);
    assert.deepEqual([going.cancel_at, going.canceled_at], [null, null]);
    assert.equal((await lastChange()).previous_attributes?.cancel_at, periodEnd);

    const foreign = await press(`${url}/cancel`, { subscription: other.subscription.id });
    assert.equal(foreign.status, 400);
    assert.match(foreign.text, /not yours/);

    await press(`${url}/cancel`, fields);
    const unset = await stripe.subscriptions.update(subscription.id, { cancel_at: "" });
    assert.deepEqual([unset.cancel_at, unset.canceled_at], [null, null]);

    await press(`${url}/cancel`, fields);
    await advance(local.url, days(31));
    const over = await stripe.subscriptions.retrieve(subscription.id);
    assert.deepEqual([over.status, over.ended_at], ["canceled", periodEnd]);
    const { data: invoices } = await stripe.invoices.list({ subscription: subscription.id });
    assert.equal(invoices.length, 1);
  }));

Deno.test("local stripe: a new card by the portal pays what is past due and what comes", () =>
  withStripe(async ({ local, stripe }) => {
    const { customer, subscription } = await activeSubscription(stripe);
    const failing = await useCard(stripe, customer.id, "pm_card_chargeCustomerFail");
    await stripe.subscriptions.update(subscription.id, { default_payment_method: failing });
    await advance(local.url, days(31));
    assert.equal((await stripe.subscriptions.retrieve(subscription.id)).status, "past_due");
    const { url } = await stripe.billingPortal.sessions.create({ customer: customer.id });

    const refused = await press(`${url}/card`, { card_number: "4000000000000002" });
    assert.equal(refused.status, 402);
    assert.match(refused.text, /role="alert">Your card was declined/);
    const saved = await press(`${url}/card`, { card_number: "5555555555554444" });
    assert.match(await read(saved.location), /Your card is saved/);

    const active = await stripe.subscriptions.retrieve(subscription.id, {
      expand: ["latest_invoice", "default_payment_method", "customer"],
    });
    assert.equal(active.status, "active");
    assert.equal((active.latest_invoice as Stripe.Invoice).attempt_count, 1);
    const method = active.default_payment_method as Stripe.PaymentMethod;
    assert.equal(method.card?.last4, "4444");
    assert.equal(
      (active.customer as Stripe.Customer).invoice_settings.default_payment_method,
      method.id,
    );
    await advance(local.url, days(31));
    assert.equal((await stripe.subscriptions.retrieve(subscription.id)).status, "active");
  }));

Deno.test("local stripe: a card that wants 3-D Secure is saved after its step", () =>
  withStripe(async ({ stripe }) => {
    const { customer } = await customerAndPrice(stripe);
    const { url } = await stripe.billingPortal.sessions.create({ customer: customer.id });
    const card = { card_number: "4000 0025 0000 3155" };
    const failed = await press((await press(`${url}/card`, card)).location, { outcome: "fail" });
    const page = await fetch(failed.location);
    assert.equal(page.status, 402);
    assert.match(await page.text(), /unable to authenticate/);
    const passed = await press((await press(`${url}/card`, card)).location, { outcome: "pass" });
    assert.match(await read(passed.location), /Your card is saved/);
    const { data } = await stripe.paymentMethods.list({ customer: customer.id });
    assert.equal(data.length, 1);
  }));

Deno.test("local stripe: a portal session for the card alone goes where it was told", () =>
  withStripe(async ({ stripe }) => {
    const { customer } = await activeSubscription(stripe);
    const { url } = await stripe.billingPortal.sessions.create({
      customer: customer.id,
      flow_data: {
        type: "payment_method_update",
        after_completion: { type: "redirect", redirect: { return_url } },
      },
    });
    assert.ok(!(await read(url)).includes("Cancel plan"));
    const saved = await press(`${url}/card`, { card_number: "4242424242424242" });
    assert.equal(saved.location, return_url);
    const other = await errorOf(stripe.billingPortal.sessions.create({
      customer: customer.id,
      flow_data: { type: "customer_update" },
    }));
    assert.match(other.message, /does not implement the flow/);
  }));

Deno.test("local stripe: an open invoice is paid on its page, or confirmed where the bank asks", () =>
  withStripe(async ({ local, stripe }) => {
    const { customer, subscription } = await activeSubscription(stripe);
    await useCard(stripe, customer.id, "pm_card_authenticationRequired");
    await advance(local.url, days(31));
    const latest = async () => {
      const { latest_invoice } = await stripe.subscriptions.retrieve(subscription.id, {
        expand: ["latest_invoice"],
      });
      return latest_invoice as Stripe.Invoice;
    };
    const url = (await latest()).hosted_invoice_url ?? "";
    const step = /href="(\/authenticate\/[^"]+)"/.exec(await read(url))?.[1];
    const refused = await press(`${url}/pay`, { card_number: "4000000000009995" });
    assert.deepEqual([refused.status, /insufficient funds/.test(refused.text)], [402, true]);
    assert.match(step ?? "", /^\/authenticate\/pi_/);
    await press(`${url}/pay`, { card_number: "4000002760003184" });
    const passed = await press(`${local.url}${step}`, { outcome: "pass" });
    assert.ok(passed.location.startsWith(url));
    assert.equal((await latest()).status, "paid");
    assert.equal((await stripe.subscriptions.retrieve(subscription.id)).status, "active");
    assert.ok(!(await read(url)).includes("Pay this invoice"));
    assert.equal((await press(`${url}/pay`, { card_number: "4242424242424242" })).status, 303);

    await useCard(stripe, customer.id, "pm_card_chargeCustomerFail");
    await advance(local.url, days(31));
    const second = (await latest()).hosted_invoice_url ?? "";
    assert.equal((await press(`${second}/pay`, { card_number: "4242424242424242" })).status, 303);
    assert.equal((await latest()).status, "paid");
  }));
