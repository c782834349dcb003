/** The webhook inbox and the bookkeeping of syncs, in SQL. */
import assert from "node:assert/strict";
import { type Sql, type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
let sql: Sql;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 8 });
  sql = database.sql;
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

interface Target {
  type: string;
  id: string;
}

async function store(event: string, targets: Target[] = []): Promise<string | null> {
  const [row] = await sql<{ id: string | null }[]>`
    select public.webhook_store('stripe', ${event}, 'test', '{}', ${
    sql.json(targets as never)
  }) as id`;
  return row!.id;
}

async function state(object: string) {
  const [row] = await sql<
    { state: { wanted_seq: number; synced_seq: number; version: number } | null }[]
  >`select public.sync_state('stripe', 'invoice', ${object}) as state`;
  return row!.state;
}

async function jobsOf(event: string): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from private.jobs
    where kind = 'webhook_handle' and payload = jsonb_build_object('event', ${event}::bigint)`;
  return row!.count;
}

async function apply(object: string, version: number, seq: number): Promise<boolean> {
  const [row] = await sql<{ written: boolean }[]>`
    select public.stripe_apply('invoice', ${object}, ${version}, ${seq},
      ${sql.json({ id: object, deleted: true })}) as written`;
  return row!.written;
}

Deno.test("inbox: the same event 20 times at once is one row and one job", async () => {
  const target = { type: "invoice", id: "in_crowd" };
  const ids = await Promise.all(Array.from({ length: 20 }, () => store("evt_crowd", [target])));
  const stored = ids.filter((id) => id !== null);
  assert.equal(stored.length, 1);
  assert.equal(await jobsOf(stored[0]!), 1);
  assert.equal((await state("in_crowd"))!.wanted_seq, 1);
});

Deno.test("inbox: an event whose job cannot be enqueued is not stored, and not acknowledged (Spree: 200 all the same)", async () => {
  await sql.unsafe(`
    create function private.test_full() returns trigger language plpgsql as
      $$ begin raise exception 'the queue is full'; end $$;
    create trigger test_full before insert on private.jobs
      for each row execute function private.test_full()`);
  try {
    await assert.rejects(store("evt_unqueued", [{ type: "invoice", id: "in_unqueued" }]), {
      message: "the queue is full",
    });
  } finally {
    await sql.unsafe(`drop function private.test_full() cascade`);
  }
  assert.equal(
    (await sql`select from private.webhook_events where event_id = 'evt_unqueued'`).length,
    0,
  );
  // So the provider, who met a 5xx, delivers it again, and it is new.
  const stored = await store("evt_unqueued", [{ type: "invoice", id: "in_unqueued" }]);
  assert.equal(await jobsOf(stored!), 1);
});

Deno.test("inbox: each event raises each of its objects once, also one that it names twice", async () => {
  const [a, b] = [{ type: "invoice", id: "in_a" }, { type: "invoice", id: "in_b" }];
  const first = await store("evt_1", [a, b, a]);
  await store("evt_2", [a]);
  assert.equal((await state("in_a"))!.wanted_seq, 2);
  assert.equal((await state("in_b"))!.wanted_seq, 1);
  const [row] = await sql<{ event: { targets: unknown[] } }[]>`
    select public.webhook_event(${first}) as event`;
  assert.deepEqual(row!.event.targets, [
    { type: "invoice", id: "in_a", seq: 1 },
    { type: "invoice", id: "in_b", seq: 1 },
  ]);
});

Deno.test("inbox: events about the same objects in any order, at once, do not deadlock", async () => {
  const objects = Array.from({ length: 10 }, (_, n) => ({ type: "invoice", id: `in_lock_${n}` }));
  await Promise.all(
    Array.from(
      { length: 40 },
      (_, n) => store(`evt_lock_${n}`, n % 2 === 0 ? objects : objects.toReversed()),
    ),
  );
  for (const { id } of objects) assert.equal((await state(id))!.wanted_seq, 40);
});

Deno.test("inbox: an event without objects is stored and handled all the same", async () => {
  const id = await store("evt_plain");
  assert.equal(await jobsOf(id!), 1);
});

Deno.test("inbox: a replay raises the objects again and enqueues another job", async () => {
  const id = await store("evt_replayed", [{ type: "invoice", id: "in_replayed" }]);
  await sql`select public.webhook_event_handled(${id})`;
  const [replayed] = await sql`select public.webhook_replay(${id}) as job`;
  assert.notEqual(replayed!["job"], null);
  assert.equal((await state("in_replayed"))!.wanted_seq, 2);
  assert.equal(await jobsOf(id!), 2);
  const [event] = await sql`select handled_at from private.webhook_events where id = ${id}`;
  assert.equal(event!["handled_at"], null);
  // No row came back: the event does not exist.
  const [missing] = await sql`select public.webhook_replay(999999999) as job`;
  assert.equal(missing!["job"], null);
});

Deno.test("sync: a fetch older than another's write is refused, and then the newer one counts", async () => {
  await store("evt_sync", [{ type: "invoice", id: "in_sync" }]);
  const early = (await state("in_sync"))!;
  const late = (await state("in_sync"))!;
  assert.equal(await apply("in_sync", late.version, late.wanted_seq), true);
  assert.equal(await apply("in_sync", early.version, early.wanted_seq), false);
  assert.deepEqual(await state("in_sync"), { wanted_seq: 1, synced_seq: 1, version: 1 });
});

Deno.test("sync: of 10 writes at once with the same version exactly one is accepted", async () => {
  await store("evt_race", [{ type: "invoice", id: "in_race" }]);
  const { version, wanted_seq } = (await state("in_race"))!;
  const written = await Promise.all(
    Array.from({ length: 10 }, () => apply("in_race", version, wanted_seq)),
  );
  assert.equal(written.filter(Boolean).length, 1);
  assert.equal((await state("in_race"))!.version, 1);
});

Deno.test("sync: an event that comes during a fetch stays wanted after its write", async () => {
  await store("evt_before", [{ type: "invoice", id: "in_during" }]);
  const read = (await state("in_during"))!;
  await store("evt_during", [{ type: "invoice", id: "in_during" }]);
  assert.equal(await apply("in_during", read.version, read.wanted_seq), true);
  assert.deepEqual(await state("in_during"), { wanted_seq: 2, synced_seq: 1, version: 1 });
});

Deno.test("sync: an object that nobody wanted is refused, and a type that nobody mirrors is an error", async () => {
  assert.equal(await apply("in_unknown", 0, 1), false);
  await sql`select public.sync_want('stripe', 'horse', 'x')`;
  await assert.rejects(sql`select public.stripe_apply('horse', 'x', 0, 1, '{}')`, {
    code: "20000",
  });
  const [row] = await sql<{ state: { version: number } }[]>`
    select public.sync_state('stripe', 'horse', 'x') as state`;
  assert.equal(row!.state.version, 0);
});
