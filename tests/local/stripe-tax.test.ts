import assert from "node:assert/strict";
import fc from "fast-check";
import type Stripe from "stripe";
import { parseTaxId } from "../../local/stripe/billing/tax-id-formats.ts";
import { decide, taxOn } from "../../local/stripe/billing/taxes.ts";
import {
  advance,
  days,
  errorOf,
  eventTypes,
  local as ask,
  useCard,
  withStripe,
} from "./stripe-world.ts";

/** 1 April 2026: a period of thirty days. */
const world = { now: () => Date.UTC(2026, 3, 1) };

async function customerIn(
  stripe: Stripe,
  country: string | undefined,
  more: Stripe.CustomerCreateParams = {},
): Promise<string> {
  const { id } = await stripe.customers.create({
    email: "ada@example.com",
    ...(country === undefined
      ? {}
      : { address: { country, line1: "1 rue", postal_code: "75001" } }),
    ...more,
  });
  await useCard(stripe, id, "pm_card_visa");
  return id;
}

async function priceWith(
  stripe: Stripe,
  tax_behavior: "exclusive" | "inclusive" | "unspecified",
): Promise<string> {
  const { id } = await stripe.prices.create({
    product_data: { name: "Pro" },
    currency: "eur",
    unit_amount: 1900,
    recurring: { interval: "month" },
    tax_behavior,
  });
  return id;
}

async function subscribed(
  stripe: Stripe,
  customer: string,
  price: string,
  more: Partial<Stripe.SubscriptionCreateParams> = {},
): Promise<{ subscription: Stripe.Subscription; invoice: Stripe.Invoice }> {
  const subscription = await stripe.subscriptions.create({
    customer,
    items: [{ price }],
    automatic_tax: { enabled: true },
    expand: ["latest_invoice"],
    ...more,
  });
  return { subscription, invoice: subscription.latest_invoice as Stripe.Invoice };
}

const reasons = (invoice: Stripe.Invoice) =>
  (invoice.total_taxes ?? []).map(({ amount, taxability_reason }) => [taxability_reason, amount]);

Deno.test("local stripe: who is taxed where, and why", () => {
  const seller = { head_office: "FR", oss: true };
  const on = (country: string, taxIds: [string, string | null][] = [], exempt = "none") => {
    const ids = taxIds.map(([type, of]) => ({ type, country: of }));
    const { country: where, rate, reason } = decide({ country, exempt, taxIds: ids }, seller);
    return `${where} ${rate} ${reason}`;
  };
  assert.equal(on("FR"), "FR 2000 standard_rated");
  assert.equal(on("FR", [["eu_vat", "FR"]]), "FR 2000 standard_rated", "domestic: VAT is due");
  assert.equal(on("DE"), "DE 1900 standard_rated");
  assert.equal(on("FI"), "FI 2550 standard_rated");
  assert.equal(on("DE", [["eu_vat", "DE"]]), "DE 0 reverse_charge");
  assert.equal(on("DE", [["de_stn", "DE"]]), "DE 1900 standard_rated");
  assert.equal(on("GB", [["gb_vat", "GB"]]), "GB 0 not_collecting");
  assert.equal(on("FR", [], "reverse"), "FR 0 reverse_charge");
  assert.equal(on("FR", [], "exempt"), "FR 0 customer_exempt");
  const small = decide({ country: "DE", exempt: "none", taxIds: [] }, { ...seller, oss: false });
  assert.deepEqual([small.country, small.rate], ["FR", 2000]);
});

Deno.test("local stripe: tax is whole units, the same for a charge and its credit", () => {
  assert.equal(taxOn(1900, 2000, "exclusive"), 380);
  assert.equal(taxOn(1900, 2000, "inclusive"), 317);
  assert.equal(taxOn(-1900, 2550, "exclusive"), -485);
  fc.assert(fc.property(fc.integer({ min: 0, max: 1e12 }), fc.nat(3000), (amount, rate) => {
    const net = amount - taxOn(amount, rate, "inclusive");
    assert.ok(Math.abs(net + taxOn(net, rate, "exclusive") - amount) <= 1);
    assert.equal(taxOn(-amount, rate, "exclusive") + taxOn(amount, rate, "exclusive"), 0);
  }));
});

