/** Making a key. */
import * as z from "zod";
import { type Db, rows } from "../database.ts";
import { isLiveMode } from "../env.ts";
import { hashKey, newKey } from "./key.ts";
import { Scope, type ScopeName } from "./scopes.ts";

/** A key as lists show it; times are ISO 8601. */
export const KeyRow = z.object({
  id: z.guid(),
  workspace_id: z.guid(),
  name: z.string(),
  /** The key begins with `socle_<live|test>_<prefix>_`. */
  prefix: z.string(),
  role: z.enum(["admin", "member", "billing"]),
  scopes: z.array(Scope),
  expires_at: z.string().nullable(),
  created_at: z.string(),
});

/** What is asked for. */
export interface KeyRequest {
  userId: string;
  workspaceId: string;
  name: string;
  role: z.infer<typeof KeyRow>["role"];
  scopes: ScopeName[];
  /** Null: until it is revoked. */
  expiresInDays: number | null;
}

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Makes a key of a workspace. Only its hash is kept.
 *
 * @throws {Problem} `workspace_not_found`, `forbidden`, `plan_required`, `api_key_name_taken`,
 *   `api_key_limit_reached`
 */
export async function createKey(
  admin: Db,
  request: KeyRequest,
): Promise<{ key: string; row: z.infer<typeof KeyRow> }> {
  const { key, prefix } = newKey(isLiveMode());
  const row = await rows(admin.rpc("api_key_create", {
    user_id: request.userId,
    workspace_id: request.workspaceId,
    name: request.name,
    prefix,
    key_hash: await hashKey(key),
    role: request.role,
    scopes: [...new Set(request.scopes)],
    expires_at: (request.expiresInDays === null
      ? null
      // Real time: a key is a token, and those do not follow the business clock.
      : new Date(Date.now() + request.expiresInDays * dayMs).toISOString()) as string,
  }));
  return { key, row: KeyRow.parse(row) };
}
