import { displayMoney } from "../billing/display.ts";
import type { Documents } from "../wire.ts";
import { taxLines } from "./taxes.ts";

/** How an invoice comes from its lines to what is asked for, a line each. */
export function totalLines(invoice: Documents["invoice"]): string[] {
  const money = (amount: number) => displayMoney(amount, invoice.currency);
  const off = (invoice.total_discount_amounts ?? []).reduce((sum, { amount }) => sum + amount, 0);
  const taxes = taxLines(invoice.total_taxes, invoice.currency);
  const used = (invoice.ending_balance ?? invoice.starting_balance) - invoice.starting_balance;
  const { pre_payment_credit_notes_amount: before, post_payment_credit_notes_amount: post } =
    invoice;
  return [
    ...(off !== 0 || taxes.length > 0 ? [`Subtotal   ${money(invoice.subtotal)}`] : []),
    ...(off === 0 ? [] : [`Discount   ${money(-off)}`]),
    ...(taxes.length === 0 || invoice.total_excluding_tax === null
      ? []
      : [`Total excluding tax   ${money(invoice.total_excluding_tax)}`]),
    ...taxes,
    `Total   ${money(invoice.total)}`,
    ...(used === 0 ? [] : [
      used > 0 ? `Credit applied   ${money(-used)}` : `Credit for later   ${money(-used)}`,
    ]),
    ...(before + post === 0 ? [] : [`Credit notes   ${money(-before - post)}`]),
    ...(invoice.amount_paid === 0 ? [] : [`Paid   ${money(invoice.amount_paid)}`]),
  ];
}
