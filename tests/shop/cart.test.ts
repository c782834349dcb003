/** The endpoint `cart`: whose cart it is, what it shows, what becomes of a guest's at login. */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { connect } from "../support/connect.ts";
import { onSale, type Sold } from "../support/products.ts";
import { anonymous, type Answer, call } from "../support/stack.ts";
import { signUp } from "../support/users.ts";

let sql: Sql;
Deno.test.beforeAll(() => void (sql = connect()));
Deno.test.afterAll(async () => await sql?.end());

/** Somebody who keeps the cart id that is told, as an application does. */
class Visitor {
  cartId: string | null = null;
  constructor(public token?: string) {}

  async ask(method: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await call(method, "cart", {
      ...(this.token !== undefined && { token: this.token }),
      ...(body !== undefined && { body }),
      headers: { ...(this.cartId !== null && { "x-cart-id": this.cartId }), ...headers },
    });
    if (answer.status === 200) this.cartId = answer.body.cart.cart_id;
    return answer;
  }

  // deno-lint-ignore no-explicit-any -- a test looks into whatever came
  async cart(method = "GET", body?: unknown): Promise<any> {
    const answer = await this.ask(method, body);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body.cart;
  }

  add({ variantId }: Sold, quantity = 1) {
    return this.cart("POST", { variant_id: variantId, quantity });
  }
}

// deno-lint-ignore no-explicit-any -- a test looks into whatever came
const quantities = (cart: any) => cart.lines.map((line: any) => line.quantity);

Deno.test("cart: a guest's first line makes a cart, whose id only its holder has", async () => {
  const product = await onSale(sql, { stock: 10 });
  const guest = new Visitor();
  assert.deepEqual(await guest.cart(), {
    cart_id: null,
    price_list: "eur",
    currency: "EUR",
    lines: [],
    left_out: [],
    subtotal_amount: 0,
    purchasable: false,
  });
  const added = await guest.ask("POST", { variant_id: product.variantId, quantity: 2 });
  assert.equal(added.headers.get("x-cart-id"), added.body.cart.cart_id);
  assert.match(guest.cartId!, /^[\w-]{22}\.[\w-]{43}$/);

  const shown = await guest.cart();
  assert.deepEqual(shown, added.body.cart);
  const [{ item, ...line }] = shown.lines;
  assert.deepEqual(line, {
    variant_id: product.variantId,
    quantity: 2,
    unit_amount_when_added: 1000,
    subtotal_amount: 2000,
    enough: true,
    changes: [],
  });
  assert.deepEqual(
    [item.product_id, item.name_fr, item.unit_amount, item.availability],
    [product.productId, "Chemise", 1000, "in_stock"],
  );
  assert.deepEqual([shown.subtotal_amount, shown.purchasable], [2000, true]);

  const other = new Visitor();
  await other.add(product);
  assert.notEqual(other.cartId, guest.cartId);
  assert.deepEqual(quantities(await other.cart()), [1]);
});

Deno.test("cart: an id that is not ours opens nothing", async () => {
  const product = await onSale(sql, { stock: 10 });
  const guest = new Visitor();
  await guest.add(product);
  const [text, signature] = guest.cartId!.split(".") as [string, string];
  const forged = [
    text,
    `${text}.`,
    `${text.slice(0, -1)}${text.endsWith("A") ? "B" : "A"}.${signature}`,
    `${text}.${signature.slice(0, -2)}`,
    "guest",
  ];
  const { token } = await signUp();
  for (const id of forged) {
    for (const who of [{}, { token }]) {
      for (const method of ["GET", "POST", "PATCH", "DELETE"]) {
        const body = method === "GET" ? {} : {
          body: {
            variant_id: product.variantId,
            ...(method !== "DELETE" && { quantity: 1 }),
          },
        };
        const answer = await call(method, "cart", {
          ...who,
          ...body,
          headers: { "x-cart-id": id },
        });
        assert.deepEqual(
          [answer.status, answer.body.code],
          [422, "invalid_header"],
          `${method} ${id}`,
        );
      }
    }
  }
  assert.deepEqual(quantities(await guest.cart()), [1]);
});

