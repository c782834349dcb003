/** The client against the stack: what is sent arrives, and what comes back is what the types say. */
import assert from "node:assert/strict";
import { createSocle, isSocleError, outcome } from "../../client/src/mod.ts";
// #region shop
import { connect } from "../support/connect.ts";
// #endregion shop
import { png } from "../support/images.ts";
import { onSale } from "../support/products.ts";
import { operator, stack } from "../support/stack.ts";
import { signUp } from "../support/users.ts";
import { socleOf, watched } from "./support.ts";

// #region shop
const sql = connect();
Deno.test.afterAll(() => sql.end());
// #endregion shop

Deno.test("client: signs up, reads and changes the profile under the version that was read", async () => {
  const user = await signUp({ name: "Ada" });
  const socle = socleOf(user);
  let etag: string | null = null;
  const { profile } = await socle.userProfileGet({}, {
    onResponse: ({ headers }) => etag = headers.get("etag"),
  });
  assert.equal(profile.name, "Ada");
  assert.ok(etag);
  const changed = await socle.userProfileUpdate({ name: "Countess" }, { ifMatch: etag });
  assert.equal(changed.profile.name, "Countess");
  const { error } = await outcome(socle.userProfileUpdate({ name: "Ada" }, { ifMatch: etag }));
  assert.equal(error?.code, "precondition_failed");
  assert.equal(error.status, 412);
});

Deno.test("client: a problem is thrown with everything that it tells", async () => {
  const { socle } = watched({});
  const refused = socle.authSignup({
    email: "nobody",
    password: "correct horse",
    name: "Ada",
    locale: "en",
  }, { headers: { "x-request-id": "client-test-0001" } });
  await assert.rejects(refused, (error) => {
    assert.ok(isSocleError(error, "invalid_body"));
    assert.equal(error.name, "SocleError");
    assert.equal(error.status, 422);
    assert.equal(error.title, "The body is not what this endpoint takes");
    assert.deepEqual(error.errors.map(({ pointer }) => pointer), ["/email"]);
    assert.equal(error.requestId, "client-test-0001");
    assert.equal((error.body as { type: string }).type, "urn:socle:problem:invalid_body");
    assert.ok(!isSocleError(error, "unauthenticated", "forbidden"));
    return true;
  });
});

// #region shop
Deno.test("client: a guest fills a cart, found again by its id, through path, query and body", async () => {
  const { variantId } = await onSale(sql, { stock: 5, price: 1250 });
  const { socle, sent } = watched({});
  const { cart } = await socle.cartAdd({ variant_id: variantId, quantity: 2, price_list: "eur" });
  assert.equal(cart.subtotal_amount, 2500);
  assert.equal(sent[0]!.url.search, "?price_list=eur");
  assert.match(sent[0]!.headers.get("idempotency-key")!, /^[0-9a-f]{32}$/);

  const cartId = cart.cart_id;
  const set = await socle.cartSet({ variant_id: variantId, quantity: 1 }, { cartId });
  assert.equal(set.cart.lines[0]!.quantity, 1);
  const read = await socle.cartGet({}, { cartId });
  assert.equal(read.cart.lines.length, 1);
  const emptied = await socle.cartRemove({ variant_id: "all" }, { cartId });
  assert.deepEqual(emptied.cart.lines, []);
  assert.equal(sent.slice(1).some(({ headers }) => headers.has("idempotency-key")), false);
});

Deno.test("client: lists products by typed values, and shows one whose name needs escaping", async () => {
  const { productId } = await onSale(sql, { stock: 1, name: "Client's shelf" });
  const { socle, sent } = watched({});
  const { products } = await socle.productsList({
    search: "Client's shelf",
    in_stock: true,
    page_size: 1,
    cursor: undefined,
  });
  assert.equal(products.length, 1);
  assert.equal(sent[0]!.url.search, "?search=Client%27s+shelf&in_stock=true&page_size=1");
  const { product } = await socle.productsGet({ product: productId, locale: "fr" });
  assert.equal(product.id, productId);
  const { error } = await outcome(socle.productsGet({ product: "a/b?c#d" }));
  assert.equal(error?.code, "product_not_found");
  assert.equal(sent.at(-1)!.url.pathname, "/functions/v1/products/a%2Fb%3Fc%23d");
});
// #endregion shop

Deno.test("client: uploads a file as a form", async () => {
  const socle = socleOf(await signUp());
  const { url } = await socle.avatarUpload({ file: new Blob([png()], { type: "image/png" }) });
  assert.match(url, /^http/);
});

Deno.test("client: sends a url-encoded form, and the query beside it", async () => {
  const { socle, sent } = watched({});
  const { error } = await outcome(
    socle.mailUnsubscribe({ token: "made.up", "List-Unsubscribe": "One-Click" }),
  );
  assert.equal(error?.code, "unsubscribe_link_invalid");
  assert.equal(sent[0]!.headers.get("content-type"), "application/x-www-form-urlencoded");
  assert.equal(sent[0]!.url.search, "?token=made.up");
});

Deno.test("client: the same key gives the first reply again", async () => {
  const user = await signUp();
  const socle = socleOf(user);
  const key = crypto.randomUUID();
  let replayed: string | null = null;
  const options = {
    idempotencyKey: key,
    onResponse: ({ headers }: Response) => replayed = headers.get("idempotency-replayed"),
  };
  const first = await socle.accountExportRequest({}, options);
  assert.equal(replayed, null);
  assert.deepEqual(await socle.accountExportRequest({}, options), first);
  assert.equal(replayed, "true");
});

Deno.test("client: calls endpoints for machines with the secret key", async () => {
  const { claimed } = await createSocle(operator()).jobsRun();
  assert.equal(typeof claimed, "number");
  const { error } = await outcome(watched({ key: stack.publishableKey }).socle.jobsRun());
  assert.equal(error?.code, "unauthenticated");
});
