/** Money that is not what an order asked for: twice, in another currency, back before anybody decided. */
import assert from "node:assert/strict";
import { apply, paidSession } from "../support/checkout.ts";
import { testDatabase } from "../support/database.ts";
import { imbalances, insertOrder, insertPaidOrder, insertVariant } from "../support/shop.ts";
import { insertStaff, orderActions } from "../support/shop-orders.ts";

const database = await testDatabase({ connections: 6 });
const { sql } = database;
const staff = await insertStaff(sql);
const { accept, advance, askReturn, cancel, charge, decideReturn, mailsOf, statusOf } =
  orderActions(sql, staff);
Deno.test.afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

/** The sync of the session by which an order of these tests was paid, or of another one. */
const session = (order: { id: string; total: number }, more: Record<string, unknown> = {}) =>
  paidSession({ id: order.id, total_amount: order.total }, more);

async function another(order: { id: string; total: number }, more: Record<string, unknown> = {}) {
  const tag = crypto.randomUUID().replaceAll("-", "");
  const record = session(order, {
    id: `cs_${tag}`,
    payment_intent_id: `pi_${tag}`,
    charge_id: `ch_${tag}`,
    ...more,
  });
  await sql`update public.orders set stripe_session_id = coalesce(stripe_session_id, ${`own_${tag}`})
    where id = ${order.id}`;
  for (let times = 0; times < 2; times++) await apply(sql, record);
  return record;
}

const refundsOf = async (id: string) =>
  (await sql`
    select refund.id, amount::int, currency, reason, state,
      public.order_refund_read(refund.id) ->> 'stripe_payment_intent_id' as payment
    from public.order_refunds as refund where order_id = ${id} order by created_at, refund.id`)
    .map((row) => ({ ...row })) as {
      id: string;
      amount: number;
      currency: string;
      reason: string;
      state: string;
      payment: string;
    }[];

const made = (
  refund: { id: string; amount: number; currency: string },
  status = "succeeded",
) => ({
  id: `re_${refund.id}`,
  status,
  amount: refund.amount,
  currency: refund.currency,
  order_refund_id: refund.id,
  created: 1_795_000_000,
});

const onHand = async (id: string) =>
  (await sql`select on_hand, reserved from private.stock where variant_id = ${id}`)[0]!;

const toldPaidTooMuch = async (number: string) =>
  (await sql`
    select coalesce(detail -> 'numbers' ? ${number}, false) as told
    from private.alert_measures() where measure = 'orders_in_review'`)[0]!["told"];

Deno.test("order money: a second payment goes back by itself, from its own payment, whatever the order is", async () => {
  const variant = await insertVariant(sql, { stock: 50 });
  for (const status of ["pending", "paid", "fulfilling", "shipped", "delivered", "cancelled"]) {
    const order = status === "pending"
      ? await insertOrder(sql, { lines: [{ variant }] })
      : await insertPaidOrder(sql, { lines: [{ variant }] });
    for (const step of ["fulfilling", "shipped", "delivered"]) {
      if (
        ["fulfilling", "shipped", "delivered"].indexOf(status) >=
          ["fulfilling", "shipped", "delivered"].indexOf(step)
      ) {
        await advance(order.id, step);
      }
    }
    if (status === "cancelled") await cancel(order.id);
    const record = await another(order);
    const [refund, ...more] = (await refundsOf(order.id)).filter(({ reason }) =>
      reason === "paid_twice"
    );
    assert.deepEqual(more, [], status);
    assert.deepEqual([refund!.amount, refund!.payment, refund!.state], [
      1000,
      record.payment_intent_id,
      "open",
    ], status);
    assert.equal(await toldPaidTooMuch(order.number), false, status);
    await charge(record.charge_id, record.payment_intent_id, [made(refund!)]);
    assert.equal(await statusOf(order.id), status);
    assert.ok((await mailsOf(order.email)).includes("order_refunded"), status);
    if (status === "pending") {
      // It is still to be paid, and can be.
      const [held] =
        await sql`select stripe_session_id as id from public.orders where id = ${order.id}`;
      await apply(sql, session(order, { id: held!["id"] }));
      assert.equal(await statusOf(order.id), "paid");
    }
    assert.deepEqual(await imbalances(sql, [order.id, ...order.itemIds]), [], status);
  }
});

