import { displayDate, displayMoney } from "../billing/display.ts";
import { billingSettings } from "../billing/settings.ts";
import type { Documents } from "../wire.ts";
import { escape, type Page } from "./html.ts";
import type { Store } from "../store.ts";
import { onePagePdf } from "./pdf.ts";
import { taxIdLines } from "./taxes.ts";
import { totalLines } from "./totals.ts";

type Invoice = Documents["invoice"];

/** An invoice as its hosted page shows it. */
export function invoicePage(store: Store, invoice: Invoice): Page {
  const lines = invoice.lines.data.map((line) => `
<tr><td>${escape(line.description ?? "")}<br><small>${
    escape(lineFacts(line).join(", "))
  }</small></td><td>${escape(displayMoney(line.amount, line.currency))}</td></tr>`);
  const totals = totalLines(invoice).map((line) => {
    const [what = "", amount = ""] = line.split("   ");
    return `<tr><th>${escape(what)}</th><th>${escape(amount)}</th></tr>`;
  });
  return {
    title: titleOf(invoice),
    body: `<div class="sheet">
<p>${facts(store, invoice).map(escape).join("<br>")}</p>
<table><thead><tr><th>Description</th><th>Amount</th></tr></thead><tbody>${lines.join("")}${
      totals.join("")
    }
</tbody></table>
<p><a href="${escape(invoice.invoice_pdf ?? "")}">Download the invoice as PDF</a></p></div>`,
  };
}

/** The same as a PDF of one page. */
export function invoicePdf(store: Store, invoice: Invoice): Response {
  const pdf = onePagePdf([
    titleOf(invoice),
    "",
    ...facts(store, invoice),
    "",
    ...invoice.lines.data.flatMap((line) => [
      `${line.description ?? ""}   ${displayMoney(line.amount, line.currency)}`,
      ...lineFacts(line).map((fact) => `    ${fact}`),
    ]),
    "",
    ...totalLines(invoice),
  ]);
  return new Response(pdf, {
    headers: {
      "content-type": "application/pdf",
      "content-disposition": `inline; filename="Invoice-${invoice.number ?? invoice.id}.pdf"`,
    },
  });
}

function titleOf(invoice: Invoice): string {
  return `Invoice ${invoice.number ?? "(draft)"}`;
}

/** What a line is of: when it is supplied, and what one of it costs before tax. */
function lineFacts(line: Invoice["lines"]["data"][number]): string[] {
  const [tax] = line.taxes ?? [];
  const net = tax?.tax_behavior === "inclusive" ? line.amount - tax.amount : line.amount;
  const quantity = line.quantity ?? 1;
  return [
    `Period: ${displayDate(line.period.start)} to ${displayDate(line.period.end)}`,
    ...(quantity === 0 ? [] : [
      `Unit price before tax: ${displayMoney(Math.round(net / quantity), line.currency)}`,
    ]),
  ];
}

function addressLine(address: Invoice["customer_address"]): string[] {
  const parts = [address?.line1, address?.line2, address?.postal_code, address?.city]
    .concat(address?.state, address?.country).filter((part) => part != null);
  return parts.length === 0 ? [] : [`Address: ${parts.join(", ")}`];
}

function facts(store: Store, invoice: Invoice): string[] {
  const { finalized_at, paid_at } = invoice.status_transitions;
  return [
    `From: ${invoice.account_name ?? ""}, ${billingSettings(store).account_address}`,
    `Billed to: ${invoice.customer_name ?? invoice.customer_email ?? invoice.customer ?? ""}`,
    ...addressLine(invoice.customer_address),
    ...taxIdLines(store, invoice),
    `Date: ${displayDate(finalized_at ?? invoice.created)}`,
    `Status: ${invoice.status ?? ""}${paid_at === null ? "" : ` on ${displayDate(paid_at)}`}`,
    `Amount due: ${displayMoney(invoice.amount_remaining, invoice.currency)}`,
  ];
}
