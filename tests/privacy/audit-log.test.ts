/** The audit log: who it says acted, what it keeps, and that nothing takes an entry back. */
import assert from "node:assert/strict";
import type postgres from "postgres";
import { insertUser, type Sql, type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
let sql: Sql;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 1 });
  sql = database.sql;
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

type Transaction = postgres.TransactionSql;
type Entry = Record<string, unknown>;

class Undone extends Error {}

/** A transaction that leaves nothing behind. */
async function undone(work: (tx: Transaction) => Promise<void>): Promise<void> {
  await sql.begin(async (tx) => {
    await work(tx);
    throw new Undone();
  }).catch((error) => {
    if (!(error instanceof Undone)) throw error;
  });
}

interface Request {
  role: "anon" | "authenticated" | "service_role";
  claims?: Record<string, unknown>;
  headers?: Record<string, string>;
}

/** Makes the rest of the transaction a request, as PostgREST does. */
async function asRequest(tx: Transaction, { role, claims = {}, headers = {} }: Request) {
  await tx`
    select set_config('request.jwt.claims', ${JSON.stringify({ role, ...claims })}, true),
      set_config('request.headers', ${JSON.stringify(headers)}, true),
      set_config('role', ${role}, true)`;
}

async function workspaceOf(tx: Sql | Transaction, userId: string): Promise<string> {
  const [row] = await tx<{ id: string }[]>`
    select id from public.workspaces where personal_of = ${userId}`;
  return row!.id;
}

/** The newest entry about a row. */
async function entryAbout(tx: Transaction, target: string): Promise<Entry> {
  await tx`reset role`;
  const [entry] = await tx`
    select workspace_id, actor_id, actor_kind, action, target, changes, reason, request_id
    from public.audit_log where target = ${target} order by id desc limit 1`;
  assert.ok(entry !== undefined, `an entry about ${target}`);
  return entry;
}

const refusal = (code: string) => (error: unknown) => (error as { code?: string }).code === code;

Deno.test("audit_log: neither the service role nor the schema's owner changes, removes or empties it", async () => {
  const attempts = [
    "update public.audit_log set reason = 'another'",
    "delete from public.audit_log",
    "truncate public.audit_log",
  ];
  for (const role of ["service_role", "postgres"]) {
    for (const attempt of attempts) {
      await undone(async (tx) => {
        await insertUser(tx);
        await tx.unsafe(`set local role ${role}`);
        await assert.rejects(tx.savepoint((inner) => inner.unsafe(attempt)), refusal("42501"));
      });
    }
  }
  await undone(async (tx) => {
    await tx`set local role service_role`;
    await assert.rejects(
      tx.savepoint((inner) =>
        inner`insert into public.audit_log (actor_kind, action) values ('user', 'a.b')`
      ),
      refusal("42501"),
    );
  });
});

/** A plain member of somebody's workspace. */
async function memberOf(tx: Transaction, workspace: string): Promise<string> {
  const member = await insertUser(tx);
  await tx`
    insert into public.workspace_members (workspace_id, user_id, role)
    values (${workspace}, ${member}, 'member')`;
  return member;
}

const setRole = (tx: Transaction, workspace: string, member: string, role: string) =>
  tx`
    update public.workspace_members set role = ${role}
    where workspace_id = ${workspace} and user_id = ${member}`;

Deno.test("audit_log: a user's change is that user's, whatever headers and settings say", async () => {
  await undone(async (tx) => {
    const [user, other] = [await insertUser(tx), await insertUser(tx)];
    const workspace = await workspaceOf(tx, user);
    const member = await memberOf(tx, workspace);
    await tx`select private.act_as(${other}, 'forged')`;
    const forged = { "x-actor": `user:${other}`, "x-request-id": "forged-request" };
    await asRequest(tx, { role: "authenticated", claims: { sub: user }, headers: forged });
    assert.equal((await setRole(tx, workspace, member, "admin")).count, 1);
    assert.deepEqual(await entryAbout(tx, member), {
      workspace_id: workspace,
      actor_id: user,
      actor_kind: "user",
      action: "workspace_members.update",
      target: member,
      changes: { role: { old: "member", new: "admin" } },
      reason: null,
      request_id: null,
    });

    const keyId = crypto.randomUUID();
    await tx.unsafe(`
      drop policy "Owners and admins rename their workspaces" on public.workspaces;
      drop policy "Members read their workspaces" on public.workspaces;
      create policy "Keys in a test" on public.workspaces for update to authenticated
        using (true) with check (true);
      create policy "Keys read in a test" on public.workspaces for select to authenticated using (true);
    `);
    const claims = { sub: keyId, api_key: { workspace_id: workspace } };
    await asRequest(tx, { role: "authenticated", claims, headers: forged });
    await tx`update public.workspaces set name = 'By a key' where id = ${workspace}`;
    const entry = await entryAbout(tx, workspace);
    assert.deepEqual([entry["actor_kind"], entry["actor_id"]], ["api_key", keyId]);
  });
});

