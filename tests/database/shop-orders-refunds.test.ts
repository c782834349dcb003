/** Refunds of orders: exactly what was paid, never more, whoever asks and whatever Stripe says when. */
import assert from "node:assert/strict";
import { imbalances, insertPaidOrder, insertVariant } from "../support/shop.ts";
import { insertUser, type Sql, testDatabase } from "../support/database.ts";

const database = await testDatabase({ connections: 12 });
const { sql } = database;
Deno.test.afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

interface Refund {
  id: string;
  amount: number;
  state: string;
  lines: { order_item_id: string; quantity: number; amount: number; tax_amount: number }[];
  shipping_amount: number;
}

async function open(
  order: string,
  { amount = null, reason = "goodwill", lines = [], restock = false, cause = crypto.randomUUID() }:
    {
      amount?: number | null;
      reason?: string;
      lines?: unknown[];
      restock?: boolean;
      cause?: string;
    } = {},
): Promise<Refund> {
  const [row] = await sql<{ id: string }[]>`
    select private.order_refund_open(
      ${order}, ${amount}, ${reason}, ${sql.json(lines as never)}, ${restock}, ${cause}
    ) as id`;
  const [refund] = await sql<Refund[]>`
    select id, amount::int, state, lines, shipping_amount::int from public.order_refunds
    where id = ${row!.id}`;
  return refund!;
}

/** What the sync of a charge writes. */
async function apply(
  order: { paymentIntent: string; charge: string },
  refunds: unknown[],
  on: Sql = sql,
) {
  await on`select private.stripe_apply_charge(${
    sql.json(
      { id: order.charge, payment_id: order.paymentIntent, amount_refunded: 0, refunds } as never,
    )
  })`;
}

function made(
  refund: { id: string; amount: number },
  status = "succeeded",
  id = `re_${refund.id}`,
) {
  return {
    id,
    status,
    amount: refund.amount,
    currency: "EUR",
    order_refund_id: refund.id,
    created: 1_795_000_000,
  };
}

async function orderRow(id: string) {
  const [row] = await sql`
    select status, paid_amount::int, refunded_amount::int, disputed_amount::int from public.orders
    where id = ${id}`;
  return row!;
}

const code = (error: unknown) => (error as { message: string }).message;

Deno.test("order refunds: twenty at once give back what was paid, and no more", async () => {
  const variant = await insertVariant(sql, { unitAmount: 1000 });
  const order = await insertPaidOrder(sql, { lines: [{ variant, quantity: 3 }], shipping: 500 });
  const answers = await Promise.allSettled(
    Array.from({ length: 20 }, () => open(order.id, { amount: 400 })),
  );
  const opened = answers.flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
  assert.equal(opened.length, 8); // 8 × 400 of 3500.
  for (const one of answers) {
    if (one.status === "rejected") assert.equal(code(one.reason), "refund_exceeds_order");
  }
  const rest = await open(order.id);
  assert.equal(rest.amount, 300);
  await assert.rejects(open(order.id), { message: "order_not_refundable" });
  await apply(order, [...opened, rest].map((refund) => made(refund)));
  assert.deepEqual({ ...await orderRow(order.id) }, {
    status: "refunded",
    paid_amount: 3500,
    refunded_amount: 3500,
    disputed_amount: 0,
  });
  assert.deepEqual(await imbalances(sql, [order.id, variant.id, ...order.itemIds]), []);
});

Deno.test("order refunds: the same cause at once is one refund", async () => {
  const variant = await insertVariant(sql);
  const order = await insertPaidOrder(sql, { lines: [{ variant, quantity: 2 }] });
  const refunds = await Promise.all(
    Array.from({ length: 10 }, () => open(order.id, { amount: 100, cause: `same ${order.id}` })),
  );
  assert.equal(new Set(refunds.map(({ id }) => id)).size, 1);
  const [jobs] = await sql`
    select count(*)::int as jobs from private.jobs
    where kind = 'order_refund' and payload ->> 'refund_id' = ${refunds[0]!.id}`;
  assert.equal(jobs!["jobs"], 1);
});

