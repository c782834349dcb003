/** What Stripe's page lists of an order adds up to it, in every currency. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { CURRENCIES } from "../../supabase/functions/_shared/currencies.ts";
import {
  apportion,
  formatMoney,
  money,
  roundToChargeable,
  toStripeAmount,
} from "../../supabase/functions/_shared/money.ts";
import { lineItemsOf } from "../../supabase/functions/_shared/shop/checkout/line-items.ts";
import type { CheckoutOrder } from "../../supabase/functions/_shared/shop/checkout/order.ts";

/** An order of lines [unit price in steps, quantity], with so much off in basis points. */
function orderOf(
  currency: string,
  lines: readonly [number, number][],
  basisPoints: number,
  shipping: number,
): CheckoutOrder {
  const step = currency === "KWD" ? 10 : 1;
  const subtotals = lines.map(([unit, quantity]) => unit * step * quantity);
  const whole = subtotals.reduce((sum, one) => sum + one, 0);
  const off = roundToChargeable(money(Math.floor(whole * basisPoints / 10_000), currency)).amount;
  const shares = whole === 0
    ? subtotals.map(() => 0)
    : apportion(money(off / step, currency), subtotals).map(({ amount }) => amount * step);
  return {
    id: crypto.randomUUID(),
    number: "0123456789",
    status: "pending",
    paid: false,
    user_id: null,
    workspace_id: null,
    email: "a@example.com",
    locale: "fr",
    currency,
    total_amount: whole - off + shipping * step,
    shipping_amount: shipping * step,
    shipping_rate: shipping === 0 ? null : { name_en: "Standard", name_fr: "Standard" },
    shipping_address: null,
    discount_code: off > 0 ? "TEN" : null,
    stripe_session_id: null,
    expires_at: 0,
    created_at: 0,
    over: false,
    success_url: "https://shop.example",
    cancel_url: "https://shop.example",
    taxed: false,
    items: lines.map(([unit, quantity], index) => ({
      variant_id: null,
      name_en: "Shirt",
      name_fr: "Chemise",
      options: { size: "M" },
      quantity,
      unit_amount: unit * step,
      discount_amount: shares[index]!,
      total_amount: subtotals[index]! - shares[index]!,
      tax_code: null,
    })),
  };
}

const lines = (max: number) =>
  fc.array(fc.tuple(fc.integer({ min: 1, max: 99_999 }), fc.integer({ min: 1, max: 1000 })), {
    minLength: 1,
    maxLength: max,
  });

for (const currency of ["JPY", "EUR", "KWD"]) {
  Deno.test(`line items: add up to the order, with its quantities, in ${currency}`, () => {
    fc.assert(fc.property(
      lines(99),
      fc.integer({ min: 0, max: 10_000 }),
      fc.integer({ min: 0, max: 9999 }),
      (given, basisPoints, shipping) => {
        const order = orderOf(currency, given, basisPoints, shipping);
        const listed = lineItemsOf(order);
        assert.ok(listed.length <= 100);
        const sum = listed.reduce(
          (total, line) => total + line.price_data!.unit_amount! * line.quantity!,
          0,
        );
        assert.equal(sum, toStripeAmount(money(order.total_amount, currency)).amount);
        const units = listed.reduce((total, { quantity }) => total + quantity!, 0);
        const folded = listed.some(({ price_data }) =>
          /^\d+ × /.test(price_data!.product_data!.name)
        );
        const ordered = given.reduce((total, [, quantity]) => total + quantity, 0);
        if (!folded) assert.equal(units, ordered + (shipping > 0 ? 1 : 0));
      },
    ));
  });
}

Deno.test("line items: a discount that does not divide evenly is told by units, and why", () => {
  const order = orderOf("EUR", [[1000, 3]], 1004, 0);
  const listed = lineItemsOf(order).map(({ quantity, price_data }) => [
    quantity,
    price_data!.unit_amount,
    price_data!.product_data!.description,
  ]);
  const why = `M · TEN: au lieu de ${formatMoney(money(1000, "EUR"), "fr")}`;
  assert.deepEqual(listed, [[2, 900, why], [1, 899, why]]);
});

Deno.test("line items: whole prices of every currency are listed as they are", () => {
  for (const currency of CURRENCIES) {
    const [line] = lineItemsOf(orderOf(currency, [[1000, 2]], 0, 0));
    const { amount } = toStripeAmount(
      orderOf(currency, [[1000, 1]], 0, 0).items.map((item) =>
        money(item.unit_amount, currency)
      )[0]!,
    );
    assert.deepEqual([line!.quantity, line!.price_data!.unit_amount], [2, amount]);
  }
});
