import { displayDate, displayMoney } from "../billing/display.ts";
import type { Documents } from "../wire.ts";
import { escape, type Page } from "./html.ts";

/** What was paid, when and with which card. */
export function receiptPage(charge: Documents["charge"]): Page {
  const { card, sepa_debit: debit } = charge.payment_method_details ?? {};
  return {
    title: `Receipt for ${displayMoney(charge.amount, charge.currency)}`,
    body: `<p class="sheet">${escape(charge.status)} on ${escape(displayDate(charge.created))}, ${
      escape(`${card?.brand ?? "account"} ending in ${card?.last4 ?? debit?.last4 ?? ""}`)
    }</p>`,
  };
}
