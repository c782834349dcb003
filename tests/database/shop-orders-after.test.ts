/** What comes after an order: disputes, returns, who finds it again, and what stays of a person. */
import assert from "node:assert/strict";
import type postgres from "postgres";
import { imbalances, insertPaidOrder, insertVariant } from "../support/shop.ts";
import { insertStaff, orderActions, outcomes } from "../support/shop-orders.ts";
import { insertUser, testDatabase } from "../support/database.ts";

const database = await testDatabase({ connections: 12 });
const { sql } = database;
Deno.test.afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

const staff = await insertStaff(sql);
const { statusOf, mailsOf, cancel, advance } = orderActions(sql, staff);

/** Writes what time alone would make: without triggers, which would say that it happened now. */
const untouched = (write: (tx: postgres.TransactionSql) => PromiseLike<unknown>) =>
  sql.begin(async (tx) => {
    await tx`alter table public.orders disable trigger user`;
    await write(tx);
    await tx`alter table public.orders enable trigger user`;
  });

Deno.test("orders: disputed, nothing is sent; won, it is what it was; lost, the money is gone", async () => {
  const dispute = async (
    order: { id: string; paymentIntent: string; total: number },
    status: string,
    amount = order.total,
  ) => {
    for (let times = 0; times < 2; times++) {
      await sql`select private.stripe_apply_dispute(${
        sql.json({
          id: `dp_${order.id}`,
          payment_id: order.paymentIntent,
          charge_id: null,
          status,
          amount,
          currency: "EUR",
          reason: "fraudulent",
          evidence_due_by: 1_800_000_000,
          created: 1_795_000_000,
        })
      })`;
    }
    return await statusOf(order.id);
  };
  const variant = await insertVariant(sql, { stock: 10 });
  const paid = () => insertPaidOrder(sql, { lines: [{ variant }] });

  const won = await paid();
  await advance(won.id, "fulfilling");
  assert.equal(await dispute(won, "warning_needs_response"), "fulfilling");
  assert.equal(await dispute(won, "needs_response"), "disputed");
  const [alert] = await sql`
    select value::int, detail -> 'numbers' as numbers from private.alert_measures()
    where measure = 'orders_disputed'`;
  assert.deepEqual({ ...alert }, { value: 1, numbers: [won.number] });
  await assert.rejects(advance(won.id, "shipped"), { message: "order_state_conflict" });
  await assert.rejects(
    sql`update public.orders set status = 'shipped' where id = ${won.id}`,
    { message: "order_state_conflict" },
  );
  await assert.rejects(cancel(won.id), { message: "order_not_cancellable" });
  await assert.rejects(
    sql`select public.order_refund(${staff}, 'because of it', ${won.id}, null, 'goodwill', '[]', false, null)`,
    { message: "order_not_refundable" },
  );
  assert.equal(await dispute(won, "under_review"), "disputed");
  assert.equal(await dispute(won, "won"), "fulfilling");
  assert.equal(await advance(won.id, "shipped"), "shipped");

  const lost = await paid();
  await advance(lost.id, "shipped");
  assert.equal(await dispute(lost, "lost"), "refunded"); // The first that we hear of it.
  const unheard = await paid();
  assert.equal(await dispute(unheard, "won"), "paid");
  const part = await paid();
  assert.equal(await dispute(part, "lost", 400), "partially_refunded");
  assert.deepEqual(await imbalances(sql, [won.id, lost.id, unheard.id, part.id, variant.id]), []);
  const [sums] = await sql`
    select sum(amount)::int as left_to_us from private.money_movements
    where order_id in (${won.id}, ${lost.id}, ${unheard.id}, ${part.id})`;
  assert.equal(sums!["left_to_us"], 1000 + 0 + 1000 + 600);
});

