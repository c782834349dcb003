/** What an operator tells the database after it was taken back to an earlier moment. */
import assert from "node:assert/strict";
import { insertUser, type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 1 });
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

Deno.test("restore: a report of usage that waited may have been sent since: Stripe is asked before it goes", async () => {
  const { sql } = database;
  const user = await insertUser(sql);
  const report = async (name: string, state: string, firstSent: string) => {
    const [row] = await sql.unsafe<{ id: string }[]>(
      `insert into private.usage_reports (
         workspace_id, meter, event_name, stripe_customer_id, value, occurred_at, state,
         first_sent_at, finished_at
       )
       select id, 'calls', $1, 'cus_1', 3, now() - interval '31 hours', $2, ${firstSent},
         case $2 when 'sent' then now() end
       from public.workspaces where personal_of = $3 returning id`,
      [name, state, user],
    );
    return row!.id;
  };
  const waiting = await report("waiting", "open", "null");
  const tried = await report("tried", "open", "now() - interval '40 hours'");
  await sql`select private.restore_begin(now() - interval '30 hours', 'a test of a restore')`;
  const later = await report("later", "open", "null");
  const hoursKnown = async (id: string) => {
    const [row] = await sql<{ hours: number }[]>`
      select ((public.usage_report_begin(${id}) ->> 'known_for_seconds')::int / 3600) as hours`;
    return row!.hours;
  };
  assert.deepEqual(
    [await hoursKnown(waiting), await hoursKnown(tried), await hoursKnown(later)],
    [30, 40, 0],
  );
});

Deno.test("restore: use that was not reported yet is asked for at Stripe, by reports that say until when", async () => {
  const { sql } = database;
  const user = await insertUser(sql);
  await sql`
    insert into private.plan_products (product_id, plan_id, record)
    values ('prod_metered', 'basic', '{"meters": {"calls": "calls_made"}}')`;
  const [used] = await sql<{ workspace: string }[]>`
    with mine as (
      update private.billing_customers set stripe_customer_id = 'cus_used'
      where workspace_id = (select id from public.workspaces where personal_of = ${user})
      returning workspace_id
    ), counter as (
      insert into public.usage_counters (workspace_id, meter, period_start, period_end)
      select workspace_id, 'calls', now() - interval '9 days', now() + interval '9 days' from mine
      returning *
    )
    insert into public.usage_records (workspace_id, meter, period_start, day, amount, recorded_at)
    select workspace_id, meter, period_start, current_date, 5, now() - interval '3 hours' from counter
    returning workspace_id as workspace`;
  await sql`select private.restore_begin(now() - interval '2 hours', 'a test of a restore')`;
  const [report] = await sql<{ told: Record<string, unknown>; begun: number }[]>`
    select public.usage_report_begin(report.id) as told,
      (select max(private.epoch(begun_at)) from private.restores)::int as begun
    from private.usage_reports as report where workspace_id = ${used!.workspace}`;
  const { value, state, known_for_seconds, restored_at } = report!.told;
  assert.deepEqual([value, state, restored_at], [5, "open", report!.begun]);
  assert.ok(known_for_seconds as number >= 26 * 3600, String(known_for_seconds));
});
