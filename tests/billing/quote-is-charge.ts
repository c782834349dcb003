/**
 * The claim: what is quoted is charged. A subscription goes through random changes at random moments of
 * its periods; each is quoted, accepted some time later, and compared with what Stripe then invoiced and
 * took; and each renewal with what was said of it.
 *
 * QUOTES sets how many changes are tried (default 4), SEED where they begin.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type Stripe from "stripe";
import { buy, customerOf } from "../support/purchases.ts";
import { accept, quoted } from "../support/quotes.ts";
import { type StackAddress, stripeSdk } from "../support/stack.ts";
import { advance, delivered } from "../support/stripe-local.ts";
import { signUp } from "../support/users.ts";

const hour = 60 * 60;
const prices = [
  "price_monthly_basic",
  "price_yearly_basic",
  "price_monthly_pro",
  "price_yearly_pro",
];

const step = fc.record({
  /** Time that passes before the quote: within a period, or past several renewals. */
  passes: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 9 * 24 * hour }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 70 * 24 * hour }) },
  ),
  /** And between the quote and its acceptance. */
  hesitates: fc.integer({ min: 0, max: 500 }),
  price_id: fc.constantFrom(...prices),
  quantity: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 2 })),
  promotion: fc.option(fc.nat({ max: 2 }), { freq: 3, nil: undefined }),
});

async function promotionCodes(stripe: Stripe): Promise<string[]> {
  const coupons = await Promise.all([
    stripe.coupons.create({ percent_off: 12.5, duration: "forever" }),
    stripe.coupons.create({ percent_off: 33, duration: "once" }),
    stripe.coupons.create({ percent_off: 5, duration: "repeating", duration_in_months: 2 }),
  ]);
  return await Promise.all(coupons.map(async ({ id: coupon }) => {
    const { code } = await stripe.promotionCodes.create({ promotion: { type: "coupon", coupon } });
    return code;
  }));
}

/** Tries it; how many quotes were accepted. */
export async function quoteIsCharge(on: StackAddress): Promise<number> {
  const times = Number(Deno.env.get("QUOTES") ?? "4");
  const seed = Number(Deno.env.get("SEED") ?? Date.now() % 1_000_000);
  const stripe = stripeSdk(on);
  const user = await signUp({ on });
  const id = await buy(user, {}, on);
  const { id: customer } = await customerOf(user, on);
  const codes = await promotionCodes(stripe);
  const invoicesOf = () =>
    stripe.invoices.list({ subscription: id, limit: 100 }).autoPagingToArray({ limit: 10_000 });
  const charges = async () =>
    (await stripe.charges.list({ customer, limit: 100 }).autoPagingToArray({ limit: 10_000 }))
      .reduce((sum, charge) => sum + charge.amount_captured, 0);

  let accepted = 0;
  let said: { next_amount: number; next_at: string } | undefined;
  for (
    const [index, { passes, hesitates, promotion, ...wanted }] of fc.sample(step, {
      numRuns: times,
      seed,
    }).entries()
  ) {
    const about = `change ${index} of seed ${seed}: ${
      JSON.stringify({ passes, hesitates, promotion, ...wanted })
    }`;
    const known = new Set((await invoicesOf()).map((invoice) => invoice.id));
    await advance(on, passes);
    await delivered(on);
    const renewals = (await invoicesOf()).filter((invoice) => !known.has(invoice.id)).reverse();
    if (said !== undefined && renewals[0] !== undefined) {
      strictEqual(renewals[0].total, said.next_amount, `the renewal before ${about}`);
      const apart = renewals[0].lines.data[0]!.period.start - Date.parse(said.next_at) / 1000;
      ok(apart >= 0 && apart <= 600, `renewed ${apart} s apart, before ${about}`);
    }
    const held = (await stripe.subscriptions.retrieve(id)).items.data[0]!;
    const same = held.price.lookup_key === wanted.price_id && held.quantity === wanted.quantity;
    if (same && promotion === undefined) continue;
    const quote = await quoted(user, {
      ...wanted,
      ...(promotion !== undefined && { promotion_code: codes[promotion] }),
    }, on);
    await advance(on, hesitates);
    const taken = await charges();
    const answer = await accept(user, quote.quote, { on });
    if (
      answer.body.code === "quote_stale" && Date.parse(quote.proration_date) / 1000 + hesitates >=
        held.current_period_end
    ) {
      said = undefined; // The renewal came between: refused, as it must be.
      continue;
    }
    strictEqual(answer.status, 200, `${about}: ${JSON.stringify(answer.body)}`);
    if (same) {
      deepStrictEqual([answer.body.invoice, quote.total, quote.lines], [null, 0, []], about);
      said = quote;
      continue;
    }
    const invoice = await stripe.invoices.retrieve(answer.body.invoice.stripe_invoice_id);
    deepStrictEqual(
      {
        total: invoice.total,
        due: invoice.amount_due,
        lines: invoice.lines.data.map(({ amount }) => amount),
        taken: await charges() - taken,
      },
      {
        total: quote.total,
        due: quote.amount_due,
        lines: quote.lines.map(({ amount }: { amount: number }) => amount),
        taken: quote.amount_due,
      },
      about,
    );
    // A price of another interval begins its period when it is accepted: whole, so at the same amount.
    for (const [line, { period }] of invoice.lines.data.entries()) {
      const apart = period.end - Date.parse(quote.lines[line].period_end) / 1000;
      ok(apart >= 0 && apart <= 600, `${apart} s apart: ${about}`);
    }
    accepted++;
    said = quote;
  }
  return accepted;
}
