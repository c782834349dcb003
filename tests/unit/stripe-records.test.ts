/** Stripe's objects as our tables hold them: pure, so shapes and amounts are tried by the thousand. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type Stripe from "stripe";
import {
  customerRecord,
  idOf,
  invoiceRecord,
  priceRecord,
  productRecord,
  subscriptionRecord,
} from "../../supabase/functions/_shared/billing/records.ts";
import samples from "./stripe-samples.json" with { type: "json" };

const seconds = fc.integer({ min: 0, max: 4_000_000_000 });
const minor = fc.integer({ min: 0, max: 99_999_999 });

function product(metadata: Record<string, string>): Stripe.Product {
  return {
    id: "prod_1",
    object: "product",
    name: "Pro",
    description: null,
    active: true,
    metadata,
  } as unknown as Stripe.Product;
}

function price(changes: Record<string, unknown>): Stripe.Price {
  return {
    id: "price_1",
    object: "price",
    active: true,
    created: 1,
    currency: "eur",
    lookup_key: null,
    product: "prod_1",
    recurring: { interval: "month", interval_count: 1 },
    unit_amount: 1900,
    ...changes,
  } as unknown as Stripe.Price;
}

Deno.test("an id is read from an id, from an expanded object, and from nothing", () => {
  strictEqual(idOf("cus_1"), "cus_1");
  strictEqual(idOf({ id: "cus_1" }), "cus_1");
  strictEqual(idOf(null), null);
  strictEqual(idOf(undefined), null);
});

Deno.test("whatever metadata a product carries, a feature is a whole limit or expressly without one", () => {
  fc.assert(fc.property(
    fc.dictionary(
      fc.oneof(fc.string(), fc.string().map((name) => `feature_${name}`)),
      fc.oneof(fc.string(), fc.constant("true"), fc.integer().map(String), fc.double().map(String)),
    ),
    (metadata) => {
      const record = productRecord(product(metadata));
      ok(record.features !== undefined);
      for (const [name, limit] of Object.entries(record.features)) {
        const written = metadata[`feature_${name}`];
        ok(/^[a-z][a-z0-9_]{0,39}$/.test(name), name);
        if (limit === null) strictEqual(written, "true");
        else ok(Number.isSafeInteger(limit) && limit >= 0, `${limit}`);
      }
      const rank = record.rank ?? NaN;
      ok(Number.isInteger(rank) && rank >= 0 && rank <= 32_767, `${rank}`);
    },
  ));
});

Deno.test("a product is a plan by its metadata, and a deleted one is none", () => {
  const record = productRecord(
    product({
      plan: "pro",
      rank: "2",
      per_seat: "true",
      feature_projects: "100",
      feature_api_access: "true",
      meter_api_calls: "socle_api_calls",
      meter_other: "not a name",
    }),
  );
  deepStrictEqual(record, {
    id: "prod_1",
    plan_id: "pro",
    name: "Pro",
    description: null,
    rank: 2,
    active: true,
    per_seat: true,
    features: { projects: 100, api_access: null },
    meters: { api_calls: "socle_api_calls" },
  });
  strictEqual((productRecord(product({ plan: "pro" })) as { per_seat: boolean }).per_seat, false);
  const deleted = { id: "prod_1", object: "product", deleted: true } as Stripe.DeletedProduct;
  deepStrictEqual(productRecord(deleted), { id: "prod_1", plan_id: null });
});

Deno.test("amounts are ISO minor units, whatever decimals Stripe uses for the currency", () => {
  for (
    const [currency, atStripe, ours] of [
      ["eur", 1900, 1900],
      ["jpy", 1900, 1900],
      ["kwd", 19_000, 19_000],
      ["isk", 190_000, 1900],
    ] as const
  ) {
    const record = priceRecord(price({ currency, unit_amount: atStripe }));
    deepStrictEqual([record.currency, record.unit_amount], [currency.toUpperCase(), ours]);
  }
});

Deno.test("a price without one amount, or that does not recur, is none of ours", () => {
  strictEqual(priceRecord(price({ unit_amount: null })).interval, null);
  strictEqual(priceRecord(price({ recurring: null })).interval, null);
  strictEqual(priceRecord(price({ product: { id: "prod_2" } })).product_id, "prod_2");
});

Deno.test("a subscription's record has its card's fingerprint, its discount and what is planned next", () => {
  const subscription = (more: Record<string, unknown>) =>
    subscriptionRecord({
      id: "sub_1",
      customer: "cus_1",
      currency: "eur",
      status: "active",
      metadata: {},
      items: { data: [{ price: { id: "price_a" }, quantity: 2 }] },
      schedule: null,
      discounts: [],
      default_payment_method: null,
      ...more,
    } as unknown as Stripe.Subscription);
  const card = (fingerprint: string) => ({ id: "pm_1", card: { fingerprint } });
  const customer = { id: "cus_1", invoice_settings: { default_payment_method: card("theirs") } };
  strictEqual(subscription({}).card_fingerprint, null);
  strictEqual(subscription({ customer }).card_fingerprint, "theirs");
  strictEqual(
    subscription({ customer, default_payment_method: card("own") }).card_fingerprint,
    "own",
  );
  strictEqual(subscription({ customer: { id: "cus_1", deleted: true } }).card_fingerprint, null);

  const discount = {
    id: "di_1",
    promotion_code: { id: "promo_1", code: "WELCOME" },
    source: { coupon: "c_1" },
    end: 9,
  };
  const discounted = subscription({ discounts: [discount] });
  deepStrictEqual(
    [discounted.promotion_code, discounted.coupon, discounted.discount_ends_at],
    ["WELCOME", "c_1", 9],
  );

  const phase = (start: number, price: string, quantity?: number) => ({
    start_date: start,
    items: [{ price, ...(quantity !== undefined && { quantity }) }],
  });
  const planned = (next: unknown, status = "active") => {
    const schedule = {
      status,
      current_phase: { start_date: 1, end_date: 5 },
      phases: [phase(1, "price_a", 2), next],
    };
    const record = subscription({ schedule });
    return [record.next_price_id, record.next_quantity, record.next_change_at];
  };
  deepStrictEqual(planned(phase(5, "price_b")), ["price_b", 1, 5]);
  deepStrictEqual(planned(phase(5, "price_a", 3)), ["price_a", 3, 5]);
  const nothing = [null, null, null];
  deepStrictEqual(planned(phase(5, "price_a", 2)), nothing, "as it is");
  deepStrictEqual(planned(phase(5, "price_b"), "released"), nothing);
  deepStrictEqual(planned({ start_date: 5, items: [] }), nothing);
});

Deno.test("a subscription is paid until the earliest of its items' ends, in whatever order they come", () => {
  const item = fc.record({ current_period_start: seconds, current_period_end: seconds });
  fc.assert(fc.property(fc.array(item, { minLength: 1, maxLength: 30 }), (items) => {
    const record = subscriptionRecord({
      id: "sub_1",
      customer: { id: "cus_1", invoice_settings: { default_payment_method: null } },
      currency: "eur",
      status: "active",
      schedule: null,
      discounts: [],
      default_payment_method: null,
      metadata: {},
      items: {
        data: items.map((one, index) => ({
          ...one,
          price: { id: `price_${index}` },
          quantity: index + 1,
        })),
      },
    } as unknown as Stripe.Subscription);
    strictEqual(
      record.current_period_end,
      Math.min(...items.map((one) => one.current_period_end)),
    );
    deepStrictEqual(
      [record.customer_id, record.price_id, record.quantity, record.currency],
      ["cus_1", "price_0", 1, "EUR"],
    );
  }));
});

Deno.test("an invoice's period spans its lines; its payments are those that have an intent", () => {
  const line = fc.record({ period: fc.record({ start: seconds, end: seconds }) });
  const payment = fc.record({
    intent: fc.boolean(),
    amount_requested: minor,
    amount_paid: fc.option(minor),
    status: fc.constantFrom("open", "paid", "canceled", "something_new"),
  });
  fc.assert(fc.property(fc.array(line), fc.array(payment), (lines, payments) => {
    const record = invoiceRecord(
      {
        id: "in_1",
        customer: "cus_1",
        currency: "eur",
        number: null,
        status: null,
        subtotal: 1900,
        total: 1900,
        amount_due: 1900,
        amount_paid: 0,
        created: 5,
        period_start: 7,
        period_end: 8,
        lines: { data: lines },
        parent: null,
        status_transitions: { paid_at: null },
      } as unknown as Stripe.Invoice,
      payments.map(({ intent, ...one }, index) => ({
        ...one,
        created: 1,
        currency: "eur",
        payment: { payment_intent: intent ? `pi_${index}` : undefined },
        status_transitions: { paid_at: null },
      })) as unknown as Stripe.InvoicePayment[],
    );
    const starts = lines.map(({ period }) => period.start);
    const ends = lines.map(({ period }) => period.end);
    strictEqual(record.period_start, lines.length === 0 ? 7 : Math.min(...starts));
    strictEqual(record.period_end, lines.length === 0 ? 8 : Math.max(...ends));
    strictEqual(record.status, "draft");
    strictEqual(record.subscription_id, null);
    strictEqual(record.payments.length, payments.filter(({ intent }) => intent).length);
    for (const one of record.payments) {
      ok(["succeeded", "pending", "canceled"].includes(one.status));
      ok(Number.isSafeInteger(one.amount));
    }
  }));
});

Deno.test("Stripe's own sample objects can be read", () => {
  const sample = (name: keyof typeof samples) => structuredClone(samples[name]) as never;
  strictEqual(productRecord(sample("product")).plan_id, null);
  strictEqual(priceRecord(sample("price")).interval, "month");
  strictEqual(customerRecord(sample("customer")).deleted, false);
  const subscription = subscriptionRecord(sample("subscription"));
  ok(subscription.id.startsWith("sub_") && subscription.price_id !== null);
  const invoice = invoiceRecord(sample("invoice"), []);
  deepStrictEqual([invoice.status, invoice.payments], ["draft", []]);
});
