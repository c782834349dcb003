/** Webhooks out, in SQL: which events are written, once each, and what becomes of deliveries and endpoints. */
import assert from "node:assert/strict";
import { asServer, asUser, refused } from "../support/callers.ts";
import { insertUser, type Sql, type TestDatabase, testDatabase } from "../support/database.ts";
import { onSale, type Sold } from "../support/products.ts";
import { insertOrder } from "../support/shop-rows.ts";

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

/** An endpoint of a test's own, gone with it. */
async function endpoint(...events: string[]) {
  const [made] = await asUser(
    sql,
    staff,
    (call) =>
      call<{ id: string }[]>`
      insert into public.webhook_endpoints (url, events)
      values ('https://example.com/hook', ${events}) returning id`,
  );
  const { id } = made!;
  return {
    id,
    async deliveries() {
      return [
        ...await sql<
          { id: number; event_id: string; type: string; payload: Payload; state: string }[]
        >`
        select id::int, event_id, type, payload, state from public.webhook_deliveries
        where endpoint_id = ${id} order by id`,
      ];
    },
    row: async () => (await sql`select * from public.webhook_endpoints where id = ${id}`)[0]!,
    [Symbol.asyncDispose]: async () => {
      await sql`delete from public.webhook_endpoints where id = ${id}`;
    },
  };
}

interface Payload {
  type: string;
  timestamp: string;
  // deno-lint-ignore no-explicit-any -- a test looks into whatever came
  data: any;
}

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