Deno.test("orders: a return is asked for by its buyer, within what was bought, and decided once", async () => {
  const variant = await insertVariant(sql, { stock: 4, unitAmount: 700 });
  const order = await insertPaidOrder(sql, { lines: [{ variant, quantity: 3 }] });
  const lines = (quantity: number, id = order.itemIds[0]) => [{ order_item_id: id, quantity }];
  const ask = async (what: unknown[], byToken = true): Promise<string> =>
    (await sql`
      select public.order_return_ask(${order.id}, null, ${byToken}, ${
      sql.json(what as never)
    }, 'too small') as id`)[0]!["id"];
  const decide = async (id: string, accept: boolean) =>
    (await sql`
      select public.order_return_decide(${staff}, 'as agreed', ${id}, ${accept}, true, null, 'Thanks') as decided`)[
      0
    ]!["decided"];
  await assert.rejects(ask(lines(1)), { message: "order_not_returnable" });
  await advance(order.id, "shipped");
  await assert.rejects(ask(lines(1), false), { message: "order_not_found" });
  await assert.rejects(ask(lines(4)), { message: "order_not_returnable" });
  await assert.rejects(ask(lines(1, crypto.randomUUID())), { message: "order_line_unknown" });
  const asked = await Promise.all([ask(lines(2)), ask(lines(2)), ask(lines(2))]);
  assert.equal(new Set(asked).size, 1);
  await assert.rejects(ask([...lines(1), ...lines(1)]), { message: "order_not_returnable" });

  const decisions = await Promise.allSettled(
    Array.from({ length: 8 }, (_, turn) => decide(asked[0]!, turn % 2 === 0)),
  );
  const { done, refused } = outcomes(decisions);
  assert.deepEqual([done, refused], [4, ["order_state_conflict"]]);
  const accepted = (await sql`select state from public.order_returns where id = ${asked[0]!}`)[0]![
    "state"
  ] === "accepted";
  const [refund] = await sql`
    select count(*)::int as refunds, coalesce(sum(amount), 0)::int as amount
    from public.order_refunds where order_id = ${order.id}`;
  assert.deepEqual(
    { ...refund },
    accepted ? { refunds: 1, amount: 1400 } : { refunds: 0, amount: 0 },
  );
  const second = await ask(lines(1));
  assert.equal((await decide(second, true)).state, "accepted");
  const third = accepted ? undefined : await ask(lines(2));
  if (third !== undefined) await decide(third, true);
  const [stock] = await sql`select on_hand from private.stock where variant_id = ${variant.id}`;
  assert.equal(stock!["on_hand"], 4);
  const mails = await mailsOf(order.email);
  assert.equal(mails.filter((name) => name === "order_return").length, accepted ? 2 : 3);
  assert.deepEqual(await imbalances(sql, [order.id, variant.id, ...order.itemIds]), []);
});

Deno.test("orders: staff find them by status, number, address and date, page by page", async () => {
  const variant = await insertVariant(sql, { stock: 30 });
  const email = `page-${crypto.randomUUID()}@example.com`;
  const orders = [];
  for (let n = 0; n < 7; n++) {
    orders.push(
      await insertPaidOrder(sql, {
        lines: [{ variant }],
        email: n % 2 ? email : email.toUpperCase(),
      }),
    );
  }
  // Two of one moment: the id decides.
  await sql`update public.orders set created_at = '2026-01-01' where customer_email ilike ${email}`;
  const page = async (filter: Record<string, unknown>, after: unknown = null, size = 3) =>
    (await sql`
      select public.staff_orders(${staff}, ${sql.json(filter as never)}, ${
      after === null ? null : sql.json(after as never)
    }, ${size}) as page`)[0]!["page"];
  const seen: string[] = [];
  let after: unknown = null;
  do {
    const { orders: found, next } = await page({ email }, after);
    seen.push(...found.map(({ id }: { id: string }) => id));
    after = next;
  } while (after !== null);
  assert.deepEqual(seen.toSorted(), orders.map(({ id }) => id).toSorted());
  assert.deepEqual(seen, seen.toSorted().toReversed());
  const one = await page({ number: orders[0]!.number.toLowerCase() });
  assert.deepEqual(one.orders.map(({ id }: { id: string }) => id), [orders[0]!.id]);
  assert.equal((await page({ email, status: "shipped" })).orders.length, 0);
  assert.equal((await page({ email, from: "2026-01-02T00:00:00Z" })).orders.length, 0);
  assert.equal((await page({ email, to: "2026-01-02T00:00:00Z" }, null, 10)).orders.length, 7);
  assert.equal((await page({ email: "'; drop table orders; --" })).orders.length, 0);
  const buyer = await insertUser(sql);
  await assert.rejects(
    sql`select public.staff_orders(${buyer}, '{}', null, 3)`,
    { message: "forbidden" },
  );
  await assert.rejects(sql`select public.staff_order(${buyer}, ${orders[0]!.id})`, {
    message: "forbidden",
  });
});

