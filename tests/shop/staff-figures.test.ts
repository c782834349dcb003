/** What staff see of the shop as a whole: what was sold on which day, and what the comparisons found. */
import assert from "node:assert/strict";
import { asUser, refused } from "../support/callers.ts";
import { insertUser, type Sql, type TestDatabase, testDatabase } from "../support/database.ts";
import { insertOrder, insertPaidOrder, insertVariant } from "../support/shop.ts";
import { insertStaff } from "../support/shop-orders.ts";

let database: TestDatabase;
let sql: Sql;
let staff: string;
Deno.test.beforeAll(async () => {
  database = await testDatabase();
  sql = database.sql;
  staff = await insertStaff(sql);
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

const days = (zone: string | null, as = staff) =>
  asUser(sql, as, async (call) => {
    const [row] = await call`select public.staff_order_days(${zone}) as days`;
    return row!["days"] as { day: string; currency: string; orders: number; revenue: number }[];
  });

Deno.test("staff_order_days: paid orders by the day of the reader's zone and by currency, without what went back", async () => {
  const euro = await insertVariant(sql, { unitAmount: 1000, stock: 100 });
  const dollar = await insertVariant(sql, { unitAmount: 700, stock: 100, currency: "USD" });
  const at = async (moment: string, id: string) =>
    await sql`update public.orders set created_at = ${moment} where id = ${id}`;
  const [today] = await sql<{ day: string }[]>`
    select to_char(private.now() at time zone 'UTC' - interval '3 days', 'YYYY-MM-DD') as day`;
  const { day } = today!;
  const lines = [{ variant: euro, quantity: 2 }];
  const late = await insertPaidOrder(sql, { lines });
  await at(`${day}T23:30:00Z`, late.id);
  const refunded = await insertPaidOrder(sql, { lines });
  await at(`${day}T10:00:00Z`, refunded.id);
  await sql`select private.order_money(${refunded.id}, 'refund', -500, ${`re_${refunded.id}`})`;
  const other = await insertPaidOrder(sql, { lines: [{ variant: dollar }] });
  await at(`${day}T10:00:00Z`, other.id);
  const unpaid = await insertOrder(sql, { lines });
  await at(`${day}T10:00:00Z`, unpaid.id);
  const old = await insertPaidOrder(sql, { lines });
  await sql`update public.orders set created_at = private.now() - interval '40 days' where id = ${old.id}`;

  assert.deepEqual(await days("UTC"), [
    { day, currency: "EUR", orders: 2, revenue: 3500 },
    { day, currency: "USD", orders: 1, revenue: 700 },
  ]);
  const inParis = await days("Europe/Paris");
  assert.deepEqual(
    inParis.map((one) => [one.day === day, one.currency, one.revenue]),
    [[true, "EUR", 1500], [true, "USD", 700], [false, "EUR", 2000]],
    "half past eleven in the evening is tomorrow there",
  );
  await refused(days("Nowhere/Land"), "invalid_body");
  await refused(days(null), "invalid_body");
});

Deno.test("staff_order_days: thirty whole days of a zone whose clocks were changed meanwhile", async () => {
  await using other = await testDatabase();
  await other.sql`create or replace function private.now() returns timestamptz language sql stable
    set search_path = '' as $$ select timestamptz '2026-11-10T12:00:00Z' $$`;
  const reader = await insertStaff(other.sql);
  const variant = await insertVariant(other.sql, { unitAmount: 1000, stock: 100 });
  // The first is half past midnight in Paris, still in summer time; the second a minute to midnight before.
  for (const moment of ["2026-10-11T22:30:00Z", "2026-10-11T21:59:00Z"]) {
    const order = await insertPaidOrder(other.sql, { lines: [{ variant }] });
    await other.sql`update public.orders set created_at = ${moment} where id = ${order.id}`;
  }
  const days = await asUser(other.sql, reader, async (call) => {
    const [row] = await call`select public.staff_order_days('Europe/Paris') as days`;
    return row!["days"];
  });
  assert.deepEqual(days, [{ day: "2026-10-12", currency: "EUR", orders: 1, revenue: 1000 }]);
});

Deno.test("staff_shop_reconciliations: the latest runs with the order that each difference is of", async () => {
  const [run] = await sql<{ id: number }[]>`
    insert into private.shop_reconciliations (repair, phase, checked, finished_at)
    values (true, 'done', 3, now()) returning id::int`;
  const order_id = crypto.randomUUID();
  await sql`
    insert into private.shop_drifts (reconciliation_id, kind, object_type, object_id, order_id)
    values (${run!.id}, 'order_missing', 'checkout_session', 'cs_1', ${order_id})`;
  const [latest] = await asUser(sql, staff, async (call) => {
    const [row] = await call`select public.staff_shop_reconciliations() as runs`;
    return row!["runs"];
  });
  assert.deepEqual([latest.id, latest.repair, latest.drifts, latest.open], [run!.id, true, 1, 1]);
  assert.equal(latest.found[0].order_id, order_id);
});

Deno.test("staff_shop_reconcile: begins the shop's comparison; figures of the shop are for staff alone", async () => {
  const begin = (as: string) =>
    asUser(sql, as, (call) => call`select public.staff_shop_reconcile('an order looks wrong')`);
  await begin(staff);
  const jobs = await sql`select kind from private.jobs where kind = 'shop_reconcile'`;
  assert.equal(jobs.length, 1);
  const user = await insertUser(sql);
  await refused(begin(user), "forbidden");
  await refused(days("UTC", user), "forbidden");
});
