/** Buying in the shop, over HTTP, on Stripe's page as its form does it. */
import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { apply, paidSession, place, stockOf } from "../support/checkout.ts";
import { connect } from "../support/connect.ts";
import type { Sql } from "../support/database.ts";
import { onSale, priceList } from "../support/products.ts";
import { payPage } from "../support/pay-page.ts";
import { checkout, checkoutStatus, guest } from "../support/shopping.ts";
import { delivered } from "../support/stripe-local.ts";
import { call, stack, stripeSdk } from "../support/stack.ts";
import { signUp } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

let sql: Sql;
Deno.test.beforeAll(() => void (sql = connect()));
Deno.test.afterAll(() => sql?.end());

const orderStatus = async (id: string) =>
  (await sql`select status from public.orders where id = ${id}`)[0]?.["status"];

Deno.test("checkout-create: a guest pays, and the return page knows before the webhook does (medusa#13301)", async () => {
  const { variantId } = await onSale(sql, { stock: 5, price: 1250 });
  const { buyer, email } = guest();
  const items = [{ variant_id: variantId, quantity: 2 }];
  const { status: code, body } = await checkout(buyer, { items, email });
  equal(code, 200, JSON.stringify(body));
  const { session_id, order_token } = body;
  match(body.order_number, /^[0-9A-HJKMNP-TV-Z]{10}$/);
  deepEqual(await stockOf(sql, variantId), { on_hand: 5, reserved: 2, sold: 0 });
  equal((await checkoutStatus(buyer, { session_id })).body.code, "checkout_not_found");
  equal((await checkoutStatus(buyer, { session_id, order_token })).body.order.status, "pending");

  const again = await checkout(buyer, { items, email });
  equal(again.body.order_id, body.order_id);
  equal(again.body.checkout_url, body.checkout_url);

  equal((await payPage(body.checkout_url)).status, 303);
  const answer = await checkoutStatus({}, { session_id, order_token });
  equal(answer.body.payment_status, "paid", JSON.stringify(answer.body));
  deepEqual(answer.body.order, {
    id: body.order_id,
    number: body.order_number,
    status: "paid",
    currency: "EUR",
    total_amount: 2500,
    items: [{
      name_en: "Shirt",
      name_fr: "Chemise",
      options: { size: "M" },
      quantity: 2,
      total_amount: 2500,
    }],
  });
  deepEqual(await stockOf(sql, variantId), { on_hand: 3, reserved: 0, sold: 2 });
});

Deno.test("checkout-create: a user who closes the tab after paying has his order, settled by the webhook", async () => {
  const [user, { variantId }] = await Promise.all([signUp(), onSale(sql, { stock: 5 })]);
  const { body } = await checkout(user, { items: [{ variant_id: variantId, quantity: 1 }] });
  equal(body.order_token, null);
  await payPage(body.checkout_url);
  await waitFor("the order to be paid", async () => await orderStatus(body.order_id) === "paid");
  const { data } = await user.client.from("orders").select("status, number").eq(
    "id",
    body.order_id,
  );
  deepEqual(data, [{ status: "paid", number: body.order_number }]);
  const session = await stripeSdk().checkout.sessions.retrieve(body.session_id);
  equal(session.customer_details?.email, user.email);
});

Deno.test("checkout-create: another cart ends the first tab's page, which cannot be paid any more (vendure#2620)", async () => {
  const first = await onSale(sql, { stock: 5 });
  const second = await onSale(sql, { stock: 5 });
  const { buyer, email } = guest();
  const one = await checkout(buyer, {
    email,
    items: [{ variant_id: first.variantId, quantity: 2 }],
  });
  const other = await checkout(buyer, {
    email,
    items: [{ variant_id: second.variantId, quantity: 1 }],
  });
  equal(other.status, 200, JSON.stringify(other.body));
  notEqual(other.body.order_id, one.body.order_id);
  equal(await orderStatus(one.body.order_id), "expired");
  deepEqual(await stockOf(sql, first.variantId), { on_hand: 5, reserved: 0, sold: 0 });
  equal((await payPage(one.body.checkout_url)).status, 410);
  equal((await payPage(other.body.checkout_url)).status, 303);
  await delivered();
  equal(await orderStatus(other.body.order_id), "paid");
});

