/** What a key may do in the database, and what becomes of it, in SQL as the key. */
import assert from "node:assert/strict";
import type postgres from "postgres";
import { insertUser, type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
Deno.test.beforeAll(async () => {
  database = await testDatabase();
  await database.sql`insert into public.plans (id, name, active) values ('basic', 'Basic', true)`;
  await database
    .sql`insert into public.plan_features (plan_id, feature) values ('basic', 'api_access')`;
});
Deno.test.afterAll(async () => await database?.[Symbol.asyncDispose]());

type Sql = postgres.Sql | postgres.TransactionSql;

async function owner(): Promise<{ id: string; workspaceId: string }> {
  const id = await insertUser(database.sql);
  const [workspace] = await database.sql<{ id: string }[]>`
    select id from public.workspaces where personal_of = ${id}`;
  await database.sql`
    insert into public.feature_overrides (workspace_id, feature, reason)
    values (${workspace!.id}, 'api_access', 'a test')`;
  return { id, workspaceId: workspace!.id };
}

async function member(workspaceId: string, role: string): Promise<string> {
  const id = await insertUser(database.sql);
  await database.sql`
    insert into public.workspace_members (workspace_id, user_id, role)
    values (${workspaceId}, ${id}, ${role})`;
  return id;
}

interface Wish {
  userId: string;
  workspaceId: string;
  name?: string;
  role?: string;
  hash?: string;
}

const freshHash = () => crypto.randomUUID().replaceAll("-", "").repeat(2);

/** Calls the server RPC; the key's id. */
async function create({ userId, workspaceId, name, role, hash }: Wish, sql: Sql = database.sql) {
  const [made] = await sql<{ id: string }[]>`
    select * from public.api_key_create(
      ${userId}, ${workspaceId}, ${name ?? crypto.randomUUID()},
      ${crypto.randomUUID().slice(0, 8)}, ${hash ?? freshHash()}, ${role ?? "member"},
      array['workspace:read'], null)`;
  return made!.id;
}

class Undone extends Error {}

/** Runs `look` with a token's claims, and undoes what it did. */
async function withClaims<T>(
  claims: Record<string, unknown>,
  look: (tx: postgres.TransactionSql) => Promise<T>,
): Promise<T> {
  let result: T;
  await database.sql.begin(async (tx) => {
    await tx`select set_config('request.jwt.claims', ${JSON.stringify(claims)}, true)`;
    await tx`set local role authenticated`;
    result = await look(tx);
    throw new Undone();
  }).catch((error) => {
    if (!(error instanceof Undone)) throw error;
  });
  return result!;
}

const keyClaims = (id: string) => ({
  role: "authenticated",
  sub: id,
  api_key: { id, role: "admin", scopes: ["workspace:write"] },
});

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return (error as Error).message;
  }
  return "done";
}

const reached = (roles?: string[]) => async (tx: postgres.TransactionSql) =>
  (await tx<{ id: string }[]>`
    select id from private.my_workspace_ids(${roles ?? null}) as id`).map(({ id }) => id);

Deno.test("key: reaches its workspace in its role, and no other", async () => {
  const { id, workspaceId } = await owner();
  await owner();
  const key = await create({ userId: id, workspaceId, role: "billing" });
  assert.deepEqual(await withClaims(keyClaims(key), reached()), [workspaceId]);
  assert.deepEqual(await withClaims(keyClaims(key), reached(["billing"])), [workspaceId]);
  // The token claims to be an admin's; the row says otherwise.
  assert.deepEqual(await withClaims(keyClaims(key), reached(["owner", "admin", "member"])), []);
});

Deno.test("key: a token without the key's claim, or with another's id, reaches nothing", async () => {
  const { id, workspaceId } = await owner();
  const key = await create({ userId: id, workspaceId });
  assert.deepEqual(await withClaims({ role: "authenticated", sub: key }, reached()), []);
  assert.deepEqual(await withClaims(keyClaims(crypto.randomUUID()), reached()), []);
  assert.deepEqual(
    await withClaims({ ...keyClaims(key), sub: crypto.randomUUID() }, reached()),
    [],
  );
});

