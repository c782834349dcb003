import type { Call } from "../call.ts";
import { StripeProblem } from "../errors.ts";
import { invoiceOf } from "../resources/invoice-states.ts";
import { authenticateIntent } from "../resources/payment-intent-states.ts";
import { authenticateSetup } from "../resources/setup-intents.ts";
import type { Store } from "../store.ts";
import { html } from "./html.ts";
import type { PageParts } from "./pages.ts";

/** The 3-D Secure step of an intent, as a bank would show it; undefined where there is no such. */
export function authenticationForm(store: Store, id: string): Response | undefined {
  const intent = store.get("payment_intent", id) ?? store.get("setup_intent", id);
  if (intent === undefined) return undefined;
  if (intent.status !== "requires_action") {
    return html({ title: "Nothing to do", body: "<p>This payment needs no authentication.</p>" });
  }
  return html({
    title: "3-D Secure",
    body: `<div class="sheet"><p>Your bank wants to know that it is you.</p>
<form method="post" class="actions">
<button name="outcome" value="pass">Complete authentication</button>
<button name="outcome" value="fail" class="quiet">Fail authentication</button>
</form></div>`,
  });
}

/**
 * Ends the step as the form said and goes back to where the intent's caller wanted, with the
 * intent's id and secret as Stripe adds them.
 */
export function answerAuthentication(
  { store, api }: PageParts,
  id: string,
  outcome: string | null,
): Response | undefined {
  const before = store.get("payment_intent", id) ?? store.get("setup_intent", id);
  if (before === undefined) return undefined;
  if (outcome !== "pass" && outcome !== "fail") {
    return html({ title: "Bad form", body: "<p>outcome must be pass or fail.</p>" }, 400);
  }
  try {
    api.work((call) => authenticate(call, id, outcome === "pass"));
  } catch (error) {
    if (!(error instanceof StripeProblem)) throw error;
    // Pressed twice: on to where the first press has led.
    const session = store.hidden<string>(`checkout of ${id}`);
    if (session !== undefined) {
      return new Response(null, {
        status: 303,
        headers: { location: `/checkout/${session}/return` },
      });
    }
    return html({ title: "Nothing to do", body: "<p>The step is over already.</p>" }, 409);
  }
  const back = before.next_action?.redirect_to_url?.return_url;
  if (back == null) {
    const invoice = api.work((call) => invoiceOf(call, id));
    if (invoice?.hosted_invoice_url != null) {
      return Response.redirect(invoice.hosted_invoice_url, 303);
    }
    return html({ title: "Done", body: "<p>You can close this page.</p>" });
  }
  const url = new URL(back);
  url.searchParams.set(before.object, id);
  url.searchParams.set(`${before.object}_client_secret`, before.client_secret ?? "");
  return Response.redirect(url, 303);
}

function authenticate(call: Call, id: string, passed: boolean): void {
  const payment = call.store.get("payment_intent", id);
  if (payment !== undefined) authenticateIntent(call, payment, passed);
  else authenticateSetup(call, call.need("setup_intent", id), passed);
}
