/** A quote is good as long as nobody touched it, and only with the key that signed it. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  readQuote,
  type SignedQuote,
  signQuote,
} from "../../supabase/functions/_shared/billing/quote-token.ts";

const seconds = fc.integer({ min: 0, max: 4_000_000_000 });
const amount = fc.integer({ min: -99_999_999, max: 99_999_999 });
const id = fc.stringMatching(/^[a-z]{2,5}_[A-Za-z0-9]{4,24}$/);

const quotes: fc.Arbitrary<SignedQuote> = fc.record({
  id: fc.uuid(),
  user: fc.uuid(),
  workspace: fc.uuid(),
  subscription: id,
  before: fc.record({
    status: fc.constantFrom("active", "trialing"),
    item: id,
    price: id,
    quantity: fc.nat(10_000),
    period_start: seconds,
    period_end: seconds,
    discounts: fc.array(id, { maxLength: 3 }),
    ends_at: fc.option(seconds),
  }),
  change: fc.record({
    when: fc.constantFrom("now" as const, "renewal" as const),
    price: id,
    quantity: fc.nat(10_000),
    promotion_code: fc.option(id),
  }),
  invoiced: fc.boolean(),
  total: amount,
  amount_due: amount,
  next_total: amount,
  currency: fc.constantFrom("eur", "jpy", "kwd"),
  proration_date: seconds,
  expires_at: seconds,
});

const secret = "sb_secret_of_a_project";

Deno.test("quote: what was signed is read as it was, and fits into what subscription-update takes", async () => {
  await fc.assert(
    fc.asyncProperty(quotes, async (quote) => {
      const text = await signQuote(quote, secret);
      deepStrictEqual(await readQuote(text, secret), structuredClone(quote));
      strictEqual(text.length < 4000 && /^[\w-]+\.[\w-]+$/.test(text), true);
    }),
    { numRuns: 50 },
  );
});

Deno.test("quote: with any character changed, cut off or added it is none, nor under another secret", async () => {
  await fc.assert(
    fc.asyncProperty(quotes, fc.nat(), fc.constantFrom(..."Aaz09-_."), async (quote, at, other) => {
      const text = await signQuote(quote, secret);
      const index = at % text.length;
      const touched = [
        text.slice(0, index) + other + text.slice(index + 1),
        text.slice(0, index),
        text.slice(index + 1),
        text.slice(0, index) + other + text.slice(index),
      ].filter((one) => one !== text);
      for (const one of touched) {
        // The last character of base64 has bits that mean nothing: then it is the same signature.
        const read = await readQuote(one, secret);
        if (read !== undefined) deepStrictEqual(read, structuredClone(quote));
      }
      strictEqual(await readQuote(text, `${secret}2`), undefined);
    }),
    { numRuns: 50 },
  );
});

Deno.test("quote: whatever text comes, it is a quote of ours or it is none, and nothing throws", async () => {
  const texts = fc.oneof(
    fc.string({ maxLength: 200, unit: "binary" }),
    fc.base64String().map((text) => `${text}.${text}`),
    fc.constantFrom("", ".", "..", "e30.e30", "bnVsbA.AAAA"),
  );
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      strictEqual(await readQuote(text, secret), undefined);
    }),
    { numRuns: 100 },
  );
});
