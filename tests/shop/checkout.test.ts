/** Buying in the shop, over HTTP, on Stripe's page as its form does it. */
import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import postgres from "postgres";
import { onSale, stockOf } from "../support/checkout.ts";
import type { Sql } from "../support/database.ts";
import { delivered } from "../support/stripe-local.ts";
import { call, stack, stripeSdk } from "../support/stack.ts";
import { signUp } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

let sql: Sql;
Deno.test.beforeAll(() => void (sql = postgres(stack.databaseUrl, { max: 4 })));
Deno.test.afterAll(() => sql.end());

const pages = {
  success_url: `${stack.siteUrl}/order/return?session_id={CHECKOUT_SESSION_ID}`,
  cancel_url: `${stack.siteUrl}/cart`,
};

interface Buyer {
  token?: string;
  headers?: Record<string, string>;
}

function checkout(buyer: Buyer, body: Record<string, unknown>) {
  return call("POST", "checkout-create", { ...buyer, body: { ...pages, ...body } });
}

/** A guest with a cart of his own. */
function guest() {
  const email = `guest-${crypto.randomUUID()}@example.com`;
  return { buyer: { headers: { "x-cart-id": crypto.randomUUID() } }, email };
}

async function pay(url: string, form: Record<string, string> = {}): Promise<Response> {
  const reply = await fetch(`${url}/pay`, {
    method: "POST",
    body: new URLSearchParams({ card_number: "4242424242424242", ...form }),
    redirect: "manual",
  });
  await reply.body?.cancel();
  return reply;
}

const status = (buyer: Buyer, session_id: string, order_token?: string) =>
  call("POST", "checkout-status", {
    ...buyer,
    body: { session_id, ...(order_token && { order_token }) },
  });

const orderStatus = async (id: string) =>
  (await sql`select status from public.orders where id = ${id}`)[0]?.["status"];

Deno.test("checkout-create: a guest pays, and the return page knows before the webhook does (medusa#13301)", async () => {
  const { variantId } = await onSale(sql, { stock: 5, price: 1250 });
  const { buyer, email } = guest();
  const items = [{ variant_id: variantId, quantity: 2 }];
  const { status: code, body } = await checkout(buyer, { items, email });
  equal(code, 200, JSON.stringify(body));
  match(body.order_number, /^[0-9A-HJKMNP-TV-Z]{10}$/);
  deepEqual(await stockOf(sql, variantId), { on_hand: 5, reserved: 2, sold: 0 });
  equal((await status(buyer, body.session_id)).body.code, "checkout_not_found");
  equal((await status(buyer, body.session_id, body.order_token)).body.order.status, "pending");

  const again = await checkout(buyer, { items, email });
  equal(again.body.order_id, body.order_id);
  equal(again.body.checkout_url, body.checkout_url);

  equal((await pay(body.checkout_url)).status, 303);
  const answer = await status({}, body.session_id, body.order_token);
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
  await pay(body.checkout_url);
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
  equal((await pay(one.body.checkout_url)).status, 410);
  equal((await pay(other.body.checkout_url)).status, 303);
  await delivered();
  equal(await orderStatus(other.body.order_id), "paid");
});
