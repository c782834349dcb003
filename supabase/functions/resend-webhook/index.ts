import * as z from "zod";
import { endpoint } from "../_shared/endpoint.ts";
import { receive } from "../_shared/webhooks/receive.ts";
import { resendWebhooks } from "../_shared/webhooks/resend.ts";

/** Resend's events (https://resend.com/docs/dashboard/webhooks): stored, then acknowledged, then handled by a job. */
export default endpoint({
  summary: "Resend delivers an event: a bounce, a complaint, a delivery.",
  method: "POST",
  auth: "signature",
  signatureHeader: "svix-signature",
  elevated: "stores events in the inbox; the caller is Resend, by its signature",
  limit: "none",
  reply: z.object({ received: z.literal(true) }),
  problems: ["invalid_signature", "invalid_json"],
}, async ({ admin, raw, request }) => {
  await receive(resendWebhooks, admin, raw, request.headers);
  return { received: true as const };
});
