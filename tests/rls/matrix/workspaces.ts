/** The access matrix of teams: invitations, and the functions by which members come, go and rank. */
import {
  everything,
  type FunctionAccess,
  none,
  ofMyWorkspaces,
  serverOnly,
  type TableAccess,
  words,
} from "../access.ts";

const nobody: FunctionAccess = { execute: [] };
const server: FunctionAccess = { execute: ["service_role"] };
const signedIn: FunctionAccess = { execute: ["authenticated", "service_role"] };
const anyone: FunctionAccess = { execute: ["anon", "authenticated", "service_role"] };

export const workspacesTables: Record<string, TableAccess> = {
  "public.workspace_invitations": {
    columns: words(`
      id workspace_id email role state invited_by accepted_by sends sent_at expires_at created_at
      closed_at
    `),
    anon: none,
    authenticated: {
      select: ofMyWorkspaces("workspace_id", "owner", "admin"),
      update: { rows: ofMyWorkspaces("workspace_id", "owner", "admin"), columns: ["state"] },
    },
    service_role: everything,
    samples: ({ workspaceId, userId, unique }) => [{
      workspace_id: workspaceId,
      email: `${unique}@example.com`,
      role: "member",
      invited_by: userId,
    }],
  },
  "private.invitation_tokens": {
    columns: words("token_hash invitation_id superseded_at created_at cause"),
    ...serverOnly,
    samples: ({ unique, row }) => [{
      token_hash: unique.padEnd(64, "0"),
      invitation_id: row("public.workspace_invitations")["id"],
    }],
  },
  "private.seat_syncs": {
    columns: words("workspace_id wanted_seq synced_seq locked_until"),
    ...serverOnly,
    samples: ({ workspaceId }) => [{ workspace_id: workspaceId }],
  },
};

export const workspacesFunctions: Record<string, FunctionAccess> = {
  "public.invitation_accept(uuid,text,uuid)": server,
  "public.invitation_by_token(text)": anyone,
  "public.invitation_decline(text,uuid)": anyone,
  "public.my_invitations()": signedIn,
  "public.seats_begin(uuid,bigint)": server,
  "public.seats_end(uuid,bigint)": server,
  "public.seats_for(uuid,uuid,text)": server,
  "public.workspace_create(text,text)": { execute: ["authenticated"] },
  "public.workspace_delete(uuid,uuid)": server,
  "public.workspace_invite(uuid,uuid,text,text,uuid)": server,
  "public.workspace_leave(uuid)": { execute: ["authenticated"] },
  "public.workspace_people(uuid)": signedIn,
  "public.workspace_transfer(uuid,uuid)": { execute: ["authenticated"] },

  "private.confirmed_address(uuid)": { ...server, definer: true },
  "private.invitation_by_token(text)": { ...anyone, definer: true },
  "private.invitation_changed()": nobody,
  "private.invitation_decline(text,uuid)": { ...anyone, definer: true },
  "private.invitation_of_token(text)": { ...server, definer: true },
  "private.invitation_refusal(text)": server,
  "private.invitation_send(uuid,uuid)": { ...server, definer: true },
  "private.invitation_state(workspace_invitations,boolean)": { ...server, definer: true },
  "private.invitations_follow_member()": { ...nobody, definer: true },
  "private.my_invitations()": { ...signedIn, definer: true },
  "private.seat_limit(uuid)": server,
  "private.seat_subscription(uuid)": server,
  "private.seat_taken(uuid,bigint)": server,
  "private.seats_follow(uuid)": { ...nobody, definer: true },
  "private.seats_follow_member()": { ...nobody, definer: true },
  "private.seats_follow_subscription()": { ...nobody, definer: true },
  "private.slug_of(text)": nobody,
  "private.workspace_created()": { ...nobody, definer: true },
  "private.workspace_keeps_an_owner()": { ...nobody, definer: true },
  "private.workspace_owner_fits()": { ...nobody, definer: true },
  "private.workspace_people(uuid)": { ...signedIn, definer: true },
  "private.workspace_slug()": { ...nobody, definer: true },
};
