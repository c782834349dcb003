import assert from "node:assert/strict";
import fc from "fast-check";
import type Stripe from "stripe";
import { sharesOf } from "../../local/stripe/billing/discounts.ts";
import {
  activeSubscription,
  advance,
  customerAndPrice,
  days,
  errorOf,
  eventTypes,
  withStripe,
} from "./stripe-world.ts";

const success_url = "http://127.0.0.1:9/done";

async function latest(stripe: Stripe, subscription: string): Promise<Stripe.Invoice> {
  const { latest_invoice } = await stripe.subscriptions.retrieve(subscription, {
    expand: ["latest_invoice.discounts"],
  });
  return latest_invoice as Stripe.Invoice;
}

async function post(url: string, fields: Record<string, string>) {
  const response = await fetch(url, {
    method: "POST",
    body: new URLSearchParams(fields),
    redirect: "manual",
  });
  return { status: response.status, text: await response.text() };
}

Deno.test("local stripe: an amount off is split over the lines and adds up, never below nothing", () => {
  const line = fc.record({
    amount: fc.integer({ min: 0, max: 1e9 }),
    product: fc.constantFrom("a", "b"),
    proration: fc.boolean(),
  });
  fc.assert(fc.property(fc.array(line), fc.integer({ min: 1, max: 1e9 }), (lines, amount_off) => {
    const shares = sharesOf({ amount_off, percent_off: null }, lines);
    const whole = lines.reduce((sum, one) => one.proration ? sum : sum + one.amount, 0);
    assert.equal(shares.reduce((sum, share) => sum + share, 0), Math.min(amount_off, whole));
    for (const [index, share] of shares.entries()) {
      assert.ok(share >= 0 && share <= (lines[index]?.amount ?? 0));
    }
  }));
  const lines = [{ amount: 333, product: "a", proration: false }, {
    amount: -333,
    product: "b",
    proration: true,
  }];
  assert.deepEqual(sharesOf({ amount_off: null, percent_off: 12.5 }, lines), [42, -42]);
  const limited = { amount_off: null, percent_off: 100, applies_to: { products: ["b"] } };
  assert.deepEqual(sharesOf(limited, lines), [0, -333]);
});

Deno.test("local stripe: a coupon counts once, for some months, or for good", () =>
  withStripe(async ({ local, stripe }) => {
    const totals = async (coupon: Stripe.CouponCreateParams) => {
      const { id } = await stripe.coupons.create(coupon);
      const { subscription } = await activeSubscription(stripe, "pm_card_visa", {
        discounts: [{ coupon: id }],
      });
      return subscription.id;
    };
    const ids = [
      await totals({ percent_off: 50, duration: "once" }),
      await totals({
        amount_off: 400,
        currency: "eur",
        duration: "repeating",
        duration_in_months: 2,
      }),
      await totals({ percent_off: 10, duration: "forever" }),
    ];
    await advance(local.url, days(65));
    const billed = await Promise.all(ids.map(async (subscription) => {
      const { data } = await stripe.invoices.list({ subscription });
      return data.map(({ amount_paid }) => amount_paid).reverse();
    }));
    assert.deepEqual(billed, [[950, 1900, 1900], [1500, 1500, 1900], [1710, 1710, 1710]]);
    const first = await latest(stripe, ids[2] ?? "");
    assert.deepEqual([first.subtotal, first.total, first.total_discount_amounts?.[0]?.amount], [
      1900,
      1710,
      190,
    ]);
    assert.equal(first.lines.data[0]?.discount_amounts?.[0]?.amount, 190);
    const discount = first.discounts[0] as Stripe.Discount;
    assert.equal(discount.subscription, ids[2]);
    const types = await eventTypes(stripe);
    assert.ok(types.includes("customer.discount.deleted"));
  }, { now: () => Date.UTC(2026, 3, 1) }));

Deno.test("local stripe: a subscription's discount is added, quoted in what follows, and removed", () =>
  withStripe(async ({ local, stripe }) => {
    const { subscription } = await activeSubscription(stripe);
    const coupon = await stripe.coupons.create({ percent_off: 25, duration: "forever" });
    const changed = await stripe.subscriptions.update(subscription.id, {
      discounts: [{ coupon: coupon.id }],
    });
    assert.equal(changed.discounts.length, 1);
    const quote = await stripe.invoices.createPreview({ subscription: subscription.id });
    assert.equal(quote.amount_due, 1425);
    await advance(local.url, days(31));
    assert.equal((await latest(stripe, subscription.id)).amount_paid, 1425);
    const none = await stripe.subscriptions.update(subscription.id, { discounts: "" });
    assert.deepEqual(none.discounts, []);
  }));

