/** What a reconciliation leaves out as late: only what an event is on its way about. */
import { deepEqual } from "node:assert/strict";
import { type Sql, type TestDatabase, testDatabase } from "../support/database.ts";
import { insertPaidOrder, insertVariant } from "../support/shop.ts";

let database: TestDatabase;
let sql: Sql;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 1 });
  sql = database.sql;
});
Deno.test.afterAll(async () => await database?.[Symbol.asyncDispose]());

/** An event about an object, as the webhook stores it. */
async function told(type: string, id: string): Promise<number> {
  const [row] = await sql<{ stored: number }[]>`
    select public.webhook_store('stripe', ${`evt_${id}`}, 'x', '{}', ${
    sql.json([{ type, id }])
  })::int as stored`;
  return row!.stored;
}

const handled = (stored: number) => sql`select public.webhook_event_handled(${stored})`;

/** A request that began to look again, and died, or did not reach Stripe. */
const begun = (type: string, id: string) => sql`select public.sync_want('stripe', ${type}, ${id})`;

async function late(id: string): Promise<string[]> {
  const [row] = await sql<{ compared: { on_their_way: string[] } }[]>`
    select public.reconciliation_compare(null, 'subscription', ${sql.json([{ id }])}) as compared`;
  return row!.compared.on_their_way;
}

Deno.test("billing reconciliation: a sync that a request began and nobody ended hides no difference", async () => {
  await begun("subscription", "sub_begun");
  deepEqual(await late("sub_begun"), []);
});

Deno.test("billing reconciliation: what an event is on its way about is late until it is handled", async () => {
  const stored = await told("subscription", "sub_told");
  deepEqual(await late("sub_told"), ["sub_told"]);
  await handled(stored);
  deepEqual(await late("sub_told"), []);
});

Deno.test("billing reconciliation: what a person has discarded is late no more", async () => {
  const stored = await told("subscription", "sub_discarded");
  deepEqual(await late("sub_discarded"), ["sub_discarded"]);
  await sql`update private.webhook_events set discarded_at = now() where id = ${stored}`;
  deepEqual(await late("sub_discarded"), []);
});

// #region shop
Deno.test("shop reconciliation: the same, within a run", async () => {
  const variant = await insertVariant(sql);
  const { id: order_id } = await insertPaidOrder(sql, { lines: [{ variant }] });
  const found = async (id: string) => {
    const [row] = await sql<{ drifts: { kind: string }[] }[]>`
      select public.shop_reconciliation_compare(1, 'refund', ${
      sql.json([{ id, order_id, net: -100 }])
    }) as drifts`;
    return row!.drifts.map(({ kind }) => kind);
  };
  await begun("refund", "re_begun");
  deepEqual(await found("re_begun"), ["refund_missing"]);
  const stored = await told("refund", "re_told");
  deepEqual(await found("re_told"), []);
  await handled(stored);
  deepEqual(await found("re_told"), ["refund_missing"]);
});
// #endregion shop
