/** Buying on Stripe's page, over HTTP as the page's form does it. */
import { equal, match, notEqual, ok } from "node:assert/strict";
import { mailTo } from "../support/mails.ts";
import {
  customerOf,
  subscribe,
  subscriptionIn,
  subscriptionsAtStripe,
} from "../support/purchases.ts";
import { call, stack, stripeSdk } from "../support/stack.ts";
import { signUp, type TestUser } from "../support/users.ts";

const site = Deno.env.get("SITE_URL") ?? "http://127.0.0.1:3000";

function checkout(user: TestUser, more: Record<string, unknown> = {}) {
  return call("POST", "subscription-checkout", {
    token: user.token,
    body: {
      price_id: "price_monthly_basic",
      success_url: `${site}/checkout/return?session_id={CHECKOUT_SESSION_ID}`,
      cancel_url: `${site}/checkout/cancelled`,
      ...more,
    },
  });
}

async function pay(url: string, card: string): Promise<Response> {
  const reply = await fetch(`${url}/pay`, {
    method: "POST",
    body: new URLSearchParams({ card_number: card }),
    redirect: "manual",
  });
  await reply.body?.cancel();
  return reply;
}

Deno.test("subscription-checkout: paid on the page, known at once by checkout-status, active for good", async () => {
  const user = await signUp();
  const { status, body } = await checkout(user);
  equal(status, 200, JSON.stringify(body));
  const ask = () =>
    call("POST", "checkout-status", { token: user.token, body: { session_id: body.session_id } });
  equal((await ask()).body.status, "open");

  const declined = await pay(body.checkout_url, "4000000000000002");
  equal(declined.status, 402);
  equal((await ask()).body.status, "open");

  const paid = await pay(body.checkout_url, "4242424242424242");
  equal(paid.status, 303);
  match(paid.headers.get("location")!, new RegExp(`session_id=${body.session_id}`));
  const answer = await ask();
  equal(answer.body.status, "complete");
  equal(answer.body.payment_status, "paid");
  equal(answer.body.subscription.status, "active");
  await mailTo(user.email, /receipt/i);
  await mailTo(user.email, /subscription/i);
  equal((await checkout(user)).body.code, "subscription_exists");
});

Deno.test("subscription-checkout: closing the tab after paying changes nothing", async () => {
  const user = await signUp();
  const { body } = await checkout(user);
  await pay(body.checkout_url, "4242424242424242");
  await subscriptionIn(user, "active");
});

Deno.test("subscription-checkout: 20 at once lead to one page, and paying it twice buys once", async () => {
  const user = await signUp();
  const answers = await Promise.all(Array.from({ length: 20 }, () => checkout(user)));
  const pages = new Set(
    answers.filter((one) => one.status === 200).map((one) => one.body.session_id),
  );
  equal(pages.size, 1);
  ok(answers.every((one) => one.status === 200 || one.body.code === "subscription_pending"));
  const { checkout_url } = answers.find((one) => one.status === 200)!.body;
  await Promise.all([pay(checkout_url, "4242424242424242"), pay(checkout_url, "4242424242424242")]);
  await subscriptionIn(user, "active");
  const customer = await customerOf(user);
  equal((await subscriptionsAtStripe(customer.id)).length, 1);
});

Deno.test("subscription-checkout: another choice ends the page that waits, whichever way it is paid", async () => {
  const user = await signUp();
  const first = await checkout(user);
  const other = await checkout(user, { price_id: "price_monthly_pro" });
  notEqual(other.body.session_id, first.body.session_id);
  equal((await stripeSdk().checkout.sessions.retrieve(first.body.session_id)).status, "expired");
  const inClient = await subscribe(user, { price_id: "price_yearly_basic" });
  equal(inClient.status, 200, JSON.stringify(inClient.body));
  equal((await stripeSdk().checkout.sessions.retrieve(other.body.session_id)).status, "expired");
  const back = await checkout(user);
  equal(back.status, 200, JSON.stringify(back.body));
  const customer = await customerOf(user);
  const held = await subscriptionsAtStripe(customer.id);
  ok(held.every((one) => one.status === "incomplete_expired" || one.status === "canceled"));
});

Deno.test("checkout-status: another's session and an unknown one do not exist", async () => {
  const [mine, other] = await Promise.all([signUp(), signUp()]);
  const { body } = await checkout(mine);
  for (const session_id of [body.session_id, "cs_test_unknown"]) {
    const answer = await call("POST", "checkout-status", {
      token: other.token,
      body: { session_id },
    });
    equal(answer.status, 404);
    equal(answer.body.code, "checkout_not_found");
  }
});

Deno.test("subscription-checkout, billing-portal: only to origins on the allow list", async () => {
  const user = await signUp();
  equal(
    (await checkout(user, { success_url: "https://evil.example/" })).body.code,
    "redirect_not_allowed",
  );
  const portal = await call("POST", "billing-portal", {
    token: user.token,
    body: { return_url: "javascript:alert(1)" },
  });
  equal(portal.body.code, "redirect_not_allowed");
});

Deno.test("subscription-cancel: without a subscription, and for another's workspace", async () => {
  const [user, other] = await Promise.all([signUp(), signUp()]);
  const none = await call("POST", "subscription-cancel", { token: user.token, body: {} });
  equal(none.body.code, "subscription_not_found");
  for (const name of ["subscription-cancel", "subscription-uncancel"]) {
    const foreign = await call("POST", name, {
      token: user.token,
      body: { workspace_id: other.workspaceId },
    });
    equal(foreign.body.code, "workspace_not_found");
  }
});

Deno.test("billing-reconcile: takes the secret key alone", async () => {
  const user = await signUp();
  equal((await call("POST", "billing-reconcile", { token: user.token, body: {} })).status, 401);
  equal(
    (await call("POST", "billing-reconcile", { key: stack.secretKey, body: { run_id: 999_999 } }))
      .status,
    404,
  );
});
