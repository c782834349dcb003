/** The one definition in SQL: which plan counts, what it includes, what staff have changed. */
import assert from "node:assert/strict";
import { insertUser, type Sql, type TestDatabase, testDatabase } from "../support/database.ts";
import { planOf, subscribed } from "../support/features.ts";

let database: TestDatabase;
let sql: Sql;
Deno.test.beforeAll(async () => {
  database = await testDatabase();
  sql = database.sql;
  await planOf(sql, { id: "free", rank: 0, price: false, features: { projects: 1, members: 1 } });
  await planOf(sql, { id: "basic", rank: 1, features: { projects: 10, api_access: null } });
  await planOf(sql, {
    id: "pro",
    rank: 2,
    features: { projects: null, api_access: null, audit_log: null, exports: 0 },
  });
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

async function newWorkspace(): Promise<string> {
  const user = await insertUser(sql);
  const [row] = await sql<{ id: string }[]>`
    select id from public.workspaces where personal_of = ${user}`;
  return row!.id;
}

async function has(workspace: string | null, feature: string): Promise<boolean> {
  const [row] = await sql<{ has: boolean }[]>`
    select private.has_feature(${workspace}, ${feature}) as has`;
  return row!.has;
}

async function limitOf(workspace: string, feature: string): Promise<number | null> {
  const [row] = await sql<{ most: string | null }[]>`
    select private.feature_limit(${workspace}, ${feature}) as most`;
  return row!.most === null ? null : Number(row!.most);
}

async function planThatCounts(workspace: string): Promise<string> {
  const [row] = await sql<{ plan: string }[]>`select private.workspace_plan(${workspace}) as plan`;
  return row!.plan;
}

async function override(workspace: string, feature: string, fields: object): Promise<void> {
  await sql`
    insert into public.feature_overrides ${
    sql({ workspace_id: workspace, feature, reason: "a test", ...fields })
  }`;
}

Deno.test("plan: who has not subscribed has the plan without prices", async () => {
  const workspace = await newWorkspace();
  assert.equal(await planThatCounts(workspace), "free");
  assert.equal(await has(workspace, "projects"), true);
  assert.equal(await limitOf(workspace, "projects"), 1);
  assert.equal(await has(workspace, "api_access"), false);
  assert.equal(await limitOf(workspace, "api_access"), 0, "not included: none of it");
});

Deno.test("plan: a subscription counts while it runs, and past_due does run", async () => {
  const counts = {
    active: true,
    trialing: true,
    past_due: true,
    incomplete: false,
    incomplete_expired: false,
    canceled: false,
    unpaid: false,
    paused: false,
  };
  for (const [status, does] of Object.entries(counts)) {
    const workspace = await newWorkspace();
    await subscribed(sql, workspace, "basic", { status });
    assert.equal(await planThatCounts(workspace), does ? "basic" : "free", status);
    assert.equal(await has(workspace, "api_access"), does, status);
  }
});

Deno.test("plan: a user who buys two plans has the larger one and is never unsubscribed (nextjs-subscription-payments#379)", async () => {
  const workspace = await newWorkspace();
  await subscribed(sql, workspace, "pro");
  await subscribed(sql, workspace, "basic");
  assert.equal(await planThatCounts(workspace), "pro");
  await sql`
    update public.subscriptions set status = 'canceled'
    where workspace_id = ${workspace} and plan_id = 'pro'`;
  assert.equal(await planThatCounts(workspace), "basic");
});

Deno.test("plan: a subscription to something that is no plan leaves the free one", async () => {
  const workspace = await newWorkspace();
  const id = await subscribed(sql, workspace, "basic");
  await sql`update public.subscriptions set plan_id = null where id = ${id}`;
  assert.equal(await planThatCounts(workspace), "free");
});

Deno.test("plan: one that is no longer sold keeps what it includes for those who have it", async () => {
  await sql.begin(async (tx) => {
    await planOf(tx as unknown as Sql, { id: "legacy", rank: 5, features: { audit_log: null } });
    const workspace = await newWorkspace();
    await subscribed(tx as unknown as Sql, workspace, "legacy");
    await tx`update public.plans set active = false where id = 'legacy'`;
    const [row] = await tx<{ has: boolean }[]>`
      select private.has_feature(${workspace}, 'audit_log') as has`;
    assert.equal(row!.has, true);
    await tx`delete from public.subscriptions where plan_id = 'legacy'`;
    await tx`delete from public.plans where id = 'legacy'`;
  });
});

Deno.test("feature: no workspace has nothing, an unknown feature is nobody's, zero of it is none", async () => {
  const workspace = await newWorkspace();
  await subscribed(sql, workspace, "pro");
  assert.equal(await has(null, "projects"), false);
  assert.equal(await has(workspace, "no_such_feature"), false);
  assert.equal(await has(workspace, "exports"), false);
  assert.equal(await limitOf(workspace, "projects"), null, "without a limit");
});

Deno.test("override: gives what the plan lacks, takes what it has, changes its limit, and ends in time", async () => {
  const workspace = await newWorkspace();
  await override(workspace, "audit_log", {});
  await override(workspace, "projects", { limit_value: 500 });
  await override(workspace, "members", { enabled: false });
  await override(workspace, "api_access", { expires_at: new Date(Date.now() - 1000) });
  assert.equal(await has(workspace, "audit_log"), true);
  assert.equal(await limitOf(workspace, "projects"), 500);
  assert.equal(await has(workspace, "members"), false);
  assert.equal(await has(workspace, "api_access"), false, "expired");
  await sql`
    update public.feature_overrides set expires_at = now() + interval '1 hour'
    where workspace_id = ${workspace} and feature = 'api_access'`;
  assert.equal(await has(workspace, "api_access"), true);
});

Deno.test("locked: neither plan nor gift counts, what was taken stays taken", async () => {
  await sql.begin(async (tx) => {
    const workspace = await newWorkspace();
    await subscribed(sql, workspace, "pro");
    await override(workspace, "sso", {});
    await override(workspace, "projects", { enabled: false });
    await tx.unsafe(`
      create or replace function private.workspace_access(workspace uuid) returns text
      language sql stable set search_path = ''
      as $$ select case when workspace = '${workspace}' then 'locked' else 'full' end $$`);
    const [row] = await tx`
      select private.workspace_plan(${workspace}) as plan,
        private.has_feature(${workspace}, 'audit_log') as paid,
        private.has_feature(${workspace}, 'sso') as given,
        private.has_feature(${workspace}, 'members') as free,
        private.has_feature(${workspace}, 'projects') as taken`;
    assert.deepEqual({ ...row }, {
      plan: "free",
      paid: false,
      given: false,
      free: true,
      taken: false,
    });
    await tx`rollback and chain`;
  });
});

Deno.test("policy: rows are the caller's only while the workspace has the feature", async () => {
  const user = await insertUser(sql);
  const [mine] = await sql<{ id: string }[]>`
    select id from public.workspaces where personal_of = ${user}`;
  await sql.begin(async (tx) => {
    await tx.unsafe(`
      create table public.notes (workspace_id uuid not null, body text);
      create index notes_workspace on public.notes (workspace_id);
      alter table public.notes enable row level security;
      grant select on public.notes to authenticated;
      create policy "Members of workspaces with the audit log read notes" on public.notes
        for select to authenticated
        using (workspace_id in (select private.my_workspace_ids_with('audit_log')));`);
    await tx`insert into public.notes values (${mine!.id}, 'a'), (gen_random_uuid(), 'b')`;
    const seen = async () => {
      await tx`select set_config('request.jwt.claims', ${JSON.stringify({ sub: user })}, true)`;
      await tx`set local role authenticated`;
      const notes = await tx`select body from public.notes`;
      await tx`set local role postgres`;
      return notes.map((note) => note["body"]);
    };
    assert.deepEqual(await seen(), []);
    await tx`
      insert into public.feature_overrides (workspace_id, feature, reason)
      values (${mine!.id}, 'audit_log', 'a test')`;
    assert.deepEqual(await seen(), ["a"]);
    await tx`rollback and chain`;
  });
});

Deno.test("granted by: what one can buy to get more, from the smallest plan", async () => {
  const [row] = await sql`
    select private.plans_granting('api_access') as api, private.plans_granting('projects', 1) as more,
      private.plans_granting('projects', 10) as most, private.plans_granting('members') as none`;
  const basic = { plan: "basic", prices: ["price_monthly_basic"] };
  const pro = { plan: "pro", prices: ["price_monthly_pro"] };
  assert.deepEqual({ ...row }, { api: [basic, pro], more: [basic, pro], most: [pro], none: [] });
});
