/** What becomes of an order by what Stripe says, in SQL: repeated, reordered, late, wrong. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { refused } from "../support/callers.ts";
import { type Sql, type TestDatabase, testDatabase } from "../support/database.ts";
import { apply, paidSession, place, stockOf } from "../support/checkout.ts";
import { onSale } from "../support/products.ts";

let database: TestDatabase;
let sql: Sql;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 12 });
  sql = database.sql;
});
Deno.test.afterAll(async () => await database?.[Symbol.asyncDispose]());

async function ordered(stock = 5, quantity = 2) {
  const { variantId } = await onSale(sql, { stock });
  const { order } = await place(sql, { items: [{ variant_id: variantId, quantity }] });
  return { variantId, order };
}

async function seen(id: string) {
  const [row] = await sql<{ status: string; paid: number; ledger: number }[]>`
    select status, paid_amount::int as paid, coalesce((
      select sum(moved.amount) from private.money_movements as moved where moved.order_id = held.id
    ), 0)::int as ledger
    from public.orders as held where id = ${id}`;
  return row!;
}

const events = async (id: string) =>
  (await sql<{ kind: string }[]>`
    select kind from public.order_events where order_id = ${id} and kind <> 'status' order by id`)
    .map(({ kind }) => kind);

const mails = async (id: string) =>
  (await sql<{ template: string }[]>`
    select payload ->> 'template' as template from private.jobs
    where kind = 'mail_send' and strpos(payload::text, ${id}) > 0 order by id`)
    .map(({ template }) => template);

/** What the mail of a late payment says of how the order had ended. */
const endedBy = async (id: string) =>
  (await sql<{ cancelled: boolean }[]>`
    select payload -> 'props' -> 'cancelled' as cancelled from private.jobs
    where kind = 'mail_send' and payload ->> 'template' = 'order_expired_paid'
      and strpos(payload::text, ${id}) > 0`)
    .map(({ cancelled }) => cancelled ? "its buyer" : "time");

const unpaid = { payment_status: "unpaid", amount_received: 0, charge_id: null };
const expired = { ...unpaid, status: "expired", payment_intent_id: null };
const processing = { ...unpaid, payment_intent_status: "processing" };

Deno.test("settlement: paid once, whatever is repeated and however many at once (vendure-plugins#620)", async () => {
  const { variantId, order } = await ordered();
  await Promise.all(Array.from({ length: 12 }, () => apply(sql, paidSession(order))));
  await apply(sql, paidSession(order, expired));
  deepEqual(await seen(order.id), { status: "paid", paid: 2000, ledger: 2000 });
  deepEqual(await stockOf(sql, variantId), { on_hand: 3, reserved: 0, sold: 2 });
  deepEqual(await mails(order.id), ["order_confirmed"]);
});

Deno.test("settlement: what fails in the middle leaves nothing half, and the next attempt settles (vendure#3411)", async () => {
  const { variantId, order } = await ordered();
  await sql`
    create function public.break_order() returns trigger language plpgsql as
    $$ begin raise exception 'broken'; end $$`;
  await sql.unsafe(`create trigger broken before update of status on public.orders for each row
    when (old.id = '${order.id}') execute function public.break_order()`);
  await rejects(apply(sql, paidSession(order)), /broken/);
  deepEqual(await seen(order.id), { status: "pending", paid: 0, ledger: 0 });
  await sql`drop trigger broken on public.orders`;
  await sql`drop function public.break_order()`;
  await apply(sql, paidSession(order));
  deepEqual(await seen(order.id), { status: "paid", paid: 2000, ledger: 2000 });
  deepEqual(await stockOf(sql, variantId), { on_hand: 3, reserved: 0, sold: 2 });
});

Deno.test("settlement: an amount or a currency that differs stops it for people, with its stock held", async () => {
  for (
    const wrong of [{ amount_total: 1999, amount_received: 1999 }, { currency: "USD" }, {
      amount_received: 1,
    }]
  ) {
    const { variantId, order } = await ordered();
    await apply(sql, paidSession(order, wrong));
    await apply(sql, paidSession(order, wrong));
    equal((await seen(order.id)).status, "review");
    deepEqual(await events(order.id), ["amount_differs"]);
    deepEqual(await mails(order.id), []);
    deepEqual(await stockOf(sql, variantId), { on_hand: 5, reserved: 2, sold: 0 });
  }
  const [measure] =
    await sql`select value::int from private.alert_measures() where measure = 'orders_in_review'`;
  equal(measure!["value"] >= 3, true);
});

