/** What of an invoice a refund credits. */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import {
  creditFor,
  type InvoiceLine,
} from "../../supabase/functions/_shared/billing/credit-lines.ts";

/** A line of 20 % VAT. */
function line(id: string, amount: number, behavior = "exclusive", discount = 0): InvoiceLine {
  const paid = amount - discount;
  const tax = behavior === "exclusive" ? Math.round(paid / 5) : Math.round(paid / 6);
  return {
    id,
    amount,
    discount_amounts: discount === 0 ? [] : [{ amount: discount }],
    taxes: [{ amount: tax, tax_behavior: behavior }],
  };
}

Deno.test("credit lines: half of what was paid is half of the net amount and of its tax", () => {
  deepEqual(creditFor([line("a", 1900)], 1140), {
    lines: [{ type: "invoice_line_item", invoice_line_item: "a", amount: 950 }],
    total: 1140,
  });
  // Within prices: what is credited is named without its tax.
  deepEqual(creditFor([line("a", 1200, "inclusive")], 1200), {
    lines: [{ type: "invoice_line_item", invoice_line_item: "a", amount: 1000 }],
    total: 1200,
  });
});

Deno.test("credit lines: of a proration only what was charged is credited", () => {
  const { lines, total } = creditFor([line("unused", -1000), line("new", 4900)], 4680);
  deepEqual([lines.map((one) => one.invoice_line_item), total], [["new"], 4680]);
});

Deno.test("credit lines: never more than was refunded, a few units less at most, all for all", () => {
  const one = fc.record({
    amount: fc.integer({ min: 1, max: 1_000_000 }),
    behavior: fc.constantFrom("exclusive", "inclusive"),
    off: fc.integer({ min: 0, max: 90 }),
  });
  fc.assert(
    fc.property(
      fc.array(one, { minLength: 1, maxLength: 5 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (given, part) => {
        const lines = given.map(({ amount, behavior, off }, index) =>
          line(`line_${index}`, amount, behavior, Math.floor(amount * off / 100))
        );
        const whole = creditFor(lines, Number.MAX_SAFE_INTEGER).total;
        fc.pre(whole > 0);
        const refunded = Math.max(1, Math.floor(whole * part));
        const { total } = creditFor(lines, refunded);
        ok(total <= refunded && refunded - total <= 4 * lines.length, `${total} of ${refunded}`);
        equal(creditFor(lines, whole).total, whole);
      },
    ),
  );
});
