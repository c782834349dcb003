/** Buying while Stripe is not well, and while no webhook comes: nothing lost, nothing twice. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { apply, paidSession, place, stockOf } from "../support/checkout.ts";
import { type FaultyStack, withFaultyStack } from "../support/faulty-stack.ts";
import { mailsTo } from "../support/mails.ts";
import { onSale } from "../support/products.ts";
import { payPage } from "../support/pay-page.ts";
import { checkout, checkoutStatus, guest } from "../support/shopping.ts";
import { call, stripeSdk } from "../support/stack.ts";
import { advance, delivered, faults, redeliver } from "../support/stripe-local.ts";
import { signUpStaff } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

let proxy: FaultyStack["proxy"];
let on: FaultyStack["on"];
let sql: FaultyStack["sql"];
withFaultyStack((parts) => ({ proxy, on, sql } = parts));
Deno.test.afterEach(async () => {
  await faults(on, {});
});

const creation = { method: "POST", path: /^\/v1\/checkout\/sessions$/ };
const minute = 60;

/** What a guest buys: two of something of which there are five. */
async function cart() {
  const { variantId, productId } = await onSale(sql, { stock: 5 });
  const { buyer, email } = guest();
  const body = { email, items: [{ variant_id: variantId, quantity: 2 }] };
  const buy = (more: Record<string, unknown> = {}) => checkout(buyer, { ...body, ...more }, on);
  return { variantId, productId, email, buy };
}

const ordersOf = async (email: string) =>
  await sql<{ id: string; status: string; session: string | null }[]>`
    select id, status, stripe_session_id as session from public.orders
    where customer_email = ${email} order by created_at`;

async function sessionsFor(orderId: string) {
  const { data } = await stripeSdk(on).checkout.sessions.list({ limit: 100 });
  return data.filter((session) => session.client_reference_id === orderId);
}

function settled(email: string, status: string) {
  return waitFor(
    `the order to be ${status}`,
    async () => (await ordersOf(email))[0]?.status === status,
    40,
  );
}

/** The sweep, now and not at the next minute. */
async function sweep() {
  await sql`select private.enqueue('orders_sweep', '{}')`;
  await call("POST", "jobs-run", { on, key: on.secretKey, body: {} });
}

const held = { on_hand: 5, reserved: 2, sold: 0 };
const free = { on_hand: 5, reserved: 0, sold: 0 };
const sold = { on_hand: 3, reserved: 0, sold: 2 };

for (
  const fault of [{ kind: "answer lost" }, { kind: "unreachable" }, {
    kind: "error",
    status: 500,
  }] as const
) {
  Deno.test(`Stripe's answer to the creation is ${fault.kind}: the hold stays, and asking again goes on with the same session`, async () => {
    const { variantId, email, buy } = await cart();
    const broken = proxy.breakCalls(creation, fault);
    const unknown = await buy();
    deepEqual([unknown.status, unknown.body.code], [502, "payment_provider_unavailable"]);
    match(unknown.headers.get("retry-after") ?? "", /^\d+$/);
    deepEqual(await stockOf(sql, variantId), held);
    broken.mend();
    const { status, body } = await buy();
    equal(status, 200, JSON.stringify(body));
    deepEqual((await ordersOf(email)).map(({ id }) => id), [body.order_id]);
    equal((await sessionsFor(body.order_id)).length, 1);
    equal((await payPage(body.checkout_url)).status, 303);
    await settled(email, "paid");
    deepEqual(await stockOf(sql, variantId), sold);
  });
}

Deno.test("Stripe's answer is lost, and the tax code changes before the buyer asks again: the same call, one session", async () => {
  const { variantId, productId, email, buy } = await cart();
  await sql`update public.products set tax_code = 'txcd_99999999' where id = ${productId}`;
  const broken = proxy.breakCalls(creation, { kind: "answer lost" });
  equal((await buy()).status, 502);
  broken.mend();
  await sql`update public.products set tax_code = 'txcd_20030000' where id = ${productId}`;
  const { status, body } = await buy();
  equal(status, 200, JSON.stringify(body));
  deepEqual((await ordersOf(email)).map(({ id }) => id), [body.order_id]);
  equal((await sessionsFor(body.order_id)).length, 1);
  deepEqual(await stockOf(sql, variantId), held);
});

/** What an order was charged, and which mails its buyer was sent. */
async function told(orderId: string, email: string) {
  await delivered(on);
  const charges = await sql`
    select from private.money_movements where order_id = ${orderId} and kind = 'charge'`;
  const mails = await mailsTo(email, on);
  return { charges: charges.length, subjects: mails.map(({ subject }) => subject) };
}
Deno.test("no webhook comes: the return page settles, ten times at once, with one charge and one mail (medusa#13301)", async () => {
  await faults(on, { deliveries: { drop: 100_000 } });
  const { variantId, email, buy } = await cart();
  const { checkout_url, session_id, order_id, order_number, order_token } = (await buy()).body;
  await payPage(checkout_url);
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => checkoutStatus({}, { session_id, order_token }, on)),
  );
  for (const { status, body } of answers) deepEqual([status, body.order?.status], [200, "paid"]);
  deepEqual(await stockOf(sql, variantId), sold);
  deepEqual(await told(order_id, email), {
    charges: 1,
    subjects: [`Your order ${order_number} is confirmed`],
  });
});

