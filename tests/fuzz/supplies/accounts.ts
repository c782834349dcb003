/** What belongs to people: workspaces, invitations, passwords, the links of mails. */
import { unsubscribeToken } from "../../../supabase/functions/_shared/mail/unsubscribe.ts";
import { TOPIC_NAMES } from "../../../supabase/functions/_shared/mail/topics.ts";
import { givePlan, join, makeWorkspace } from "../../workspaces/team.ts";
import { insertUser } from "../../support/database.ts";
import { freshAddress } from "../../support/users.ts";
import type { Supply } from "../world.ts";

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex();
}

function freshToken(): string {
  return crypto.getRandomValues(new Uint8Array(32)).toHex();
}

const roles = ["owner", "admin", "member", "billing"] as const;

export const accounts: Record<string, Supply> = {
  /** The personal workspace, a shared one, or one in which the user is not the owner. */
  workspace: {
    every: 4,
    async make({ world: { ground: { sql } }, user, pick }) {
      if (pick % 4 === 0) return user.workspaceId;
      // Made by somebody else: who makes twenty may make no more.
      const id = await makeWorkspace(sql, await insertUser(sql), `Team ${pick}`);
      await join(sql, id, roles[pick % 7] ?? "owner", user.id);
      if (pick % 3 !== 0) await givePlan(sql, id, pick % 5 === 0 ? 1 : 50);
      return id;
    },
  },
  /** A shared one of the user's that has no plan. */
  bare_workspace: {
    every: 2,
    async make({ world: { ground: { sql } }, user }) {
      const id = await makeWorkspace(sql, await insertUser(sql), "Bare");
      await join(sql, id, "owner", user.id);
      return id;
    },
  },
  /** One whose plan includes keys. */
  workspace_with_keys: {
    every: 4,
    async make(ask) {
      const id = await accounts["workspace"]!.make(ask);
      await ask.world.ground.sql`
        insert into public.feature_overrides (workspace_id, feature, enabled, reason)
        values (${String(id)}, 'api_access', true, 'a test'), (${
        String(id)
      }, 'api_calls', true, 'a test')
        on conflict do nothing`;
      return id;
    },
  },
  email: { every: 50, make: ({ user }) => Promise.resolve(user.email) },
  password: { every: 50, make: ({ user }) => Promise.resolve(user.password) },
  new_email: { every: 1, make: () => Promise.resolve(freshAddress("new")) },
  /** The token of an open invitation to the user. */
  invitation_token: {
    every: 1,
    async make({ world: { ground: { sql } }, user, pick }) {
      const inviter = await insertUser(sql);
      const workspace = await makeWorkspace(sql, inviter, "Inviting");
      await givePlan(sql, workspace, pick % 5 === 0 ? 1 : 50);
      const token = freshToken();
      await sql`
        with made as (
          insert into public.workspace_invitations (workspace_id, email, role, invited_by, sends, expires_at)
          values (${workspace}, ${pick % 9 === 0 ? "another@example.com" : user.email},
            ${roles[pick % 4]!}, ${inviter}, 1,
            private.now() + ${pick % 7 === 0 ? "-1 hour" : "1 hour"}::interval)
          returning id
        )
        insert into private.invitation_tokens (token_hash, invitation_id)
        select ${await sha256(token)}, id from made`;
      return token;
    },
  },
  invitation: {
    every: 1,
    async make(ask) {
      const token = await accounts["invitation_token"]!.make(ask);
      const [row] = await ask.world.ground.sql`
        select invitation_id from private.invitation_tokens
        where token_hash = ${await sha256(String(token))}`;
      return row!["invitation_id"];
    },
  },
  /** The token in the mail that asks to confirm an account's end. */
  deletion_token: {
    every: 3,
    async make({ world: { ground: { sql } }, user }) {
      const token = freshToken();
      await sql`select public.account_deletion_ask(${user.id}, ${token}, 'https://example.com/')`;
      return token;
    },
  },
  unsubscribe_token: {
    every: 1,
    make: ({ user, pick }) =>
      Promise.resolve(
        unsubscribeToken({ userId: user.id, topic: TOPIC_NAMES[pick % TOPIC_NAMES.length]! }),
      ),
  },
  feature: {
    every: 1,
    make: ({ pick }) =>
      Promise.resolve(["api_access", "api_calls", "members", "exports"][pick % 4]),
  },
};