Deno.test("orders: with an account an order that is over forgets its buyer, an open one when it is over", async () => {
  const variant = await insertVariant(sql);
  const buyer = await insertUser(sql);
  const email = `leaves-${buyer}@example.com`;
  const make = () => insertPaidOrder(sql, { lines: [{ variant }], userId: buyer, email });
  const [over, open] = [await make(), await make()];
  await advance(over.id, "shipped");
  await advance(over.id, "delivered");
  await sql`select public.order_return_ask(${over.id}, ${buyer}, false, ${
    sql.json([{ order_item_id: over.itemIds[0]!, quantity: 1 }])
  }, 'my own words')`;
  await sql`delete from auth.users where id = ${buyer}`;
  const rows = await sql`
    select id, user_id, customer_email, shipping_address is null as nowhere, forget
    from public.orders where id in (${over.id}, ${open.id})`;
  const byId = Object.fromEntries(rows.map(({ id, ...row }) => [id, row]));
  assert.deepEqual(byId[over.id], {
    user_id: null,
    customer_email: null,
    nowhere: true,
    forget: false,
  });
  assert.deepEqual(byId[open.id], {
    user_id: null,
    customer_email: email,
    nowhere: false,
    forget: true,
  });
  const [words] = await sql`select reason from public.order_returns where order_id = ${over.id}`;
  assert.equal(words!["reason"], null);
  // The parcel still goes out, and whoever waits for it is told.
  await advance(open.id, "shipped", "Z9");
  await advance(open.id, "delivered");
  assert.ok((await mailsOf(email)).includes("order_shipped"));
  await untouched((tx) =>
    tx`update public.orders set updated_at = now() - interval '31 days' where id = ${open.id}`
  );
  await sql`select public.retention_run(1000)`;
  const [forgotten] = await sql`
    select customer_email, shipping_address, forget, total_amount::int from public.orders where id = ${open.id}`;
  assert.deepEqual({ ...forgotten }, {
    customer_email: null,
    shipping_address: null,
    forget: false,
    total_amount: 1000,
  });
});

Deno.test("orders: over is what has come or was sent long ago, also after a part refund, and not what is argued about", async () => {
  const variant = await insertVariant(sql, { stock: 20 });
  const ago = (days: number) => new Date(Date.now() - days * 86_400_000);
  for (
    const [over, values] of [
      [true, { status: "partially_refunded", delivered_at: ago(1) }],
      [false, { status: "partially_refunded", shipped_at: ago(59) }],
      [true, { status: "partially_refunded", shipped_at: ago(61) }],
      [true, { status: "shipped", shipped_at: ago(61) }],
      [false, { status: "shipped", shipped_at: ago(59) }],
      [false, { status: "paid", paid_at: ago(61) }],
      [true, { status: "paid", paid_at: ago(61), shipping_rate: null }],
      [false, { status: "disputed", delivered_at: ago(90) }],
      [false, { status: "review", paid_at: ago(90), shipping_rate: null }],
    ] as const
  ) {
    const buyer = await insertUser(sql);
    const order = await insertPaidOrder(sql, {
      lines: [{ variant }],
      userId: buyer,
      email: `over-${buyer}@example.com`,
    });
    await untouched((tx) => tx`update public.orders set ${tx(values)} where id = ${order.id}`);
    await sql`delete from auth.users where id = ${buyer}`;
    const [row] = await sql`
      select customer_email is null and shipping_address is null as forgotten, forget
      from public.orders where id = ${order.id}`;
    assert.deepEqual({ ...row }, { forgotten: over, forget: !over }, JSON.stringify(values));
  }
});

Deno.test("orders: sent and never said to have come, one is forgotten all the same", async () => {
  const variant = await insertVariant(sql);
  const buyer = await insertUser(sql);
  const order = await insertPaidOrder(sql, {
    lines: [{ variant }],
    userId: buyer,
    email: `never-${buyer}@example.com`,
  });
  await advance(order.id, "shipped");
  await sql`delete from auth.users where id = ${buyer}`;
  const remembered = async (days: number) => {
    await untouched((tx) =>
      tx`
        update public.orders set updated_at = now() - ${`${days} days`}::interval,
          shipped_at = now() - ${`${days} days`}::interval
        where id = ${order.id}`
    );
    await sql`select public.retention_run(1000)`;
    return (await sql`select customer_email from public.orders where id = ${order.id}`)[0]![
      "customer_email"
    ] !== null;
  };
  assert.equal(await remembered(89), true);
  assert.equal(await remembered(91), false);
});

Deno.test("orders: a link shows an order for good, and 90 days after its end no longer where it went", async () => {
  const variant = await insertVariant(sql);
  const buyer = await insertUser(sql);
  const order = await insertPaidOrder(sql, {
    lines: [{ variant }],
    userId: buyer,
    email: "a@example.com",
  });
  const read = async (by: string | null, token: boolean) =>
    (await sql`select public.order_read(${order.id}, ${by}, ${token}) as read`)[0]!["read"];
  await advance(order.id, "shipped");
  await advance(order.id, "delivered");
  assert.equal((await read(null, true)).shipping_address.line1, "1 Test Street");
  await untouched((tx) =>
    tx`update public.orders set updated_at = now() - interval '91 days' where id = ${order.id}`
  );
  const later = await read(null, true);
  assert.deepEqual([later.number, later.customer_email, later.shipping_address], [
    order.number,
    null,
    { name: "Ada Lovelace", city: "Lyon", country: "FR" },
  ]);
  for (const token of [true, false]) {
    assert.equal((await read(buyer, token)).shipping_address.line1, "1 Test Street");
  }
});