Deno.test("audit_log: of the service role it believes the headers, and a server RPC's act_as before them", async () => {
  await undone(async (tx) => {
    const [user, other] = [await insertUser(tx), await insertUser(tx)];
    const workspace = await workspaceOf(tx, user);
    const member = await memberOf(tx, workspace);
    const headers = { "x-actor": `user:${user}`, "x-request-id": "request-0001" };
    const change = async (role: string) => {
      await tx`set local role service_role`;
      await setRole(tx, workspace, member, role);
      const { actor_id, actor_kind, reason, request_id } = await entryAbout(tx, member);
      return { actor_id, actor_kind, reason, request_id };
    };

    await asRequest(tx, { role: "service_role", headers });
    assert.deepEqual(await change("admin"), {
      actor_id: user,
      actor_kind: "user",
      reason: null,
      request_id: "request-0001",
    });
    await asRequest(tx, {
      role: "service_role",
      headers: { "x-actor": `api_key:${other}`, "x-request-id": "x".repeat(2000) },
    });
    assert.deepEqual(await change("billing"), {
      actor_id: other,
      actor_kind: "api_key",
      reason: null,
      request_id: "x".repeat(64),
    });
    await asRequest(tx, { role: "service_role", headers });
    await tx`select private.act_as(${other}, 'asked by phone')`;
    assert.deepEqual(await change("member"), {
      actor_id: other,
      actor_kind: "user",
      reason: "asked by phone",
      request_id: "request-0001",
    });
    await tx`select private.act_as(null, null)`;
    await asRequest(tx, { role: "service_role", headers: { "x-actor": "nonsense" } });
    assert.deepEqual(await change("admin"), {
      actor_id: null,
      actor_kind: "system",
      reason: null,
      request_id: null,
    });
  });
});

Deno.test("audit_log: staff are called staff with a reason or on what is not their own", async () => {
  await undone(async (tx) => {
    const [staff, user] = [await insertUser(tx), await insertUser(tx)];
    await tx`insert into private.staff (user_id, note) values (${staff}, 'a test')`;
    const kindOf = async (owner: string, reason: string | null) => {
      const workspace = await workspaceOf(tx, owner);
      const member = await memberOf(tx, workspace);
      await asRequest(tx, { role: "service_role" });
      await tx`select private.act_as(${staff}, ${reason})`;
      await setRole(tx, workspace, member, "admin");
      return (await entryAbout(tx, member))["actor_kind"];
    };
    assert.equal(await kindOf(user, null), "staff");
    assert.equal(await kindOf(staff, "repair"), "staff");
    assert.equal(await kindOf(staff, null), "user");
  });
});

Deno.test("audit_log: keeps the listed columns alone, of a name only that it changed, and nothing when none did", async () => {
  await undone(async (tx) => {
    const user = await insertUser(tx, { metadata: { name: "Secret Name" } });
    const workspace = await workspaceOf(tx, user);
    const count = async () => (await tx`select from public.audit_log`).count;
    assert.deepEqual((await entryAbout(tx, workspace))["changes"], {
      personal_of: { new: user },
    });
    await tx`update public.workspaces set name = 'Another Name' where id = ${workspace}`;
    assert.deepEqual((await entryAbout(tx, workspace))["changes"], { name: {} });
    const before = await count();
    await tx`update public.workspaces set updated_at = now() where id = ${workspace}`;
    assert.equal(await count(), before);
    await tx`delete from public.workspaces where id = ${workspace}`;
    assert.deepEqual((await entryAbout(tx, user))["action"], "workspace_members.delete");
    assert.deepEqual((await entryAbout(tx, workspace))["changes"], {
      personal_of: { old: user },
    });
    const [all] = await tx<{ text: string }[]>`
      select string_agg(entry::text, ' ') as text from public.audit_log as entry`;
    assert.doesNotMatch(all!.text, /Secret Name|Another Name|@example\.com/);
  });
});

Deno.test("audit_log: an entry of a server RPC names its actor and cannot be given another", async () => {
  await undone(async (tx) => {
    const user = await insertUser(tx);
    await asRequest(tx, { role: "service_role", headers: { "x-actor": `user:${user}` } });
    await tx`select private.audit_note('account.export', ${user})`;
    const entry = await entryAbout(tx, user);
    assert.deepEqual([entry["action"], entry["actor_id"]], ["account.export", user]);
  });
});

Deno.test("audit_log: every audited column exists, and none holds a secret, a name or an address", async () => {
  const triggers = await sql<{ table: string; list: string }[]>`
    select tgrelid::regclass::text as table, encode(tgargs, 'escape') as list
    from pg_catalog.pg_trigger where tgfoid = 'private.audit()'::regprocedure`;
  assert.ok(triggers.length > 0);
  for (const { table, list } of triggers) {
    const [kind, workspace, key, ...columns] = list.split("\\000").slice(0, -1);
    assert.ok(["system", "stripe"].includes(kind!), table);
    const known = (await sql<{ name: string }[]>`
      select attname as name from pg_catalog.pg_attribute
      where attrelid = ${table}::regclass and attnum > 0 and not attisdropped`).map((c) => c.name);
    const named = [key!, ...columns.map((column) => column.replace(/^~/, ""))];
    for (const column of workspace === "" ? named : [...named, workspace!]) {
      assert.ok(known.includes(column), `${table}.${column}`);
    }
    // After a ~ only the fact is kept that it changed.
    for (const column of columns.filter((one) => !one.startsWith("~"))) {
      assert.doesNotMatch(
        column,
        /hash|token|secret|password|payload|^name$|mail|address|phone|url|note/,
        `${table}.${column}`,
      );
    }
  }
});

Deno.test("audit log: staff read what was done in a workspace that is gone, and nobody else does", async () => {
  const staff = await insertUser(sql);
  const other = await insertUser(sql);
  await undone(async (tx) => {
    await tx`insert into private.staff (user_id, note) values (${staff}, 'support')`;
    const gone = crypto.randomUUID();
    await tx`
      insert into public.audit_log (workspace_id, actor_kind, action) values (${gone}, 'system', 'sample.gone')`;
    const seen = async (sub: string) => {
      await asRequest(tx, { role: "authenticated", claims: { sub, aal: "aal2" } });
      const rows = await tx`select id from public.audit_log where action = 'sample.gone'`;
      await tx`reset role`;
      return rows.length;
    };
    assert.deepEqual([await seen(staff), await seen(other)], [1, 0]);
  });
});