Deno.test("order refunds: the parts of a line add up to it, with its share of discount and tax", async () => {
  for (const currency of ["EUR", "JPY", "KWD"]) {
    const step = currency === "KWD" ? 10 : 1;
    const a = await insertVariant(sql, { unitAmount: 333 * step, currency });
    const b = await insertVariant(sql, { unitAmount: 1999 * step, currency });
    const order = await insertPaidOrder(sql, {
      lines: [{ variant: a, quantity: 7 }, { variant: b, quantity: 2 }],
      discount: 101 * step,
      shipping: 490 * step,
      tax: 1187 * step,
    });
    const parts: Refund[] = [];
    for (let unit = 0; unit < 7; unit++) {
      parts.push(
        await open(order.id, { lines: [{ order_item_id: order.itemIds[0], quantity: 1 }] }),
      );
    }
    parts.push(
      await open(order.id, {
        lines: [{ order_item_id: order.itemIds[1], quantity: 2 }, { shipping: true }],
      }),
    );
    const amounts = parts.map(({ amount }) => amount);
    assert.equal(amounts.reduce((sum, one) => sum + one, 0), order.total, currency);
    for (const amount of amounts) assert.equal(amount % step, 0, `${currency} ${amount}`);
    // No unit is more than one step off another.
    const units = amounts.slice(0, 7);
    assert.ok(Math.max(...units) - Math.min(...units) <= step, `${currency} ${units}`);
    const items = await sql`
      select refunded_amount = total_amount and refunded_quantity = quantity as whole
      from public.order_items where order_id = ${order.id}`;
    assert.ok(items.every(({ whole }) => whole), currency);
    await assert.rejects(open(order.id, { amount: step }), { message: "order_not_refundable" });
  }
});

Deno.test("order refunds: the whole after parts is the rest, and restocks each unit once", async () => {
  const variant = await insertVariant(sql, { unitAmount: 500, stock: 5 });
  const order = await insertPaidOrder(sql, { lines: [{ variant, quantity: 4 }], shipping: 300 });
  const line = { order_item_id: order.itemIds[0], quantity: 1 };
  const first = await open(order.id, { lines: [line], restock: true });
  assert.equal(first.amount, 500);
  const rest = await open(order.id, { restock: true });
  assert.deepEqual([rest.amount, rest.lines[0]!.quantity, rest.shipping_amount], [1800, 3, 300]);
  const [stock] = await sql`select on_hand from private.stock where variant_id = ${variant.id}`;
  assert.equal(stock!["on_hand"], 5);
  await apply(order, [made(first), made(rest)]);
  assert.equal((await orderRow(order.id))["status"], "refunded");
  assert.deepEqual(await imbalances(sql, [order.id, variant.id, ...order.itemIds]), []);
});

Deno.test("order refunds: yen are not cents (vendure: JPY refunds × 100)", async () => {
  const variant = await insertVariant(sql, { unitAmount: 1980, currency: "JPY" });
  const order = await insertPaidOrder(sql, { lines: [{ variant }] });
  const refund = await open(order.id);
  assert.equal(refund.amount, 1980);
  await apply(order, [{ ...made(refund), currency: "JPY" }]);
  const row = await orderRow(order.id);
  assert.deepEqual([row["status"], row["refunded_amount"]], ["refunded", 1980]);
});

Deno.test("order refunds: told twenty times in any order, each moves money once and mails once", async () => {
  const variant = await insertVariant(sql);
  const order = await insertPaidOrder(sql, { lines: [{ variant, quantity: 2 }] });
  const refund = await open(order.id, { amount: 700 });
  const dashboard = {
    id: `re_dash_${order.id}`,
    status: "succeeded",
    amount: 300,
    currency: "EUR",
    created: 1,
  };
  await Promise.all(
    Array.from(
      { length: 20 },
      (_, turn) => apply(order, turn % 2 === 0 ? [made(refund), dashboard] : [dashboard]),
    ),
  );
  await apply(order, [dashboard, made(refund)]);
  const row = await orderRow(order.id);
  assert.deepEqual([row["status"], row["refunded_amount"]], ["partially_refunded", 1000]);
  const rows = await sql`
    select reason, state from public.order_refunds where order_id = ${order.id} order by reason`;
  assert.deepEqual(rows.map((one) => ({ ...one })), [
    { reason: "goodwill", state: "done" },
    { reason: "stripe", state: "done" },
  ]);
  const mails = await sql`
    select payload from private.jobs where kind = 'mail_send' and payload ->> 'to' = ${order.email}`;
  assert.equal(mails.length, 2);
  assert.deepEqual(await imbalances(sql, [order.id]), []);
});

