/** Requests under one Idempotency-Key whose reply is lost after their effect, and that are sent again. */
import { ok } from "node:assert/strict";
import type { Sql } from "./database.ts";
import { type Answer, call, stack, type StackAddress } from "./stack.ts";

/** A request under a key of its own. */
export interface Keyed {
  /** Sends it, as often as one likes; `more` makes it another request under the same key. */
  send(more?: Record<string, unknown>): Promise<Answer>;
  /** Loses the reply to what was sent: see {@link loseReply}. */
  loseReply(): Promise<void>;
  /** Sends it, and loses its reply. */
  cutOff(): Promise<Answer>;
}

/** Leaves a key as a request does that fails after its effect, before it has a reply to keep. */
export async function loseReply(sql: Sql, key: string): Promise<void> {
  await sql`
    update private.idempotency_keys set status = null, reply = null, locked_until = now()
    where key = ${key}`;
  await sql`
    select public.idempotency_end(caller, endpoint, key, attempt, null, null)
    from private.idempotency_keys where key = ${key}`;
}

/** A request to one of the endpoints; `caller` is whose token and headers it comes with. */
export function keyed(
  { sql, on = stack }: { sql: Sql; on?: StackAddress },
  name: string,
  caller: { token?: string; headers?: Record<string, string> },
  body: Record<string, unknown>,
  method = "POST",
): Keyed {
  const key = crypto.randomUUID();
  const send = (more: Record<string, unknown> = {}) =>
    call(method, name, {
      on,
      ...(caller.token !== undefined && { token: caller.token }),
      headers: { ...caller.headers, "idempotency-key": key },
      body: { ...body, ...more },
    });
  return {
    send,
    loseReply: () => loseReply(sql, key),
    async cutOff() {
      const answer = await send();
      ok(answer.status < 300, JSON.stringify(answer.body));
      await loseReply(sql, key);
      return answer;
    },
  };
}
