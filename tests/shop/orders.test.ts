/** Orders over HTTP, bought on Stripe's page: what buyers and staff do with them, and what Stripe holds then. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import postgres from "postgres";
import { stockOf } from "../support/checkout.ts";
import type { Sql } from "../support/database.ts";
import { mailTo } from "../support/mails.ts";
import { onSale } from "../support/products.ts";
import { imbalances } from "../support/shop.ts";
import { delivered } from "../support/stripe-local.ts";
import { call, stack, stripeSdk } from "../support/stack.ts";
import { signUp, signUpStaff, type TestUser } from "../support/users.ts";

let sql: Sql;
let staff: TestUser;
Deno.test.beforeAll(async () => {
  sql = postgres(stack.databaseUrl, { max: 4 });
  staff = await signUpStaff();
});
Deno.test.afterAll(() => sql?.end());

interface Bought {
  id: string;
  number: string;
  token: string;
  email: string;
  variantId: string;
  session: string;
}

/** Places an order of `quantity` of a new product, as a guest or a user, and pays it unless told not to. */
async function bought(
  { user, quantity = 2, price = 1250, list = "eur", payNow = true, locale = "en" }: {
    user?: TestUser;
    quantity?: number;
    price?: number;
    list?: string;
    payNow?: boolean;
    locale?: "en" | "fr";
  } = {},
): Promise<Bought & { url: string }> {
  const { variantId } = await onSale(sql, { stock: 10, price, list });
  const email = user?.email ?? `guest-${crypto.randomUUID()}@example.com`;
  const { status, body } = await call("POST", "checkout-create", {
    ...(user && { token: user.token }),
    body: {
      items: [{ variant_id: variantId, quantity }],
      price_list: list,
      locale,
      ...(user === undefined && { email }),
      success_url: `${stack.siteUrl}/order/return?session_id={CHECKOUT_SESSION_ID}`,
      cancel_url: `${stack.siteUrl}/cart`,
    },
  });
  equal(status, 200, JSON.stringify(body));
  const order = {
    id: body.order_id,
    number: body.order_number,
    token: body.order_token,
    email,
    variantId,
    session: body.session_id,
    url: body.checkout_url,
  };
  if (payNow) {
    await pay(order.url);
    const answer = await call("POST", "checkout-status", {
      ...(user && { token: user.token }),
      body: { session_id: body.session_id, ...(order.token && { order_token: order.token }) },
    });
    equal(answer.body.order?.status, "paid", JSON.stringify(answer.body));
  }
  return order;
}

async function pay(url: string): Promise<number> {
  const reply = await fetch(`${url}/pay`, {
    method: "POST",
    body: new URLSearchParams({ card_number: "4242424242424242" }),
    redirect: "manual",
  });
  await reply.body?.cancel();
  return reply.status;
}

async function asStaff(method: string, path: string, body?: unknown, key?: string) {
  return await call(method, path, {
    token: staff.token,
    ...(body !== undefined && { body }),
    ...(key !== undefined && { headers: { "idempotency-key": key } }),
  });
}

const refundsAt = async (order: Bought) => {
  const { payment_intent } = await stripeSdk().checkout.sessions.retrieve(order.session);
  const { data } = await stripeSdk().refunds.list({ payment_intent: payment_intent as string });
  return data;
};

const booksOf = async (order: Bought) =>
  await imbalances(sql, [
    order.id,
    order.variantId,
    ...(await sql`select id from public.order_items where order_id = ${order.id}`).map((row) =>
      row["id"] as string
    ),
  ]);

