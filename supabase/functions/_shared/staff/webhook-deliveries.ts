/** What was told to endpoints, as staff see it: which events, how it went, and sending them anew. */
import * as z from "zod";
import { type Db, rows } from "../database.ts";
import { Id, Ids, idsOrFilter, Moment, mostAtOnce, Reason } from "./fields.ts";

export const DeliveryState = z.enum(["pending", "delivered", "failed"]);

/** A filter as a query and a body have it. Times are ISO 8601 with an offset. */
export const DeliveryFilter = z.strictObject({
  endpoint_id: z.guid().optional(),
  /** `webhook-id`, as the receiver saw it. */
  event_id: z.string().min(1).max(60).optional(),
  type: z.string().min(1).max(60).optional(),
  state: DeliveryState.optional(),
  since: Moment.optional(),
  until: Moment.optional(),
});

/** An event for an endpoint, and what became of it. */
export const Delivery = z.object({
  id: Id,
  endpoint_id: z.guid(),
  event_id: z.string(),
  type: z.string(),
  /** The body: {type, timestamp, data}. */
  payload: z.record(z.string(), z.unknown()),
  state: DeliveryState,
  /** Since it was written or replayed last. */
  attempts: z.int(),
  replays: z.int(),
  /** HTTP status of the last answer; null when there was none. */
  last_status: z.int().nullable(),
  last_error: z.string().nullable(),
  /** The first 300 characters of the last answer that was no success. */
  last_excerpt: z.string().nullable(),
  /** Why staff replayed it last. */
  note: z.string().nullable(),
  created_at: z.string(),
  last_attempt_at: z.string().nullable(),
  finished_at: z.string().nullable(),
});

export const DeliveryPage = z.object({
  deliveries: z.array(Delivery),
  /** What `cursor` is for the next page; null on the last one. */
  next_cursor: z.string().nullable(),
});

/** What to send: ended deliveries anew, some by their ids or those of a filter; or a test. */
export const Sending = z.discriminatedUnion("action", [
  z.strictObject({ action: z.literal("ping"), reason: Reason, endpoint_id: z.guid() }),
  idsOrFilter(z.strictObject({
    action: z.literal("replay"),
    reason: Reason,
    ids: Ids.optional(),
    filter: DeliveryFilter.optional(),
    /** Of a filter, the newest so many. */
    most: z.int().min(1).max(mostAtOnce).default(100),
  })),
]);

export const Sent = z.object({
  deliveries: z.array(z.object({ id: Id, state_before: z.enum(["new", "delivered", "failed"]) })),
});

/**
 * Sends a test, or deliveries anew: in the order in which they happened, under the ids they had.
 *
 * @param cause the request: repeated, it is answered with what it did
 */
export async function send(
  admin: Db,
  staff: string,
  sending: z.output<typeof Sending>,
  cause: string,
): Promise<z.infer<typeof Sent>> {
  const { reason } = sending;
  if (sending.action === "ping") {
    const { endpoint_id } = sending;
    return await rows(
      admin.rpc("staff_webhook_ping", { staff, reason, endpoint_id, cause }),
    ) as z.infer<typeof Sent>;
  }
  const { ids, filter, most } = sending;
  return await rows(admin.rpc("staff_webhook_resend", {
    staff,
    reason,
    ids: (ids ?? null) as number[],
    filter: (filter ?? {}) as Record<string, string>,
    most,
    cause,
  })) as z.infer<typeof Sent>;
}
