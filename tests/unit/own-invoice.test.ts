/** Which invoice a quote was charged by, of a subscription that had several. */
import { equal } from "node:assert/strict";
import { ownInvoice } from "../../supabase/functions/_shared/billing/changes-made.ts";

const quote = { proration_date: 1_000, total: 1900 };

function invoice(
  id: string,
  total: number,
  start: number,
  billing_reason: "subscription_update" | "subscription_cycle" = "subscription_update",
) {
  return { id, total, billing_reason, lines: { data: [{ period: { start, end: 9_000 } }] } };
}

Deno.test("a quote's invoice: the one whose proration begins at its moment, whatever else was changed or renewed", () => {
  const own = invoice("own", 1900, 1_000);
  const newestFirst = [
    invoice("renewal", 1900, 1_000, "subscription_cycle"),
    invoice("later", 1900, 1_200),
    own,
    invoice("earlier", 1900, 900),
  ];
  equal(ownInvoice(quote, newestFirst)?.id, "own");
});

Deno.test("a quote's invoice: of two of one second the one that comes to what was said, else the first", () => {
  const two = [invoice("second", 1900, 1_000), invoice("first", 5700, 1_000)];
  equal(ownInvoice(quote, two)?.id, "second");
  equal(ownInvoice({ ...quote, total: 1 }, two)?.id, "first");
});

Deno.test("a quote's invoice: without a line of its moment the one that comes to what was said; without any, none", () => {
  equal(ownInvoice(quote, [invoice("b", 1900, 1_200), invoice("a", 5700, 900)])?.id, "b");
  equal(ownInvoice(quote, [invoice("renewal", 1900, 1_000, "subscription_cycle")]), undefined);
});