Deno.test("key: revoked or expired, its token of 60 seconds reaches nothing any more", async () => {
  const { id, workspaceId } = await owner();
  const [revoked, expired] = [
    await create({ userId: id, workspaceId }),
    await create({ userId: id, workspaceId }),
  ];
  await database.sql`update public.workspace_api_keys set revoked_at = now() where id = ${revoked}`;
  await database.sql`
    update public.workspace_api_keys set expires_at = now() - interval '1 second' where id = ${expired}`;
  assert.deepEqual(await withClaims(keyClaims(revoked), reached()), []);
  assert.deepEqual(await withClaims(keyClaims(expired), reached()), []);
});

Deno.test("key: is no user: no profile, no staff, and no key makes or sees keys of higher standing", async () => {
  const { id, workspaceId } = await owner();
  const key = await create({ userId: id, workspaceId });
  await withClaims(keyClaims(key), async (tx) => {
    assert.equal((await tx`select from public.profiles`).length, 0);
    assert.equal((await tx`update public.profiles set name = 'x'`).count, 0);
    assert.equal((await tx`select from public.workspaces`).length, 1);
    assert.equal((await tx`select from public.workspace_api_keys`).length, 0);
    const [staff] = await tx<{ yes: boolean }[]>`select public.is_staff() as yes`;
    assert.equal(staff!.yes, false);
  });
  assert.equal(await refusal(create({ userId: key, workspaceId })), "workspace_not_found");
  assert.equal(
    await refusal(
      database.sql`select public.subscription_to_change(${key}, ${workspaceId})`,
    ),
    "workspace_not_found",
  );
});

Deno.test("key: only owners and admins of a workspace whose plan includes keys create them", async () => {
  const { id, workspaceId } = await owner();
  const stranger = await owner();
  const admin = await member(workspaceId, "admin");
  await create({ userId: admin, workspaceId });
  for (const role of ["member", "billing"]) {
    const userId = await member(workspaceId, role);
    assert.equal(await refusal(create({ userId, workspaceId })), "forbidden", role);
  }
  assert.equal(
    await refusal(create({ userId: stranger.id, workspaceId })),
    "workspace_not_found",
  );
  assert.match(
    await refusal(create({ userId: id, workspaceId, role: "owner" })),
    /workspace_api_keys_role_known/,
  );
  await database
    .sql`update public.feature_overrides set enabled = false where workspace_id = ${workspaceId}`;
  assert.equal(await refusal(create({ userId: id, workspaceId })), "plan_required");
});

Deno.test("key: a creation that is repeated at once makes one key; revoking frees its name", async () => {
  const { id, workspaceId } = await owner();
  const outcomes = await Promise.all(
    ["Deploy", "deploy", "DEPLOY"].map((name) =>
      refusal(create({ userId: id, workspaceId, name }))
    ),
  );
  assert.deepEqual(outcomes.toSorted(), ["api_key_name_taken", "api_key_name_taken", "done"]);
  await database
    .sql`update public.workspace_api_keys set revoked_at = now() where workspace_id = ${workspaceId}`;
  await create({ userId: id, workspaceId, name: "Deploy" });
});

Deno.test("key: a workspace has at most 50, whoever creates at the same moment", async () => {
  const { id, workspaceId } = await owner();
  await database.sql`
    insert into public.workspace_api_keys (workspace_id, name, prefix, role, scopes, created_by)
    select ${workspaceId}, 'key ' || n, left(md5(random()::text), 8), 'member', '{workspace:read}', ${id}
    from generate_series(1, 48) as n`;
  const outcomes = await Promise.all(
    Array.from({ length: 4 }, () => refusal(create({ userId: id, workspaceId }))),
  );
  assert.deepEqual(outcomes.toSorted(), [
    "api_key_limit_reached",
    "api_key_limit_reached",
    "done",
    "done",
  ]);
});

const isRevoked = async (key: string) => {
  const [row] = await database.sql<{ revoked: boolean }[]>`
    select revoked_at is not null as revoked from public.workspace_api_keys where id = ${key}`;
  return row?.revoked;
};

Deno.test("key: revoked is revoked: its moment stays, and nobody brings it back", async () => {
  const { id, workspaceId } = await owner();
  const key = await create({ userId: id, workspaceId });
  await withClaims({ role: "authenticated", sub: id }, async (tx) => {
    const future = "2999-01-01";
    const [first] = await tx<{ now: boolean }[]>`
      update public.workspace_api_keys set revoked_at = ${future} where id = ${key}
      returning revoked_at = now() as now`;
    assert.equal(first!.now, true, "the moment is ours, not the caller's");
    const [again] = await tx<{ now: boolean }[]>`
      update public.workspace_api_keys set revoked_at = ${future} where id = ${key}
      returning revoked_at = now() as now`;
    assert.equal(again!.now, true);
    assert.equal(
      await refusal(
        tx.savepoint((inner) =>
          inner`update public.workspace_api_keys set revoked_at = null where id = ${key}`
        ),
      ),
      "api_key_revoked",
    );
  });
});