Deno.test("local stripe: a coupon is refused when it is used up, out of time or of another currency", () =>
  withStripe(async ({ local, stripe }) => {
    const { customer, price } = await customerAndPrice(stripe);
    const { now } = await advance(local.url, 0);
    const subscribe = (discounts: Stripe.SubscriptionCreateParams.Discount[]) =>
      stripe.subscriptions.create({
        customer: customer.id,
        items: [{ price: price.id }],
        payment_behavior: "default_incomplete",
        discounts,
      });
    const single = await stripe.coupons.create({ percent_off: 5, max_redemptions: 1 });
    await subscribe([{ coupon: single.id }]);
    const used = await stripe.coupons.retrieve(single.id);
    assert.deepEqual([used.times_redeemed, used.valid], [1, false]);
    assert.equal((await errorOf(subscribe([{ coupon: single.id }]))).code, "coupon_expired");

    const late = await stripe.coupons.create({ percent_off: 5, redeem_by: now + 60 });
    await advance(local.url, 61);
    assert.equal((await errorOf(subscribe([{ coupon: late.id }]))).code, "coupon_expired");
    const dollars = await stripe.coupons.create({ amount_off: 100, currency: "usd" });
    assert.match((await errorOf(subscribe([{ coupon: dollars.id }]))).message, /in usd/);

    const first = await stripe.promotionCodes.create({
      code: "WELCOME",
      promotion: { type: "coupon", coupon: dollars.id },
      restrictions: { minimum_amount: 5000, minimum_amount_currency: "eur" },
    });
    const small = await errorOf(subscribe([{ promotion_code: first.id }]));
    assert.match(small.message, /larger purchase/);
    const twice = await errorOf(stripe.promotionCodes.create({
      code: "welcome",
      promotion: { type: "coupon", coupon: dollars.id },
    }));
    assert.match(twice.message, /already exists/);
    await stripe.promotionCodes.update(first.id, { active: false });
    const listed = await stripe.promotionCodes.list({ code: "Welcome" });
    assert.deepEqual(listed.data.map(({ active }) => active), [false]);
    await stripe.coupons.del(dollars.id);
    assert.equal((await errorOf(stripe.coupons.retrieve(dollars.id))).statusCode, 404);
  }));

Deno.test("local stripe: a code is typed at a checkout, shown, and redeemed when that is paid", () =>
  withStripe(async ({ stripe }) => {
    const { customer, price } = await customerAndPrice(stripe);
    const coupon = await stripe.coupons.create({ percent_off: 20, duration: "forever" });
    const promotion = await stripe.promotionCodes.create({
      code: "SPRING",
      promotion: { type: "coupon", coupon: coupon.id },
    });
    const session = await stripe.checkout.sessions.create({
      mode: "subscription",
      customer: customer.id,
      line_items: [{ price: price.id, quantity: 1 }],
      allow_promotion_codes: true,
      success_url,
    });
    const wrong = await post(`${session.url}/promotion`, { promotion_code: "autumn" });
    assert.deepEqual([wrong.status, /This code is invalid/.test(wrong.text)], [400, true]);
    assert.equal(
      (await post(`${session.url}/promotion`, { promotion_code: "spring" })).status,
      303,
    );
    const page = await (await fetch(session.url ?? "")).text();
    assert.match(page, /−€3\.80/);
    assert.match(page, /€15\.20/);
    assert.equal((await stripe.promotionCodes.retrieve(promotion.id)).times_redeemed, 0);
    assert.equal(
      (await post(`${session.url}/pay`, { card_number: "4242424242424242" })).status,
      303,
    );
    const done = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ["invoice", "line_items", "discounts.promotion_code"],
    });
    assert.equal(done.amount_total, 1520);
    assert.equal(done.total_details?.amount_discount, 380);
    assert.equal((done.invoice as Stripe.Invoice).amount_paid, 1520);
    assert.equal(done.line_items?.data[0]?.amount_total, 1520);
    assert.equal((done.discounts?.[0]?.promotion_code as Stripe.PromotionCode).code, "SPRING");
    assert.equal((await stripe.promotionCodes.retrieve(promotion.id)).times_redeemed, 1);
  }));

Deno.test("local stripe: goods are bought with a coupon, also for nothing", () =>
  withStripe(async ({ stripe }) => {
    const buy = async (coupon: Stripe.CouponCreateParams) => {
      const { id } = await stripe.coupons.create(coupon);
      const session = await stripe.checkout.sessions.create({
        mode: "payment",
        customer_email: "guest@example.com",
        line_items: [{
          price_data: { currency: "eur", unit_amount: 1000, product_data: { name: "Hat" } },
          quantity: 1,
        }],
        discounts: [{ coupon: id }],
        success_url,
      });
      const paid = await post(`${session.url}/pay`, { card_number: "4242424242424242" });
      assert.equal(paid.status, 303, paid.text);
      const done = await stripe.checkout.sessions.retrieve(session.id, {
        expand: ["payment_intent"],
      });
      const { times_redeemed } = await stripe.coupons.retrieve(id);
      return [
        done.amount_total,
        done.payment_status,
        (done.payment_intent as Stripe.PaymentIntent | null)?.amount,
        times_redeemed,
      ];
    };
    assert.deepEqual(await buy({ amount_off: 300, currency: "eur" }), [700, "paid", 700, 1]);
    assert.deepEqual(await buy({ percent_off: 100 }), [0, "no_payment_required", undefined, 1]);
  }));