Deno.test("settlement: who ends a review takes what it holds of the stock, or frees it", async () => {
  const [accepted, refused] = await Promise.all([ordered(), ordered()]);
  for (const { order } of [accepted, refused]) {
    await apply(sql, paidSession(order, { amount_received: 1 }));
  }
  await sql`update public.orders set status = 'paid' where id = ${accepted.order.id}`;
  deepEqual(await stockOf(sql, accepted.variantId), { on_hand: 3, reserved: 0, sold: 2 });
  deepEqual(await mails(accepted.order.id), ["order_confirmed"]);
  await sql`update public.orders set status = 'cancelled' where id = ${refused.order.id}`;
  deepEqual(await stockOf(sql, refused.variantId), { on_hand: 5, reserved: 0, sold: 0 });
});

Deno.test("settlement: tax that Stripe put on top is the order's; without automatic tax it is a difference", async () => {
  const taxed = (await ordered()).order;
  await apply(
    sql,
    paidSession(taxed, {
      amount_total: 2400,
      amount_tax: 400,
      amount_received: 2400,
      automatic_tax: true,
    }),
  );
  const [row] =
    await sql`select status, tax_amount::int, total_amount::int from public.orders where id = ${taxed.id}`;
  deepEqual(row, { status: "paid", tax_amount: 400, total_amount: 2400 });
  const untaxed = (await ordered()).order;
  await apply(
    sql,
    paidSession(untaxed, { amount_total: 2400, amount_tax: 400, amount_received: 2400 }),
  );
  equal((await seen(untaxed.id)).status, "review");
});

Deno.test("settlement: expired frees the stock; paid after all, it is an order again where the stock is there", async () => {
  const { variantId, order } = await ordered();
  await apply(sql, paidSession(order, expired));
  await apply(sql, paidSession(order, expired));
  deepEqual(await stockOf(sql, variantId), { on_hand: 5, reserved: 0, sold: 0 });
  await apply(sql, paidSession(order));
  deepEqual(await seen(order.id), { status: "paid", paid: 2000, ledger: 2000 });
  deepEqual(await stockOf(sql, variantId), { on_hand: 3, reserved: 0, sold: 2 });
  deepEqual(await events(order.id), ["session_expired", "paid_late"]);
});

Deno.test("settlement: paid after its stock went to others, the money goes back once, with a mail", async () => {
  const { variantId, order } = await ordered(3);
  await apply(sql, paidSession(order, expired));
  const other = await place(sql, { items: [{ variant_id: variantId, quantity: 2 }] });
  await Promise.all(Array.from({ length: 5 }, () => apply(sql, paidSession(order))));
  await apply(sql, paidSession(other.order));
  deepEqual(await seen(order.id), { status: "expired", paid: 2000, ledger: 2000 });
  deepEqual(await stockOf(sql, variantId), { on_hand: 1, reserved: 0, sold: 2 });
  const refunds =
    await sql`select amount::int, reason, restock from public.order_refunds where order_id = ${order.id}`;
  deepEqual([...refunds], [{ amount: 2000, reason: "late_payment", restock: false }]);
  deepEqual(await mails(order.id), ["order_expired_paid"]);
  deepEqual(await endedBy(order.id), ["time"]);
});

Deno.test("settlement: paid after the buyer cancelled, the money goes back although the stock is there", async () => {
  const { variantId, order } = await ordered();
  await sql`select private.order_release(${order.id}, 'cancelled', 'cancelled_by_buyer')`;
  await apply(sql, paidSession(order));
  equal((await seen(order.id)).status, "cancelled");
  deepEqual(await stockOf(sql, variantId), { on_hand: 5, reserved: 0, sold: 0 });
  const refunds = await sql`select reason from public.order_refunds where order_id = ${order.id}`;
  deepEqual(refunds.map(({ reason }) => reason), ["late_payment"]);
  deepEqual(await endedBy(order.id), ["its buyer"]);
});

