import { z } from "zod";
import { rows } from "../database.ts";
import type { InboundAdapter, StoredEvent } from "../webhooks/adapter.ts";
import { dbOfEvent } from "../webhooks/event-db.ts";
import { stripeWebhooks } from "../webhooks/stripe.ts";
import { jobKind, succeeded } from "./kind.ts";

const adapters: Record<string, InboundAdapter> = { stripe: stripeWebhooks };

/** Does what a stored event asks for. */
export const webhookHandle = jobKind({
  schema: z.object({ event: z.int() }),
  timeoutMs: 60_000,
  async handle({ admin }, { event: storedId }) {
    const event = await rows(admin.rpc("webhook_event", { stored_id: storedId })) as
      | (StoredEvent & { provider: string })
      | null;
    // Only retention removes events, and only handled ones.
    if (event === null) return succeeded;
    const adapter = adapters[event.provider];
    if (adapter === undefined) {
      return { outcome: "fatal", reason: `no adapter for ${event.provider}` };
    }
    await adapter.handle({ admin: dbOfEvent(storedId) }, event);
    await rows(admin.rpc("webhook_event_handled", { stored_id: storedId }));
    return succeeded;
  },
});