Deno.test("webhooks out: what is undone with its cause was never told", async () => {
  await using hook = await endpoint("order.paid");
  const product = await onSale(sql, { stock: 0 });
  const { orderId } = await insertOrder(sql, { userId: null, product, status: "pending" });
  await assert.rejects(
    sql.begin(async (tx) => {
      await pays(orderId)(tx as unknown as Sql);
      await tx`select 1 / 0`;
    }),
    { code: "22012" },
  );
  assert.deepEqual(await hook.deliveries(), []);
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

Deno.test("webhooks out: the same cause at once is one event; endpoints that are off or want others get none", async () => {
  await using wants = await endpoint("order.paid");
  await using other = await endpoint("stock.low");
  await using off = await endpoint("order.paid");
  await sql`update public.webhook_endpoints set enabled = false where id = ${off.id}`;
  const cause = crypto.randomUUID();
  const ids = await Promise.all(Array.from({ length: 6 }, async () => {
    const [row] = await asServer(
      sql,
      (call) =>
        call`select private.webhook_emit('order.paid', ${cause}, ${sql.json({ id: cause })}) as id`,
    );
    return row!["id"];
  }));
  assert.equal(new Set(ids).size, 1);
  assert.equal((await wants.deliveries()).length, 1);
  assert.deepEqual([await other.deliveries(), await off.deliveries()], [[], []]);
});

Deno.test("webhooks out: data too large to send tells where to look, and fails no cause", async () => {
  await using hook = await endpoint("order.paid");
  const data = { id: "an order", items: "x".repeat(70_000) };
  await sql`select private.webhook_emit('order.paid', ${crypto.randomUUID()}, ${sql.json(data)})`;
  const [one] = await hook.deliveries();
  assert.deepEqual(one!.payload.data, { id: "an order", truncated: true });
});

Deno.test("webhooks out: an endpoint is https without credentials, and asks for events that there are", async () => {
  const insert = (url: string, events: string[] = ["order.paid"]) =>
    asUser(
      sql,
      staff,
      (call) => call`insert into public.webhook_endpoints (url, events) values (${url}, ${events})`,
    );
  for (
    const url of [
      "http://example.com/",
      "ftp://example.com/",
      "https://",
      "https://user:secret@example.com/",
      "http://127.0.0.1.example.com/",
      "http://localhost@example.com/",
      "https://example.com/#part",
      `https://example.com/${"x".repeat(2000)}`,
    ]
  ) await refused(insert(url), "23514");
  await refused(insert("https://example.com/", ["order.lost"]), "invalid_body");
  await refused(insert("https://example.com/", []), "23514");
});

Deno.test("webhooks out: staff read an endpoint's secret and rotate it, with both for a while; others nothing", async () => {
  await using hook = await endpoint("order.paid");
  const user = await insertUser(sql);
  const read = (who: string) =>
    asUser(sql, who, async (call) => {
      const [row] = await call`select public.webhook_endpoint_secret(${hook.id}) as held`;
      return row!["held"] as { secret: string; previous_signs_until: string | null };
    });
  await refused(read(user), "forbidden");
  const before = await read(staff);
  assert.match(before.secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  const rotate = (who: string, hours: number) =>
    asUser(
      sql,
      who,
      (call) => call`select public.webhook_endpoint_rotate(${hook.id}, ${hours}) as held`,
    );
  await refused(rotate(user, 24), "forbidden");
  await refused(rotate(staff, 169), "invalid_body");
  const after = (await rotate(staff, 24))[0]!["held"];
  assert.notEqual(after.secret, before.secret);
  assert.ok(after.previous_signs_until);
  const secrets = async () => {
    await sql`select private.webhook_emit('order.paid', ${crypto.randomUUID()}, '{"id": 1}')`;
    const { id } = (await hook.deliveries()).at(-1)!;
    const [row] = await asServer(
      sql,
      (call) => call`select public.webhook_delivery_begin(${id}) as attempt`,
    );
    return row!["attempt"].secrets;
  };
  assert.deepEqual(await secrets(), [after.secret, before.secret]);
  await sql`update private.webhook_endpoint_secrets set previous_until = now() where endpoint_id = ${hook.id}`;
  assert.deepEqual(await secrets(), [after.secret]);
  const noted = await sql`
    select action, actor_kind from public.audit_log
    where target = ${hook.id} and action <> 'webhook_endpoints.insert' order by id`;
  assert.deepEqual([...noted], [
    { action: "webhook_endpoints.secret_read", actor_kind: "staff" },
    { action: "webhook_endpoints.rotate", actor_kind: "staff" },
    { action: "webhook_endpoints.secret_read", actor_kind: "staff" },
  ]);
  await refused(
    asUser(
      sql,
      staff,
      (call) => call`select public.webhook_endpoint_secret(${crypto.randomUUID()})`,
    ),
    "webhook_endpoint_not_found",
  );
});

/** Begins an attempt of a delivery and ends it with a status. */
async function attempt(id: number, status: number | null, final = false): Promise<string | null> {
  return await asServer(sql, async (call) => {
    const [row] = await call`select public.webhook_delivery_begin(${id}) as attempt`;
    if (row!["attempt"] === null) return null;
    const [ended] = await call`
      select public.webhook_delivery_end(
        ${id}, ${row!["attempt"].attempt}, ${status}, 'it failed', 'Sorry', ${final}
      ) as state`;
    return ended!["state"] as string;
  });
}

async function emitted(hook: { deliveries(): Promise<{ id: number }[]> }): Promise<number> {
  await sql`select private.webhook_emit('order.paid', ${crypto.randomUUID()}, '{"id": 1}')`;
  return (await hook.deliveries()).at(-1)!.id;
}

Deno.test("webhooks out: a delivery is tried twenty times, ends once, and staff send it anew under its id", async () => {
  await using hook = await endpoint("order.paid");
  const id = await emitted(hook);
  const [{ event_id: eventId } = { event_id: "" }] = await hook.deliveries();
  for (let n = 1; n < 20; n++) assert.equal(await attempt(id, 500), "pending");
  assert.equal(await attempt(id, 500), "failed");
  assert.equal(await attempt(id, 200), null, "it has ended");
  assert.ok((await hook.row())["failing_since"]);

  const resend = (who: string, ids: number[]) =>
    asServer(
      sql,
      (call) =>
        call`
      select public.staff_webhook_resend(${who}, 'they are back', ${ids}, '{}', 100) as sent`,
    );
  await refused(resend(await insertUser(sql), [id]), "forbidden");
  const sent = await resend(staff, [id]);
  assert.deepEqual(sent[0]!["sent"], { deliveries: [{ id, state_before: "failed" }] });
  assert.deepEqual((await resend(staff, [id]))[0]!["sent"], { deliveries: [] }, "it waits already");
  // The answer of an attempt that another worker has overtaken counts no more.
  const [late] = await asServer(
    sql,
    (call) => call`select public.webhook_delivery_end(${id}, 20, 200, null, null, false) as state`,
  );
  assert.equal(late!["state"], "superseded");
  assert.equal(await attempt(id, 204), "delivered");
  assert.equal((await hook.deliveries())[0]!.event_id, eventId);
  assert.equal((await hook.row())["failing_since"], null);
  const jobs = await sql`
    select dedupe_key from private.jobs where payload ->> 'delivery_id' = ${
    String(id)
  } order by id`;
  assert.deepEqual(jobs.map((job) => job["dedupe_key"]), [`delivery:${id}:0`, `delivery:${id}:1`]);
});

Deno.test("webhooks out: an endpoint that is gone, or fails for three days, is disabled until staff decide", async () => {
  await using hook = await endpoint("order.paid");
  const enable = (enabled: boolean) =>
    asUser(
      sql,
      staff,
      (call) =>
        call`update public.webhook_endpoints set enabled = ${enabled} where id = ${hook.id}`,
    );
  const gone = await emitted(hook);
  const waiting = await emitted(hook);
  assert.equal(await attempt(gone, 410), "failed");
  assert.equal((await hook.row())["enabled"], false);
  assert.equal((await hook.row())["disabled_reason"], "answered 410 Gone");
  assert.equal(await attempt(waiting, 200), null);
  assert.equal((await hook.deliveries())[1]!.state, "failed");

  await enable(true);
  assert.deepEqual(
    [(await hook.row())["disabled_reason"], (await hook.row())["failing_since"]],
    [null, null],
  );
  const slow = await emitted(hook);
  assert.equal(await attempt(slow, null), "pending");
  const since = (age: string) =>
    sql.unsafe(
      `update public.webhook_endpoints set failing_since = now() - interval '${age}' where id = '${hook.id}'`,
    );
  await since("71 hours");
  assert.equal(await attempt(slow, null), "pending");
  assert.equal((await hook.row())["enabled"], true);
  await since("73 hours");
  assert.equal(await attempt(slow, null), "pending");
  assert.match((await hook.row())["disabled_reason"], /^nothing reached it for 3 days: it failed$/);
  // Left as it is, by somebody who has seen it: nobody need be told any more.
  await enable(false);
  assert.equal((await hook.row())["disabled_reason"], null);
});

Deno.test("webhooks out: three at once are under way to an endpoint, also when all begin together", async () => {
  await using slow = await endpoint("order.paid");
  await using other = await endpoint("order.paid");
  for (let n = 0; n < 8; n++) await emitted(slow);
  const begin = (id: number) =>
    asServer(sql, async (call) => {
      const [row] = await call`select public.webhook_delivery_begin(${id}) as attempt`;
      return row!["attempt"];
    });
  const ids = (await slow.deliveries()).map(({ id }) => id);
  const begun = await Promise.all(ids.map(begin));
  const sending = ids.filter((_, n) => begun[n].busy === undefined);
  assert.equal(sending.length, 3);
  assert.ok(!("busy" in await begin((await other.deliveries())[0]!.id)), "another is not held up");
  const waiting = ids.find((id) => !sending.includes(id))!;
  const [row] = await sql`select attempts from public.webhook_deliveries where id = ${waiting}`;
  assert.equal(row!["attempts"], 0, "waiting costs no attempt");
  await asServer(
    sql,
    (call) => call`select public.webhook_delivery_end(${sending[0]!}, 1, 200, null, null, false)`,
  );
  assert.ok(!("busy" in await begin(waiting)));
  // A worker that died does not hold its place for good.
  await sql`
    update public.webhook_deliveries set sending_until = now() - interval '1 second' where endpoint_id = ${slow.id}`;
  const last = ids.find((id) => !sending.includes(id) && id !== waiting)!;
  assert.ok(!("busy" in await begin(last)));
});

Deno.test("webhooks out: what leads into a private network is not tried again", async () => {
  await using hook = await endpoint("order.paid");
  assert.equal(await attempt(await emitted(hook), null, true), "failed");
});
