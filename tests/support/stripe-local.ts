/** What only the local Stripe offers a test: its clock, its faults, and when everything was delivered. */
import { equal } from "node:assert/strict";
import { call, stack, type StackAddress } from "./stack.ts";
import { waitFor } from "./wait.ts";

async function local(on: StackAddress, method: string, path: string, body?: unknown) {
  const reply = await fetch(`${on.stripeUrl}/_local/${path}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer = await reply.json();
  equal(reply.status, 200, JSON.stringify(answer));
  return answer;
}

/** Moves Stripe's clock and ours, and lets Stripe bill what falls due. */
export function advance(on: StackAddress, seconds: number): Promise<unknown> {
  return local(on, "POST", "clock", { advance_seconds: seconds });
}

/** Sets faults, see local/stripe/fault-settings.ts; `{}` ends them. */
export function faults(on: StackAddress, settings: unknown): Promise<unknown> {
  return Object.keys(settings as object).length === 0
    ? local(on, "DELETE", "faults")
    : local(on, "POST", "faults", settings);
}

/** Chooses what an account's owner chooses in the dashboard, see local/stripe/billing/settings.ts. */
export function settings(on: StackAddress, chosen: unknown): Promise<unknown> {
  return local(on, "POST", "settings", chosen);
}

/** Sends again what a fault has dropped. */
export function redeliver(on: StackAddress): Promise<unknown> {
  return local(on, "POST", "deliver", { all: true });
}

/** Waits until Stripe's events have been taken in and everything that follows from them is done. */
export async function delivered(on: StackAddress = stack, seconds = 40): Promise<void> {
  await waitFor("every delivery and job", async () => {
    const { count } = await local(on, "GET", "webhooks");
    if (count > 0) return false;
    const { body } = await call("GET", "health", { on });
    return body.due_jobs === 0;
  }, seconds);
}

/** A whole reconciliation. */
export async function reconciled(
  on: StackAddress = stack,
  body: { repair?: boolean } = {},
): Promise<{ checked: number; drifts: Record<string, unknown>[] }> {
  const answer = await call("POST", "billing-reconcile", { on, key: on.secretKey, body });
  equal(answer.status, 200, JSON.stringify(answer.body));
  equal(answer.body.done, true);
  return answer.body;
}
