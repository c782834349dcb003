import * as z from "zod";
import { wakeJobs } from "../_shared/background.ts";
import { rows } from "../_shared/database.ts";
import { endpoint, methods } from "../_shared/endpoint.ts";
import { idForSubject } from "../_shared/idempotency.ts";
import { given, pageOf, pageQuery } from "../_shared/staff/fields.ts";
import {
  DeliveryFilter,
  DeliveryPage,
  send,
  Sending,
  Sent,
} from "../_shared/staff/webhook-deliveries.ts";

/** Webhooks out, for staff: what was told to whom, sending it anew, and a test. */
export default methods(
  endpoint(
    {
      summary: "List what was told to webhook endpoints, newest first.",
      method: "GET",
      auth: "staff",
      limit: "read",
      query: z.strictObject({ ...DeliveryFilter.shape, ...pageQuery }),
      reply: DeliveryPage,
      problems: [],
    },
    async ({ query: { cursor, page_size, ...filter }, db }) =>
      await rows(db.rpc("webhook_deliveries_page", {
        filter: given(filter),
        ...pageOf({ cursor, page_size }),
      })) as z.infer<typeof DeliveryPage>,
  ),
  endpoint({
    summary: "Send deliveries anew, or a test to an endpoint.",
    method: "POST",
    auth: "staff",
    elevated: "sends what belongs to no user; the RPC asks for staff as well",
    limit: "write",
    idempotent: true,
    body: Sending,
    reply: Sent,
    problems: ["webhook_endpoint_not_found"],
  }, async ({ body, user, admin, subject }) => {
    const sent = await send(admin, user.id, body, await idForSubject(subject));
    wakeJobs();
    return sent;
  }),
);