Deno.test("checkout-create: 20 clicks at once are one order and one page; paid twice at once, it is charged once (spree#9265, saleor#19220)", async () => {
  const { variantId } = await onSale(sql, { stock: 5 });
  const { buyer, email } = guest();
  const items = [{ variant_id: variantId, quantity: 1 }];
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => checkout(buyer, { items, email })),
  );
  const good = answers.filter(({ status }) => status === 200);
  ok(answers.every(({ status, body }) => status === 200 || body.code === "order_pending"));
  equal(new Set(good.map(({ body }) => body.session_id)).size, 1);
  equal(new Set(good.map(({ body }) => body.order_id)).size, 1);
  const { order_id, checkout_url } = good[0]!.body;
  const paid = await Promise.all([payPage(checkout_url), payPage(checkout_url)]);
  deepEqual(paid.map(({ status }) => status).toSorted(), [303, 409]);
  await waitFor("the order to be paid", async () => await orderStatus(order_id) === "paid");
  const charges = await sql`select from private.money_movements where order_id = ${order_id}`;
  equal(charges.length, 1);
  deepEqual(await stockOf(sql, variantId), { on_hand: 4, reserved: 0, sold: 1 });
});

Deno.test("checkout-create: what Stripe's page lists adds up to the order, with discount and shipping", async () => {
  const list = await priceList(sql, "KWD");
  const [shirt, mug] = await Promise.all([
    onSale(sql, { list, price: 9_990, weight: 200 }),
    onSale(sql, { list, price: 1_250 }),
  ]);
  const code = `KWD${crypto.randomUUID().slice(0, 8).toUpperCase()}`;
  await sql`insert into public.discounts (code, kind, basis_points) values (${code}, 'percent', 1500)`;
  const [rate] = await sql<{ id: string }[]>`
    insert into public.shipping_rates (name_en, name_fr, price_list_id, amount)
    values ('Standard', 'Standard', ${list}, 2500) returning id`;
  const { buyer, email } = guest();
  const { status, body } = await checkout(buyer, {
    email,
    price_list: list,
    discount_code: code.toLowerCase(),
    shipping_rate_id: rate!.id,
    shipping_address: { name: "Ada", line1: "1 Street", city: "Kuwait", country: "KW" },
    items: [{ variant_id: shirt.variantId, quantity: 3 }, {
      variant_id: mug.variantId,
      quantity: 2,
    }],
  });
  equal(status, 200, JSON.stringify(body));
  const session = await stripeSdk().checkout.sessions.retrieve(body.session_id, {
    expand: ["line_items"],
  });
  const [order] = await sql`
    select total_amount::int, discount_amount::int, extract(epoch from expires_at)::int as until
    from public.orders where id = ${body.order_id}`;
  // 15 % of 32.470 is 4.8705: 4.870, the nearest that can be charged.
  deepEqual([order!["discount_amount"], order!["total_amount"]], [4_870, 30_100]);
  equal(session.amount_total, 30_100);
  equal(session.expires_at, order!["until"]);
  equal(session.client_reference_id, body.order_id);
  const quantities = session.line_items!.data.map((
    { quantity, price },
  ) => [quantity, price!.unit_amount]);
  equal(quantities.reduce((sum, [units, amount]) => sum + units! * amount!, 0), 30_100);
  equal((await payPage(body.checkout_url)).status, 303);
  await waitFor("the order to be paid", async () => await orderStatus(body.order_id) === "paid");
});

