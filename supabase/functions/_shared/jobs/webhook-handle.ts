import * as z from "zod";
import { rows } from "../database.ts";
import type { InboundAdapter } from "../webhooks/adapter.ts";
import { dbOfEvent } from "../webhooks/event-db.ts";
import { resendWebhooks } from "../webhooks/resend.ts";
import { stripeWebhooks } from "../webhooks/stripe.ts";
import { jobKind, succeeded } from "./kind.ts";

const adapters: Record<string, InboundAdapter> = {
  resend: resendWebhooks,
  stripe: stripeWebhooks,
};

interface Stored {
  provider: string;
  delivery_key: string;
  type: string;
  payload: unknown;
  targets: { type: string; id: string; seq: number }[];
}

/** Does what a stored event asks for. */
export const webhookHandle = jobKind({
  schema: z.object({ event: z.int() }),
  timeoutMs: 60_000,
  async handle({ admin }, { event: storedId }) {
    const event = await rows(admin.rpc("webhook_event", { stored_id: storedId })) as Stored | null;
    // Only retention removes events, and only handled ones.
    if (event === null) return succeeded;
    const adapter = adapters[event.provider];
    if (adapter === undefined) {
      return { outcome: "fatal", reason: `no adapter for ${event.provider}` };
    }
    await adapter.handle({ admin: dbOfEvent(storedId) }, {
      deliveryKey: event.delivery_key,
      type: event.type,
      payload: event.payload,
      targets: event.targets,
    });
    await rows(admin.rpc("webhook_event_handled", { stored_id: storedId }));
    return succeeded;
  },
});