Deno.test("settlement: a bank debit holds its stock until the bank has said yes or no (medusa#16398)", async () => {
  const [paid, failed] = await Promise.all([ordered(), ordered()]);
  for (const { order } of [paid, failed]) {
    await apply(sql, paidSession(order, processing));
    await apply(sql, paidSession(order, processing));
    deepEqual(await events(order.id), ["payment_processing"]);
    equal((await seen(order.id)).status, "pending");
  }
  await apply(sql, paidSession(paid.order));
  // The older word comes late, and changes nothing.
  await apply(sql, paidSession(paid.order, processing));
  equal((await seen(paid.order.id)).status, "paid");
  await apply(
    sql,
    paidSession(failed.order, { ...unpaid, payment_intent_status: "requires_payment_method" }),
  );
  equal((await seen(failed.order.id)).status, "cancelled");
  deepEqual(await stockOf(sql, failed.variantId), { on_hand: 5, reserved: 0, sold: 0 });
  deepEqual(await mails(failed.order.id), ["order_cancelled"]);
});

Deno.test("settlement: what a second session for one order paid goes back by itself (saleor#19220)", async () => {
  const { variantId, order } = await ordered();
  await apply(sql, paidSession(order));
  const other = paidSession(order, {
    id: "cs_test_other",
    charge_id: "ch_other",
    payment_intent_id: "pi_other",
  });
  await apply(sql, { ...other, ...expired });
  await apply(sql, { ...other, amount_total: 0, payment_status: "no_payment_required" });
  equal((await seen(order.id)).status, "paid");
  await apply(sql, other);
  await apply(sql, other);
  deepEqual(await seen(order.id), { status: "paid", paid: 4000, ledger: 4000 });
  const refunds =
    await sql`select amount::int, reason from public.order_refunds where order_id = ${order.id}`;
  deepEqual([...refunds], [{ amount: 2000, reason: "paid_twice" }]);
  deepEqual(await stockOf(sql, variantId), { on_hand: 3, reserved: 0, sold: 2 });
});

Deno.test("settlement: sessions of others, and of orders that are not here, change nothing", async () => {
  const { order } = await ordered();
  await apply(sql, paidSession({ ...order, id: crypto.randomUUID() }));
  await apply(sql, paidSession(order, { order_id: "not-a-uuid" }));
  equal((await seen(order.id)).status, "pending");
});

Deno.test("settlement: released and paid at the same moment, one of them happens, and the sums agree", async () => {
  for (let round = 0; round < 15; round++) {
    const { variantId, order } = await ordered(2);
    await Promise.all([
      apply(sql, paidSession(order)),
      sql`select private.order_release(${order.id}, 'cancelled', 'cancelled_by_buyer')`,
    ]);
    const { status, paid, ledger } = await seen(order.id);
    deepEqual([paid, ledger], [2000, 2000]);
    const { sold, reserved } = await stockOf(sql, variantId);
    deepEqual([sold, reserved], [status === "paid" ? 2 : 0, 0]);
    const refunds = await sql`select from public.order_refunds where order_id = ${order.id}`;
    equal(refunds.length, status === "paid" ? 0 : 1);
  }
});

Deno.test("order_release: only what is pending, and only as what the table of transitions allows", async () => {
  const { order } = await ordered();
  await refused(
    sql`select private.order_release(${order.id}, 'shipped', 'oops')`,
    "order_state_conflict",
  );
  await apply(sql, paidSession(order));
  const [row] =
    await sql`select private.order_release(${order.id}, 'cancelled', 'oops') as released`;
  equal(row!["released"], false);
});

Deno.test("orders_to_look_at: each order to one of those who ask at once, and again only later", async () => {
  const { order } = await ordered();
  await sql`update private.order_requests set look_at = private.now() where order_id = ${order.id}`;
  const answers = await Promise.all(
    Array.from(
      { length: 8 },
      () => sql<{ ids: string[] }[]>`select public.orders_to_look_at(100) as ids`,
    ),
  );
  equal(answers.flatMap(([row]) => row!.ids).filter((id) => id === order.id).length, 1);
});

Deno.test("after all of this the counters equal the ledgers", async () => {
  deepEqual([...await sql`select * from private.shop_imbalances()`], []);
});