Deno.test("checkout-create: an order of nothing is paid without Stripe, and the return page can ask for it", async () => {
  const { variantId } = await onSale(sql, { stock: 2 });
  const code = `FREE${crypto.randomUUID().slice(0, 8).toUpperCase()}`;
  await sql`insert into public.discounts (code, kind, basis_points) values (${code}, 'percent', 10000)`;
  const { buyer, email } = guest();
  const { body } = await checkout(buyer, {
    email,
    discount_code: code,
    items: [{ variant_id: variantId, quantity: 1 }],
  });
  deepEqual([body.session_id, body.checkout_url], [
    null,
    `${stack.siteUrl}/order/return?session_id=${body.order_id}`,
  ]);
  const answer = await checkoutStatus({}, {
    session_id: body.order_id,
    order_token: body.order_token,
  });
  deepEqual([answer.body.payment_status, answer.body.order.status], [
    "no_payment_required",
    "paid",
  ]);
});

Deno.test("checkout-create: refusals say what is wrong, and hold nothing", async () => {
  const { variantId } = await onSale(sql, { stock: 1, price: 10 });
  const { buyer, email } = guest();
  const items = [{ variant_id: variantId, quantity: 1 }];
  equal((await checkout(buyer, { items })).body.code, "invalid_body");
  equal(
    (await checkout(buyer, { items, email, success_url: "https://evil.example/" })).body.code,
    "redirect_not_allowed",
  );
  const short = await checkout(buyer, { email, items: [{ variant_id: variantId, quantity: 2 }] });
  deepEqual([short.status, short.body.code, short.body.variants], [409, "out_of_stock", [
    { variant_id: variantId, availability: "few_left", few_left: 1 },
  ]]);
  const unknown = crypto.randomUUID();
  const missing = await checkout(buyer, { email, items: [{ variant_id: unknown, quantity: 1 }] });
  deepEqual([missing.body.code, missing.body.variants], ["item_unavailable", [
    { variant_id: unknown },
  ]]);
  deepEqual(await stockOf(sql, variantId), { on_hand: 1, reserved: 0, sold: 0 });
});

Deno.test("checkout-status: another's order does not exist, with another's token either", async () => {
  const [user, other, { variantId }] = await Promise.all([signUp(), signUp(), onSale(sql)]);
  const items = [{ variant_id: variantId, quantity: 1 }];
  const mine = (await checkout(user, { items })).body;
  const { buyer, email } = guest();
  const theirs = (await checkout(buyer, { items, email })).body;
  const asks: [Parameters<typeof checkoutStatus>[0], Parameters<typeof checkoutStatus>[1]][] = [
    [other, { session_id: mine.session_id }],
    [other, { session_id: theirs.session_id }],
    [{}, { session_id: mine.session_id, order_token: theirs.order_token }],
    [{}, { session_id: theirs.session_id, order_token: `${theirs.order_token}x` }],
    [{}, { session_id: mine.order_id }],
  ];
  for (const [asker, body] of asks) {
    equal((await checkoutStatus(asker, body)).body.code, "checkout_not_found");
  }
  equal((await checkoutStatus(user, { session_id: mine.session_id })).body.order.status, "pending");
});

Deno.test("checkout-create: a guest's cart is what is bought, and loses just that once it is paid", async () => {
  const [shirt, mug] = await Promise.all([onSale(sql), onSale(sql)]);
  const add = (variant_id: string, quantity: number, id?: string) =>
    call("POST", "cart", {
      body: { variant_id, quantity },
      ...(id && { headers: { "x-cart-id": id } }),
    });
  const id = (await add(shirt.variantId, 2)).body.cart.cart_id;
  const headers = { "x-cart-id": id };
  const { email } = guest();
  const { status, body } = await checkout({ headers }, { email });
  equal(status, 200, JSON.stringify(body));
  deepEqual(await stockOf(sql, shirt.variantId), { on_hand: 100, reserved: 2, sold: 0 });
  equal((await checkout({ headers }, { email })).body.order_id, body.order_id);
  await add(mug.variantId, 1, id);
  await payPage(body.checkout_url);
  await waitFor("the bought lines to leave the cart", async () => {
    const { lines } = (await call("GET", "cart", { headers })).body.cart;
    return lines.length === 1 && lines[0].variant_id === mug.variantId;
  });
  const empty = await checkout({}, { email });
  deepEqual([empty.status, empty.body.code], [409, "cart_empty"]);
  const forged = await checkout({ headers: { "x-cart-id": `${id}x` } }, { email });
  equal(forged.body.code, "invalid_header");
});

