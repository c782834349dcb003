/**
 * What a credit note of a taxed invoice must name: lines and not an amount, since tax hangs on lines
 * (https://docs.stripe.com/api/credit_notes/create: with automatic tax their amounts are without tax).
 * Amounts in Stripe's units. Pure.
 */

/** Of an invoice's line, what counts here. */
export interface InvoiceLine {
  id: string;
  amount: number;
  discount_amounts: { amount: number }[] | null;
  taxes: { amount: number; tax_behavior: string }[] | null;
}

/** Lines to credit, and what the note comes to with its tax. */
export interface Credit {
  lines: { type: "invoice_line_item"; invoice_line_item: string; amount: number }[];
  total: number;
}

interface Part {
  id: string;
  /** Before tax and discounts: what a credit's amount is counted in. */
  base: number;
  amount: number;
  discount: number;
  onTop: number;
}

function partOf({ id, amount, discount_amounts, taxes }: InvoiceLine): Part {
  const sum = (all: { amount: number }[]) => all.reduce((total, one) => total + one.amount, 0);
  const of = (behavior: string) =>
    sum((taxes ?? []).filter(({ tax_behavior }) => tax_behavior === behavior));
  return {
    id,
    base: amount - of("inclusive"),
    amount,
    discount: sum(discount_amounts ?? []),
    onTop: of("exclusive"),
  };
}

/** A share of an amount, half rounded up, in whole units. */
function share(amount: number, of: number, whole: number): number {
  return Number((BigInt(amount) * BigInt(of) * 2n + BigInt(whole)) / (BigInt(whole) * 2n));
}

/** What crediting `credited` of a line's base gives back, tax included. */
function givenBack(part: Part, credited: number): number {
  return share(part.amount, credited, part.base) - share(part.discount, credited, part.base) +
    share(part.onTop, credited, part.base);
}

/**
 * Spreads a refund over the lines that were charged, by what each came to with its tax.
 *
 * Not every sum is a net amount and its tax in whole units: then the note is the largest below the
 * refund, which misses by a few units at most, and the rest stays a refund without a note.
 *
 * @param refunded more than nothing, and no more than what the lines came to
 */
export function creditFor(lines: readonly InvoiceLine[], refunded: number): Credit {
  const parts = lines.map(partOf).filter(({ base }) => base > 0);
  const whole = parts.reduce((sum, part) => sum + givenBack(part, part.base), 0);
  if (whole === 0) return { lines: [], total: 0 };
  const credited = parts.map((part) => ({
    part,
    // Rounded up: what is too much is taken back below.
    amount: Math.min(
      part.base,
      Number((BigInt(part.base) * BigInt(refunded) + BigInt(whole) - 1n) / BigInt(whole)),
    ),
  }));
  const total = () => credited.reduce((sum, { part, amount }) => sum + givenBack(part, amount), 0);
  for (let turn = 0; total() > refunded; turn++) {
    const one = credited[turn % credited.length]!;
    if (one.amount > 0) one.amount--;
  }
  return {
    lines: credited.filter(({ amount }) => amount > 0).map(({ part, amount }) => ({
      type: "invoice_line_item",
      invoice_line_item: part.id,
      amount,
    })),
    total: total(),
  };
}
