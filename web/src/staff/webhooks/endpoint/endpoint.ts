/** An endpoint of webhooks out, as staff read and write it under RLS. */
import { ProblemError } from "../../../problem.ts";
import type { Supabase } from "../../../supabase.ts";
import { rows } from "../../../use-read.ts";

/** All of them, the oldest first: as many as staff write, so that they are no list of pages. */
export function readEndpoints(supabase: Supabase) {
  return rows(
    supabase.from("webhook_endpoints")
      .select("id, url, description, events, enabled, disabled_reason, failing_since")
      .order("created_at").order("id"),
  );
}

export type Endpoint = Awaited<ReturnType<typeof readEndpoints>>[number];

/** What can be asked for: the table says, whatever migrations have written into it. */
export function readEventTypes(supabase: Supabase) {
  return rows(supabase.from("webhook_event_types").select("type, description").order("type"));
}

export type EventType = Awaited<ReturnType<typeof readEventTypes>>[number];

/** RLS leaves out what is not there, or no longer the caller's, without a word. @throws {ProblemError} */
export function oneWritten<Row>(written: Row[]): [Row, ...Row[]] {
  const [one, ...others] = written;
  if (one !== undefined) return [one, ...others];
  throw new ProblemError({
    code: "webhook_endpoint_not_found",
    status: 404,
    title: "The webhook endpoint does not exist",
    errors: [],
  });
}
