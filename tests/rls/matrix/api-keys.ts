/** The access matrix of workspaces' keys. */
import {
  everything,
  type FunctionAccess,
  none,
  ofMyWorkspaces,
  serverOnly,
  type TableAccess,
  words,
} from "../access.ts";

const administered = ofMyWorkspaces("workspace_id", "owner", "admin");

export const apiKeyTables: Record<string, TableAccess> = {
  "public.workspace_api_keys": {
    columns: words(`
      id workspace_id name prefix role scopes created_by expires_at last_used_at revoked_at created_at
    `),
    anon: none,
    authenticated: {
      select: administered,
      update: { rows: administered, columns: ["name", "revoked_at"] },
    },
    service_role: everything,
    samples: ({ userId, workspaceId, unique }) => [{
      workspace_id: workspaceId,
      name: unique,
      prefix: unique,
      role: "member",
      scopes: ["workspace:read"],
      created_by: userId,
    }],
  },
  "private.api_key_hashes": {
    columns: words("key_id key_hash"),
    ...serverOnly,
    samples: ({ row, unique }) => [{
      key_id: row("public.workspace_api_keys")["id"],
      key_hash: unique.repeat(8),
    }],
  },
};

const nobody: FunctionAccess = { execute: [] };
const server: FunctionAccess = { execute: ["service_role"] };

export const apiKeyFunctions: Record<string, FunctionAccess> = {
  "public.api_key_create(uuid,uuid,text,text,text,text,text[],timestamp with time zone)": server,
  "public.api_key_use(text)": server,
  "private.api_key_audited()": { ...nobody, definer: true },
  "private.api_key_changed()": nobody,
  "private.api_keys_follow_member()": { ...nobody, definer: true },
};