Deno.test("local stripe: VAT is added to a price or within it, on the invoice as on its preview", () =>
  withStripe(async ({ local, stripe }) => {
    const customer = await customerIn(stripe, "FR");
    const price = await priceWith(stripe, "exclusive");
    const quote = await stripe.invoices.createPreview({
      customer,
      automatic_tax: { enabled: true },
      subscription_details: { items: [{ price }] },
    });
    const { subscription, invoice } = await subscribed(stripe, customer, price);
    assert.deepEqual([quote.total, invoice.total, invoice.amount_paid], [2280, 2280, 2280]);
    assert.deepEqual(
      [invoice.subtotal, invoice.total_excluding_tax, invoice.automatic_tax.status],
      [1900, 1900, "complete"],
    );
    assert.deepEqual(reasons(invoice), [["standard_rated", 380]]);
    assert.equal(invoice.lines.data[0]?.taxes?.[0]?.taxable_amount, 1900);
    const rate = invoice.total_taxes?.[0]?.tax_rate_details?.tax_rate ?? "";
    assert.equal((await stripe.taxRates.retrieve(rate)).percentage, 20);

    const item = subscription.items.data[0]?.id ?? "";
    const { now } = await advance(local.url, days(10));
    const change = {
      items: [{ id: item, quantity: 3 }],
      proration_behavior: "always_invoice" as const,
      proration_date: now,
    };
    const ahead = await stripe.invoices.createPreview({
      subscription: subscription.id,
      subscription_details: change,
    });
    const changed = await stripe.subscriptions.update(subscription.id, {
      ...change,
      expand: ["latest_invoice"],
    });
    const charged = changed.latest_invoice as Stripe.Invoice;
    assert.deepEqual([charged.total, reasons(charged)], [ahead.total, reasons(ahead)]);
    assert.equal(charged.total, 3040);

    const within = await subscribed(stripe, customer, await priceWith(stripe, "inclusive"));
    assert.deepEqual(
      [within.invoice.total, within.invoice.total_excluding_tax, reasons(within.invoice)],
      [1900, 1583, [["standard_rated", 317]]],
    );
    const note = await stripe.creditNotes.create({
      invoice: invoice.id,
      lines: [{
        type: "invoice_line_item",
        invoice_line_item: invoice.lines.data[0]?.id ?? "",
        amount: 1000,
      }],
      refund_amount: 1200,
    });
    assert.deepEqual([note.total, note.total_taxes?.[0]?.amount], [1200, 200]);
  }, world));

