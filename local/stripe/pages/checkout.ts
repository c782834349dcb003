import { StripeProblem } from "../errors.ts";
import { type CheckoutForm, submit } from "../resources/checkout-payment.ts";
import { withTaxDetails } from "../resources/checkout-taxes.ts";
import { typeCode } from "../resources/checkout-discounts.ts";
import type { CheckoutSession } from "../resources/checkout-session-object.ts";
import { checkoutBody, titleOf } from "./checkout-form.ts";
import { readTaxForm } from "./checkout-tax-fields.ts";
import { readForm } from "./forms.ts";
import { escape, html } from "./html.ts";
import type { PageParts } from "./pages.ts";

/** Answers `GET` and `POST` of a session's page; undefined where there is no such. */
export async function checkoutPage(
  request: Request,
  parts: PageParts,
  id: string,
  step: string | undefined,
): Promise<Response | undefined> {
  const session = parts.api.work((call) => call.store.get("checkout.session", id));
  if (session === undefined) return undefined;
  switch (`${request.method} ${step ?? ""}`) {
    case "GET ":
      return show(parts, session);
    case "GET return":
      return comeBack(parts, session);
    case "POST promotion":
      return promote(parts, id, await readForm(request));
    case "POST tax":
      return count(parts, id, await readForm(request));
    case "POST pay":
      return pay(parts, id, await readForm(request));
    default:
      return undefined;
  }
}

/** The page as a session's state wants it: a form, or why there is none. */
function show(
  parts: PageParts,
  session: CheckoutSession,
  form: ReadonlyMap<string, string> = new Map(),
  message?: string,
  status = 200,
): Response {
  if (session.status === "complete") {
    return html({
      title: "This is paid already",
      body: `<div class="sheet"><p>This checkout is complete: you have not been charged again.</p>
<p><a href="${escape(successUrl(session))}">Continue</a></p></div>`,
    }, status);
  }
  if (session.status === "expired") {
    const back = session.cancel_url === null
      ? ""
      : `<p><a href="${escape(session.cancel_url)}">Go back</a></p>`;
    return html({
      title: "This checkout has expired",
      body: `<div class="sheet"><p>Nothing was charged. Start again where you came from.</p>
${back}</div>`,
    }, status === 200 ? 410 : status);
  }
  const body = checkoutBody(parts, session, form, message);
  return html({ title: titleOf(session), body, wide: true }, status);
}

/**
 * Pays: 303 to the success page or to the 3-D Secure step; 402 with the page where the card is
 * declined, 400 where the form lacks something; 409 where it was paid already, 410 where it expired.
 */
function pay(parts: PageParts, id: string, form: Map<string, string>): Response {
  try {
    // One transaction: of two that come at once, the second finds the session complete.
    const answer = parts.api.work((call) => {
      const session = call.need("checkout.session", id);
      return session.status === "open" ? submit(call, session, readCheckout(form)) : session;
    });
    if (!("session" in answer)) return show(parts, answer, form, undefined, closedStatus(answer));
    return redirect(answer.authenticateAt ?? successUrl(answer.session));
  } catch (error) {
    if (!(error instanceof StripeProblem)) throw error;
    const session = parts.api.work((call) => call.need("checkout.session", id));
    return show(parts, session, form, error.message, error.status);
  }
}

/** Takes a promotion code: 303 to the page with the new amounts, 400 where the code does not count. */
function promote(parts: PageParts, id: string, form: Map<string, string>): Response {
  try {
    parts.api.work((call) => {
      const session = call.need("checkout.session", id);
      if (session.status === "open") typeCode(call, session, form.get("promotion_code") ?? "");
    });
    return redirect(`/checkout/${id}`);
  } catch (error) {
    if (!(error instanceof StripeProblem)) throw error;
    const session = parts.api.work((call) => call.need("checkout.session", id));
    return show(parts, session, form, error.message, error.status);
  }
}

/** Takes where the customer is and his tax id: 303 to the page with the new amounts, else 400. */
function count(parts: PageParts, id: string, form: Map<string, string>): Response {
  try {
    parts.api.work((call) => {
      const session = call.need("checkout.session", id);
      if (session.status === "open") withTaxDetails(call, session, readTaxForm(form));
    });
    return redirect(`/checkout/${id}`);
  } catch (error) {
    if (!(error instanceof StripeProblem)) throw error;
    const session = parts.api.work((call) => call.need("checkout.session", id));
    return show(parts, session, form, error.message, error.status);
  }
}

function closedStatus({ status }: CheckoutSession): number {
  return status === "complete" ? 409 : 410;
}

/** After the 3-D Secure step: on to the success page, or the form with what the bank said. */
function comeBack(parts: PageParts, session: CheckoutSession): Response {
  if (session.status !== "open") {
    return session.status === "complete" ? redirect(successUrl(session)) : show(parts, session);
  }
  const message = parts.api.work((call) => {
    const intent = call.store.hidden<{ made: { intent?: string } }>(session.id)?.made.intent ?? "";
    return call.store.get("payment_intent", intent)?.last_payment_error?.message ??
      call.store.get("setup_intent", intent)?.last_setup_error?.message;
  });
  return show(parts, session, new Map(), message ?? "The payment is not complete.", 402);
}

function successUrl({ id, success_url }: CheckoutSession): string {
  return (success_url ?? "").replaceAll("{CHECKOUT_SESSION_ID}", id)
    .replaceAll("%7BCHECKOUT_SESSION_ID%7D", id);
}

function redirect(location: string): Response {
  return new Response(null, { status: 303, headers: { location } });
}

function readCheckout(form: ReadonlyMap<string, string>): CheckoutForm {
  const text = (name: string) => form.get(name)?.trim() || undefined;
  const line1 = text("line1");
  return {
    card: { number: form.get("card_number") ?? "", expiry: text("expiry") },
    iban: text("iban"),
    email: text("email"),
    name: text("name"),
    shipping: line1 === undefined ? null : {
      address: {
        city: text("city") ?? null,
        country: text("country") ?? null,
        line1,
        line2: text("line2") ?? null,
        postal_code: text("postal_code") ?? null,
        state: text("state") ?? null,
      },
      name: text("shipping_name") ?? text("name") ?? "",
    },
    shippingRate: text("shipping_rate"),
    promotionCode: text("promotion_code"),
    tax: readTaxForm(form),
  };
}
