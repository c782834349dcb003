/** Requests under a key whose process dies after their effect, before their reply is kept. */
import { strictEqual } from "node:assert/strict";
import type { Sql } from "postgres";
import { call, type StackAddress } from "./stack.ts";
import type { TestUser } from "./users.ts";

/** A request under one key, as often as it is sent. */
export interface KeyedRequest {
  send(): ReturnType<typeof call>;
  /** Takes back that it was answered: as its process leaves it when it dies, once its lease is over. */
  loseReply(): Promise<void>;
}

/** A POST under a key of its own. */
export function keyedPost(
  sql: Sql,
  user: Pick<TestUser, "token">,
  name: string,
  body: Record<string, unknown>,
  on?: StackAddress,
): KeyedRequest {
  const key = crypto.randomUUID();
  const headers = { "idempotency-key": key };
  return {
    send: () => call("POST", name, { ...(on && { on }), token: user.token, body, headers }),
    async loseReply() {
      const { count } = await sql`
        update private.idempotency_keys set status = null, reply = null, locked_until = '-infinity'
        where key = ${key} and status between 200 and 299`;
      strictEqual(count, 1, "it was answered");
    },
  };
}
