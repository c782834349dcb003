import { displayDate, displayMoney } from "../billing/display.ts";
import type { Call } from "../call.ts";
import { liveSubscriptions, type PortalSession } from "../resources/billing-portal-sessions.ts";
import { methodFor } from "../resources/invoice-collection.ts";
import { periodEnd, type Subscription } from "../resources/subscription-object.ts";
import { alert, cardFields, testCardHelp } from "./forms.ts";
import { escape } from "./html.ts";

/** How many invoices the page lists. */
const shownInvoices = 24;

/** The plans, the card and the invoices of a portal session's customer; the card alone in its flow. */
export function portalBody(
  call: Call,
  session: PortalSession,
  { message, notice }: { message?: string; notice?: string | undefined },
): string {
  const back = session.return_url === null
    ? ""
    : `<p><a href="${escape(session.return_url)}">← Back</a></p>`;
  const said = `${alert(message)}${
    notice === undefined ? "" : `<p class="notice" role="status">${escape(notice)}</p>`
  }`;
  if (session.flow !== null) return `${back}${said}${cardSection(call, session)}`;
  return `${back}${said}${plansSection(call, session)}${cardSection(call, session)}
${invoicesSection(call, session)}`;
}

function plansSection(call: Call, session: PortalSession): string {
  const plans = liveSubscriptions(call, session.customer).map((one) => plan(call, session, one));
  return `<section class="sheet" aria-labelledby="plans"><h2 id="plans">Your plan</h2>
${plans.join("") || '<p class="soft">You have no plan.</p>'}</section>`;
}

function plan(call: Call, session: PortalSession, subscription: Subscription): string {
  const names = subscription.items.data.map(({ price, quantity }) => {
    const name = call.store.get("product", price.product)?.name ?? price.product;
    const amount = displayMoney((price.unit_amount ?? 0) * (quantity ?? 1), price.currency);
    return `${name}: ${amount} per ${price.recurring?.interval ?? "period"}`;
  });
  const ends = subscription.cancel_at;
  const dates = ends === null
    ? `Renews on ${displayDate(periodEnd(subscription))}`
    : `Ends on ${displayDate(ends)}`;
  const button = ends === null
    ? { step: "cancel", text: "Cancel plan" }
    : { step: "keep", text: "Keep plan" };
  return `<div class="field"><p><strong>${names.map(escape).join("<br>")}</strong><br>
<span class="soft">${escape(dates)} · ${escape(subscription.status.replaceAll("_", " "))}</span></p>
<form method="post" action="/portal/${session.id}/${button.step}">
<input type="hidden" name="subscription" value="${subscription.id}">
<button class="quiet">${button.text}</button></form></div>`;
}

function cardSection(call: Call, session: PortalSession): string {
  const customer = call.store.get("customer", session.customer);
  const [subscription] = liveSubscriptions(call, session.customer);
  const id = subscription === undefined
    ? customer?.invoice_settings.default_payment_method
    : methodFor(call, subscription);
  const card = call.store.get("payment_method", id ?? "")?.card;
  const current = card == null
    ? "You have no card on file."
    : `${card.brand} •••• ${card.last4}, expires ${
      String(card.exp_month).padStart(2, "0")
    } / ${card.exp_year}`;
  return `<section class="sheet" aria-labelledby="card"><h2 id="card">Payment method</h2>
<p>${escape(current)}</p>
<form method="post" action="/portal/${session.id}/card">
${cardFields(new Map())}
<button>Save new card</button></form>
${testCardHelp()}</section>`;
}

function invoicesSection(call: Call, { customer }: PortalSession): string {
  const invoices = call.store.all("invoice", { customer })
    .filter(({ status }) => status !== "draft").slice(0, shownInvoices);
  const rows = invoices.map((invoice) => {
    const page = escape(invoice.hosted_invoice_url ?? "");
    return `<tr><td><a href="${page}">${escape(invoice.number ?? "")}</a></td>
<td>${escape(displayDate(invoice.created))}</td>
<td>${escape(invoice.status ?? "")}</td>
<td>${escape(displayMoney(invoice.total, invoice.currency))}</td>
<td><a href="${escape(invoice.invoice_pdf ?? "")}" aria-label="PDF of invoice ${
      escape(invoice.number ?? "")
    }">PDF</a></td></tr>`;
  });
  return `<section class="sheet" aria-labelledby="invoices"><h2 id="invoices">Invoices</h2>
<div class="scroll"><table><thead><tr><th>Number</th><th>Date</th><th>Status</th><th>Total</th>
<th>File</th></tr></thead><tbody>${rows.join("")}</tbody></table></div></section>`;
}
