/**
 * What buyers and staff do with orders, cut off after its effect and repeated under its key: answered as it
 * was, neither refused because it was done nor done to what has come meanwhile.
 */
import { deepEqual, equal } from "node:assert/strict";
import { type FaultyStack, withFaultyStack } from "../support/faulty-stack.ts";
import { mailTo } from "../support/mails.ts";
import { payPage } from "../support/pay-page.ts";
import { onSale } from "../support/products.ts";
import { keyed } from "../support/repeating.ts";
import { checkout, checkoutStatus, guest } from "../support/shopping.ts";
import { call, stripeSdk } from "../support/stack.ts";
import { signUpStaff, type TestUser } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

let proxy: FaultyStack["proxy"];
let on: FaultyStack["on"];
let sql: FaultyStack["sql"];
let staff: TestUser;
withFaultyStack((parts) => ({ proxy, on, sql } = parts));
Deno.test.beforeAll(async () => {
  staff = await signUpStaff({ on });
});

/** What a guest orders: three of something, paid unless told not to. */
async function ordered({ paid = true } = {}) {
  const { variantId } = await onSale(sql, { stock: 10, price: 1000 });
  const { buyer, email } = guest();
  const items = [{ variant_id: variantId, quantity: 3 }];
  const { status, body } = await checkout(buyer, { items, email }, on);
  equal(status, 200, JSON.stringify(body));
  const { order_id: id, order_token: token, session_id } = body;
  if (paid) {
    equal((await payPage(body.checkout_url)).status, 303);
    const { body: now } = await checkoutStatus({}, { session_id, order_token: token }, on);
    equal(now.order?.status, "paid", JSON.stringify(now));
  }
  const [line] = await sql<{ id: string }[]>`
    select id from public.order_items where order_id = ${id}`;
  return { id, token, email, session: session_id as string, line: line!.id };
}

const asStaff = (name: string, body: Record<string, unknown>) =>
  keyed({ sql, on }, name, staff, { reason: "a test of repetitions", ...body });

async function done(name: string, body: Record<string, unknown>, method = "POST"): Promise<void> {
  const answer = await call(method, name, {
    on,
    token: staff.token,
    body: { reason: "a test of repetitions", ...body },
  });
  equal(answer.status, 200, JSON.stringify(answer.body));
}

const statusOf = async (id: string) =>
  (await sql`select status from public.orders where id = ${id}`)[0]?.["status"];

const trackingOf = async (id: string) =>
  (await sql`select tracking_number from public.orders where id = ${id}`)[0]?.["tracking_number"];

const auditsOf = async (id: string, action: string) =>
  (await sql`select from public.audit_log where action = ${action} and target = ${id}`).length;

/** The bank takes the money back until it has decided. */
async function disputed(id: string): Promise<void> {
  await sql`update public.orders set status = 'disputed' where id = ${id}`;
}

for (const by of ["the buyer", "staff"]) {
  Deno.test(`an unpaid order cancelled by ${by}, cut off when its page was closed: cancelled all the same, and told`, async () => {
    const order = await ordered({ paid: false });
    const request = by === "staff"
      ? asStaff("orders", { order_id: order.id, action: "cancel" })
      : keyed({ sql, on }, "order-cancel", {}, { order_token: order.token });
    const broken = proxy.breakCalls(
      { method: "POST", path: new RegExp(`^/v1/checkout/sessions/${order.session}/expire`) },
      { kind: "answer lost" },
    );
    const lost = await request.send();
    deepEqual([lost.status, lost.body.code], [502, "payment_provider_unavailable"]);
    broken.mend();
    await waitFor("the webhook", async () => await statusOf(order.id) === "expired");

    const again = await request.send();
    deepEqual([again.status, again.body.order?.status], [200, "cancelled"]);
    await mailTo(order.email, /cancelled/, on);
    equal(await auditsOf(order.id, "orders.cancel"), by === "staff" ? 1 : 0);
  });
}

Deno.test("an order that expired by itself is not cancelled by who asks afterwards", async () => {
  const order = await ordered({ paid: false });
  await stripeSdk(on).checkout.sessions.expire(order.session);
  await waitFor("the webhook", async () => await statusOf(order.id) === "expired");
  const { body } = await keyed({ sql, on }, "order-cancel", {}, { order_token: order.token })
    .send();
  equal(body.order?.status, "expired", JSON.stringify(body));
});

Deno.test("cancelled by staff, cut off: the repetition is not in the audit log again", async () => {
  const order = await ordered();
  const request = asStaff("orders", { order_id: order.id, action: "cancel" });
  await request.cutOff();
  await waitFor("the refund", async () => await statusOf(order.id) === "refunded");
  equal((await request.send()).status, 200);
  equal(await auditsOf(order.id, "orders.cancel"), 1);
});

for (const decision of ["accept", "reject"]) {
  Deno.test(`a return, cut off, and staff ${decision} it meanwhile: the repetition is answered with it, and asks for no other`, async () => {
    const order = await ordered();
    await done("order-ship", { order_id: order.id });
    // The same request for one of three; for all of them its own refund would be in the way.
    for (const quantity of [1, 2]) {
      const lines = [{ order_item_id: order.line, quantity }];
      const request = keyed({ sql, on }, "order-return", {}, {
        order_token: order.token,
        lines,
        reason: "too small",
      });
      const { return_id } = (await request.cutOff()).body;
      await done("order-return", { return_id, decision }, "PATCH");
      const again = await request.send();
      deepEqual([again.status, again.body.return_id], [200, return_id], JSON.stringify(again.body));
      const asked = await sql`
        select from public.order_returns where order_id = ${order.id} and lines = ${
        sql.json(lines)
      }`;
      equal(asked.length, 1);
    }
  });
}

