/** The access matrix of what is counted against card testing. */
import { type FunctionAccess, serverOnly, type TableAccess, words } from "../access.ts";

const server: FunctionAccess = { execute: ["service_role"] };

export const cardTestingFunctions: Record<string, FunctionAccess> = {
  "public.card_attempt_begin(uuid,uuid,text,integer)": server,
  "public.card_decline_record(text,text,text,text,integer)": server,
  "public.subscription_intent_of(uuid)": server,
  "private.declines_until(uuid,text,integer)": server,
};

export const cardTestingTables: Record<string, TableAccess> = {
  "private.decline_limits": {
    columns: words("counted declines within"),
    ...serverOnly,
    // Rows that the migration makes.
    samples: "sign-up",
  },
  "private.card_attempts": {
    columns: words("workspace_id address_hash attempted_at"),
    ...serverOnly,
    samples: ({ workspaceId }) => [{ workspace_id: workspaceId, address_hash: "0".repeat(64) }],
  },
  "private.card_declines": {
    columns: words("cause workspace_id card_hash address_hash code declined_at"),
    ...serverOnly,
    samples: ({ workspaceId, unique }) => [{ cause: unique, workspace_id: workspaceId }],
  },
};