Deno.test("checkout-create: a cart whose items were sold to others meanwhile is told so, and nothing is held (vendure#1738)", async () => {
  const { variantId } = await onSale(sql, { stock: 3 });
  const added = await call("POST", "cart", { body: { variant_id: variantId, quantity: 2 } });
  const headers = { "x-cart-id": added.body.cart.cart_id };
  const other = await place(sql, { items: [{ variant_id: variantId, quantity: 2 }] });
  await apply(sql, paidSession(other.order));
  const { email } = guest();
  const { status, body } = await checkout({ headers }, { email });
  deepEqual([status, body.code, body.variants], [409, "out_of_stock", [
    { variant_id: variantId, availability: "few_left", few_left: 1 },
  ]]);
  deepEqual(await stockOf(sql, variantId), { on_hand: 1, reserved: 0, sold: 2 });
  equal((await sql`select from public.orders where customer_email = ${email}`).length, 0);
});

Deno.test("checkout-create: by a cart id that we never gave nobody chooses whose Idempotency-Keys he shares: his address says so", async () => {
  const { variantId } = await onSale(sql);
  const { email } = guest();
  const items = [{ variant_id: variantId, quantity: 1 }];
  const headers = { "idempotency-key": crypto.randomUUID() };
  const first = await checkout({ headers }, { items, email });
  equal(first.status, 200, JSON.stringify(first.body));
  const forged = await checkout({ headers: { ...headers, "x-cart-id": "made.up" } }, {
    items,
    email,
  });
  // Counted by address, as without it: the same request again, whose reply is kept.
  deepEqual([forged.status, forged.body], [200, first.body]);
});

Deno.test("checkout-create: who signs in after a guest's checkout cannot pay both", async () => {
  const [user, { variantId }] = await Promise.all([signUp(), onSale(sql, { stock: 5 })]);
  const items = [{ variant_id: variantId, quantity: 1 }];
  const before = await checkout({}, { items, email: user.email.toUpperCase() });
  equal(before.status, 200, JSON.stringify(before.body));
  const after = await checkout(user, { items });
  equal(after.status, 200, JSON.stringify(after.body));
  equal(await orderStatus(before.body.order_id), "expired");
  equal((await payPage(before.body.checkout_url)).status, 410);
  equal((await payPage(after.body.checkout_url)).status, 303);
});

Deno.test("checkout-create: a guest's cart that comes along at login takes its unpaid checkout with it", async () => {
  const [user, { variantId }] = await Promise.all([signUp(), onSale(sql, { stock: 5 })]);
  const added = await call("POST", "cart", { body: { variant_id: variantId, quantity: 2 } });
  const headers = { "x-cart-id": added.body.cart.cart_id };
  const before = await checkout({ headers }, { email: guest().email });
  equal(before.status, 200, JSON.stringify(before.body));
  const after = await checkout({ token: user.token, headers }, {});
  equal(after.status, 200, JSON.stringify(after.body));
  equal((await payPage(before.body.checkout_url)).status, 410);
  equal((await payPage(after.body.checkout_url)).status, 303);
  await waitFor(
    "the order to be paid",
    async () => await orderStatus(after.body.order_id) === "paid",
  );
  deepEqual(await stockOf(sql, variantId), { on_hand: 3, reserved: 0, sold: 2 });
});