Deno.test("order refunds: one that fails at the bank later is money again, with its lines", async () => {
  const variant = await insertVariant(sql);
  const order = await insertPaidOrder(sql, { lines: [{ variant, quantity: 2 }] });
  await sql`update public.orders set status = 'fulfilling' where id = ${order.id}`;
  const refund = await open(order.id);
  await apply(order, [made(refund, "pending")]);
  assert.equal((await orderRow(order.id))["status"], "refunded");
  for (let times = 0; times < 3; times++) {
    await apply(order, [{ ...made(refund, "failed"), failure: "expired_or_canceled_card" }]);
  }
  const row = await orderRow(order.id);
  assert.deepEqual([row["status"], row["refunded_amount"]], ["fulfilling", 0]);
  const kinds = await sql`
    select kind, amount::int from private.money_movements where order_id = ${order.id} order by id`;
  assert.deepEqual(kinds.map(({ kind, amount }) => [kind, amount]), [
    ["charge", 2000],
    ["refund", -2000],
    ["refund_failed", 2000],
  ]);
  const [failed] = await sql`
      select refund.state, told.failure from public.order_refunds as refund
      join private.order_refund_failures as told on told.refund_id = refund.id
      where refund.id = ${refund.id}`;
  assert.deepEqual({ ...failed }, { state: "failed", failure: "expired_or_canceled_card" });
  const alarming = async () =>
    (await sql`
      select coalesce(detail -> 'numbers' ? ${order.number}, false) as told
      from private.alert_measures() where measure = 'order_refunds_failed'`)[0]!["told"];
  assert.equal(await alarming(), true);
  assert.equal((await open(order.id)).amount, 2000);
  assert.equal(await alarming(), false);
  assert.deepEqual(await imbalances(sql, [order.id, ...order.itemIds]), []);
});

Deno.test("order refunds: after a part has failed, the last units take what is left of their line", async () => {
  const variant = await insertVariant(sql, { unitAmount: 334 });
  const order = await insertPaidOrder(sql, { lines: [{ variant, quantity: 3 }], discount: 2 });
  const units = (quantity: number) => [{ order_item_id: order.itemIds[0], quantity }];
  const first = await open(order.id, { lines: units(1) });
  const others = await open(order.id, { lines: units(2) });
  assert.deepEqual([first.amount, others.amount], [333, 667]);
  await apply(order, [made(first), made(others)]);
  await apply(order, [{ ...made(first, "failed"), failure: "unknown" }]);
  const again = await open(order.id, { lines: units(1) });
  assert.equal(again.amount, 333);
  await apply(order, [made(again)]);
  assert.equal((await orderRow(order.id))["status"], "refunded");
  assert.deepEqual(await imbalances(sql, [order.id, ...order.itemIds]), []);
});

Deno.test("order refunds: one that fails takes its units off sale again, or the order is not sent", async () => {
  const staff = await insertUser(sql);
  await sql`insert into private.staff (user_id, note) values (${staff}, 'a test')`;
  const ship = async (id: string) =>
    await sql`select public.order_advance(${staff}, ${id}, 'shipped', 'Post', 'T', null, null)`;
  const variant = await insertVariant(sql, { stock: 2 });
  const onHand = async () =>
    (await sql`select on_hand from private.stock where variant_id = ${variant.id}`)[0]!["on_hand"];
  const there = await insertPaidOrder(sql, { lines: [{ variant }] });
  const refund = await open(there.id, { restock: true });
  assert.equal(await onHand(), 2);
  await apply(there, [made(refund, "failed")]);
  assert.equal(await onHand(), 1);
  await ship(there.id);

  const gone = await insertPaidOrder(sql, { lines: [{ variant }] });
  const back = await open(gone.id, { restock: true });
  await insertPaidOrder(sql, { lines: [{ variant }] }); // Somebody else buys it.
  await apply(gone, [made(back, "failed")]);
  await assert.rejects(ship(gone.id), { message: "order_state_conflict" });
  await apply(gone, [made(await open(gone.id, { restock: true }))]);
  assert.equal(await onHand(), 0);
  assert.equal((await orderRow(gone.id))["status"], "refunded");
  assert.deepEqual(await imbalances(sql, [there.id, gone.id, variant.id]), []);
});

