/** Keys of a workspace that may have them. */
import { strictEqual } from "node:assert/strict";
import type { ScopeName } from "../../supabase/functions/_shared/api-keys/scopes.ts";
import { connect } from "./connect.ts";
import { call, stack, type StackAddress } from "./stack.ts";
import type { TestUser } from "./users.ts";

/** Lets staff have given the user's personal workspace keys, whatever its plan, or taken them away. */
export async function apiAccess(
  user: TestUser,
  on: StackAddress = stack,
  enabled = true,
): Promise<void> {
  const sql = connect(on);
  try {
    await sql`
      insert into public.feature_overrides (workspace_id, feature, enabled, reason)
      values (${user.workspaceId}, 'api_access', ${enabled}, 'a test'),
        (${user.workspaceId}, 'api_calls', ${enabled}, 'a test')
      on conflict (workspace_id, feature) do update set enabled = excluded.enabled`;
  } finally {
    await sql.end();
  }
}

/** What a key may differ in from one of a member that reads the workspace. */
export interface KeyWishes {
  scopes?: ScopeName[];
  role?: "admin" | "member" | "billing";
  name?: string;
  workspace_id?: string;
}

/** Calls api-key-create. */
export function askForKey(user: TestUser, wishes: KeyWishes = {}, on: StackAddress = stack) {
  return call("POST", "api-key-create", {
    on,
    token: user.token,
    body: {
      workspace_id: user.workspaceId,
      name: `key ${crypto.randomUUID()}`,
      scopes: ["workspace:read"],
      ...wishes,
    },
  });
}

/** A new key of the user's personal workspace. */
export async function createApiKey(
  user: TestUser,
  wishes: KeyWishes = {},
  on: StackAddress = stack,
): Promise<{ key: string; id: string }> {
  const answer = await askForKey(user, wishes, on);
  strictEqual(answer.status, 201, JSON.stringify(answer.body));
  return { key: answer.body.key, id: answer.body.api_key.id };
}

/** Lets a key have expired a second ago. */
export async function expireApiKey(id: string, on: StackAddress = stack): Promise<void> {
  const sql = connect(on);
  try {
    await sql`
      update public.workspace_api_keys set expires_at = now() - interval '1 second' where id = ${id}`;
  } finally {
    await sql.end();
  }
}
