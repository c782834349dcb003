/** Which field a refusal of the database is about. */
import type { Problem } from "../../../problem.ts";

export type FieldName = "url" | "description" | "events" | "overlap_hours";

const fieldOfConstraint: Record<string, FieldName> = {
  webhook_endpoints_url_https: "url",
  webhook_endpoints_description_length: "description",
  webhook_endpoints_events_some: "events",
};

/** The field to correct; undefined where the refusal is about none, or nothing was refused. */
export function fieldRefused(problem: Problem | undefined): FieldName | undefined {
  if (problem === undefined) return undefined;
  // PostgREST tells a violated constraint by its name, in Postgres's sentence.
  if (problem.code === "23514") {
    return fieldOfConstraint[/check constraint "(\w+)"/.exec(problem.title)?.[1] ?? ""];
  }
  if (problem.code !== "invalid_body") return undefined;
  const [field] = problem.detail?.split(/[: ]/) ?? [];
  return field === "overlap_hours" || field === "url" ? field : "events";
}
