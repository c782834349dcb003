/** The table of permissions, cell by cell: each is tried on the database by a member of each role. */
import assert from "node:assert/strict";
import postgres from "postgres";
import {
  type Permission,
  type PermissionName,
  permissions,
} from "../../supabase/functions/_shared/workspaces/permissions.ts";
import { type Role, roles } from "../../supabase/functions/_shared/workspaces/roles.ts";
import { asServer, asUser, type Call } from "../support/callers.ts";
import { insertUser, type Sql, type TestDatabase, testDatabase } from "../support/database.ts";
import { givePlan, join, makeWorkspace } from "../workspaces/team.ts";

/** Who tries, and on whom. */
interface Attempt {
  workspace: string;
  /** Who tries. */
  me: string;
  /** Another member of this role. */
  other(role: Role): string;
  /** As the one who tries. */
  as(work: (call: Call) => Promise<{ count: number }>): Promise<boolean>;
  /** As our functions, which say for whom. */
  byServer(work: (call: Call) => Promise<unknown>): Promise<boolean>;
}

const tables = ["invoices", "payments", "refunds", "payment_methods"];

/** How each row of the table is tried; true when it was done. */
const proofs: Record<PermissionName, (attempt: Attempt) => Promise<boolean>> = {
  see_members: ({ as, workspace }) =>
    as((call) => call`select from public.workspace_people(${workspace}) where name <> ''`),
  see_addresses: ({ as, workspace }) =>
    as((call) => call`select from public.workspace_people(${workspace}) where email is not null`),
  rename: ({ as, workspace }) =>
    as((call) =>
      call`
      update public.workspaces set name = 'Renamed', slug = 'renamed' where id = ${workspace}`
    ),
  async invite({ byServer, me, workspace }) {
    const done = [];
    for (const role of ["admin", "member", "billing"]) {
      done.push(
        await byServer((call) =>
          call`
          select public.workspace_invite(${me}, ${workspace}, 'new@example.com', ${role})`
        ),
      );
    }
    assert.equal(new Set(done).size, 1, "each role below owner is offered by the same members");
    return done[0]!;
  },
  invite_owner: ({ byServer, me, workspace }) =>
    byServer((call) =>
      call`
      select public.workspace_invite(${me}, ${workspace}, 'new@example.com', 'owner')`
    ),
  see_invitations: ({ as, workspace }) =>
    as((call) =>
      call`
      select from public.workspace_invitations where workspace_id = ${workspace}`
    ),
  revoke_invitation: ({ as, workspace }) =>
    as((call) =>
      call`
      update public.workspace_invitations set state = 'revoked' where workspace_id = ${workspace}`
    ),
  async change_role({ as, other, workspace }) {
    const done = [];
    for (const from of ["admin", "member", "billing"] as const) {
      for (const to of ["admin", "member", "billing"]) {
        done.push(
          await as((call) =>
            call`
            update public.workspace_members set role = ${to}
            where workspace_id = ${workspace} and user_id = ${other(from)}`
          ),
        );
      }
    }
    assert.equal(new Set(done).size, 1, "each change below owner is made by the same members");
    return done[0]!;
  },
  async remove_member({ as, other, workspace }) {
    const done = [];
    for (const role of ["admin", "member", "billing"] as const) {
      done.push(
        await as((call) =>
          call`
          delete from public.workspace_members
          where workspace_id = ${workspace} and user_id = ${other(role)}`
        ),
      );
    }
    assert.equal(new Set(done).size, 1, "each member below owner is removed by the same members");
    return done[0]!;
  },
  make_owner: ({ as, other, workspace }) =>
    as((call) =>
      call`
      update public.workspace_members set role = 'owner'
      where workspace_id = ${workspace} and user_id = ${other("member")}`
    ),
  change_owner: ({ as, other, workspace }) =>
    as((call) =>
      call`
      update public.workspace_members set role = 'member'
      where workspace_id = ${workspace} and user_id = ${other("owner")}`
    ),
  remove_owner: ({ as, other, workspace }) =>
    as((call) =>
      call`
      delete from public.workspace_members
      where workspace_id = ${workspace} and user_id = ${other("owner")}`
    ),
  transfer: ({ as, other, workspace }) =>
    as((call) => call`select public.workspace_transfer(${workspace}, ${other("member")})`),
  leave: ({ as, workspace }) => as((call) => call`select public.workspace_leave(${workspace})`),
  delete_workspace: ({ byServer, me, workspace }) =>
    byServer(async (call) => {
      await call`delete from public.subscriptions where workspace_id = ${workspace}`;
      return await call`select public.workspace_delete(${me}, ${workspace})`;
    }),
  see_subscription: ({ as, workspace }) =>
    as((call) => call`select from public.subscriptions where workspace_id = ${workspace}`),
  change_subscription: ({ byServer, me, workspace }) =>
    byServer((call) => call`select public.subscription_to_change(${me}, ${workspace})`),
  async see_invoices({ as, workspace }) {
    const done = [];
    for (const table of tables) {
      done.push(
        await as((call) =>
          call`
          select from ${call(`public.${table}`)} where workspace_id = ${workspace}`
        ),
      );
    }
    assert.equal(new Set(done).size, 1, `${tables} are read by the same members`);
    return done[0]!;
  },
  see_dunning: ({ as, workspace }) =>
    as((call) => call`select from public.dunning_cases where workspace_id = ${workspace}`),
  create_api_key: ({ byServer, me, workspace }) =>
    byServer((call) =>
      call`
      select public.api_key_create(${me}, ${workspace}, 'New', '00000000', ${"0".repeat(64)},
        'member', array['usage:read'], null)`
    ),
  see_api_keys: ({ as, workspace }) =>
    as((call) => call`select from public.workspace_api_keys where workspace_id = ${workspace}`),
  revoke_api_key: ({ as, workspace }) =>
    as((call) =>
      call`
      update public.workspace_api_keys set name = 'Old', revoked_at = now()
      where workspace_id = ${workspace}`
    ),
  see_audit_log: ({ as, workspace }) =>
    as((call) => call`select from public.audit_log where workspace_id = ${workspace}`),
};

