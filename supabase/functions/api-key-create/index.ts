import * as z from "zod";
import { DisplayName } from "../_shared/accounts/fields.ts";
import { createKey, KeyRow } from "../_shared/api-keys/create-key.ts";
import { Scope } from "../_shared/api-keys/scopes.ts";
import { endpoint } from "../_shared/endpoint.ts";

/**
 * Creates a key of a workspace and shows it, once. Listing and revoking need no function: see
 * workspace_api_keys.
 *
 * Not `idempotent`: that would keep the reply, and with it the secret, for 24 hours. A creation whose
 * answer was lost is refused by its name when it is repeated; its key is unknown to everybody, and the
 * caller revokes it or takes another name.
 */
export default endpoint({
  summary: "Create an API key of a workspace; the key is told this once.",
  method: "POST",
  auth: "user",
  secondFactor: true,
  requires: "api_access",
  elevated: "keeps the key's hash, which no user may write; the RPC checks the caller's role",
  limit: "api_key_create",
  body: z.strictObject({
    workspace_id: z.guid(),
    name: DisplayName,
    role: z.enum(["admin", "member", "billing"]).default("member"),
    scopes: z.array(Scope).min(1).max(20),
    /** Null: until it is revoked. */
    expires_in_days: z.int().min(1).max(366).nullable().default(90),
  }),
  status: 201,
  reply: z.object({ key: z.string(), api_key: KeyRow }),
  problems: [
    "workspace_not_found",
    "forbidden",
    "api_key_name_taken",
    "api_key_limit_reached",
    "workspace_read_only",
  ],
}, async ({ body, user, admin }) => {
  const { key, row } = await createKey(admin, {
    userId: user.id,
    workspaceId: body.workspace_id,
    name: body.name,
    role: body.role,
    scopes: body.scopes,
    expiresInDays: body.expires_in_days,
  });
  return { key, api_key: row };
});