Deno.test("orders: a guest's, from the mail's link over the parcel to a return", async () => {
  const order = await bought({ locale: "fr" });
  const confirmation = await mailTo(order.email, /est confirmée/);
  const token = new URL(/https?:\S+\/order\?token=\S+/.exec(confirmation.text!)![0]).searchParams
    .get("token")!;
  equal(token, order.token);
  match(confirmation.text!, /Chemise\nM · 2 × 12,50/);

  const read = await call("GET", `order?order_token=${encodeURIComponent(token)}`);
  equal(read.status, 200, JSON.stringify(read.body));
  const [item] = read.body.order.items;
  deepEqual(
    [read.body.order.number, read.body.order.status, item.name, item.quantity],
    [order.number, "paid", "Chemise", 2],
  );
  for (const wrong of [`${token}x`, `${crypto.randomUUID()}.${token.split(".")[1]}`, order.id]) {
    equal((await call("GET", `order?order_token=${encodeURIComponent(wrong)}`)).status, 404);
  }
  equal((await call("GET", `order?order_id=${order.id}`)).status, 404);
  equal((await call("GET", `order?order_id=${order.id}`, { token: staff.token })).status, 404);

  const lines = [{ order_item_id: item.id, quantity: 1 }];
  const early = await call("POST", "order-return", {
    body: { order_token: token, lines, reason: "no" },
  });
  equal(early.body.code, "order_not_returnable");
  const unsent = { order_id: order.id, status: "delivered", carrier: "Colissimo" };
  const refused = await asStaff("POST", "order-ship", unsent);
  deepEqual(refused.body.errors?.map((one: { pointer: string }) => one.pointer), ["/status"]);
  const sent = await asStaff("POST", "order-ship", {
    order_id: order.id,
    carrier: "Colissimo",
    tracking_number: "6A1",
    tracking_url: "https://www.laposte.fr/suivi?code=6A1",
  });
  equal(sent.body.order?.status, "shipped", JSON.stringify(sent.body));
  match((await mailTo(order.email, /en route/)).text!, /6A1/);
  equal(
    (await call("POST", "order-cancel", { body: { order_token: token } })).body.code,
    "order_not_cancellable",
  );

  const asked = await call("POST", "order-return", {
    body: { order_token: token, lines, reason: "Trop petit" },
  });
  equal(asked.body.order?.returns[0].state, "requested", JSON.stringify(asked.body));
  const waiting = await asStaff("GET", `orders?number=${order.number}&returns=waiting`);
  deepEqual(waiting.body.orders.map(({ id }: Bought) => id), [order.id]);
  const decided = await asStaff("PATCH", "order-return", {
    return_id: asked.body.return_id,
    decision: "accept",
    restock: true,
    answer: "Avec plaisir",
    reason: "as agreed",
  });
  equal(decided.body.order?.status, "partially_refunded", JSON.stringify(decided.body));
  deepEqual(
    decided.body.order.money.map(({ kind, amount }: { kind: string; amount: number }) => [
      kind,
      amount,
    ]),
    [["charge", 2500], ["refund", -1250]],
  );
  match((await mailTo(order.email, /Retour accepté/)).text!, /Avec plaisir/);
  await mailTo(order.email, /Remboursement de 12,50/);
  deepEqual((await refundsAt(order)).map(({ amount, status }) => [amount, status]), [
    [1250, "succeeded"],
  ]);
  deepEqual(await stockOf(sql, order.variantId), { on_hand: 9, reserved: 0, sold: 2 });
  deepEqual(await booksOf(order), []);
});

Deno.test("orders: a user reads his own under RLS and nobody else's, cancels once however often", async () => {
  const [user, stranger] = await Promise.all([signUp(), signUp()]);
  const order = await bought({ user });
  for (const table of ["orders", "order_items", "order_events", "order_refunds"] as const) {
    const column = (table === "orders" ? "id" : "order_id") as "id";
    const { data: mine } = await user.client.from(table).select("*").eq(column, order.id);
    equal(mine!.length > 0, table !== "order_refunds", table);
    const { data: theirs } = await stranger.client.from(table).select("*").eq(column, order.id);
    deepEqual(theirs, [], table);
    const { error } = await user.client.from(table).update({ user_id: stranger.id } as never)
      .eq(column, order.id);
    equal(error?.code, "42501", table);
  }
  const ask = (who: TestUser) =>
    call("POST", "order-cancel", { token: who.token, body: { order_id: order.id } });
  equal((await ask(stranger)).status, 404);
  const answers = await Promise.all(Array.from({ length: 10 }, () => ask(user)));
  deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  await delivered();
  const refunds = await refundsAt(order);
  deepEqual(refunds.map(({ amount }) => amount), [2500]);
  const read = await call("GET", `order?order_id=${order.id}`, { token: user.token });
  equal(read.body.order.status, "refunded");
  equal(read.body.order.refunds[0].state, "done");
  deepEqual(await stockOf(sql, order.variantId), { on_hand: 10, reserved: 0, sold: 2 });
  deepEqual(await booksOf(order), []);
});

