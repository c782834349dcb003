/** The inbox as staff see it: what came, what it changed, and handling it anew. */
import * as z from "zod";
import { type Db, rows } from "../database.ts";
import { Id, Ids, idsOrFilter, Moment, mostAtOnce, Reason } from "./fields.ts";

export const EventState = z.enum(["handled", "unhandled", "dead", "discarded"]);

/** A filter as a query and a body have it. Times are ISO 8601 with an offset. */
export const EventFilter = z.strictObject({
  provider: z.string().min(1).max(40).optional(),
  type: z.string().min(1).max(100).optional(),
  state: EventState.optional(),
  since: Moment.optional(),
  until: Moment.optional(),
});

/** An event as a list shows it. */
export const EventLine = z.object({
  id: Id,
  provider: z.string(),
  /** The provider's own id. */
  event_id: z.string(),
  type: z.string(),
  state: EventState,
  received_at: z.string(),
  handled_at: z.string().nullable(),
  /** Why staff replayed it last. */
  note: z.string().nullable(),
});

const Row = z.record(z.string(), z.unknown()).nullable();

/** An event with all that we know of it. */
export const EventDetail = EventLine.extend({
  payload: z.unknown(),
  /** The objects it says to look at: `seq` is what it asked for, `mirrored` what we hold of it now. */
  targets: z.array(z.object({
    type: z.string(),
    id: z.string(),
    seq: z.int(),
    wanted_seq: z.int().nullable(),
    synced_seq: z.int().nullable(),
    synced_at: z.string().nullable(),
    mirrored: Row,
  })),
  /** The rows that its handling changed, each before and after; oldest first. */
  changes: z.array(z.object({
    table: z.string(),
    row: z.string(),
    before: Row,
    after: Row,
    changed_at: z.string(),
  })),
  /** Its jobs that have not succeeded. */
  job_ids: z.array(Id),
});

export const EventPage = z.object({
  events: z.array(EventLine),
  /** What `cursor` is for the next page; null on the last one. */
  next_cursor: z.string().nullable(),
});

/** Which events to handle anew: some by their ids, or those of a filter. */
export const Replay = idsOrFilter(z.strictObject({
  reason: Reason,
  ids: Ids.optional(),
  filter: EventFilter.optional(),
  /** Of a filter, the newest so many. */
  most: z.int().min(1).max(mostAtOnce).default(100),
}));

export const Replayed = z.object({
  replayed: z.array(z.object({ id: Id, state_before: EventState, job_id: Id })),
});

/**
 * Handles stored events anew, in the order in which they came.
 *
 * @param cause the request: repeated, it is answered with what it did
 */
export async function replayEvents(
  admin: Db,
  staff: string,
  { reason, ids, filter, most }: z.output<typeof Replay>,
  cause: string,
): Promise<z.infer<typeof Replayed>> {
  return await rows(admin.rpc("staff_webhook_replay", {
    staff,
    reason,
    ids: (ids ?? null) as number[],
    filter: (filter ?? {}) as Record<string, string>,
    most,
    cause,
  })) as z.infer<typeof Replayed>;
}