Deno.test("webhook and return page at the same time: one charge and one mail (medusa#13301)", async () => {
  await faults(on, { deliveries: { drop: 100_000 } });
  const { variantId, email, buy } = await cart();
  const { checkout_url, session_id, order_id, order_number, order_token } = (await buy()).body;
  await payPage(checkout_url);
  await faults(on, {});
  await Promise.all([
    redeliver(on),
    ...Array.from({ length: 5 }, () => checkoutStatus({}, { session_id, order_token }, on)),
    call("POST", "jobs-run", { on, key: on.secretKey, body: {} }),
  ]);
  const [event] = await waitFor("the webhook to be taken in", async () => {
    const rows = await sql`
      select from private.webhook_events where strpos(payload::text, ${session_id}) > 0`;
    return rows.length > 0 ? rows : undefined;
  });
  ok(event);
  deepEqual(await stockOf(sql, variantId), sold);
  deepEqual(await told(order_id, email), {
    charges: 1,
    subjects: [`Your order ${order_number} is confirmed`],
  });
});

Deno.test("paid after its hold was freed and sold to others: Stripe gives the money back by itself, with one mail", async () => {
  const { variantId, email, buy } = await cart();
  const { checkout_url, session_id, order_id, order_number } = (await buy()).body;
  await sql`select private.order_release(${order_id}, 'expired', 'session_expired')`;
  const other = await place(sql, { items: [{ variant_id: variantId, quantity: 4 }] });
  await apply(sql, paidSession(other.order));
  equal((await payPage(checkout_url)).status, 303);
  await waitFor("the refund to be done", async () => {
    const [row] = await sql`
      select from public.order_refunds where order_id = ${order_id} and state = 'done'`;
    return row !== undefined;
  });
  const stripe = stripeSdk(on);
  const session = await stripe.checkout.sessions.retrieve(session_id);
  const refunds = await stripe.refunds.list({ payment_intent: session.payment_intent as string });
  deepEqual(refunds.data.map(({ amount, status }) => [amount, status]), [[2000, "succeeded"]]);
  deepEqual(await told(order_id, email), {
    charges: 1,
    subjects: [`Your order ${order_number} could not be completed: you are refunded`],
  });
  deepEqual(await stockOf(sql, variantId), { on_hand: 1, reserved: 0, sold: 4 });
});

Deno.test("the page comes too late for its order, because Stripe was slow: there is another order, with another page", async () => {
  const { variantId, email, buy } = await cart();
  const body = {
    error: {
      type: "invalid_request_error",
      param: "expires_at",
      message:
        "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
    },
  };
  proxy.breakCalls(creation, { kind: "error", status: 400, body }, 1);
  const good = await buy();
  equal(good.status, 200, JSON.stringify(good.body));
  const [late, placed] = await ordersOf(email);
  deepEqual([late!.status, placed!.status, placed!.id], [
    "cancelled",
    "pending",
    good.body.order_id,
  ]);
  deepEqual(await stockOf(sql, variantId), held);
});

Deno.test("Stripe refuses: the hold is released at once, and the buyer hears why", async () => {
  const { variantId, email, buy } = await cart();
  proxy.breakCalls(creation, {
    kind: "error",
    status: 400,
    body: {
      error: { type: "invalid_request_error", code: "amount_too_small", message: "Too small" },
    },
  });
  const refused = await buy();
  deepEqual([refused.status, refused.body.code], [422, "order_too_small"]);
  deepEqual((await ordersOf(email)).map(({ status }) => status), ["cancelled"]);
  deepEqual(await stockOf(sql, variantId), free);
});

