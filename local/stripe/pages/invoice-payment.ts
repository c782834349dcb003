import { StripeProblem } from "../errors.ts";
import { intentOf } from "../resources/invoice-states.ts";
import { confirmIntent } from "../resources/payment-intent-states.ts";
import { cardFrom } from "../resources/typed-cards.ts";
import { alert, cardFields, readForm, testCardHelp } from "./forms.ts";
import { escape, html } from "./html.ts";
import { invoicePage } from "./invoice.ts";
import type { PageParts } from "./pages.ts";

/** An invoice's page: where it is open, with the step that its payment waits for. */
export function showInvoice(
  { api }: PageParts,
  id: string,
  message?: string,
  status = 200,
): Response | undefined {
  return api.work((call) => {
    const invoice = call.store.get("invoice", id);
    if (invoice === undefined) return undefined;
    const { title, body } = invoicePage(call.store, invoice);
    if (invoice.status !== "open") return html({ title, body }, status);
    const intent = intentOf(call, invoice);
    const step = intent?.status === "requires_action"
      ? `<p>Your bank wants to know that it is you.
<a href="/authenticate/${escape(intent.id)}">Confirm the payment</a></p>`
      : "";
    return html({
      title,
      body: `${body}<section class="sheet" aria-labelledby="pay"><h2 id="pay">Pay this invoice</h2>
${alert(message)}${step}
<form method="post" action="/invoices/${escape(id)}/pay">${cardFields(new Map())}
<button>Pay</button></form>${testCardHelp()}</section>`,
    }, status);
  });
}

/** Pays an open invoice: 303 to its page or to the 3-D Secure step, 402 where the card is declined. */
export async function payInvoice(
  request: Request,
  parts: PageParts,
  id: string,
): Promise<Response | undefined> {
  const form = await readForm(request);
  try {
    return parts.api.work((call) => {
      const invoice = call.store.get("invoice", id);
      if (invoice === undefined) return undefined;
      const intent = invoice.status === "open" ? intentOf(call, invoice) : undefined;
      if (intent === undefined) return to(`/invoices/${id}`);
      const card = cardFrom(call, {
        number: form.get("card_number") ?? "",
        expiry: form.get("expiry"),
      });
      const asked = confirmIntent(call, intent, {
        paymentMethod: card.id,
        offSession: false,
        returnUrl: `${call.url}/invoices/${id}`,
      });
      return to(asked.next_action?.redirect_to_url?.url ?? `/invoices/${id}`);
    });
  } catch (error) {
    if (!(error instanceof StripeProblem)) throw error;
    return showInvoice(parts, id, error.message, error.status);
  }
}

function to(location: string): Response {
  return new Response(null, { status: 303, headers: { location } });
}
