/** The checkout on functions of the test's own: with Stripe Tax and a captcha, and what it asks of the database. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { connect } from "../support/connect.ts";
import { startFakeTurnstile } from "../support/fake-turnstile.ts";
import { onSale } from "../support/products.ts";
import { startFunctionsBeside } from "../support/functions-beside.ts";
import { checkoutAt } from "../support/shopping.ts";
import { payPage } from "../support/pay-page.ts";
import { guest } from "../support/shopping.ts";
import { loseReply } from "../support/repeating.ts";
import { startCountingProxy } from "../support/counting-proxy.ts";
import { stack, stripeSdk } from "../support/stack.ts";
import { signUp } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

const secret = "0x_a_secret";

Deno.test("checkout-create: tax comes on top by the buyer's address; guests alone solve the captcha, and wait while it is down", async () => {
  await using turnstile = startFakeTurnstile(secret);
  const sql = connect();
  const functions = await startFunctionsBeside({
    TURNSTILE_SECRET_KEY: secret,
    TURNSTILE_VERIFY_URL: turnstile.url,
    STRIPE_TAX: "on",
  });
  try {
    const [user, { variantId }] = await Promise.all([signUp(), onSale(sql, { price: 1000 })]);
    const { email } = guest();
    const create = (body: Record<string, unknown>, token?: string) =>
      checkoutAt(functions, { items: [{ variant_id: variantId, quantity: 2 }], ...body }, token);
    equal((await create({ email })).body.code, "captcha_failed");
    const down = await create({ email, captcha_token: "down" });
    deepEqual([down.status, down.body.code], [503, "captcha_unavailable"]);
    equal((await create({}, user.token)).status, 200);

    const { status, body } = await create({ email, captcha_token: `good ${email}` });
    equal(status, 200, JSON.stringify(body));
    const paid = await payPage(body.checkout_url, {
      billing_line1: "1 rue de Paris",
      billing_postal_code: "75001",
      billing_city: "Paris",
      billing_country: "FR",
    });
    equal(paid.status, 303);
    const session = await stripeSdk().checkout.sessions.retrieve(body.session_id);
    const order = await waitFor("the order to be paid", async () => {
      const [row] = await sql`
        select tax_amount::int, total_amount::int from public.orders
        where id = ${body.order_id} and status = 'paid'`;
      return row;
    });
    deepEqual(order, { tax_amount: 400, total_amount: 2400 });
    deepEqual([session.total_details?.amount_tax, session.amount_total], [400, 2400]);
  } finally {
    await functions.stop();
    await sql.end();
  }
});

Deno.test("checkout-create: cut off, and repeated when its captcha's token is too old: answered as it was; another request is not", async () => {
  await using turnstile = startFakeTurnstile(secret);
  const sql = connect();
  const functions = await startFunctionsBeside({
    TURNSTILE_SECRET_KEY: secret,
    TURNSTILE_VERIFY_URL: turnstile.url,
  });
  try {
    const { variantId } = await onSale(sql);
    const { email } = guest();
    const body = {
      email,
      items: [{ variant_id: variantId, quantity: 1 }],
      captcha_token: `old ${email}`,
    };
    const key = crypto.randomUUID();
    const first = await checkoutAt(functions, body, undefined, key);
    equal(first.status, 200, JSON.stringify(first.body));
    await loseReply(sql, key);
    deepEqual(await checkoutAt(functions, body, undefined, key), first);
    const other = await checkoutAt(functions, body, undefined, crypto.randomUUID());
    deepEqual([other.status, other.body.code], [403, "captcha_failed"]);
  } finally {
    await functions.stop();
    await sql.end();
  }
});

Deno.test("checkout-create: 40 items are as many calls of the database as one, eight at most (saleor#14857)", async () => {
  await using proxy = startCountingProxy(stack.url);
  const sql = connect();
  const functions = await startFunctionsBeside({ SUPABASE_URL: proxy.url });
  try {
    const items = await Promise.all(
      Array.from({ length: 41 }, async () => ({
        variant_id: (await onSale(sql)).variantId,
        quantity: 1,
      })),
    );
    const callsFor = async (some: typeof items) => {
      const before = proxy.calls.length;
      const { status, body } = await checkoutAt(functions, { email: guest().email, items: some });
      equal(status, 200, JSON.stringify(body));
      return proxy.calls.slice(before).filter((made) => made.includes("/rest/v1/"));
    };
    const forOne = await callsFor(items.slice(40));
    deepEqual(await callsFor(items.slice(0, 40)), forOne);
    ok(forOne.includes("POST /rest/v1/rpc/order_place"));
    ok(forOne.length <= 8, forOne.join("\n"));
  } finally {
    await functions.stop();
    await sql.end();
  }
});