Deno.test("Stripe does not answer while an order is cancelled or refunded: unpaid it stays as it is, paid it is decided, and the money goes back once", async () => {
  const [open, cancelled, refunded] = await Promise.all([cart(), cart(), cart()]);
  const staff = await signUpStaff({ on });
  const cancel = ({ order_token }: { order_token: string }) =>
    call("POST", "order-cancel", { on, body: { order_token } });
  const [left, first, second] = await Promise.all(
    [open, cancelled, refunded].map(async ({ buy }) => (await buy()).body),
  );
  for (const [{ email }, { checkout_url }] of [[cancelled, first], [refunded, second]] as const) {
    equal((await payPage(checkout_url)).status, 303);
    await settled(email, "paid");
  }

  const broken = [
    proxy.breakCalls({ method: "POST", path: /\/v1\/refunds$/ }, { kind: "answer lost" }),
    proxy.breakCalls({ path: /^\/v1\/checkout\/sessions\// }, { kind: "unreachable" }),
  ];
  const refused = await cancel(left);
  deepEqual([refused.status, refused.body.code], [502, "payment_provider_unavailable"]);
  deepEqual(await stockOf(sql, open.variantId), held);
  const decided = await cancel(first);
  deepEqual([decided.status, decided.body.order?.status], [200, "cancelled"]);
  equal(
    (await stockOf(sql, cancelled.variantId)).on_hand,
    5,
    "what was cancelled is on sale again",
  );
  const asked = await call("POST", "order-refund", {
    on,
    token: staff.token,
    body: { order_id: second.order_id, reason: "a test of refunds" },
  });
  deepEqual([asked.status, asked.body.refund?.state], [200, "open"], JSON.stringify(asked.body));
  broken.forEach((one) => one.mend());

  await sql`update private.jobs set run_at = now() where kind = 'order_refund' and state = 'pending'`;
  await call("POST", "jobs-run", { on, key: on.secretKey, body: {} });
  await settled(refunded.email, "refunded");
  await settled(cancelled.email, "refunded");
  for (const { session_id } of [first, second]) {
    const { payment_intent } = await stripeSdk(on).checkout.sessions.retrieve(session_id);
    const { data } = await stripeSdk(on).refunds.list({ payment_intent: String(payment_intent) });
    equal(data.length, 1);
  }
  equal((await cancel(left)).body.order?.status, "cancelled");
  deepEqual(await stockOf(sql, open.variantId), free);
});

Deno.test("no webhook ever comes: the sweep finds what was paid, and what was not", async () => {
  await faults(on, { deliveries: { drop: 100_000 } });
  const [paid, left, lost] = [await cart(), await cart(), await cart()];
  await payPage((await paid.buy()).body.checkout_url);
  const page = (await left.buy()).body.checkout_url;
  // Its session is made, but nobody heard of it, and the buyer does not ask again.
  const broken = proxy.breakCalls(creation, { kind: "answer lost" });
  equal((await lost.buy()).status, 502);
  broken.mend();

  await advance(on, 6 * minute);
  await sweep();
  await settled(paid.email, "paid");
  deepEqual(await stockOf(sql, paid.variantId), sold);
  await waitFor(
    "the lost session to be found",
    async () => (await ordersOf(lost.email))[0]!.session !== null,
    40,
  );
  deepEqual(await stockOf(sql, left.variantId), held, "before its end a hold stays");

  await advance(on, 36 * minute);
  await sweep();
  await settled(left.email, "expired");
  await settled(lost.email, "expired");
  equal((await payPage(page)).status, 410);
  for (const { variantId } of [left, lost]) deepEqual(await stockOf(sql, variantId), free);
});

Deno.test("a hold is not released by the clock: while Stripe cannot be asked, it stays", async () => {
  await faults(on, { deliveries: { drop: 100_000 } });
  const { variantId, email, buy } = await cart();
  const { checkout_url } = (await buy()).body;
  await payPage(checkout_url);
  const broken = proxy.breakCalls({}, { kind: "error", status: 500 });
  await advance(on, 42 * minute);
  await sweep();
  await waitFor("the sweep to ask in vain", () => Promise.resolve(broken.met > 2));
  deepEqual(await stockOf(sql, variantId), held);
  broken.mend();
  await advance(on, 61 * minute);
  await sweep();
  await settled(email, "paid");
  deepEqual(await stockOf(sql, variantId), sold);
});

Deno.test("a bank debit: the stock is held past the end of the checkout, until the bank has answered (medusa#16398)", async () => {
  const [good, bad] = [await cart(), await cart()];
  const started = await good.buy();
  await payPage(started.body.checkout_url, {
    iban: "AT321904300235473204",
    card_number: "",
    name: "Ada",
  });
  await payPage((await bad.buy()).body.checkout_url, {
    iban: "AT051904300235473205",
    card_number: "",
    name: "Ada",
  });
  const { session_id, order_token } = started.body;
  const asked = await checkoutStatus({}, { session_id, order_token }, on);
  deepEqual([asked.body.status, asked.body.payment_status, asked.body.order.status], [
    "complete",
    "unpaid",
    "pending",
  ]);
  equal((await good.buy()).body.code, "order_pending");
  const other = await good.buy({ items: [{ variant_id: bad.variantId, quantity: 1 }] });
  equal(other.status, 200, JSON.stringify(other.body));
  await advance(on, 4 * minute);
  await delivered(on);
  await settled(good.email, "paid");
  await settled(bad.email, "cancelled");
  deepEqual(await stockOf(sql, good.variantId), sold);
  deepEqual(await stockOf(sql, bad.variantId), { ...free, reserved: 1 });
});