Deno.test("order refunds: refused by Stripe, nothing is counted; made after all, it is", async () => {
  const variant = await insertVariant(sql);
  const order = await insertPaidOrder(sql, { lines: [{ variant }] });
  const refund = await open(order.id);
  await sql`select public.order_refund_refused(${refund.id}, 'charge_disputed')`;
  assert.equal((await orderRow(order.id))["status"], "paid");
  const second = await open(order.id, { amount: 400 });
  await apply(order, [made({ ...refund, amount: 600 })]);
  await apply(order, [made({ ...refund, amount: 600 }), made(second)]);
  // Too late to refuse what Stripe has made.
  await sql`select public.order_refund_refused(${second.id}, 'no answer')`;
  const row = await orderRow(order.id);
  assert.deepEqual([row["status"], row["refunded_amount"]], ["refunded", 1000]);
  assert.deepEqual(await imbalances(sql, [order.id, ...order.itemIds]), []);
});

Deno.test("order refunds: lines of other orders, too many units, odd sums are refused", async () => {
  const variant = await insertVariant(sql, { unitAmount: 1230, currency: "KWD" });
  const order = await insertPaidOrder(sql, { lines: [{ variant, quantity: 2 }] });
  const other = await insertPaidOrder(sql, { lines: [{ variant }] });
  const line = (id: string | undefined, quantity: number) => [{ order_item_id: id, quantity }];
  for (
    const [asked, message] of [
      [{ lines: line(other.itemIds[0], 1) }, "order_line_unknown"],
      [{ lines: line(order.itemIds[0], 3) }, "refund_exceeds_order"],
      [{ lines: line(order.itemIds[0], 0) }, "refund_exceeds_order"],
      [
        { lines: [...line(order.itemIds[0], 1), ...line(order.itemIds[0], 2)] },
        "refund_exceeds_order",
      ],
      [{ amount: 2470 }, "refund_exceeds_order"],
      [{ amount: 1235 }, "invalid_body"],
      [{ amount: 1300, lines: line(order.itemIds[0], 1) }, "refund_exceeds_order"],
      [{ amount: 100, restock: true }, "invalid_body"],
    ] as const
  ) {
    await assert.rejects(open(order.id, asked as never), { message }, JSON.stringify(asked));
  }
  await assert.rejects(open(crypto.randomUUID()), { message: "order_not_found" });
  const unpaid =
    await sql`select count(*)::int as refunds from public.order_refunds where order_id = ${order.id}`;
  assert.equal(unpaid[0]!["refunds"], 0);
});

Deno.test("order mails: to guests by their order's address, in its language, with what was bought", async () => {
  const variant = await insertVariant(sql, { unitAmount: 1500 });
  const order = await insertPaidOrder(sql, {
    lines: [{ variant, quantity: 2 }],
    shipping: 500,
    locale: "fr",
  });
  for (let times = 0; times < 3; times++) {
    await sql`select private.order_mail(${order.id}, 'order_confirmed', ${`paid:${order.id}`})`;
  }
  const jobs = await sql`
    select payload from private.jobs where kind = 'mail_send' and payload ->> 'to' = ${order.email}`;
  assert.equal(jobs.length, 1);
  const { template, locale, props, user_id } = jobs[0]!["payload"];
  assert.deepEqual([template, locale, user_id, props.guest, props.number], [
    "order_confirmed",
    "fr",
    undefined,
    true,
    order.number,
  ]);
  assert.deepEqual(props.lines, [{
    name: "Chaise",
    options: "red",
    quantity: 2,
    unit: { amount: 1500, currency: "EUR" },
    total: { amount: 3000, currency: "EUR" },
  }]);
  const buyer = await insertUser(sql);
  const nameless = await insertPaidOrder(sql, { lines: [{ variant }], userId: buyer, email: null });
  const [none] =
    await sql`select private.order_mail(${nameless.id}, 'order_cancelled', 'x') as job`;
  assert.equal(none!["job"], null);
});
