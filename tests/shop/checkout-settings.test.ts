/** The checkout with Stripe Tax and a captcha switched on, on functions of the test's own. */
import { deepEqual, equal } from "node:assert/strict";
import { startFunctions } from "../../local/functions/runtime.ts";
import { supabaseDir } from "../../local/stack.ts";
import { onSale } from "../support/checkout.ts";
import { connect } from "../support/connect.ts";
import { startFakeTurnstile } from "../support/fake-turnstile.ts";
import { guest, payPage } from "../support/shopping.ts";
import { stack, stripeSdk } from "../support/stack.ts";
import { signUp } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

const secret = "0x_a_secret";

Deno.test("checkout-create: tax comes on top by the buyer's address; guests alone solve the captcha, and wait while it is down", async () => {
  await using turnstile = startFakeTurnstile(secret);
  const sql = connect();
  const variables = Deno.env.toObject();
  const functions = await startFunctions({
    supabaseDir,
    env: {
      SUPABASE_URL: stack.url,
      SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: stack.publishableKey }),
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: stack.secretKey }),
      SUPABASE_JWKS: stack.jwks,
      SITE_URL: stack.siteUrl,
      UPSTASH_REDIS_REST_URL: variables["UPSTASH_REDIS_REST_URL"]!,
      UPSTASH_REDIS_REST_TOKEN: variables["UPSTASH_REDIS_REST_TOKEN"]!,
      RATE_LIMIT_MULTIPLIER: "1000",
      TURNSTILE_SECRET_KEY: secret,
      TURNSTILE_VERIFY_URL: turnstile.url,
      STRIPE_API_URL: stack.stripeUrl,
      STRIPE_SECRET_KEY: stack.stripeKey,
      STRIPE_TAX: "on",
      LINK_SECRET: "a link secret",
    },
    log: () => {},
  });
  try {
    const [user, { variantId }] = await Promise.all([signUp(), onSale(sql, { price: 1000 })]);
    const { email } = guest();
    const create = async (body: Record<string, unknown>, token?: string) => {
      const reply = await functions.handle(
        new Request("http://functions/functions/v1/checkout-create", {
          method: "POST",
          headers: {
            apikey: stack.publishableKey,
            "content-type": "application/json",
            ...(token && { authorization: `Bearer ${token}` }),
          },
          body: JSON.stringify({
            items: [{ variant_id: variantId, quantity: 2 }],
            success_url: `${stack.siteUrl}/order/return`,
            cancel_url: `${stack.siteUrl}/cart`,
            ...body,
          }),
        }),
      );
      return { status: reply.status, body: await reply.json() };
    };
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
