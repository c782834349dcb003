import assert from "node:assert/strict";
import type Stripe from "stripe";
import { advance, eventTypes, withStripe } from "./stripe-world.ts";

async function bought(
  stripe: Stripe,
  iban: string,
): Promise<{ status: number; session: string; text: string }> {
  const session = await stripe.checkout.sessions.create({
    mode: "payment",
    customer_email: "guest@example.com",
    line_items: [{
      price_data: { currency: "eur", unit_amount: 1000, product_data: { name: "Hat" } },
      quantity: 1,
    }],
    success_url: "http://127.0.0.1:9/done",
  });
  const response = await fetch(`${session.url}/pay`, {
    method: "POST",
    body: new URLSearchParams({ iban }),
    redirect: "manual",
  });
  return { status: response.status, session: session.id, text: await response.text() };
}

Deno.test("local stripe: a debit completes the checkout at once and is paid later", () =>
  withStripe(async ({ local, stripe }) => {
    const { status, session, text } = await bought(stripe, "AT32 1904 3002 3547 3204");
    assert.equal(status, 303, text);
    const waiting = await stripe.checkout.sessions.retrieve(session, {
      expand: ["payment_intent.latest_charge"],
    });
    assert.deepEqual([waiting.status, waiting.payment_status], ["complete", "unpaid"]);
    const intent = waiting.payment_intent as Stripe.PaymentIntent;
    assert.equal(intent.status, "processing");
    assert.equal((intent.latest_charge as Stripe.Charge).status, "pending");

    await advance(local.url, 180);
    const paid = await stripe.checkout.sessions.retrieve(session, { expand: ["payment_intent"] });
    assert.equal(paid.payment_status, "paid");
    assert.equal((paid.payment_intent as Stripe.PaymentIntent).amount_received, 1000);
    const types = await eventTypes(stripe);
    assert.deepEqual(types.filter((type) => type.startsWith("checkout.session")), [
      "checkout.session.completed",
      "checkout.session.async_payment_succeeded",
    ]);
    assert.ok(types.includes("charge.pending") && types.includes("payment_intent.processing"));
  }));

Deno.test("local stripe: a debit that the bank refuses fails after the checkout is complete", () =>
  withStripe(async ({ local, stripe }) => {
    const { session } = await bought(stripe, "AT051904300235473205");
    await advance(local.url, 180);
    const failed = await stripe.checkout.sessions.retrieve(session, {
      expand: ["payment_intent"],
    });
    assert.deepEqual([failed.status, failed.payment_status], ["complete", "unpaid"]);
    const intent = failed.payment_intent as Stripe.PaymentIntent;
    assert.equal(intent.status, "requires_payment_method");
    assert.match(intent.last_payment_error?.message ?? "", /could not be debited/);
    assert.equal((await eventTypes(stripe)).at(-1), "checkout.session.async_payment_failed");
  }));

Deno.test("local stripe: an account that is none of the bank's is refused on the page", () =>
  withStripe(async ({ stripe }) => {
    const { status, text } = await bought(stripe, "FR00 1");
    assert.deepEqual([status, /Your IBAN is invalid/.test(text)], [400, true]);
  }));