Deno.test("orders: cancelled while being paid, the money is either never taken or given back", async () => {
  for (let round = 0; round < 3; round++) {
    const order = await bought({ payNow: false });
    const [paid, cancelled] = await Promise.all([
      pay(order.url),
      call("POST", "order-cancel", { body: { order_token: order.token } }),
    ]);
    await delivered();
    ok([200, 409].includes(cancelled.status), JSON.stringify(cancelled.body));
    if (cancelled.status === 409) {
      // Stripe was still at it: once it is paid, it can be cancelled.
      await call("POST", "order-cancel", { body: { order_token: order.token } });
      await delivered();
    }
    const [row] = await sql`
      select status, (paid_amount - refunded_amount)::int as kept from public.orders
      where id = ${order.id}`;
    equal(row!["kept"], 0);
    ok(["cancelled", "refunded"].includes(row!["status"]), `${row!["status"]} ${paid}`);
    deepEqual((await stockOf(sql, order.variantId)).on_hand, 10);
    deepEqual(await booksOf(order), []);
  }
});

Deno.test("orders: what another session paid goes back at Stripe, from its own payment", async () => {
  const order = await bought({ price: 1000, quantity: 1 });
  const second = await stripeSdk().checkout.sessions.create({
    mode: "payment",
    line_items: [{
      quantity: 1,
      price_data: { currency: "eur", unit_amount: 1500, product_data: { name: "Again" } },
    }],
    success_url: "https://example.com/thanks",
    customer_email: order.email,
    metadata: { order_id: order.id },
  });
  await pay(second.url!);
  await delivered();
  await mailTo(order.email, /refund/i);
  deepEqual((await refundsAt({ ...order, session: second.id })).map(({ amount }) => amount), [
    1500,
  ]);
  deepEqual(await refundsAt(order), []);
  const [row] = await sql`
    select status, paid_amount::int, refunded_amount::int from public.orders where id = ${order.id}`;
  deepEqual({ ...row }, { status: "paid", paid_amount: 2500, refunded_amount: 1500 });
  deepEqual(await booksOf(order), []);
});

Deno.test("orders: refunds by staff and in Stripe's dashboard at once never give back more than was paid", async () => {
  const order = await bought({ price: 1000, quantity: 3 });
  const { payment_intent } = await stripeSdk().checkout.sessions.retrieve(order.session);
  const body = { order_id: order.id, amount: 800, reason: "a scratch on it" };
  const [dashboard, ...answers] = await Promise.all([
    stripeSdk().refunds.create({ payment_intent: payment_intent as string, amount: 900 }),
    ...Array.from({ length: 6 }, () => asStaff("POST", "order-refund", body, crypto.randomUUID())),
  ]);
  equal(dashboard.amount, 900);
  for (const { status, body } of answers) {
    ok(status === 200 || body.code === "refund_exceeds_order", JSON.stringify(body));
  }
  await delivered();
  const made = await refundsAt(order);
  const back = made.reduce((sum, { amount }) => sum + amount, 0);
  ok(back <= 3000 && back >= 900 + 800 * 2, `${back}`);
  const [row] = await sql`
    select refunded_amount::int, status from public.orders where id = ${order.id}`;
  deepEqual({ ...row }, { refunded_amount: back, status: "partially_refunded" });
  // The same key is the same refund; what is left goes back whole.
  const key = crypto.randomUUID();
  const rest = { order_id: order.id, reason: "all of the rest", restock: true };
  const twice = [
    await asStaff("POST", "order-refund", rest, key),
    await asStaff("POST", "order-refund", rest, key),
  ];
  deepEqual(twice.map(({ body }) => [body.refund?.amount, body.refund?.state]), [
    [3000 - back, "done"],
    [3000 - back, "done"],
  ]);
  equal((await refundsAt(order)).reduce((sum, { amount }) => sum + amount, 0), 3000);
  equal((await asStaff("POST", "order-refund", rest)).body.code, "order_not_refundable");
  const [entries] = await sql`
    select count(*)::int as count from public.audit_log
    where action = 'orders.refund' and target = ${order.id} and actor_id = ${staff.id}`;
  ok(entries!["count"] >= 2);
  deepEqual(await booksOf(order), []);
});