Deno.test("cart: 50 additions at once lose nothing", async () => {
  const [one, other] = [await onSale(sql, { stock: 99 }), await onSale(sql, { stock: 0 })];
  const { token } = await signUp();
  const guest = new Visitor();
  await guest.add(one);
  for (const [who, before] of [[new Visitor(token), 0], [guest, 1]] as const) {
    await Promise.all(Array.from({ length: 50 }, (_, n) => who.add(n % 2 ? one : other)));
    const cart = await who.cart();
    const found = new Map(
      cart.lines.map((line: { variant_id: string; quantity: number }) => [
        line.variant_id,
        line.quantity,
      ]),
    );
    assert.deepEqual([found.get(one.variantId), found.get(other.variantId)], [25 + before, 25]);
  }
});

Deno.test("cart: set, take out, take all out", async () => {
  const [one, other] = [
    await onSale(sql, { stock: 9 }),
    await onSale(sql, { stock: 9 }),
  ];
  const user = new Visitor((await signUp()).token);
  await user.add(one, 2);
  await user.add(other, 3);
  const set = (product: Sold, quantity: number) =>
    user.ask("PATCH", { variant_id: product.variantId, quantity });
  assert.deepEqual(quantities((await set(one, 7)).body.cart), [7, 3]);
  assert.deepEqual(quantities((await set(one, 0)).body.cart), [3]);
  assert.deepEqual((await set(one, 1)).body.code, "cart_line_not_found");
  const gone = { variant_id: other.variantId.toUpperCase() };
  assert.deepEqual(quantities(await user.cart("DELETE", gone)), []);
  assert.deepEqual(quantities(await user.cart("DELETE", gone)), []);
  await user.add(one);
  await user.add(other);
  assert.deepEqual(quantities(await user.cart("DELETE", { variant_id: "all" })), []);
  assert.deepEqual(quantities(await user.cart()), []);
});

Deno.test("cart: one line a variant, one price, whatever its letters (medusa#16502)", async () => {
  const product = await onSale(sql, { stock: 3 });
  const user = new Visitor((await signUp()).token);
  await user.add(product, 2);
  const cart = await user.add({ ...product, variantId: product.variantId.toUpperCase() }, 2);
  assert.deepEqual(quantities(cart), [4]);
  assert.deepEqual(cart.lines[0].changes, [{ kind: "fewer_left", wanted: 4, can_have: 3 }]);
  assert.equal(cart.purchasable, false);
});

Deno.test("cart: what is not on sale cannot be added, and what no longer is stays and says so", async () => {
  const products = await Promise.all(
    Array.from({ length: 5 }, () => onSale(sql, { stock: 20 })),
  );
  const [dearer, cheaper, gone, withdrawn, unpriced] = products as [
    Sold,
    Sold,
    Sold,
    Sold,
    Sold,
  ];
  const guest = new Visitor();
  for (const product of products) await guest.add(product, 2);
  await sql`update public.variant_prices set unit_amount = 1250 where variant_id = ${dearer.variantId}`;
  await sql`update public.variant_prices set unit_amount = 900 where variant_id = ${cheaper.variantId}`;
  await sql`select private.stock_change(${gone.variantId}, 'counted', -20, 0)`;
  await sql`update public.products set active = false where id = ${withdrawn.productId}`;
  await sql`delete from public.variant_prices where variant_id = ${unpriced.variantId}`;

  const cart = await guest.cart();
  const changes = cart.lines.map((line: { changes: unknown }) => line.changes);
  assert.deepEqual(changes, [
    [{ kind: "price_up", from_amount: 1000, to_amount: 1250 }],
    [{ kind: "price_down", from_amount: 1000, to_amount: 900 }],
    [{ kind: "out_of_stock" }],
    [{ kind: "not_on_sale" }],
    [{ kind: "not_on_sale" }],
  ]);
  assert.deepEqual(cart.lines.map((line: { item: unknown }) => line.item === null), [
    false,
    false,
    false,
    true,
    true,
  ]);
  assert.deepEqual([cart.subtotal_amount, cart.purchasable], [2500 + 1800 + 2000, false]);

  for (const variant_id of [withdrawn.variantId, unpriced.variantId, crypto.randomUUID()]) {
    const refused = await guest.ask("POST", { variant_id });
    assert.deepEqual([refused.status, refused.body.code], [404, "variant_not_found"]);
  }
  const unknownList = await call("GET", "cart?price_list=none");
  assert.deepEqual([unknownList.status, unknownList.body.code], [422, "price_list_not_found"]);
});