Deno.test("local stripe: a foreign business pays no VAT, and its invoice says why", () =>
  withStripe(async ({ local, stripe }) => {
    const seller = await stripe.taxIds.create({ type: "eu_vat", value: "FRAB123456789" });
    assert.equal(seller.owner?.type, "self");
    const price = await priceWith(stripe, "exclusive");
    const customer = await customerIn(stripe, "DE");
    await stripe.customers.createTaxId(customer, { type: "eu_vat", value: "DE 000000000" });
    const { invoice } = await subscribed(stripe, customer, price, {
      invoice_settings: { account_tax_ids: [seller.id] },
    });
    assert.deepEqual([invoice.total, reasons(invoice)], [1900, [["reverse_charge", 0]]]);
    assert.deepEqual(invoice.customer_tax_ids, [{ type: "eu_vat", value: "DE000000000" }]);
    assert.deepEqual(invoice.account_tax_ids, [seller.id]);
    const pdf = await (await fetch(invoice.invoice_pdf ?? "")).text();
    assert.match(pdf, /Seller's VAT number: FRAB123456789/);
    assert.match(pdf, /Customer's VAT number: DE000000000/);
    assert.match(pdf, /reverse charge/);
    const quote = await stripe.invoices.createPreview({
      automatic_tax: { enabled: true },
      customer_details: { address: { country: "BE" } },
      subscription_details: { items: [{ price }] },
    });
    assert.deepEqual([quote.total, reasons(quote)], [2299, [["standard_rated", 399]]]);
    const exempt = await customerIn(stripe, "FR", { tax_exempt: "reverse" });
    const reversed = await subscribed(stripe, exempt, price);
    assert.deepEqual(reasons(reversed.invoice), [["reverse_charge", 0]]);
    await ask(local.url, "POST /_local/settings", { tax_head_office: "DE", tax_oss: false });
    const home = await subscribed(stripe, await customerIn(stripe, "BE"), price);
    assert.deepEqual(reasons(home.invoice), [["standard_rated", 361]]);
  }, world));

Deno.test("local stripe: a tax id has a form, and is verified after the call", () =>
  withStripe(async ({ stripe }) => {
    const customer = await customerIn(stripe, "DE", {
      tax_id_data: [{ type: "eu_vat", value: "DE111111111" }],
    });
    const wrong = await errorOf(
      stripe.customers.createTaxId(customer, { type: "eu_vat", value: "DE12345" }),
    );
    assert.deepEqual([wrong.code, wrong.param], ["tax_id_invalid", "value"]);
    const good = await stripe.customers.createTaxId(customer, {
      type: "eu_vat",
      value: "FRXX000000000",
    });
    assert.deepEqual([good.verification?.status, good.country], ["pending", "FR"]);
    const verified = await stripe.customers.retrieveTaxId(customer, good.id);
    assert.equal(verified.verification?.status, "verified");
    const waiting = await stripe.customers.createTaxId(customer, {
      type: "gb_vat",
      value: "GB222222222",
    });
    const list = await stripe.customers.listTaxIds(customer);
    assert.deepEqual(list.data.map(({ verification }) => verification?.status), [
      "pending",
      "verified",
      "unverified",
    ]);
    await stripe.customers.deleteTaxId(customer, waiting.id);
    const foreign = await customerIn(stripe, "DE");
    const other = await errorOf(stripe.customers.retrieveTaxId(foreign, good.id));
    assert.equal(other.statusCode, 404);
    const expanded = await stripe.customers.retrieve(customer, { expand: ["tax_ids", "tax"] });
    assert.ok(!expanded.deleted);
    assert.equal(expanded.tax_ids?.data.length, 2);
    assert.deepEqual(
      [expanded.tax?.automatic_tax, expanded.tax?.location?.country],
      ["supported", "DE"],
    );
    const types = (await eventTypes(stripe)).filter((type) => type.startsWith("customer.tax_id"));
    assert.deepEqual(types, [
      "customer.tax_id.created",
      "customer.tax_id.updated",
      "customer.tax_id.created",
      "customer.tax_id.updated",
      "customer.tax_id.created",
      "customer.tax_id.deleted",
    ]);
    assert.equal(parseTaxId("ch_vat", "CHE-123.456.789 MWST")?.country, "CH");
    assert.equal(parseTaxId("eu_vat", "EL123456789")?.country, "GR");
    assert.equal(parseTaxId("eu_vat", "US123456789"), undefined);
  }, world));

Deno.test("local stripe: nobody is taxed without a place, nor by a price that says nothing", () =>
  withStripe(async ({ local, stripe }) => {
    const price = await priceWith(stripe, "exclusive");
    const nowhere = await customerIn(stripe, undefined);
    const refused = await errorOf(subscribed(stripe, nowhere, price));
    assert.equal(refused.code, "customer_tax_location_invalid");
    const early = await errorOf(
      stripe.customers.update(nowhere, { tax: { validate_location: "immediately" } }),
    );
    assert.equal(early.code, "customer_tax_location_invalid");
    const quote = await stripe.invoices.createPreview({
      customer: nowhere,
      automatic_tax: { enabled: true },
      subscription_details: { items: [{ price }] },
    });
    assert.deepEqual(
      [quote.total, quote.automatic_tax.status],
      [1900, "requires_location_inputs"],
    );
    const somewhere = await customerIn(stripe, "FR");
    const silent = await priceWith(stripe, "unspecified");
    assert.match(
      (await errorOf(subscribed(stripe, somewhere, silent))).message,
      /has no `tax_behavior`/,
    );
    await ask(local.url, "POST /_local/settings", { tax_behavior: "inclusive" });
    const { subscription, invoice } = await subscribed(stripe, somewhere, silent);
    assert.equal(invoice.total, 1900);
    const kept = await errorOf(stripe.customers.update(somewhere, {
      address: { line1: "Nowhere" },
      tax: { validate_location: "auto" },
    }));
    assert.equal(kept.code, "customer_tax_location_invalid");
    await stripe.customers.update(somewhere, { address: "" });
    await advance(local.url, days(30));
    const { data: [renewal] } = await stripe.invoices.list({ limit: 1 });
    assert.deepEqual(
      [renewal?.status, renewal?.automatic_tax.disabled_reason, renewal?.total_taxes],
      ["paid", "finalization_requires_location_inputs", []],
    );
    const off = await stripe.subscriptions.retrieve(subscription.id);
    assert.deepEqual(
      [off.automatic_tax.enabled, off.automatic_tax.disabled_reason],
      [false, "requires_location_inputs"],
    );
  }, world));

Deno.test("local stripe: an invoice tells how it comes to what was paid", () =>
  withStripe(async ({ stripe }) => {
    assert.equal((await stripe.tax.settings.retrieve()).head_office?.address.country, "FR");
    const settings = await stripe.tax.settings.update({
      defaults: { tax_behavior: "exclusive" },
      head_office: { address: { country: "BE" } },
    });
    assert.deepEqual(
      [settings.defaults.tax_behavior, settings.head_office?.address.country],
      ["exclusive", "BE"],
    );
    const customer = await customerIn(stripe, "BE", { balance: -500, name: "Ada SA" });
    const coupon = await stripe.coupons.create({ percent_off: 10, duration: "once" });
    const { invoice } = await subscribed(stripe, customer, await priceWith(stripe, "unspecified"), {
      discounts: [{ coupon: coupon.id }],
    });
    assert.deepEqual([invoice.total, invoice.amount_paid], [2069, 1569]);
    const page = await (await fetch(invoice.hosted_invoice_url ?? "")).text();
    const pdf = await (await fetch(invoice.invoice_pdf ?? "")).text();
    for (
      const [what, amount] of [
        ["Subtotal", "19.00"],
        ["Discount", "1.90"],
        ["Total excluding tax", "17.10"],
        ["VAT BE 21% on €17.10", "3.59"],
        ["Total", "20.69"],
        ["Credit applied", "5.00"],
        ["Paid", "15.69"],
      ]
    ) {
      assert.match(page, new RegExp(`<th>${what}</th><th>-?€${amount}</th>`));
      assert.match(pdf, new RegExp(`${what?.replaceAll("€", "\\S+")}   \\S*${amount}`));
    }
    assert.match(page, /Address: 1 rue, 75001, BE/);
  }, world));

Deno.test("local stripe: a schedule's subscription is taxed as its phases say", () =>
  withStripe(async ({ local, stripe }) => {
    const customer = await customerIn(stripe, "FR");
    const price = await priceWith(stripe, "exclusive");
    const schedule = await stripe.subscriptionSchedules.create({
      customer,
      start_date: "now",
      default_settings: { automatic_tax: { enabled: true } },
      phases: [
        { items: [{ price }], duration: { interval: "month" } },
        { items: [{ price }], automatic_tax: { enabled: false } },
      ],
    });
    const { data: [first] } = await stripe.invoices.list({ limit: 1 });
    assert.equal(first?.total, 2280);
    await advance(local.url, days(30));
    const { data: [second] } = await stripe.invoices.list({ limit: 1 });
    assert.equal(second?.total, 1900);
    assert.equal((await stripe.subscriptionSchedules.retrieve(schedule.id)).status, "active");
  }, world));