let database: TestDatabase;
let sql: Sql;
let workspace: string;
/** Two in each role: who tries, and on whom. */
const members = {} as Record<Role, [string, string]>;
let stranger: string;

Deno.test.beforeAll(async () => {
  database = await testDatabase();
  sql = database.sql;
  const owner = await insertUser(sql, { metadata: { name: "Owner" } });
  workspace = await makeWorkspace(sql, owner);
  stranger = await insertUser(sql);
  for (const role of roles) {
    members[role] = [
      role === "owner" ? owner : await join(sql, workspace, role),
      await join(sql, workspace, role),
    ];
  }
  await givePlan(sql, workspace, null);
  // Whatever the plan: it is roles that are tried here.
  await sql`
    insert into public.feature_overrides (workspace_id, feature, reason)
    values (${workspace}, 'audit_log', 'a test')`;
  await sql`insert into public.plan_features (plan_id, feature) values ('seats_any', 'api_access')`;
  await sql`
    insert into public.workspace_api_keys (workspace_id, name, prefix, role, scopes, created_by)
    values (${workspace}, 'Key', '11111111', 'member', array['usage:read'], ${owner})`;
  await asServer(sql, (call) =>
    call`
    select public.workspace_invite(${owner}, ${workspace}, 'open@example.com', 'member')`);
  await sql`
    insert into public.invoices (workspace_id, stripe_invoice_id, status, currency, subtotal, total,
      amount_due, amount_paid, period_start, period_end, created_at)
    values (${workspace}, 'in_1', 'paid', 'EUR', 1, 1, 1, 1, now(), now(), now())`;
  await sql`
    insert into public.dunning_cases (workspace_id, invoice_id, first_failed_at)
    select workspace_id, id, now() from public.invoices where workspace_id = ${workspace}`;
  await sql`
    insert into public.payments (workspace_id, stripe_payment_id, status, amount, currency, created_at)
    values (${workspace}, 'pi_1', 'succeeded', 1, 'EUR', now())`;
  await sql`
    insert into public.refunds (workspace_id, payment_id, stripe_refund_id, status, amount, currency, created_at)
    select workspace_id, id, 're_1', 'succeeded', 1, 'EUR', now() from public.payments
    where workspace_id = ${workspace}`;
  await sql`
    insert into public.payment_methods (workspace_id, stripe_payment_method_id, type, created_at)
    values (${workspace}, 'pm_1', 'card', now())`;
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

class Undone extends Error {}

/** Whether it had an effect; then undoes it. What is refused is refused for want of a right. */
async function tried(
  run: (work: (call: Call) => Promise<never>) => Promise<never>,
  work: (call: Call) => Promise<{ count: number } | unknown>,
): Promise<boolean> {
  let count = 0;
  try {
    await run(async (call) => {
      count = (await work(call) as { count: number }).count;
      throw new Undone();
    });
  } catch (error) {
    if (error instanceof postgres.PostgresError) {
      const code = error.code.startsWith("PT") ? error.message : error.code;
      assert.ok(["42501", "forbidden", "workspace_not_found"].includes(code), error.message);
      return false;
    }
    if (!(error instanceof Undone)) throw error;
  }
  return count > 0;
}

function attemptOf(me: string): Attempt {
  return {
    workspace,
    me,
    other: (role) => members[role].find((one) => one !== me)!,
    as: (work) => tried((run) => asUser(sql, me, run), work),
    byServer: (work) => tried((run) => asServer(sql, run), work),
  };
}

for (const [name, { what, roles: allowed }] of Object.entries<Permission>(permissions)) {
  Deno.test(`permissions: ${allowed.join(", ")} may ${what}; nobody else`, async () => {
    for (const role of roles) {
      const done = await proofs[name as PermissionName](attemptOf(members[role][0]));
      assert.equal(done, allowed.includes(role), `${role} ${done ? "could" : "could not"} ${what}`);
    }
    const done = await proofs[name as PermissionName](attemptOf(stranger));
    assert.equal(done, false, `a stranger could ${what}`);
  });
}
