/** An address's suppression is a function of what was told of it: whatever the order, however often. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 2 });
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

interface Told {
  source: string;
  kind: string;
  hoursAgo: number;
}

const anchor = Date.now();

async function tell(address: string, { source, kind, hoursAgo }: Told): Promise<void> {
  const at = new Date(anchor - hoursAgo * 3_600_000);
  await database.sql`
    select public.mail_feedback_record(${source}, ${kind}, array[${address}], ${at}, null, null, null)`;
}

async function suppressionOf(address: string) {
  const [row] = await database.sql`
    select scope, cause, since, until from private.mail_suppressions
    where address_hash = private.mail_address_hash(${address})`;
  return row === undefined ? null : { ...row };
}

const history = fc.array(
  fc.record({
    kind: fc.constantFrom(
      "hard_bounce",
      "soft_bounce",
      "soft_bounce",
      "soft_bounce",
      "complaint",
      "provider",
      "lifted",
    ),
    hoursAgo: fc.integer({ min: 1, max: 24 * 12 }),
  }),
  { minLength: 1, maxLength: 12 },
).chain((told) => {
  const named = told.map((one, index): Told => ({ ...one, source: `event ${index}` }));
  return fc.tuple(
    fc.constant(named),
    fc.shuffledSubarray([...named, ...named], { minLength: named.length * 2 }),
  );
});

Deno.test("mail: what Resend tells in any order and twice ends in the same suppression", async () => {
  const property = fc.asyncProperty(history, async ([inOrder, shuffled]) => {
    const [one, other] = [crypto.randomUUID(), crypto.randomUUID()].map((id) =>
      `${id}@x.example`
    ) as [
      string,
      string,
    ];
    for (const told of inOrder) await tell(one, told);
    for (const told of shuffled) await tell(other, told);
    assert.deepEqual(await suppressionOf(other), await suppressionOf(one));
  });
  await fc.assert(property, { numRuns: 40 });
});

Deno.test("mail: two events about one address at once are both counted", async () => {
  const address = `${crypto.randomUUID()}@x.example`;
  const told = (index: number): Told => ({
    source: `race ${index}`,
    kind: "soft_bounce",
    hoursAgo: index,
  });
  await Promise.all([1, 2, 3, 4, 5].map((index) => tell(address, told(index))));
  assert.equal((await suppressionOf(address))?.["cause"], "soft_bounces");
});

Deno.test("mail: a suppression by soft bounces ends by itself, and with it what holds mail back", async () => {
  const address = `${crypto.randomUUID()}@x.example`;
  for (let index = 0; index < 5; index++) {
    await tell(address, { source: `old ${index}`, kind: "soft_bounce", hoursAgo: 24 * 29 + index });
  }
  const gate = async () =>
    (await database.sql`select public.mail_gate(${address}, null, null, false) as gate`)[0]![
      "gate"
    ];
  assert.deepEqual(await gate(), { outcome: "suppressed", reason: "soft_bounces" });
  await database.sql`update private.mail_suppressions set until = now() - interval '1 second'`;
  assert.equal(await gate(), null);
});
