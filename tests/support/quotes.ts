/** Changing a subscription as an application does: a quote, then the quote accepted. */
import { strictEqual } from "node:assert/strict";
import { type Answer, call, stack, type StackAddress } from "./stack.ts";
import type { TestUser } from "./users.ts";

/** Calls subscription-preview. */
export function preview(
  user: TestUser,
  change: Record<string, unknown>,
  on: StackAddress = stack,
): Promise<Answer> {
  return call("POST", "subscription-preview", { on, token: user.token, body: change });
}

/** A quote that must be given. */
export async function quoted(
  user: TestUser,
  change: Record<string, unknown>,
  on: StackAddress = stack,
) {
  const answer = await preview(user, change, on);
  strictEqual(answer.status, 200, JSON.stringify(answer.body));
  return answer.body;
}

/** Calls subscription-update. */
export function accept(
  user: TestUser,
  quote: string,
  options: { on?: StackAddress; key?: string } = {},
): Promise<Answer> {
  const { on = stack, key } = options;
  return call("POST", "subscription-update", {
    on,
    token: user.token,
    body: { quote },
    ...(key !== undefined && { headers: { "idempotency-key": key } }),
  });
}

/** Quotes a change and makes it; the answer of subscription-update. */
export async function change(
  user: TestUser,
  wanted: Record<string, unknown>,
  on: StackAddress = stack,
) {
  const { quote } = await quoted(user, wanted, on);
  const answer = await accept(user, quote, { on });
  strictEqual(answer.status, 200, JSON.stringify(answer.body));
  return answer.body;
}
