/** Of sign-ups. */
import type { Invariant } from "./invariant.ts";

export const accounts: Invariant[] = [
  {
    name: "acknowledged sign-ups exist",
    says: "Whoever was told that he has an account has it, under the address that he gave.",
    async offences({ sql, ledger }) {
      const held = await sql<{ id: string; email: string }[]>`select id, email from auth.users`;
      const emails = new Map(held.map(({ id, email }) => [id, email]));
      return ledger.signUps.filter(({ userId, email }) => emails.get(userId) !== email);
    },
  },
  {
    name: "accounts are whole",
    says:
      "Every account has its profile, one personal workspace that it owns, and one welcome mail; a sign-up that failed half-way has left none of them.",
    async offences({ sql }) {
      return await sql`
        select account.id, account.email, profile.id is not null as profile, count(workspace.id)::int as workspaces,
          count(member.user_id)::int as ownerships, welcomes.count as welcomes
        from auth.users as account
        full join public.profiles as profile on profile.id = account.id
        left join public.workspaces as workspace on workspace.personal_of = account.id
        left join public.workspace_members as member
          on member.workspace_id = workspace.id and member.user_id = account.id and member.role = 'owner'
        cross join lateral (
          select count(*)::int from private.jobs as job
          where job.kind = 'mail_send' and job.dedupe_key = 'welcome:' || coalesce(account.id, profile.id)
        ) as welcomes
        group by account.id, account.email, profile.id, welcomes.count
        having account.id is null or profile.id is null or count(workspace.id) <> 1
          or count(member.user_id) <> 1 or welcomes.count <> 1`;
    },
  },
];
