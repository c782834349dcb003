import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { invalid, notImplemented, StripeProblem } from "../errors.ts";
import { newId } from "../ids.ts";
import { operation, type Reaction, type Resource } from "../resource.ts";
import type { Documents } from "../wire.ts";
import { customerOf } from "./customers.ts";
import { intentOf } from "./invoice-states.ts";
import { confirmIntent } from "./payment-intent-states.ts";
import { confirmSetup, newSetupIntent } from "./setup-intents.ts";
import { hasEnded } from "./subscription-endings.ts";
import type { Subscription } from "./subscription-object.ts";
import { type CardForm, cardFrom } from "./typed-cards.ts";

export type PortalSession = Documents["billing_portal.session"];
type Params = Stripe.BillingPortal.SessionCreateParams;

/** The account's only configuration. */
const configuration = "bpc_default";

const create = operation<Params>(
  "POST /v1/billing_portal/sessions",
  [
    "customer",
    "configuration",
    "flow_data.after_completion.redirect.return_url",
    "flow_data.after_completion.type",
    "flow_data.type",
    "return_url",
  ],
  (call, params) => {
    if (params.customer === undefined) {
      throw invalid("Missing required param: customer.", {
        code: "parameter_missing",
        param: "customer",
      });
    }
    if (params.configuration !== undefined && params.configuration !== configuration) {
      throw invalid(`No such configuration: '${params.configuration}'`, {
        code: "resource_missing",
        param: "configuration",
      });
    }
    const id = newId("bps");
    return call.create({
      id,
      object: "billing_portal.session",
      configuration,
      created: call.now(),
      customer: customerOf(call, params.customer).id,
      customer_account: null,
      flow: flowOf(params.flow_data),
      livemode: false,
      locale: null,
      on_behalf_of: null,
      return_url: params.return_url ?? null,
      url: `${call.url}/portal/${id}`,
    });
  },
);

function flowOf(given: Params["flow_data"]): PortalSession["flow"] {
  if (given === undefined) return null;
  if (given.type !== "payment_method_update") {
    throw notImplemented(`the flow "${given.type}"`, "flow_data[type]");
  }
  const { type = "portal_homepage", redirect } = given.after_completion ?? {};
  if (type === "redirect" && redirect === undefined) {
    throw invalid("Missing required param: flow_data[after_completion][redirect].", {
      param: "flow_data[after_completion][redirect]",
    });
  }
  return {
    after_completion: { hosted_confirmation: null, redirect: redirect ?? null, type },
    customer_update: null,
    subscription_cancel: null,
    subscription_pause: null,
    subscription_update: null,
    subscription_update_confirm: null,
    type: "payment_method_update",
  };
}

/**
 * Sets up the card that a customer has typed in the portal. Returns where to pass a 3-D Secure step,
 * or null; throws the card error where the bank refuses the card.
 */
export function changeCard(call: Call, session: PortalSession, typed: CardForm): string | null {
  const card = cardFrom(call, typed);
  const intent = call.create(newSetupIntent(call, session.customer), "setup_intent.created");
  call.store.hide(`portal of ${intent.id}`, session.id);
  const asked = confirmSetup(call, intent, {
    paymentMethod: card.id,
    returnUrl: `${session.url}/return`,
  });
  return asked.next_action?.redirect_to_url?.url ?? null;
}

/**
 * A card that was set up in the portal becomes the customer's default, and that of the subscriptions
 * that had one of their own. What is past due is tried again with it, which does not count as one
 * of the automatic attempts.
 */
const reactions: Reaction[] = [{
  to: "setup_intent.succeeded",
  run(call, id) {
    if (call.store.hidden<string>(`portal of ${id}`) === undefined) return;
    const { customer: owner, payment_method: method } = call.need("setup_intent", id);
    if (owner === null || method === null) throw new Error(`${id} has set up no card`);
    const customer = call.need("customer", owner);
    call.update(customer, {
      invoice_settings: { ...customer.invoice_settings, default_payment_method: method },
    }, "customer.updated");
    for (const subscription of liveSubscriptions(call, owner)) {
      if (subscription.default_payment_method !== null) {
        const changes = { default_payment_method: method };
        call.update(subscription, changes, "customer.subscription.updated");
      }
      if (subscription.status === "past_due") payLatest(call, subscription, method);
    }
  },
}];

/** A customer's subscriptions that have begun and not ended, newest first. */
export function liveSubscriptions(call: Call, customer: string): Subscription[] {
  return call.store.all("subscription", { customer })
    .filter((one) => !hasEnded(one) && one.status !== "incomplete");
}

function payLatest(call: Call, { latest_invoice: latest }: Subscription, method: string): void {
  const invoice = call.need("invoice", latest ?? "");
  const intent = invoice.status === "open" ? intentOf(call, invoice) : undefined;
  if (intent === undefined) return;
  try {
    confirmIntent(call, intent, { paymentMethod: method, offSession: true, automatic: true });
  } catch (error) {
    // The card is saved all the same; the invoice stays open, as after any declined attempt.
    if (!(error instanceof StripeProblem && error.keepsChanges)) throw error;
  }
}

export const billingPortalSessions: Resource = {
  kinds: ["billing_portal.session"],
  operations: [create],
  reactions,
};