Deno.test("a return that another request had asked for, cut off and decided meanwhile: the repetition is that one", async () => {
  const order = await ordered();
  await done("order-ship", { order_id: order.id });
  const lines = [{ order_item_id: order.line, quantity: 1 }];
  const body = { order_token: order.token, lines, reason: "too small" };
  const { return_id } = (await keyed({ sql, on }, "order-return", {}, body).send()).body;
  const request = keyed({ sql, on }, "order-return", {}, body);
  equal((await request.cutOff()).body.return_id, return_id);
  await done("order-return", { return_id, decision: "reject" }, "PATCH");
  equal((await request.send()).body.return_id, return_id);
});

Deno.test("accepted, cut off: the repetition is answered; what is looked at again meanwhile it does not accept", async () => {
  const order = await ordered();
  await sql`select private.order_review(${order.id}, 'amount_differs')`;
  const request = asStaff("orders", { order_id: order.id, action: "accept" });
  await request.cutOff();
  const again = await request.cutOff();
  equal(again.body.order?.status, "paid");
  await sql`select private.order_review(${order.id}, 'refund_exceeds_paid')`;
  const late = await request.send();
  deepEqual([late.status, late.body.order?.status], [200, "review"], JSON.stringify(late.body));
  equal(await auditsOf(order.id, "orders.accept"), 1);
  await done("orders", { order_id: order.id, action: "accept" });
  equal(await statusOf(order.id), "paid");
});

Deno.test("cancelled by staff, cut off, and a payment came late: the repetition leaves it to be looked at", async () => {
  const order = await ordered({ paid: false });
  const request = asStaff("orders", { order_id: order.id, action: "cancel" });
  await request.cutOff();
  equal(await statusOf(order.id), "cancelled");
  await sql`select private.order_review(${order.id}, 'amount_differs')`;
  equal(await statusOf(order.id), "review");
  const again = await request.send();
  deepEqual([again.status, again.body.order?.status], [200, "review"], JSON.stringify(again.body));
  equal(await auditsOf(order.id, "orders.cancel"), 1);
  await done("orders", { order_id: order.id, action: "cancel" });
  equal(await statusOf(order.id), "cancelled");
});

Deno.test("sent, cut off, and the tracking corrected meanwhile: the repetition leaves the correction", async () => {
  const order = await ordered();
  const sent = { order_id: order.id, carrier: "Post" };
  const request = asStaff("order-ship", { ...sent, tracking_number: "1" });
  await request.cutOff();
  await done("order-ship", { ...sent, tracking_number: "2" });
  const again = await request.send();
  deepEqual([again.status, again.body.order?.tracking_number], [200, "2"]);
  equal(await trackingOf(order.id), "2");
  equal(await auditsOf(order.id, "orders.shipped"), 2);
});

/** What comes between a step and its repetition, each of which would refuse the step. */
const meanwhile = {
  "packed, and sent": ["fulfilling", (order_id: string) => done("order-ship", { order_id })],
  "sent, and delivered": [
    "shipped",
    (order_id: string) => done("order-ship", { order_id, status: "delivered" }),
  ],
  "sent, and refunded": ["shipped", async (order_id: string) => {
    await done("order-refund", { order_id });
    await waitFor("the refund", async () => await statusOf(order_id) === "refunded");
  }],
  "sent, and disputed": ["shipped", disputed],
} as const;
for (const [name, [status, then]] of Object.entries(meanwhile)) {
  Deno.test(`${name} meanwhile: the repetition of the first is answered with the order as it is`, async () => {
    const order = await ordered();
    const request = asStaff("order-ship", { order_id: order.id, status });
    await request.cutOff();
    await then(order.id);
    const now = await statusOf(order.id);
    const again = await request.send();
    deepEqual([again.status, again.body.order?.status], [200, now], JSON.stringify(again.body));
  });
}

Deno.test("refunded in part, cut off, and disputed meanwhile: the repetition is answered with its refund, once in the audit log", async () => {
  const order = await ordered();
  const request = asStaff("order-refund", { order_id: order.id, amount: 500 });
  const { refund } = (await request.cutOff()).body;
  await disputed(order.id);
  const again = await request.send();
  deepEqual([again.status, again.body.refund?.id], [200, refund.id], JSON.stringify(again.body));
  equal(await auditsOf(order.id, "orders.refund"), 1);
  const other = await asStaff("order-refund", { order_id: order.id, amount: 500 }).send();
  deepEqual([other.status, other.body.code], [409, "order_not_refundable"]);
});

Deno.test("refunded, cut off, and the key used for another amount: refused, and not answered with the first refund", async () => {
  const order = await ordered();
  const request = asStaff("order-refund", { order_id: order.id, amount: 500 });
  await request.cutOff();
  const other = await request.send({ amount: 600 });
  deepEqual([other.status, other.body.code], [422, "idempotency_key_reused"]);
});
