/**
 * The clocks of a stack whose demonstration has a past: Stripe's and ours begin some weeks ago and are moved to
 * real time. They never go back, so what is gone on with later goes on from where it was.
 */
import type { Variables } from "./visitor.ts";

const day = 24 * 60 * 60;

/** How long ago the clocks of new data begin. */
export const historySeconds = 55 * day;

const local = (env: Variables, path: string) => new URL(`/_local/${path}`, env["STRIPE_API_URL"]);

async function answerOf(request: Promise<Response>): Promise<Record<string, number>> {
  const reply = await request;
  const text = await reply.text();
  if (!reply.ok) throw new Error(`the local Stripe answered ${reply.status}: ${text}`);
  return JSON.parse(text) as Record<string, number>;
}

/** How far the clocks are ahead of real time, in seconds; negative while they are behind. */
export async function offsetOf(env: Variables): Promise<number> {
  return (await answerOf(fetch(local(env, "clock"))))["offset_seconds"]!;
}

/**
 * Lets the time come that was so many days ago; nothing where it has been.
 *
 * @returns whether the clocks moved
 */
export async function reach(env: Variables, daysAgo: number): Promise<boolean> {
  const seconds = -Math.round(daysAgo * day) - await offsetOf(env);
  if (seconds <= 0) return false;
  await answerOf(fetch(local(env, "clock"), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ advance_seconds: seconds }),
  }));
  return true;
}

/** How many deliveries of Stripe's webhooks are not yet accepted. */
export async function undelivered(env: Variables): Promise<number> {
  return (await answerOf(fetch(local(env, "webhooks"))))["count"]!;
}