Deno.test("key: ends with its creator's standing: removed, made a member, account deleted", async () => {
  const { id, workspaceId } = await owner();
  const [removed, lowered, deleted, stays] = [
    await member(workspaceId, "admin"),
    await member(workspaceId, "admin"),
    await member(workspaceId, "admin"),
    await member(workspaceId, "admin"),
  ];
  const keyOf = new Map<string, string>();
  for (const userId of [removed, lowered, deleted, stays, id]) {
    keyOf.set(userId, await create({ userId, workspaceId }));
  }
  await database
    .sql`delete from public.workspace_members where user_id = ${removed} and workspace_id = ${workspaceId}`;
  await database
    .sql`update public.workspace_members set role = 'member' where user_id = ${lowered} and workspace_id = ${workspaceId}`;
  await database.sql`delete from auth.users where id = ${deleted}`;
  await database
    .sql`update public.workspace_members set role = 'admin' where user_id = ${stays} and workspace_id = ${workspaceId}`;
  for (const userId of [removed, lowered, deleted]) {
    assert.equal(await isRevoked(keyOf.get(userId)!), true);
  }
  for (const userId of [stays, id]) assert.equal(await isRevoked(keyOf.get(userId)!), false);
});

Deno.test("key: goes with its workspace", async () => {
  const { id, workspaceId } = await owner();
  const key = await create({ userId: id, workspaceId });
  await database.sql`delete from public.workspaces where id = ${workspaceId}`;
  assert.equal(await isRevoked(key), undefined);
});

Deno.test("key: a use is noted at most once a minute, and tells nothing of a key that is not good", async () => {
  const { id, workspaceId } = await owner();
  const hash = freshHash();
  const key = await create({ userId: id, workspaceId, hash });
  const use = async (of = hash) => {
    const [row] = await database.sql<{ used: Record<string, unknown> | null }[]>`
      select public.api_key_use(${of}) as used`;
    return row!.used;
  };
  const lastUsed = async () => {
    const [row] = await database.sql<{ at: string }[]>`
      select last_used_at::text as at from public.workspace_api_keys where id = ${key}`;
    return row!.at;
  };
  assert.deepEqual(await use(), {
    id: key,
    workspace_id: workspaceId,
    role: "member",
    scopes: ["workspace:read"],
    api_access: true,
  });
  const first = await lastUsed();
  assert.ok(first);
  await use();
  assert.equal(await lastUsed(), first);
  await database.sql`
    update public.workspace_api_keys set last_used_at = now() - interval '61 seconds' where id = ${key}`;
  const longAgo = await lastUsed();
  await Promise.all([use(), use(), use()]);
  assert.notEqual(await lastUsed(), longAgo);

  assert.equal(await use(freshHash()), null);
  await database.sql`update public.workspace_api_keys set revoked_at = now() where id = ${key}`;
  assert.equal(await use(), null);
});

Deno.test("key: the audit log tells who made, renamed and revoked it, and of no use or secret", async () => {
  const { id, workspaceId } = await owner();
  const hash = freshHash();
  const key = await create({ userId: id, workspaceId, name: "Deploy", hash });
  await database.sql.begin(async (tx) => {
    await tx`select set_config('request.jwt.claims', ${
      JSON.stringify({ role: "authenticated", sub: id })
    }, true)`;
    await tx`set local role authenticated`;
    await tx`update public.workspace_api_keys set name = 'Release' where id = ${key}`;
    await tx`update public.workspace_api_keys set revoked_at = now() where id = ${key}`;
  });
  await database.sql`select public.api_key_use(${hash})`;
  const entries = await database.sql<{ action: string; actor_id: string; changes: object }[]>`
    select action, actor_id, changes from public.audit_log
    where target = ${key} order by id`;
  assert.deepEqual(entries.map(({ action, actor_id }) => [action, actor_id]), [
    ["workspace_api_keys.insert", id],
    ["workspace_api_keys.update", id],
    ["workspace_api_keys.update", id],
  ]);
  const text = JSON.stringify([...entries]);
  for (const secret of [hash, "Deploy", "Release"]) assert.ok(!text.includes(secret), secret);
});
