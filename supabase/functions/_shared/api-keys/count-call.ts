/** Calls by a workspace's keys, counted against its plan. */
import { elevatedDb } from "../database.ts";
import type { Method } from "../declaration.ts";
import type { KeyedRequest } from "../idempotency.ts";
import { countUse } from "../metering/metered.ts";
import { Problem } from "../problem.ts";
import { toHex } from "../hex.ts";

async function cause({ caller, endpoint, key }: KeyedRequest): Promise<string> {
  const text = new TextEncoder().encode(`${caller}\n${endpoint}\n${key}`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  return `call:${toHex(digest)}`;
}

/**
 * Counts one call of a key; a repetition under its Idempotency-Key is the same call. While a workspace is
 * restricted for unpaid invoices it may still read, uncounted.
 *
 * @throws {Problem} `quota_exceeded`, `plan_required`, `workspace_read_only`
 */
export async function countCall(
  workspaceId: string,
  method: Method,
  keyed: KeyedRequest | undefined,
): Promise<void> {
  try {
    await countUse({ admin: elevatedDb() }, {
      workspaceId,
      meter: "api_calls",
      ...(keyed !== undefined && { key: await cause(keyed) }),
    });
  } catch (error) {
    const restricted = error instanceof Problem && error.code === "workspace_read_only";
    if (!(restricted && method === "GET")) throw error;
  }
}
