import { displayDate, displayMoney } from "../billing/display.ts";
import type { Store } from "../store.ts";
import type { Documents } from "../wire.ts";
import { onePagePdf } from "./pdf.ts";
import { taxIdLines, taxLines } from "./taxes.ts";

/** A credit note as a PDF of one page. */
export function creditNotePdf(store: Store, note: Documents["credit_note"]): Response {
  const invoice = store.get("invoice", note.invoice);
  const money = (amount: number) => displayMoney(amount, note.currency);
  const pdf = onePagePdf([
    `Credit note ${note.number}${note.status === "void" ? " (void)" : ""}`,
    "",
    `Invoice: ${invoice?.number ?? note.invoice}`,
    `Billed to: ${invoice?.customer_name ?? invoice?.customer_email ?? note.customer}`,
    ...(invoice === undefined ? [] : taxIdLines(store, invoice)),
    `Date: ${displayDate(note.effective_at ?? note.created)}`,
    ...(note.memo === null ? [] : [note.memo]),
    "",
    ...note.lines.data.map((line) => `${line.description ?? ""}   ${money(line.amount)}`),
    "",
    ...(note.discount_amount === 0 ? [] : [`Discount   -${money(note.discount_amount)}`]),
    ...taxLines(note.total_taxes, note.currency),
    `Total credited   ${money(note.total)}`,
  ]);
  return new Response(pdf, {
    headers: {
      "content-type": "application/pdf",
      "content-disposition": `inline; filename="CreditNote-${note.number}.pdf"`,
    },
  });
}
