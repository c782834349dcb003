/** What the shop tells by webhooks out, in SQL: which events are written, once each. */
import assert from "node:assert/strict";
import { insertUser, type Sql, type TestDatabase, testDatabase } from "../support/database.ts";
import { onSale, type Sold } from "../support/products.ts";
import { insertOrder } from "../support/shop-rows.ts";
import { webhookEndpoint } from "../support/webhook-endpoints.ts";

let database: TestDatabase;
let sql: Sql;
let staff: string;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 6 });
  sql = database.sql;
  staff = await insertUser(sql);
  await sql`insert into private.staff (user_id, note) values (${staff}, 'a test')`;
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

const endpoint = (...events: string[]) => webhookEndpoint(sql, staff, events);

const pays = (orderId: string) => (call: Sql) =>
  call`update public.orders set status = 'paid', paid_at = now() where id = ${orderId}`;
const moves = (
  orderId: string,
  kind: string,
  amount: number,
  stripeId: string = crypto.randomUUID(),
) =>
  sql`
    insert into private.money_movements (order_id, kind, amount, currency, stripe_id)
    values (${orderId}, ${kind}, ${amount}, 'EUR', ${stripeId})`;
const sells = (product: Sold, pieces: number) =>
  sql`select private.stock_change(${product.variantId}, 'sold', ${-pieces}, 0)`;

Deno.test("webhooks out: an order tells that it was paid and shipped, once, whatever becomes of it later", async () => {
  await using hook = await endpoint("order.paid", "order.shipped");
  const userId = await insertUser(sql);
  const product = await onSale(sql, { stock: 0 });
  const { orderId, itemId } = await insertOrder(sql, { userId, product, status: "pending" });
  assert.deepEqual(await hook.deliveries(), []);
  await pays(orderId)(sql);
  const become = (status: string) =>
    sql`
      update public.orders
      set status = ${status}, shipped_at = case when ${status} = 'shipped' then now() else shipped_at end
      where id = ${orderId}`;
  for (
    const status of ["disputed", "paid", "shipped", "partially_refunded", "shipped", "delivered"]
  ) {
    await become(status);
  }
  const told = await hook.deliveries();
  assert.deepEqual(told.map(({ type }) => type), ["order.paid", "order.shipped"]);
  const { payload } = told[0]!;
  assert.deepEqual(Object.keys(payload).toSorted(), ["data", "timestamp", "type"]);
  assert.match(payload.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.equal(payload.data.id, orderId);
  assert.equal(payload.data.status, "paid");
  assert.deepEqual(payload.data.items.map((item: { id: string }) => item.id), [itemId]);
  // Payloads are kept, and leave the house: they name nobody.
  assert.doesNotMatch(JSON.stringify(payload), new RegExp(`buyer@example\\.com|${userId}`));
  const jobs = await sql`
    select payload from private.jobs
    where kind = 'webhook_send' and payload ->> 'delivery_id' = ${String(told[0]!.id)}`;
  assert.equal(jobs.length, 1);
});

Deno.test("webhooks out: each refund of an order is one event, with the order as it is at the end", async () => {
  await using hook = await endpoint("order.refunded");
  const product = await onSale(sql, { stock: 0 });
  const { orderId } = await insertOrder(sql, { userId: null, product });
  await moves(orderId, "charge", 1000);
  for (const [amount, id] of [[300, "re_1"], [200, "re_2"]] as const) {
    await sql.begin(async (tx) => {
      await tx`
        insert into private.money_movements (order_id, kind, amount, currency, stripe_id)
        values (${orderId}, 'refund', ${-amount}, 'EUR', ${id + orderId})`;
      // Counted after its ledger row, in one transaction.
      await tx`
        update public.orders set paid_amount = 1000, refunded_amount = refunded_amount + ${amount},
          status = 'partially_refunded' where id = ${orderId}`;
    });
  }
  await moves(orderId, "refund_failed", 200);
  const told = await hook.deliveries();
  assert.deepEqual(
    told.map(({ payload: { data } }) => [data.refund.amount, data.refunded_amount, data.status]),
    [[300, 300, "partially_refunded"], [200, 500, "partially_refunded"]],
  );
});

Deno.test("webhooks out: stock.low is told once for each fall, not for each sale", async () => {
  await using hook = await endpoint("stock.low");
  const product = await onSale(sql, { stock: 8, lowStock: 5 });
  const told = async () =>
    (await hook.deliveries()).map(({ payload: { data } }) => [data.availability, data.available]);
  await sells(product, 1);
  assert.deepEqual(await told(), []);
  for (let n = 0; n < 6; n++) await sells(product, 1);
  assert.deepEqual(await told(), [["few_left", 5]]);
  await sells(product, 1);
  assert.deepEqual(await told(), [["few_left", 5], ["out_of_stock", 0]]);
  // Holds that come and go at the threshold: of a kind one an hour is told.
  const flap = async () => {
    for (let n = 0; n < 3; n++) {
      await sql`select private.stock_change(${product.variantId}, 'restocked', 6, 0)`;
      await sells(product, 6);
    }
  };
  await flap();
  assert.equal((await told()).length, 2);
  await sql`
    update public.webhook_deliveries set event_id = event_id || ' an hour ago' where endpoint_id = ${hook.id}`;
  await flap();
  assert.deepEqual((await told()).slice(2), [["out_of_stock", 0]], "from many to none: one fall");
});
