import assert from "node:assert/strict";
import type Stripe from "stripe";
import { errorOf, withStripe } from "./stripe-world.ts";

const success_url = "http://127.0.0.1:9/done";
const good = "4242 4242 4242 4242";

/** Presses a page's button, without following where it leads. */
async function send(url: string, fields: Record<string, string>) {
  const response = await fetch(url, {
    method: "POST",
    body: new URLSearchParams(fields),
    redirect: "manual",
  });
  return { status: response.status, text: await response.text() };
}

async function sessionFor(
  stripe: Stripe,
  params: Partial<Stripe.Checkout.SessionCreateParams> = {},
): Promise<Stripe.Checkout.Session> {
  const price = await stripe.prices.create({
    product_data: { name: "Pro" },
    currency: "eur",
    unit_amount: 1900,
    tax_behavior: "exclusive",
    recurring: { interval: "month" },
  });
  return await stripe.checkout.sessions.create({
    mode: "subscription",
    line_items: [{ price: price.id, quantity: 1 }],
    automatic_tax: { enabled: true },
    tax_id_collection: { enabled: true },
    success_url,
    ...params,
  });
}

Deno.test("local stripe: a checkout adds tax by the address, and charges what it has shown", () =>
  withStripe(async ({ stripe }) => {
    const session = await sessionFor(stripe, { customer_email: "ada@example.com" });
    assert.deepEqual(
      [session.amount_total, session.automatic_tax.status],
      [1900, "requires_location_inputs"],
    );
    assert.match(await (await fetch(session.url ?? "")).text(), /needs your address/);
    const unplaced = await send(`${session.url}/pay`, { card_number: good });
    assert.equal(unplaced.status, 400);
    assert.match(unplaced.text, /Enter your billing address/);
    const counted = await send(`${session.url}/tax`, { billing_country: "DE" });
    assert.equal(counted.status, 303);
    const shown = await stripe.checkout.sessions.retrieve(session.id);
    assert.deepEqual([shown.amount_total, shown.total_details?.amount_tax], [2261, 361]);
    assert.match(await (await fetch(session.url ?? "")).text(), /€22.61/);

    const paid = await send(`${session.url}/pay`, { card_number: good, billing_country: "DE" });
    assert.equal(paid.status, 303);
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ["invoice"] });
    const invoice = done.invoice as Stripe.Invoice;
    assert.deepEqual(
      [done.amount_total, invoice.total, invoice.amount_paid, invoice.automatic_tax.status],
      [2261, 2261, 2261, "complete"],
    );
    assert.equal(done.customer_details?.address?.country, "DE");
  }));

Deno.test("local stripe: a business types its VAT id at the checkout and keeps it", () =>
  withStripe(async ({ stripe }) => {
    const { id: customer } = await stripe.customers.create({ email: "ada@example.com" });
    const updates = { address: "auto", name: "auto" } as const;
    const strict = await errorOf(sessionFor(stripe, { customer }));
    assert.equal(strict.param, "customer_update[name]");
    const placeless = await errorOf(
      sessionFor(stripe, { customer, customer_update: { name: "auto" } }),
    );
    assert.equal(placeless.code, "customer_tax_location_invalid");
    const session = await sessionFor(stripe, {
      customer,
      customer_update: updates,
      tax_id_collection: { enabled: true, required: "if_supported" },
      allow_promotion_codes: true,
    });
    const address = { billing_country: "DE", billing_line1: "1 Str." };
    const without = await send(`${session.url}/pay`, { card_number: good, ...address });
    assert.match(without.text, /Enter your tax ID/);
    const wrong = await send(`${session.url}/tax`, { ...address, tax_id: "DE1" });
    assert.deepEqual([wrong.status, /tax ID is invalid/.test(wrong.text)], [400, true]);
    const business = { ...address, tax_id: "DE000000000", business_name: "Ada GmbH" };
    const declined = await send(`${session.url}/pay`, {
      card_number: "4000 0000 0000 0002",
      ...business,
    });
    assert.equal(declined.status, 402);
    const paid = await send(`${session.url}/pay`, { card_number: good, ...business });
    assert.equal(paid.status, 303);
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ["invoice"] });
    const invoice = done.invoice as Stripe.Invoice;
    assert.deepEqual(
      [invoice.total, invoice.total_taxes?.[0]?.taxability_reason, done.total_details?.amount_tax],
      [1900, "reverse_charge", 0],
    );
    assert.deepEqual(done.customer_details?.tax_ids, [{ type: "eu_vat", value: "DE000000000" }]);
    const kept = await stripe.customers.retrieve(customer) as Stripe.Customer;
    assert.deepEqual([kept.name, kept.address?.country], ["Ada GmbH", "DE"]);
    const ids = await stripe.customers.listTaxIds(customer);
    assert.deepEqual(ids.data.map(({ value }) => value), ["DE000000000"], "once, after two tries");
  }));

Deno.test("local stripe: a single payment is taxed after its discount", () =>
  withStripe(async ({ stripe }) => {
    const coupon = await stripe.coupons.create({ percent_off: 10, duration: "once" });
    const { id: customer } = await stripe.customers.create({ address: { country: "FR" } });
    const session = await stripe.checkout.sessions.create({
      mode: "payment",
      customer,
      line_items: [{
        price_data: {
          currency: "eur",
          unit_amount: 1000,
          tax_behavior: "exclusive",
          product_data: { name: "Book" },
        },
        quantity: 2,
      }],
      automatic_tax: { enabled: true },
      discounts: [{ coupon: coupon.id }],
      success_url,
      expand: ["line_items"],
    });
    assert.deepEqual(
      [session.amount_subtotal, session.amount_total, session.total_details?.amount_tax],
      [2000, 2160, 360],
    );
    assert.equal(session.line_items?.data[0]?.amount_tax, 360);
    const paid = await send(`${session.url}/pay`, { card_number: good, email: "a@b.example" });
    assert.equal(paid.status, 303);
    const { data: [intent] } = await stripe.paymentIntents.list({ customer });
    assert.equal(intent?.amount_received, 2160);
  }));

Deno.test("local stripe: an address that the checkout may not keep does not change the tax", () =>
  withStripe(async ({ stripe }) => {
    const { id: customer } = await stripe.customers.create({
      email: "ada@example.com",
      address: { country: "FR" },
    });
    const session = await sessionFor(stripe, { customer, tax_id_collection: { enabled: false } });
    assert.equal(session.amount_total, 2280);
    const paid = await send(`${session.url}/pay`, { card_number: good, billing_country: "DE" });
    assert.equal(paid.status, 303);
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ["invoice"] });
    assert.deepEqual(
      [done.amount_total, (done.invoice as Stripe.Invoice).amount_paid],
      [2280, 2280],
    );
    const kept = await stripe.customers.retrieve(customer) as Stripe.Customer;
    assert.equal(kept.address?.country, "FR");
  }));
