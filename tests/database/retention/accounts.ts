/** Rows of users and workspaces, of an age. */
import { insertUser } from "../../support/database.ts";
import { ago, names, type Samples } from "./sample.ts";

export const accountsSamples: Samples = {
  workspace_invitations: ({ sql }) => ({
    insert: async (name, age) => {
      const user = await insertUser(sql);
      await sql.unsafe(`
        insert into public.workspace_invitations (workspace_id, email, role, expires_at)
        select id, '${name}@example.com', 'member', ${ago("workspace_invitations", age)}
        from public.workspaces where personal_of = '${user}'`);
    },
    left: async () =>
      names(
        await sql`
          select split_part(email, '@', 1) as name from public.workspace_invitations` as never,
      ),
  }),
  account_deletions: ({ sql }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        with gone as (
          insert into public.account_deletions (user_id, state, finished_at)
          values (gen_random_uuid(), 'cancelled', ${ago("account_deletions", age)}) returning id
        )
        insert into private.account_deletion_details (deletion_id, email)
        select id, '${name}' from gone`),
    left: async () =>
      names(await sql`select email as name from private.account_deletion_details` as never),
  }),
  account_exports: ({ sql }) => ({
    insert: async (name, age) => {
      const user = await insertUser(sql, { email: `${name}@export.example.com` });
      await sql.unsafe(`
        insert into public.account_exports (user_id, state, expires_at)
        values ('${user}', 'expired', ${ago("account_exports", age)})`);
    },
    left: async () =>
      names(
        await sql`
          select split_part(account.email, '@', 1) as name from public.account_exports as export
          join auth.users as account on account.id = export.user_id` as never,
      ),
  }),
  account_deletions_unconfirmed: ({ sql }) => ({
    insert: async (name, age) => {
      const user = await insertUser(sql, { email: `${name}@unconfirmed.example.com` });
      await sql.unsafe(`
        with asked as (
          insert into public.account_deletions (user_id, requested_at)
          values ('${user}', ${ago("account_deletions_unconfirmed", age)}) returning id
        )
        insert into private.account_deletion_details (deletion_id, token_hash, token_expires_at)
        select id, '${name}', now() - interval '1 minute' from asked`);
    },
    left: async () =>
      names(
        await sql`
          select split_part(account.email, '@', 1) as name from public.account_deletions as asked
          join auth.users as account on account.id = asked.user_id
          where asked.state = 'unconfirmed'` as never,
      ),
  }),
  workspace_api_keys: ({ sql, workspaceId }) => ({
    // Revoked, or expired: whatever was first.
    insert: (name, age) =>
      sql.unsafe(`
        insert into public.workspace_api_keys (
          workspace_id, name, prefix, role, scopes, revoked_at, expires_at
        )
        values (
          '${workspaceId}', '${name}', left(replace(gen_random_uuid()::text, '-', ''), 8), 'member',
          '{plans:read}', ${name === "old" ? "null" : ago("workspace_api_keys", age)},
          ${name === "old" ? ago("workspace_api_keys", age) : "now() + interval '1 day'"}
        )`),
    left: async () => names(await sql`select name from public.workspace_api_keys` as never),
  }),
  audit_log: ({ sql }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        insert into public.audit_log (actor_kind, action, target, created_at)
        values ('system', 'sample.update', '${name}', ${ago("audit_log", age)})`),
    left: async () =>
      names(
        await sql`
          select target as name from public.audit_log where action = 'sample.update'` as never,
      ),
  }),
};