Deno.test("order money: a late payment beside a second one goes back, and its mail says its own amount", async () => {
  const variant = await insertVariant(sql);
  const order = await insertOrder(sql, { lines: [{ variant }] });
  await cancel(order.id, { ended: true });
  const own = session(order);
  await sql`update public.orders set stripe_session_id = ${own.id} where id = ${order.id}`;
  const second = await another(order, { amount_total: 700, amount_received: 700 });
  await apply(sql, own);
  assert.deepEqual((await refundsOf(order.id)).map(({ amount, payment }) => [amount, payment]), [
    [700, second.payment_intent_id],
    [1000, own.payment_intent_id],
  ]);
  const [mail] = await sql`
    select payload -> 'props' -> 'amount' as amount from private.jobs
    where kind = 'mail_send' and payload ->> 'to' = ${order.email}
      and payload ->> 'template' = 'order_expired_paid'`;
  assert.deepEqual(mail!["amount"], { amount: 1000, currency: "EUR" });
  // The comparison with Stripe finds nothing of either, and what nobody has told us.
  const drift = async (record: unknown) =>
    (await sql`select kind from private.session_drift(${sql.json(record as never)})`)
      .map(({ kind }) => kind);
  assert.deepEqual([await drift(own), await drift(second)], [[], []]);
  assert.deepEqual(
    await drift({
      ...second,
      id: "cs_third",
      payment_intent_id: "pi_third",
      charge_id: "ch_third",
    }),
    ["paid_not_settled"],
  );
});

Deno.test("order money: paid twice and cancelled, each payment gives back its own", async () => {
  const variant = await insertVariant(sql);
  const order = await insertPaidOrder(sql, { lines: [{ variant }] });
  const record = await another(order);
  await cancel(order.id);
  const refunds = await refundsOf(order.id);
  assert.deepEqual(refunds.map(({ amount, payment }) => [amount, payment]), [
    [1000, record.payment_intent_id],
    [1000, order.paymentIntent],
  ]);
  await charge(record.charge_id, record.payment_intent_id, [made(refunds[0]!)]);
  assert.equal(await statusOf(order.id), "cancelled");
  await charge(order.charge, order.paymentIntent, [made(refunds[1]!)]);
  assert.equal(await statusOf(order.id), "refunded");
  assert.deepEqual(await imbalances(sql, [order.id, variant.id, ...order.itemIds]), []);
});

Deno.test("order money: a second payment whose refund fails is staff's, and no part of what the order gives back", async () => {
  const variant = await insertVariant(sql);
  const order = await insertPaidOrder(sql, { lines: [{ variant }] });
  const record = await another(order);
  const [refund] = await refundsOf(order.id);
  await sql`select public.order_refund_refused(${refund!.id}, 'charge_disputed')`;
  assert.equal(await toldPaidTooMuch(order.number), true);
  await assert.rejects(
    sql`select private.order_refund_open(${order.id}, 1500, 'goodwill', '[]', false, 'x')`,
    { message: "refund_exceeds_order" },
  );
  // By hand at Stripe.
  await charge(record.charge_id, record.payment_intent_id, [{
    id: `re_hand_${order.id}`,
    status: "succeeded",
    amount: 1000,
    currency: "EUR",
    created: 1_795_000_000,
  }]);
  assert.equal(await toldPaidTooMuch(order.number), false);
  assert.equal(await statusOf(order.id), "paid");
  const [left] = await sql`select private.order_left(${order.id})::int as amount`;
  assert.equal(left!["amount"], 1000);
  assert.deepEqual(await imbalances(sql, [order.id]), []);
});

Deno.test("order money: another session that cost nothing moves nothing", async () => {
  const variant = await insertVariant(sql);
  const order = await insertPaidOrder(sql, { lines: [{ variant }] });
  await another(order, { amount_total: 0, amount_received: 0 });
  assert.deepEqual(await refundsOf(order.id), []);
  assert.equal(await statusOf(order.id), "paid");
});

Deno.test("order money: paid in another currency and cancelled, exactly that goes back", async () => {
  const variant = await insertVariant(sql);
  const order = await insertOrder(sql, { lines: [{ variant }] });
  const record = session(order, { currency: "USD", amount_total: 1100, amount_received: 1100 });
  await apply(sql, record);
  assert.equal(await statusOf(order.id), "review");
  await cancel(order.id, { buyer: staff, reason: "paid in dollars" });
  const [refund, ...more] = await refundsOf(order.id);
  assert.deepEqual(more, []);
  assert.deepEqual([refund!.amount, refund!.currency, refund!.payment], [
    1100,
    "USD",
    record.payment_intent_id,
  ]);
  const [mail] = await sql`
    select payload -> 'props' -> 'refund' as refund from private.jobs
    where kind = 'mail_send' and payload ->> 'to' = ${order.email}`;
  assert.deepEqual(mail!["refund"], { amount: 1100, currency: "USD" });
  for (let times = 0; times < 2; times++) {
    await charge(record.charge_id, record.payment_intent_id, [made(refund!)]);
  }
  assert.equal(await statusOf(order.id), "refunded");
  await charge(record.charge_id, record.payment_intent_id, [made(refund!, "failed")]);
  assert.equal(await statusOf(order.id), "cancelled");
  assert.deepEqual(await imbalances(sql, [order.id, variant.id, ...order.itemIds]), []);
});

