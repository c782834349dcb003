/**
 * A checkout whose reply is lost after its order was placed, asked for again under its key: it is that order,
 * paid or not, whatever the buyer has done since.
 */
import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { stockOf } from "../support/checkout.ts";
import { type FaultyStack, withFaultyStack } from "../support/faulty-stack.ts";
import { payPage } from "../support/pay-page.ts";
import { onSale } from "../support/products.ts";
import { keyed } from "../support/repeating.ts";
import { type Buyer, checkout, checkoutStatus, guest } from "../support/shopping.ts";
import { call, stripeSdk } from "../support/stack.ts";
import { signUp } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

let proxy: FaultyStack["proxy"];
let on: FaultyStack["on"];
let sql: FaultyStack["sql"];
withFaultyStack((parts) => ({ proxy, on, sql } = parts));

const pages = () => ({
  success_url: `${on.siteUrl}/order/return?session_id={CHECKOUT_SESSION_ID}`,
  cancel_url: `${on.siteUrl}/cart`,
});

/** A request for a checkout under its key. */
const buying = (buyer: Buyer, body: Record<string, unknown>) =>
  keyed({ sql, on }, "checkout-create", buyer, { ...pages(), ...body });

const ordersOf = async (email: string) =>
  await sql<{ id: string; status: string }[]>`
    select id, status from public.orders where customer_email = ${email} order by created_at, id`;

const becomes = (id: string, status: string) =>
  waitFor(`the order to be ${status}`, async () => {
    const [row] = await sql`select status from public.orders where id = ${id}`;
    return row?.["status"] === status;
  });

/** A code by which one order costs nothing. */
async function freeCode(): Promise<string> {
  const code = `FREE${crypto.randomUUID().slice(0, 8).toUpperCase()}`;
  await sql`
    insert into public.discounts (code, kind, basis_points, max_redemptions)
    values (${code}, 'percent', 10000, 1)`;
  return code;
}

/** A guest's cart with two of a thing. */
async function filledCart() {
  const { variantId } = await onSale(sql, { stock: 9 });
  const added = await call("POST", "cart", {
    on,
    body: { variant_id: variantId, quantity: 2 },
  });
  equal(added.status, 200, JSON.stringify(added.body));
  return { variantId, buyer: { headers: { "x-cart-id": added.body.cart.cart_id as string } } };
}

const emptied = (buyer: Buyer) =>
  waitFor("the bought lines to leave the cart", async () => {
    const { body } = await call("GET", "cart", { on, ...buyer });
    return body.cart.lines.length === 0;
  });

Deno.test("an order of nothing, cut off: the repetition is answered with it, its code used once and its stock sold once", async () => {
  const [{ variantId }, code] = await Promise.all([onSale(sql, { stock: 9 }), freeCode()]);
  const { buyer, email } = guest();
  const items = [{ variant_id: variantId, quantity: 2 }];
  const request = buying(buyer, { email, discount_code: code, items });
  const first = await request.cutOff();
  const again = await request.send();
  deepEqual([again.status, again.body], [200, first.body]);
  equal((await ordersOf(email)).length, 1);
  deepEqual(await stockOf(sql, variantId), { on_hand: 7, reserved: 0, sold: 2 });
});

Deno.test("an order of nothing from a cart, cut off, and the cart empty by now: the repetition is answered with it", async () => {
  const [{ variantId, buyer }, code] = await Promise.all([filledCart(), freeCode()]);
  const { email } = guest();
  const request = buying(buyer, { email, discount_code: code });
  const first = await request.cutOff();
  await emptied(buyer);
  const again = await request.send();
  deepEqual([again.status, again.body], [200, first.body]);
  deepEqual(await stockOf(sql, variantId), { on_hand: 7, reserved: 0, sold: 2 });
});

Deno.test("an order of nothing, cut off and cancelled meanwhile: the repetition buys it no second time", async () => {
  const { variantId } = await onSale(sql, { stock: 9 });
  const code = await freeCode();
  await sql`update public.discounts set max_redemptions = null where code = ${code}`;
  const { buyer, email } = guest();
  const items = [{ variant_id: variantId, quantity: 2 }];
  const request = buying(buyer, { email, discount_code: code, items });
  const { order_id, order_token } = (await request.cutOff()).body;
  const cancelled = await call("POST", "order-cancel", { on, body: { order_token } });
  equal(cancelled.body.order?.status, "cancelled", JSON.stringify(cancelled.body));
  const again = await request.send();
  deepEqual([again.status, again.body.order_id], [200, order_id]);
  deepEqual((await ordersOf(email)).map(({ status }) => status), ["cancelled"]);
});

