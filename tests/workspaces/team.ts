/** A shared workspace with somebody in each role, made in SQL as the API makes it. */
import { asUser } from "../support/callers.ts";
import { insertUser, type Sql } from "../support/database.ts";

/** Who is in it, by role; `admin2` and `owner2` are there where a test asks for them. */
export interface Team {
  id: string;
  owner: string;
  admin: string;
  member: string;
  billing: string;
}

/** Lets a user make a shared workspace. */
export async function makeWorkspace(sql: Sql, owner: string, name = "Atelier"): Promise<string> {
  const made = await asUser(
    sql,
    owner,
    (call) => call<{ id: string }[]>`select * from public.workspace_create(${name})`,
  );
  return made[0]!.id;
}

/** Puts somebody into a workspace, as an accepted invitation does. */
export async function join(
  sql: Sql,
  workspace: string,
  role: string,
  user?: string,
): Promise<string> {
  const id = user ?? await insertUser(sql, { metadata: { name: role } });
  await sql`
    insert into public.workspace_members (workspace_id, user_id, role)
    values (${workspace}, ${id}, ${role})`;
  return id;
}

/** Makes one. */
export async function makeTeam(sql: Sql): Promise<Team> {
  const owner = await insertUser(sql, { metadata: { name: "owner" } });
  const id = await makeWorkspace(sql, owner);
  return {
    id,
    owner,
    admin: await join(sql, id, "admin"),
    member: await join(sql, id, "member"),
    billing: await join(sql, id, "billing"),
  };
}

/** Roles in a workspace by user. */
export async function rolesIn(sql: Sql, workspace: string): Promise<Record<string, string>> {
  const rows = await sql<{ user_id: string; role: string }[]>`
    select user_id, role from public.workspace_members where workspace_id = ${workspace}`;
  return Object.fromEntries(rows.map(({ user_id, role }) => [user_id, role]));
}

/** Gives a workspace a subscription to a plan with so many seats, null for any number. */
export async function givePlan(sql: Sql, workspace: string, seats: number | null): Promise<void> {
  const plan = `seats_${seats ?? "any"}`;
  await sql`
    insert into public.plans (id, name, active) values (${plan}, ${plan}, false)
    on conflict do nothing`;
  await sql`
    insert into public.plan_features (plan_id, feature, limit_value)
    values (${plan}, 'members', ${seats}) on conflict do nothing`;
  await sql`
    insert into public.subscriptions (
      workspace_id, stripe_subscription_id, plan_id, status, quantity, currency, created_at
    )
    values (${workspace}, ${`sub_${crypto.randomUUID()}`}, ${plan}, 'active', 1, 'EUR', now())`;
}

/** Takes what `givePlan` gave away again. */
export async function takePlan(sql: Sql, workspace: string): Promise<void> {
  await sql`
    delete from public.subscriptions
    where workspace_id = ${workspace} and strpos(plan_id, 'seats_') = 1`;
}
