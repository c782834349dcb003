import * as z from "zod";
import { sendDelivery } from "../webhooks-out/send.ts";
import { jobKind } from "./kind.ts";

/** Tells an event to an endpoint. */
export const webhookSend = jobKind({
  schema: z.object({ delivery_id: z.int() }),
  timeoutMs: 30_000,
  handle: ({ admin }, { delivery_id }) => sendDelivery({ admin }, delivery_id),
});
