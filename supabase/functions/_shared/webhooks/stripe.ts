/** Stripe's webhooks (https://docs.stripe.com/webhooks). */
import Stripe from "stripe";
import { collectionFailure } from "../billing/dunning.ts";
import { declineOf, recordDecline } from "../billing/card-testing.ts";
import { eventMails } from "../billing/event-mails.ts";
import { eventTargets } from "../billing/events.ts";
import { isLiveKey, stripeClient } from "../billing/stripe.ts";
import type { ObjectType } from "../billing/fetch.ts";
import { syncObject } from "../billing/sync.ts";
import { rows } from "../database.ts";
import { env } from "../env.ts";
import { problem } from "../problem.ts";
import { recordGuestDecline } from "../shop/checkout/card-testing.ts";
import type { InboundAdapter } from "./adapter.ts";

/** The event, if any secret signed it. Each is tried: during a rotation Stripe signs with both. */
async function verified(
  raw: Uint8Array,
  signature: string,
  secrets: string[],
): Promise<Stripe.Event> {
  const body = new TextDecoder().decode(raw);
  let failure: unknown;
  for (const secret of secrets) {
    try {
      return await stripeClient().webhooks.constructEventAsync(body, signature, secret);
    } catch (error) {
      failure = error;
    }
  }
  if (failure instanceof Stripe.errors.StripeSignatureVerificationError) {
    throw problem("invalid_signature", { cause: failure });
  }
  throw problem("invalid_json", { cause: failure });
}

/** Whether a signed body has what we use of an event: anyone who holds the secret can sign anything. */
function isEvent(event: Stripe.Event | null): event is Stripe.Event {
  return typeof event?.id === "string" && typeof event.type === "string" &&
    typeof event.livemode === "boolean" && typeof event.data?.object === "object" &&
    event.data.object !== null;
}

/** Stripe as the inbox knows it. STRIPE_WEBHOOK_SECRET holds one secret or several, comma-separated. */
export const stripeWebhooks: InboundAdapter = {
  provider: "stripe",
  secrets: () => env("STRIPE_WEBHOOK_SECRET").split(",").map((secret) => secret.trim()),
  async verify(raw, headers, secrets) {
    const signature = headers.get("stripe-signature");
    if (signature === null) {
      throw problem("invalid_signature", { detail: "Stripe-Signature is missing." });
    }
    const event = await verified(raw, signature, secrets);
    if (!isEvent(event)) throw problem("invalid_json", { detail: "This is not a Stripe event." });
    if (event.livemode !== isLiveKey()) {
      throw problem("livemode_mismatch", {
        detail: `The event's livemode is ${event.livemode}, our key's is ${isLiveKey()}.`,
      });
    }
    return {
      deliveryKey: event.id,
      type: event.type,
      payload: event,
      targets: eventTargets(event),
    };
  },
  async handle({ admin }, event) {
    const tools = { admin, stripe: stripeClient() };
    for (const target of event.targets) {
      await syncObject(tools, target.type as ObjectType, target.id, target.seq);
    }
    const failure = collectionFailure(event.payload as Stripe.Event);
    if (failure !== undefined) await rows(admin.rpc("dunning_failed", failure));
    const decline = declineOf(event.payload as Stripe.Event);
    if (decline !== undefined) await recordDecline(admin, decline);
    await recordGuestDecline(admin, event.payload as Stripe.Event);
    // After the rows, which name the plan and the workspace.
    for (const mail of eventMails(event.payload as Stripe.Event)) {
      await rows(admin.rpc("billing_mail", {
        template: mail.template,
        stripe_customer_id: mail.customerId,
        stripe_subscription_id: mail.subscriptionId as string,
        props: mail.props as never,
        dedupe_key: mail.dedupeKey,
      }));
    }
  },
};
