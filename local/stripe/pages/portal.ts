import type { Call } from "../call.ts";
import { invalid, StripeProblem } from "../errors.ts";
import {
  changeCard,
  liveSubscriptions,
  type PortalSession,
} from "../resources/billing-portal-sessions.ts";
import { scheduledEnd } from "../resources/subscription-endings.ts";
import { periodEnd, type Subscription } from "../resources/subscription-object.ts";
import { readForm } from "./forms.ts";
import { html } from "./html.ts";
import type { PageParts } from "./pages.ts";
import { portalBody } from "./portal-body.ts";

/** What the page says after a form, by the word in its address. */
const notices: Record<string, string> = {
  card: "Your card is saved.",
  canceled: "Your plan will end with the period that you have paid for.",
  kept: "Your plan goes on.",
};

/** Answers `GET` and the forms of a portal session; undefined where there is no such. */
export async function portalPage(
  request: Request,
  { api }: PageParts,
  id: string,
  step: string | undefined,
): Promise<Response | undefined> {
  const session = api.work((call) => call.store.get("billing_portal.session", id));
  if (session === undefined) return undefined;
  const show = (said: { message?: string; notice?: string | undefined }, status = 200) =>
    html({
      title: session.flow === null ? "Your billing" : "Update your card",
      body: api.work((call) => portalBody(call, session, said)),
    }, status);
  const attempt = (run: (call: Call) => Response): Response => {
    try {
      return api.work(run);
    } catch (error) {
      if (!(error instanceof StripeProblem)) throw error;
      return show({ message: error.message }, error.status);
    }
  };

  const { searchParams } = new URL(request.url);
  switch (`${request.method} ${step ?? ""}`) {
    case "GET ":
      return show({ notice: notices[searchParams.get("notice") ?? ""] });
    case "GET return":
      return afterAuthentication(session, api.work((call) => setupOf(call, searchParams)), show);
    case "POST card": {
      const form = await readForm(request);
      const card = { number: form.get("card_number") ?? "", expiry: form.get("expiry") };
      return attempt((call) => to(changeCard(call, session, card) ?? afterCard(session)));
    }
    case "POST cancel": {
      const form = await readForm(request);
      return attempt((call) => endAtPeriodEnd(call, session, form.get("subscription"), true));
    }
    case "POST keep": {
      const form = await readForm(request);
      return attempt((call) => endAtPeriodEnd(call, session, form.get("subscription"), false));
    }
    default:
      return undefined;
  }
}

function setupOf(call: Call, query: URLSearchParams) {
  return call.store.get("setup_intent", query.get("setup_intent") ?? "");
}

function afterAuthentication(
  session: PortalSession,
  intent: ReturnType<typeof setupOf>,
  show: (said: { message: string }, status: number) => Response,
): Response {
  if (intent?.status === "succeeded") return to(afterCard(session));
  return show({ message: intent?.last_setup_error?.message ?? "The card was not saved." }, 402);
}

/** Where a customer goes who has changed the card: on, where that is all he came for. */
function afterCard({ url, flow }: PortalSession): string {
  return flow?.after_completion.redirect?.return_url ?? `${url}?notice=card`;
}

/**
 * The portal ends a subscription of flexible billing by `cancel_at`, the end of its period, and leaves
 * `cancel_at_period_end` false.
 */
function endAtPeriodEnd(
  call: Call,
  session: PortalSession,
  id: string | undefined,
  ends: boolean,
): Response {
  const live = liveSubscriptions(call, session.customer);
  const subscription: Subscription | undefined = live.find((one) => one.id === id);
  if (subscription === undefined) {
    throw invalid("This plan is not yours, or has ended.", { param: "subscription" });
  }
  const changes = scheduledEnd(call, subscription, undefined, ends ? periodEnd(subscription) : "");
  call.update(subscription, changes, "customer.subscription.updated");
  return to(`${session.url}?notice=${ends ? "canceled" : "kept"}`);
}

function to(location: string): Response {
  return new Response(null, { status: 303, headers: { location } });
}
