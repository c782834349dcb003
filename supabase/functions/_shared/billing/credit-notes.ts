/** Crediting an invoice at Stripe: by an amount, or where it holds tax by the lines that bear it. */
import type Stripe from "stripe";
import { creditFor } from "./credit-lines.ts";
import { isDefiniteRefusal } from "./stripe.ts";

/** What a credit note is besides what it credits. */
export type CreditNoteTerms = Omit<
  Stripe.CreditNoteCreateParams,
  "invoice" | "amount" | "lines" | "shipping_cost"
>;

/**
 * Credits an amount of an invoice, in Stripe's units. Of a taxed one not every sum is a net amount and its
 * tax: then the note is the largest below it, which misses by a few units at most.
 *
 * @param terms made of what the note comes to, which where money goes back must be divided exactly
 * @param idempotencyKey the cause; each total that is tried has its own key of it
 */
export async function creditInvoice(
  stripe: Stripe,
  { invoiceId, amount, terms, idempotencyKey }: {
    invoiceId: string;
    amount: number;
    terms: (total: number) => CreditNoteTerms;
    idempotencyKey: string;
  },
): Promise<Stripe.CreditNote> {
  const create = (
    what: Pick<Stripe.CreditNoteCreateParams, "amount" | "lines">,
    total: number,
  ) =>
    stripe.creditNotes.create({ invoice: invoiceId, ...what, ...terms(total) }, {
      idempotencyKey: `${idempotencyKey}:${total}`,
    });
  const invoice = await stripe.invoices.retrieve(invoiceId);
  const isTaxed = (invoice.total_taxes ?? []).some((tax) => tax.amount !== 0);
  if (!isTaxed) return await create({ amount }, amount);
  const lines = await stripe.invoices.listLineItems(invoiceId, { limit: 100 })
    .autoPagingToArray({ limit: 10_000 });
  const credit = creditFor(lines, amount);
  // After earlier notes Stripe may round a unit otherwise: what it then comes to is tried as well.
  const totals = [credit.total, credit.total - 1, credit.total + 1]
    .filter((total) => total > 0 && total <= amount);
  let refusal: unknown = new Error("nothing of this invoice can be credited");
  for (const total of totals) {
    try {
      return await create({ lines: credit.lines }, total);
    } catch (error) {
      if (!isDefiniteRefusal(error)) throw error;
      refusal = error;
    }
  }
  throw refusal;
}
