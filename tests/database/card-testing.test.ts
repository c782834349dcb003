/** When declines are too many, in SQL: of a workspace, of a card, of an address; and when they no longer are. */
import assert from "node:assert/strict";
import { insertUser, type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
Deno.test.beforeAll(async () => void (database = await testDatabase()));
Deno.test.afterAll(async () => await database?.[Symbol.asyncDispose]());

interface Buyer {
  userId: string;
  workspaceId: string;
  customer: string;
}

async function buyer(): Promise<Buyer> {
  const userId = await insertUser(database.sql);
  const [workspace] = await database.sql<{ id: string }[]>`
    select id from public.workspaces where personal_of = ${userId}`;
  const customer = `cus_${userId}`;
  await database.sql`select public.billing_customer_record(${workspace!.id}, ${customer})`;
  return { userId, workspaceId: workspace!.id, customer };
}

const hash = () => crypto.randomUUID().replaceAll("-", "").repeat(2);

interface Answer {
  allowed: boolean;
  retry_after_seconds?: number;
}

async function attempt({ userId }: Buyer, address = hash(), tolerance = 1): Promise<Answer> {
  const [row] = await database.sql<{ answer: Answer }[]>`
    select public.card_attempt_begin(${userId}, null, ${address}, ${tolerance}) as answer`;
  return row!.answer;
}

/** Records a decline; whether it was one too many. */
async function decline(
  { customer }: Pick<Buyer, "customer">,
  card: string | null = null,
  cause: string = crypto.randomUUID(),
): Promise<boolean> {
  const [row] = await database.sql<{ many: boolean }[]>`
    select public.card_decline_record(${cause}, ${customer}, ${card}, 'generic_decline') as many`;
  return row!.many;
}

const stops = async ({ workspaceId }: Buyer) =>
  (await database.sql`
    select from private.jobs where kind = 'card_testing_stop' and payload ->> 'workspace_id' = ${workspaceId}`)
    .count;

Deno.test("declines: eight of a workspace within an hour refuse its purchases, and end the one under way", async () => {
  const [tester, other] = [await buyer(), await buyer()];
  for (let declines = 1; declines < 8; declines++) assert.equal(await decline(tester), false);
  assert.deepEqual(await attempt(tester), { allowed: true });
  assert.equal(await stops(tester), 0);

  assert.equal(await decline(tester), true);
  const refused = await attempt(tester);
  assert.equal(refused.allowed, false);
  assert.ok(refused.retry_after_seconds! > 3500 && refused.retry_after_seconds! <= 3600);
  assert.equal(await stops(tester), 1);
  assert.deepEqual(await attempt(other), { allowed: true });
  // On a stack whose limits are raised, they are raised as well.
  assert.deepEqual(await attempt(tester, hash(), 1000), { allowed: true });
});

Deno.test("declines: the same one delivered again counts once, and one of nobody's customer not at all", async () => {
  const tester = await buyer();
  const cause = crypto.randomUUID();
  const recorded = await Promise.all(
    Array.from({ length: 20 }, () => decline(tester, null, cause)),
  );
  assert.ok(!recorded.includes(true));
  assert.deepEqual(await attempt(tester), { allowed: true });
  assert.equal(await decline({ customer: "cus_of_another_product" }), false);
});

Deno.test("declines: four different cards within a day are too many, one card four times is not", async () => {
  const [tester, clumsy] = [await buyer(), await buyer()];
  const card = hash();
  for (let declines = 0; declines < 4; declines++) await decline(clumsy, card);
  assert.deepEqual(await attempt(clumsy), { allowed: true });
  for (let declines = 0; declines < 4; declines++) await decline(tester, hash());
  assert.equal((await attempt(tester)).allowed, false);
});

Deno.test("declines: a card that is tried in many workspaces refuses each that tried it", async () => {
  const card = hash();
  const testers = await Promise.all(Array.from({ length: 3 }, () => buyer()));
  for (const tester of [...testers, ...testers]) await decline(tester, card);
  for (const tester of testers) assert.equal((await attempt(tester)).allowed, false);
  assert.deepEqual(await attempt(await buyer()), { allowed: true });
});

Deno.test("declines: an address under which many accounts are declined is refused under a fresh one too", async () => {
  const address = hash();
  for (let accounts = 0; accounts < 3; accounts++) {
    const tester = await buyer();
    assert.deepEqual(await attempt(tester, address), { allowed: true });
    for (let declines = 0; declines < 4; declines++) await decline(tester);
  }
  assert.equal((await attempt(await buyer(), address)).allowed, false);
  assert.deepEqual(await attempt(await buyer()), { allowed: true });
});

Deno.test("declines: what is over counts no more, and is removed by retention; deleting the workspace forgets nothing", async () => {
  const tester = await buyer();
  const card = hash();
  for (let declines = 0; declines < 8; declines++) await decline(tester, card);
  assert.equal((await attempt(tester)).allowed, false);
  await database.sql`
    update private.card_declines set declined_at = declined_at - interval '61 minutes'
    where workspace_id = ${tester.workspaceId}`;
  assert.deepEqual(await attempt(tester), { allowed: true });

  await database.sql`delete from public.workspaces where id = ${tester.workspaceId}`;
  const held = async () =>
    (await database.sql`select from private.card_declines where card_hash = ${card}`).count;
  assert.equal(await held(), 8);
  await database.sql`
    update private.card_declines set declined_at = declined_at - interval '3 days'
    where card_hash = ${card}`;
  await database.sql`select public.retention_run()`;
  assert.equal(await held(), 0);
});

Deno.test("declines: who may not handle a workspace's billing asks in vain", async () => {
  const [tester, stranger] = [await buyer(), await buyer()];
  await assert.rejects(
    database.sql`
      select public.card_attempt_begin(${stranger.userId}, ${tester.workspaceId}, ${hash()})`,
    /workspace_not_found/,
  );
});

Deno.test("declines: of eight that come at once exactly one is one too many", async () => {
  const tester = await buyer();
  const many = await Promise.all(Array.from({ length: 8 }, () => decline(tester)));
  assert.equal(many.filter(Boolean).length, 1);
  assert.equal(await stops(tester), 1);
});
