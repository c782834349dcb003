import { endpoint } from "../_shared/endpoint.ts";
import { Health, readHealth } from "../_shared/health.ts";
import { problem } from "../_shared/problem.ts";

/** Tells how the database, Redis, the queue and the inbox are; 503 when one of them is not well. */
export default endpoint({
  summary: "Tell whether everything is well.",
  method: "GET",
  auth: "none",
  elevated: "counts jobs and events, which no user may read; only numbers leave",
  limit: "read",
  reply: Health,
  problems: ["unhealthy"],
}, async ({ admin }) => {
  const health = await readHealth(admin);
  if (health.status !== "ok") {
    throw problem("unhealthy", { extra: { health }, retryAfterSeconds: 10 });
  }
  return health;
});
