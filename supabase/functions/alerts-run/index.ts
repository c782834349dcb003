import * as z from "zod";
import { tellAlerts } from "../_shared/alerts/tell.ts";
import { endpoint } from "../_shared/endpoint.ts";

/**
 * Looks at the alert rules and tells what is to be told. Called by the schedule once a minute when there is
 * something, and by no job: the queue is among what is watched.
 */
export default endpoint({
  summary: "Tell operators what is not well.",
  method: "POST",
  auth: "secret",
  elevated: "reads and notes incidents, which belong to no user",
  limit: "none",
  body: z.strictObject({}),
  reply: z.object({ told: z.int(), failed: z.int() }),
  problems: [],
}, ({ admin }) => tellAlerts(admin));