Deno.test("cart: units over the limit are refused, not cut", async () => {
  const product = await onSale(sql, { stock: 9 });
  const user = new Visitor((await signUp()).token);
  await user.add(product, 999);
  const refused = await user.ask("POST", { variant_id: product.variantId });
  assert.deepEqual([refused.status, refused.body.code], [409, "cart_limit_reached"]);
  for (const quantity of [0, -1, 1.5, 1000, "2", null]) {
    const answer = await user.ask("POST", { variant_id: product.variantId, quantity });
    assert.equal(answer.status, 422, `${quantity}`);
  }
});

Deno.test("cart: the guest's is not lost at login, it is summed up (vendure nextjs-starter#12, spree_auth_devise#306)", async () => {
  const [scarce, own, new_] = await Promise.all(
    [7, 50, 50].map((stock) => onSale(sql, { stock })),
  ) as [Sold, Sold, Sold];
  const user = await signUp();
  const elsewhere = new Visitor(user.token);
  await elsewhere.add(own, 1);
  await elsewhere.add(scarce, 4);

  const browser = new Visitor();
  await browser.add(new_, 3);
  await browser.add(scarce, 5);
  await browser.add(own, 2);
  const guestId = browser.cartId!;
  browser.token = user.token;
  const merged = await Promise.all(
    Array.from(
      { length: 4 },
      () => call("GET", "cart", { token: user.token, headers: { "x-cart-id": guestId } }),
    ),
  );
  for (const answer of [...merged, await browser.ask("GET")]) {
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    const { cart } = answer.body;
    assert.equal(cart.cart_id, null);
    assert.deepEqual(
      cart.lines.map((line: { variant_id: string; quantity: number }) => [
        line.variant_id,
        line.quantity,
      ]),
      [[own.variantId, 3], [scarce.variantId, 7], [new_.variantId, 3]],
    );
    assert.deepEqual(cart.lines[1].changes, [{ kind: "capped", wanted: 9, kept: 7 }]);
  }

  // The guest's id is dead: it opens nothing, and what is added with it is another cart.
  const left = new Visitor();
  left.cartId = guestId;
  assert.deepEqual(quantities(await left.cart()), []);
  assert.equal(left.cartId, null);
  left.cartId = guestId;
  await left.add(own, 1);
  assert.ok(left.cartId !== null && left.cartId !== guestId);
  assert.deepEqual(quantities(await browser.cart()), [3, 7, 3]);
});

Deno.test("cart: what the user adds while the guest's cart is merged is all there", async () => {
  const product = await onSale(sql, { stock: 500 });
  const { token } = await signUp();
  const guest = new Visitor();
  await guest.add(product, 2);
  const headers = { "x-cart-id": guest.cartId! };
  await Promise.all(
    Array.from(
      { length: 12 },
      (_, n) =>
        n % 3 === 0
          ? call("GET", "cart", { token, headers })
          : call("POST", "cart", { token, body: { variant_id: product.variantId, quantity: 3 } }),
    ),
  );
  const cart = await new Visitor(token).cart();
  assert.deepEqual(quantities(cart), [2 + 8 * 3]);
  assert.deepEqual(cart.lines[0].changes, []);
});

