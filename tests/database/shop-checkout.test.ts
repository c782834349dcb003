/** Placing and settling orders in SQL, with as many real connections as there are buyers at once. */
import { deepEqual, equal } from "node:assert/strict";
import { refused } from "../support/callers.ts";
import { type Sql, type TestDatabase, testDatabase } from "../support/database.ts";
import { apply, onSale, paidSession, place, stockOf } from "../support/checkout.ts";

let database: TestDatabase;
let sql: Sql;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 16 });
  sql = database.sql;
});
Deno.test.afterAll(async () => await database[Symbol.asyncDispose]());

const statusOf = async (id: string) =>
  (await sql`select status, paid_amount::int, refunded_amount::int from public.orders where id = ${id}`)[
    0
  ]!;
const jobs = async (kind: string, about: string) =>
  (await sql`select count(*)::int as n from private.jobs where kind = ${kind} and strpos(payload::text || dedupe_key, ${about}) > 0`)[
    0
  ]!["n"];

Deno.test("order_place: 40 buyers for 7 units: 7 orders, nothing below zero, no orphan (medusa#16825)", async () => {
  const { variantId } = await onSale(sql, { stock: 7 });
  const ends = await Promise.allSettled(
    Array.from(
      { length: 40 },
      () => place(sql, { items: [{ variant_id: variantId, quantity: 1 }] }),
    ),
  );
  equal(ends.filter((end) => end.status === "fulfilled").length, 7);
  for (const end of ends) {
    if (end.status === "rejected") equal(end.reason.message, "out_of_stock");
  }
  deepEqual(await stockOf(sql, variantId), { on_hand: 7, reserved: 7, sold: 0 });
  const [orders] =
    await sql`select count(*)::int as n from public.order_items where variant_id = ${variantId}`;
  equal(orders!["n"], 7);
});

Deno.test("order_place: two lines of one item are one (medusa#16502)", async () => {
  const { variantId } = await onSale(sql, { stock: 3 });
  const twice = [{ variant_id: variantId, quantity: 2 }, { variant_id: variantId, quantity: 2 }];
  await refused(place(sql, { items: twice }), "out_of_stock");
  const { order } = await place(sql, {
    items: [{ variant_id: variantId, quantity: 2 }, { variant_id: variantId, quantity: 1 }],
  });
  deepEqual(order.items.map(({ quantity }) => quantity), [3]);
  deepEqual(await stockOf(sql, variantId), { on_hand: 3, reserved: 3, sold: 0 });
});

Deno.test("settlement: paid once, whatever is repeated and however many at once (vendure-plugins#620)", async () => {
  const { variantId } = await onSale(sql, { stock: 5 });
  const { order } = await place(sql, { items: [{ variant_id: variantId, quantity: 2 }] });
  await Promise.all(Array.from({ length: 12 }, () => apply(sql, paidSession(order))));
  await apply(sql, paidSession(order, { status: "expired", payment_status: "unpaid" }));
  deepEqual(await statusOf(order.id), { status: "paid", paid_amount: 2000, refunded_amount: 0 });
  deepEqual(await stockOf(sql, variantId), { on_hand: 3, reserved: 0, sold: 2 });
  const charges =
    await sql`select amount::int from private.money_movements where order_id = ${order.id}`;
  deepEqual(charges.map(({ amount }) => amount), [2000]);
  equal(await jobs("mail_send", order.id), 1);
});
