import * as z from "zod";
import { wakeJobs } from "../_shared/background.ts";
import { rows } from "../_shared/database.ts";
import { endpoint, methods } from "../_shared/endpoint.ts";
import { idForSubject } from "../_shared/idempotency.ts";
import { given, NumberInQuery, pageOf, pageQuery } from "../_shared/staff/fields.ts";
import {
  EventDetail,
  EventFilter,
  EventPage,
  Replay,
  Replayed,
  replayEvents,
} from "../_shared/staff/webhook-events.ts";

/** The webhook inbox, for staff: list it, look into one event, handle events anew. */
export default methods(
  endpoint({
    summary: "List what providers sent, or with `id` look into one event.",
    method: "GET",
    auth: "staff",
    elevated: "reads the inbox, which belongs to no user; the RPC asks for staff as well",
    limit: "read",
    query: z.strictObject({
      ...EventFilter.shape,
      ...pageQuery,
      /** One event instead: with its payload, its objects, and what its handling changed. */
      id: NumberInQuery.optional(),
    }),
    reply: z.union([EventPage, z.object({ event: EventDetail })]),
    problems: ["not_found"],
  }, async ({ query: { id, cursor, page_size, ...filter }, user, admin }) => {
    if (id !== undefined) {
      const event = await rows(
        admin.rpc("staff_webhook_event", { staff: user.id, stored_id: Number(id) }),
      ) as z.infer<typeof EventDetail>;
      return { event };
    }
    return await rows(admin.rpc("staff_webhook_events", {
      staff: user.id,
      filter: given(filter),
      ...pageOf({ cursor, page_size }),
    })) as z.infer<typeof EventPage>;
  }),
  endpoint({
    summary: "Handle stored events anew.",
    method: "POST",
    auth: "staff",
    elevated: "replays events, which belong to no user; the RPC asks for staff as well",
    limit: "write",
    idempotent: true,
    body: Replay,
    reply: Replayed,
    problems: [],
  }, async ({ body, user, admin, subject }) => {
    const replayed = await replayEvents(admin, user.id, body, await idForSubject(subject));
    wakeJobs();
    return replayed;
  }),
);