Deno.test("orders: refunded in the dashboard the moment it is paid, whichever Stripe tells first", async () => {
  const order = await bought({ payNow: false });
  await pay(order.url);
  const { payment_intent } = await stripeSdk().checkout.sessions.retrieve(order.session);
  await stripeSdk().refunds.create({ payment_intent: payment_intent as string, amount: 500 });
  await delivered();
  const [row] = await sql`
    select status, paid_amount::int, refunded_amount::int from public.orders where id = ${order.id}`;
  deepEqual({ ...row }, { status: "partially_refunded", paid_amount: 2500, refunded_amount: 500 });
  deepEqual(await booksOf(order), []);
});

Deno.test("orders: yen go back as yen (vendure: refunds × 100)", async () => {
  const list = `jpy-${crypto.randomUUID().slice(0, 8)}`;
  await sql`insert into public.price_lists (id, currency) values (${list}, 'JPY')`;
  const order = await bought({ list, price: 1980, quantity: 2 });
  const one = await sql`select id from public.order_items where order_id = ${order.id}`;
  const { body } = await asStaff("POST", "order-refund", {
    order_id: order.id,
    lines: [{ order_item_id: one[0]!["id"], quantity: 1 }],
    kind: "returned",
    reason: "one came back",
  });
  deepEqual([body.refund?.amount, body.refund?.state], [1980, "done"], JSON.stringify(body));
  deepEqual((await refundsAt(order)).map(({ amount, currency }) => [amount, currency]), [
    [1980, "jpy"],
  ]);
});

Deno.test("orders: a dispute stops the parcel, a refund that fails at the bank is told", async () => {
  const [disputed, failing] = await Promise.all([bought(), bought()]);
  const local = async (path: string, body: unknown = {}) => {
    const reply = await fetch(`${stack.stripeUrl}/_local/${path}`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    return await reply.json();
  };
  const { payment_intent } = await stripeSdk().checkout.sessions.retrieve(disputed.session, {
    expand: ["payment_intent"],
  });
  const charge = (payment_intent as { latest_charge: string }).latest_charge;
  const dispute = await local("disputes", { charge });
  await delivered();
  const sent = await asStaff("POST", "order-ship", { order_id: disputed.id, carrier: "Post" });
  equal(sent.body.code, "order_state_conflict", JSON.stringify(sent.body));
  const both = await asStaff("GET", `orders?id=${disputed.id}&status=paid`);
  deepEqual(both.body.errors, [{ pointer: "/id", detail: "One order needs no filter" }]);
  const detail = await asStaff("GET", `orders?id=${disputed.id}`);
  deepEqual(
    [detail.body.order.status, detail.body.order.disputes[0].status, detail.body.order.left_amount],
    ["disputed", "needs_response", 0],
  );
  await local(`disputes/${dispute.id}/win`);

  const refund = await asStaff("POST", "order-refund", {
    order_id: failing.id,
    reason: "goodwill of ours",
  });
  equal(refund.body.refund?.state, "done", JSON.stringify(refund.body));
  await delivered();
  await local(`refunds/${refund.body.refund.stripe_refund_id}/fail`);
  await delivered();
  const rows = await sql`
    select id, status, paid_amount::int - refunded_amount::int - disputed_amount::int as kept
    from public.orders where id in (${disputed.id}, ${failing.id})`;
  const byId = Object.fromEntries(rows.map(({ id, ...row }) => [id, row]));
  deepEqual(byId[disputed.id], { status: "paid", kept: 2500 });
  deepEqual(byId[failing.id], { status: "paid", kept: 2500 });
  deepEqual([...await booksOf(disputed), ...await booksOf(failing)], []);

  const again = await asStaff("POST", "orders", {
    order_id: failing.id,
    action: "confirm",
    reason: "asked for it by phone",
  });
  equal(again.status, 200, JSON.stringify(again.body));
  const cancelled = await asStaff("POST", "orders", {
    order_id: disputed.id,
    action: "cancel",
    reason: "out of the shop",
  });
  ok(
    ["cancelled", "refunded"].includes(cancelled.body.order?.status),
    JSON.stringify(cancelled.body),
  );
});