Deno.test("cart: a change as the first request after login finds what the guest put in", async () => {
  const product = await onSale(sql, { stock: 50 });
  for (
    const [method, quantity, expected] of [["PATCH", 4, [4]], ["POST", 4, [6]], [
      "DELETE",
      0,
      [],
    ]] as const
  ) {
    const visitor = new Visitor();
    await visitor.add(product, 2);
    visitor.token = (await signUp()).token;
    const body = { variant_id: product.variantId, ...(quantity > 0 && { quantity }) };
    assert.deepEqual(quantities(await visitor.cart(method, body)), expected, method);
    assert.equal(visitor.cartId, null);
  }
});

Deno.test("cart: an addition repeated under one Idempotency-Key adds once", async () => {
  const product = await onSale(sql, { stock: 50 });
  const user = new Visitor((await signUp()).token);
  const key = { "idempotency-key": crypto.randomUUID() };
  const body = { variant_id: product.variantId, quantity: 2 };
  assert.deepEqual(quantities((await user.ask("POST", body, key)).body.cart), [2]);
  assert.deepEqual(quantities((await user.ask("POST", body, key)).body.cart), [2]);
  // As if our reply had never been kept: Redis knows it by itself.
  await sql`delete from private.idempotency_keys where key = ${key["idempotency-key"]}`;
  assert.deepEqual(quantities((await user.ask("POST", body, key)).body.cart), [2]);
});

Deno.test("cart: an addition of a guest who has signed in since adds once, repeated as guest or as user", async () => {
  const product = await onSale(sql, { stock: 50 });
  const guest = new Visitor();
  await guest.add(product, 1);
  const cartId = guest.cartId;
  const key = crypto.randomUUID();
  const body = { variant_id: product.variantId, quantity: 2 };
  await guest.ask("POST", body, { "idempotency-key": key });
  await sql`delete from private.idempotency_keys where key = ${key}`;

  const { token } = await signUp();
  const user = new Visitor(token);
  user.cartId = cartId;
  assert.deepEqual(quantities(await user.cart()), [3]);
  // As guest it reads what a guest reads there, and makes no cart that the next login would merge.
  const asGuest = await guest.ask("POST", body, { "idempotency-key": key });
  assert.deepEqual(
    [asGuest.status, asGuest.body.cart?.cart_id, quantities(asGuest.body.cart)],
    [200, null, []],
  );
  const asUser = await user.ask("POST", body, { "idempotency-key": key, "x-cart-id": cartId! });
  assert.deepEqual(quantities(asUser.body.cart), [3]);
});

Deno.test("cart: whoever wants more than there is learns that, and how many only when few are left", async () => {
  const [many, few] = [
    await onSale(sql, { stock: 437 }),
    await onSale(sql, { stock: 4 }),
  ];
  const guest = new Visitor();
  await guest.add(many, 438);
  const asked = await guest.ask("POST", { variant_id: few.variantId, quantity: 9 });
  const changes = asked.body.cart.lines.map((line: { changes: unknown }) => line.changes);
  assert.deepEqual(changes, [
    [{ kind: "fewer_left", wanted: 438, can_have: null }],
    [{ kind: "fewer_left", wanted: 9, can_have: 4 }],
  ]);
  // As a number: an id may hold these digits.
  assert.doesNotMatch(JSON.stringify(asked.body), /\b437\b/);
  // Nor does the RPC behind it tell, which anybody may call.
  const facts = await anonymous().rpc("cart_facts", { variant_ids: [many.variantId] });
  assert.equal(facts.error, null);
  assert.doesNotMatch(JSON.stringify(facts.data), /\b437\b/);
  const stock = await anonymous().rpc("cart_stock", {
    variant_ids: [many.variantId],
    quantities: [999],
  });
  assert.equal(stock.error?.code, "42501");
});