for (const from of ["items", "a cart"]) {
  Deno.test(`an order of ${from}, cut off, and paid in a second tab: the repetition leads to the page after that`, async () => {
    const { variantId, buyer } = await filledCart();
    const { email } = guest();
    const body = {
      email,
      ...(from === "items" && { items: [{ variant_id: variantId, quantity: 2 }] }),
    };
    const request = buying(buyer, body);
    const first = await request.cutOff();
    const tab = await checkout(buyer, body, on);
    equal(tab.body.checkout_url, first.body.checkout_url);
    equal((await payPage(tab.body.checkout_url)).status, 303);
    await becomes(tab.body.order_id, "paid");
    if (from === "a cart") await emptied(buyer);
    const again = await request.send();
    equal(again.status, 200, JSON.stringify(again.body));
    const { checkout_url, order_id, session_id } = again.body;
    deepEqual([order_id, session_id], [first.body.order_id, first.body.session_id]);
    equal(checkout_url, `${on.siteUrl}/order/return?session_id=${session_id}`);
    equal((await ordersOf(email)).length, 1);
  });
}

Deno.test("the order of another tab, cut off, and paid there: the repetition leads to the page after that", async () => {
  const { variantId } = await onSale(sql);
  const { buyer, email } = guest();
  const body = { email, items: [{ variant_id: variantId, quantity: 1 }] };
  const tab = await checkout(buyer, body, on);
  const request = buying(buyer, body);
  equal((await request.cutOff()).body.order_id, tab.body.order_id);
  equal((await payPage(tab.body.checkout_url)).status, 303);
  await becomes(tab.body.order_id, "paid");
  const again = await request.send();
  deepEqual([again.status, again.body.order_id], [200, tab.body.order_id]);
  equal((await ordersOf(email)).length, 1);
});

Deno.test("cut off, and paid before any webhook came: the repetition settles it", async () => {
  const { variantId } = await onSale(sql);
  const { buyer, email } = guest();
  const request = buying(buyer, { email, items: [{ variant_id: variantId, quantity: 1 }] });
  const first = await request.cutOff();
  equal((await payPage(first.body.checkout_url)).status, 303);
  const again = await request.send();
  equal(again.status, 200, JSON.stringify(again.body));
  match(again.body.checkout_url, /\/order\/return\?session_id=cs_/);
  deepEqual((await ordersOf(email)).map(({ status }) => status), ["paid"]);
});

for (const who of ["a guest", "a user"]) {
  Deno.test(`cut off, and ${who} has ordered something else since: the repetition leaves its page open`, async () => {
    const [one, other] = await Promise.all([onSale(sql), onSale(sql)]);
    const { email } = guest();
    const user = who === "a user" ? await signUp({ on }) : undefined;
    const buyer = user ?? {};
    const mail = user === undefined ? { email } : {};
    const request = buying(buyer, { ...mail, items: [{ variant_id: one.variantId, quantity: 1 }] });
    const first = await request.cutOff();
    const items = [{ variant_id: other.variantId, quantity: 1 }];
    const later = await checkout(buyer, { ...mail, items }, on);
    equal(later.status, 200, JSON.stringify(later.body));
    equal((await payPage(first.body.checkout_url)).status, 410);
    const again = await request.send();
    deepEqual([again.status, again.body.code, again.body.order_id], [
      409,
      "order_pending",
      later.body.order_id,
    ]);
    equal((await payPage(later.body.checkout_url)).status, 303);
  });
}

Deno.test("cut off while the earlier order was being ended: the repetition ends it, and goes on", async () => {
  const [one, other] = await Promise.all([onSale(sql), onSale(sql)]);
  const { buyer, email } = guest();
  const earlier = await checkout(buyer, {
    email,
    items: [{ variant_id: one.variantId, quantity: 1 }],
  }, on);
  const request = buying(buyer, { email, items: [{ variant_id: other.variantId, quantity: 1 }] });
  const broken = proxy.breakCalls(
    { path: new RegExp(`^/v1/checkout/sessions/${earlier.body.session_id}`) },
    { kind: "unreachable" },
  );
  equal((await request.send()).body.code, "payment_provider_unavailable");
  broken.mend();
  const again = await request.send();
  equal(again.status, 200, JSON.stringify(again.body));
  equal((await payPage(earlier.body.checkout_url)).status, 410);
  equal((await payPage(again.body.checkout_url)).status, 303);
});

Deno.test("cut off, and its page ended unpaid meanwhile: the repetition places it anew, once", async () => {
  const { variantId } = await onSale(sql, { stock: 9 });
  const { buyer, email } = guest();
  const request = buying(buyer, { email, items: [{ variant_id: variantId, quantity: 2 }] });
  const first = await request.cutOff();
  await stripeSdk(on).checkout.sessions.expire(first.body.session_id);
  await becomes(first.body.order_id, "expired");
  const again = await request.cutOff();
  notEqual(again.body.order_id, first.body.order_id);
  deepEqual((await request.send()).body, again.body);
  equal((await payPage(again.body.checkout_url)).status, 303);
  const { session_id, order_token } = again.body;
  equal((await checkoutStatus({}, { session_id, order_token }, on)).body.order.status, "paid");
  deepEqual(await stockOf(sql, variantId), { on_hand: 7, reserved: 0, sold: 2 });
});
