/** Recognising a workspace's key, and acting as it. */
import { createClient } from "@supabase/supabase-js";
import { type Db, elevatedDb, rows } from "../database.ts";
import type { Database } from "../database.types.ts";
import { env, publishableKey } from "../env.ts";
import { problem } from "../problem.ts";
import { hashKey, isKeyText } from "./key.ts";
import type { ScopeName } from "./scopes.ts";
import { keyTokens } from "./token.ts";

/** A key that called. */
export interface ApiKey {
  id: string;
  /** The only workspace that it reaches. */
  workspaceId: string;
  role: "admin" | "member" | "billing";
  scopes: ScopeName[];
}

/** The key that came with a request, as `Authorization: Bearer socle_…` or in `x-api-key`. */
export function presentedKey(headers: Headers): string | undefined {
  const own = headers.get("x-api-key");
  if (own !== null) return own;
  return /^bearer\s+(socle_.*)$/i.exec(headers.get("authorization") ?? "")?.[1];
}

/**
 * Verifies a key for an endpoint that asks for `scope`. Malformed, unknown, revoked and expired are
 * one answer: whoever tries keys learns nothing of them.
 *
 * @throws {Problem} `unauthenticated`, `plan_required`, `scope_missing`
 */
export async function authenticateKey(
  presented: string,
  scope: ScopeName,
): Promise<{ apiKey: ApiKey; db: Db }> {
  const known = isKeyText(presented)
    ? await rows(elevatedDb().rpc("api_key_use", { key_hash: await hashKey(presented) })) as
      | {
        id: string;
        workspace_id: string;
        role: ApiKey["role"];
        scopes: ScopeName[];
        api_access: boolean;
      }
      | null
    : null;
  if (known === null) {
    throw problem("unauthenticated", {
      detail: "This API key is not known, or it was revoked or has expired.",
      headers: { "www-authenticate": "Bearer" },
    });
  }
  if (!known.api_access) {
    throw problem("plan_required", {
      detail: "The workspace's plan does not include API keys.",
      extra: { feature: "api_access" },
    });
  }
  if (!known.scopes.includes(scope)) {
    throw problem("scope_missing", { detail: `This API key lacks the scope ${scope}.` });
  }
  const { id, workspace_id: workspaceId, role, scopes } = known;
  const apiKey: ApiKey = { id, workspaceId, role, scopes };
  const db: Db = createClient<Database>(env("SUPABASE_URL"), publishableKey(), {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    accessToken: keyTokens(apiKey),
  });
  return { apiKey, db };
}