Deno.test("order money: a refund of more than we know to be paid is told, and does not stop the sync", async () => {
  const variant = await insertVariant(sql);
  const order = await insertPaidOrder(sql, { lines: [{ variant }] });
  const odd = {
    id: `re_${order.id}`,
    status: "succeeded",
    amount: 1001,
    currency: "EUR",
    created: 1,
  };
  for (let times = 0; times < 2; times++) await charge(order.charge, order.paymentIntent, [odd]);
  assert.equal(await statusOf(order.id), "review");
  const notes = await sql`
    select from public.order_events where order_id = ${order.id} and kind = 'refund_exceeds_paid'`;
  assert.equal(notes.length, 1);
  assert.deepEqual(await imbalances(sql, [order.id]), []);
});

Deno.test("order money: what was refunded while people looked at it is not sold when they accept", async () => {
  const variant = await insertVariant(sql, { stock: 5 });
  const order = await insertOrder(sql, { lines: [{ variant, quantity: 3 }] });
  const record = session(order, { amount_received: 2999 });
  await apply(sql, record);
  const lines = sql.json([{ order_item_id: order.itemIds[0]!, quantity: 1 }]);
  await sql`select private.order_refund_open(${order.id}, null, 'goodwill', ${lines}, true, 'part')`;
  const [refund] = await refundsOf(order.id);
  await charge(record.charge_id, record.payment_intent_id, [made(refund!)]);
  assert.equal(await accept(order.id), "partially_refunded");
  assert.deepEqual({ ...await onHand(variant.id) }, { on_hand: 3, reserved: 0 });
  assert.deepEqual(await imbalances(sql, [order.id, variant.id, ...order.itemIds]), []);
});

Deno.test("order money: one cause of two orders is two refunds", async () => {
  const variant = await insertVariant(sql);
  const ids = [];
  for (let n = 0; n < 2; n++) {
    const order = await insertPaidOrder(sql, { lines: [{ variant }] });
    const [row] = await sql`
      select public.order_refund(
        ${staff}, 'because', ${order.id}, 100, 'goodwill', '[]', false, 'staff:the same key'
      ) as refund`;
    assert.equal(row!["refund"].order_id, order.id);
    ids.push(row!["refund"].id);
  }
  assert.notEqual(ids[0], ids[1]);
});

Deno.test("order money: a return of what cost nothing is accepted, once, and back in stock", async () => {
  const variant = await insertVariant(sql, { stock: 4 });
  const order = await insertOrder(sql, { lines: [{ variant, quantity: 2 }], discount: 2000 });
  await sql`select private.order_settle_free(${order.id})`;
  await advance(order.id, "shipped");
  const lines = [{ order_item_id: order.itemIds[0]!, quantity: 2 }];
  const asked = await askReturn(order.id, lines);
  assert.equal((await decideReturn(asked, true)).refund_id, null);
  assert.equal((await decideReturn(asked, true)).refund_id, null);
  assert.equal((await onHand(variant.id))["on_hand"], 4);
  await assert.rejects(askReturn(order.id, lines), { message: "order_not_returnable" });
  assert.deepEqual(await imbalances(sql, [order.id, variant.id, ...order.itemIds]), []);
});

Deno.test("order money: Stripe's words why a refund failed are for staff", async () => {
  const variant = await insertVariant(sql);
  const order = await insertPaidOrder(sql, { lines: [{ variant }] });
  await sql`select private.order_refund_open(${order.id}, 100, 'goodwill', '[]', false, 'x')`;
  const [refund] = await refundsOf(order.id);
  await sql`select public.order_refund_refused(${refund!.id}, 'internal words')`;
  const [read] = await sql`
    select public.order_read(${order.id}, null, true) as buyer,
      public.staff_order(${staff}, ${order.id}) as staff`;
  assert.equal(read!["buyer"].refunds[0].state, "failed");
  assert.doesNotMatch(JSON.stringify(read!["buyer"]), /internal words/);
  assert.equal(read!["staff"].refunds[0].failure, "internal words");
});
