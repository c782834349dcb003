/**
 * A purchase whose answer was lost, repeated under its key when the webhooks have come: it is the same
 * purchase, whatever has become of it, and no other is ended for it or begun.
 */
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { type FaultyStack, withFaultyStack } from "../support/faulty-stack.ts";
import { payPage } from "../support/pay-page.ts";
import {
  confirmPayment,
  customerOf,
  type Order,
  subscribe,
  subscriptionIn,
  subscriptionsAtStripe,
} from "../support/purchases.ts";
import { type Answer, call, stripeSdk } from "../support/stack.ts";
import { faults, redeliver } from "../support/stripe-local.ts";
import { signUp, type TestUser } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

let proxy: FaultyStack["proxy"];
let on: FaultyStack["on"];
let sql: FaultyStack["sql"];
withFaultyStack((parts) => ({ proxy, on, sql } = parts));

type Send = () => Promise<Answer>;

/** A purchase under one key, as often as it is sent. */
function purchase(user: TestUser, order: Order = {}): Send {
  const key = crypto.randomUUID();
  return () => subscribe(user, order, { key, on });
}

/** One on Stripe's page, likewise. */
function onPage(user: TestUser, order: Order = {}): Send {
  const headers = { "idempotency-key": crypto.randomUUID() };
  const body = {
    price_id: "price_monthly_basic",
    success_url: `${on.siteUrl}/done?session_id={CHECKOUT_SESSION_ID}`,
    cancel_url: `${on.siteUrl}/plans`,
    ...order,
  };
  return () => call("POST", "subscription-checkout", { on, token: user.token, body, headers });
}

/** Sends it with Stripe gone as soon as the purchase was made there: it fails, having had its effect. */
async function cutOff(send: Send): Promise<void> {
  const path = /^\/v1\/(subscriptions|checkout\/sessions)$/;
  const broken = proxy.breakCalls({ method: "POST", path }, { kind: "answer lost" });
  const lost = await send();
  deepStrictEqual([lost.status, lost.body.code], [502, "payment_provider_unavailable"]);
  broken.mend();
}

async function atStripe(user: TestUser) {
  return await subscriptionsAtStripe((await customerOf(user, on)).id, on);
}

/** The only subscription of a user, which a purchase has made that was cut off. */
async function madeFor(user: TestUser): Promise<string> {
  const made = await atStripe(user);
  strictEqual(made.length, 1);
  return made[0]!.id;
}

/** Pays the first invoice of a subscription, as another tab would. */
async function payElsewhere(id: string): Promise<void> {
  const { latest_invoice: invoice } = await stripeSdk(on).subscriptions.retrieve(id, {
    expand: ["latest_invoice.confirmation_secret"],
  });
  if (invoice === null || typeof invoice === "string") throw new Error("it has no invoice");
  await confirmPayment(invoice.confirmation_secret!.client_secret, "pm_card_visa", on);
}

/** The answer to a repetition is of that subscription; asked once more it is the same. */
async function answersWith(send: Send, id: string, status: string): Promise<void> {
  const again = await send();
  deepStrictEqual(
    [again.status, again.body.subscription],
    [200, { id, status, client_secret: null, confirm: null }],
    JSON.stringify(again.body),
  );
  deepStrictEqual((await send()).body, again.body);
}

async function codeOf(percent_off: number): Promise<string> {
  const { id: coupon } = await stripeSdk(on).coupons.create({ percent_off, duration: "forever" });
  const promotion = await stripeSdk(on).promotionCodes.create({
    promotion: { type: "coupon", coupon },
    code: `ONCE${crypto.randomUUID().slice(0, 8)}`.toUpperCase(),
    max_redemptions: 1,
  });
  return promotion.code;
}

Deno.test("a trial, which began when the answer was lost: the repetition is answered with it", async () => {
  const user = await signUp({ on });
  const send = purchase(user, { trial: true });
  await cutOff(send);
  await subscriptionIn(user, "trialing");
  const again = await send();
  deepStrictEqual(
    [again.status, again.body.subscription?.id, again.body.subscription?.status],
    [200, await madeFor(user), "trialing"],
    JSON.stringify(again.body),
  );
  // Another request, which has bought nothing.
  const other = await subscribe(user, {}, { key: crypto.randomUUID(), on });
  deepStrictEqual([other.status, other.body.code], [409, "subscription_exists"]);
});

Deno.test("a trial whose creation is answered at the second asking is no other's", async () => {
  const user = await signUp({ on });
  await customerOf(user, on);
  proxy.breakCalls({ method: "POST", path: /^\/v1\/subscriptions$/ }, { kind: "answer lost" }, 1);
  const answer = await subscribe(user, { trial: true }, { on });
  deepStrictEqual(
    [answer.status, answer.body.subscription?.status],
    [200, "trialing"],
    JSON.stringify(answer.body),
  );
  strictEqual(answer.body.subscription.id, await madeFor(user));
});

Deno.test("a trial by the card on file: the repetition is not refused because of the trial that it began", async () => {
  const user = await signUp({ on });
  const { id: customer } = await customerOf(user, on);
  await stripeSdk(on).paymentMethods.attach("pm_card_visa", { customer });
  const send = purchase(user, { price_id: "price_monthly_pro", trial: true });
  await cutOff(send);
  await subscriptionIn(user, "trialing");
  await answersWith(send, await madeFor(user), "trialing");
});

Deno.test("free by a code that counts once: the repetition is answered with what it bought", async () => {
  const user = await signUp({ on });
  const send = purchase(user, { promotion_code: await codeOf(100) });
  await cutOff(send);
  await subscriptionIn(user, "active");
  const again = await send();
  deepStrictEqual([again.status, again.body.subscription?.id], [200, await madeFor(user)]);
});

Deno.test("cheaper by a code that counts once, and not paid yet: the repetition goes on with it", async () => {
  const user = await signUp({ on });
  const send = purchase(user, { promotion_code: await codeOf(50) });
  await cutOff(send);
  const again = await send();
  deepStrictEqual(
    [again.status, again.body.subscription?.id, again.body.subscription?.confirm],
    [200, await madeFor(user), "payment"],
    JSON.stringify(again.body),
  );
});

Deno.test("paid in another tab, or ended since: the repetition is answered with it, and begins no other", async () => {
  for (const ended of [false, true]) {
    const user = await signUp({ on });
    const send = purchase(user);
    await cutOff(send);
    const id = await madeFor(user);
    await payElsewhere(id);
    await subscriptionIn(user, "active");
    if (ended) {
      await stripeSdk(on).subscriptions.cancel(id);
      await subscriptionIn(user, "canceled");
    }
    await answersWith(send, id, ended ? "canceled" : "active");
    strictEqual(await madeFor(user), id);
  }
});

Deno.test("paid in another tab, and no webhook has come: the repetition tells how it is, not how it was made", async () => {
  const user = await signUp({ on });
  await customerOf(user, on);
  const send = purchase(user);
  await faults(on, { deliveries: { drop: 1000 } });
  try {
    await cutOff(send);
    const id = await madeFor(user);
    await payElsewhere(id);
    await answersWith(send, id, "active");
  } finally {
    await faults(on, {});
    await redeliver(on);
  }
});

Deno.test("given up for another that waits for its payment: the repetition leaves that one alone", async () => {
  const user = await signUp({ on });
  const send = purchase(user);
  await cutOff(send);
  const id = await madeFor(user);
  const other = await purchase(user, { price_id: "price_monthly_pro" })();
  strictEqual(other.status, 200, JSON.stringify(other.body));

  await answersWith(send, id, "incomplete_expired");
  await confirmPayment(other.body.subscription.client_secret, "pm_card_visa", on);
  strictEqual((await subscriptionIn(user, "active")).plan_id, "pro");
  strictEqual((await atStripe(user)).length, 2);
});

Deno.test("a page that was paid through another tab: the repetition leads to where it led", async () => {
  const user = await signUp({ on });
  const send = onPage(user);
  await cutOff(send);
  const tab = await onPage(user)();
  strictEqual(tab.status, 200, JSON.stringify(tab.body));
  strictEqual((await payPage(tab.body.checkout_url)).status, 303);
  await subscriptionIn(user, "active");

  const { session_id } = tab.body;
  const again = await send();
  const checkout_url = `${on.siteUrl}/done?session_id=${session_id}`;
  deepStrictEqual([again.status, again.body], [200, { checkout_url, session_id }]);
  deepStrictEqual((await send()).body, again.body);
  strictEqual((await atStripe(user)).length, 1);
});

Deno.test("a page that was closed for another: the repetition leads back, and leaves that one open", async () => {
  const user = await signUp({ on });
  const send = onPage(user);
  await cutOff(send);
  const [session] = (await stripeSdk(on).checkout.sessions.list({
    customer: (await customerOf(user, on)).id,
  })).data;
  const other = await onPage(user, { price_id: "price_monthly_pro" })();
  strictEqual(other.status, 200, JSON.stringify(other.body));

  const again = await send();
  deepStrictEqual(
    [again.status, again.body],
    [200, { checkout_url: `${on.siteUrl}/plans`, session_id: session!.id }],
    JSON.stringify(again.body),
  );
  const held = await stripeSdk(on).checkout.sessions.retrieve(other.body.session_id);
  strictEqual(held.status, "open");
});

Deno.test("what Stripe refused to make is begun anew by the repetition, but ends no other purchase for it", async () => {
  const user = await signUp({ on });
  await customerOf(user, on);
  const body = { error: { type: "invalid_request_error", message: "Not at this hour." } };
  const path = /^\/v1\/subscriptions$/;
  const sends = [purchase(user), purchase(user)] as const;
  for (const send of sends) {
    proxy.breakCalls({ method: "POST", path }, { kind: "error", status: 400, body }, 1);
    strictEqual((await send()).status, 500);
  }
  const other = await purchase(user, { price_id: "price_monthly_pro" })();
  const pending = await sends[0]();
  deepStrictEqual([pending.status, pending.body.code], [409, "subscription_pending"]);
  const id = await madeFor(user);
  strictEqual((await stripeSdk(on).subscriptions.retrieve(id)).status, "incomplete");
  strictEqual(other.body.subscription.id, id);

  await stripeSdk(on).subscriptions.cancel(id);
  await subscriptionIn(user, "incomplete_expired");
  const again = await sends[0]();
  deepStrictEqual([again.status, again.body.subscription?.status], [200, "incomplete"]);
  // The same purchase, which the other key means now as well.
  deepStrictEqual((await sends[1]()).body, again.body);
});

Deno.test("who may no longer buy for the workspace is refused at the repetition too", async () => {
  const [owner, helper] = await Promise.all([signUp({ on }), signUp({ on })]);
  const member = { workspace_id: owner.workspaceId, user_id: helper.id };
  await sql`insert into public.workspace_members ${sql({ ...member, role: "admin" })}`;
  const send = purchase(helper, { workspace_id: owner.workspaceId });
  await cutOff(send);
  await waitFor("the purchase to know its subscription", async () => {
    const rows = await sql`select from private.subscription_intents
      where workspace_id = ${owner.workspaceId} and stripe_subscription_id is not null`;
    return rows.length > 0;
  });
  await sql`delete from public.workspace_members
            where workspace_id = ${owner.workspaceId} and user_id = ${helper.id}`;
  const again = await send();
  deepStrictEqual([again.status, again.body.code], [404, "workspace_not_found"]);
});

Deno.test("a purchase is read for who may buy for its workspace alone, and by no other workspace's way", async () => {
  const [buyer, stranger] = await Promise.all([signUp({ on }), signUp({ on })]);
  await purchase(buyer)();
  const [{ id }] = await sql<[{ id: string }]>`
    select id from private.subscription_intents where workspace_id = ${buyer.workspaceId}`;
  const read = async (userId: string, workspaceId: string) =>
    (await sql`select public.subscription_intent_read(${userId}, ${workspaceId}, ${id}) as found`)[
      0
    ]!["found"];
  strictEqual((await read(buyer.id, buyer.workspaceId)).id, id);
  strictEqual(await read(stranger.id, stranger.workspaceId) ?? null, null);
  await rejects(read(stranger.id, buyer.workspaceId), /workspace_not_found/);
});

Deno.test("a page of an older purchase that had ended is nobody's answer: the repetition gets one of its own", async () => {
  const user = await signUp({ on });
  const older = await onPage(user)();
  strictEqual(older.status, 200, JSON.stringify(older.body));
  await stripeSdk(on).checkout.sessions.expire(older.body.session_id);
  await waitFor("its end", async () => {
    const rows = await sql`select from private.subscription_intents
      where workspace_id = ${user.workspaceId} and state = 'abandoned'`;
    return rows.length > 0;
  });
  // As if that word were late; and the database fails before there is another purchase.
  await sql`update private.subscription_intents set state = 'open', closed_at = null
            where workspace_id = ${user.workspaceId}`;
  await sql`create function private.fails() returns trigger language plpgsql
            as $$ begin raise exception 'no more room'; end $$`;
  await sql`create trigger fails before insert on private.subscription_intents
            for each row execute function private.fails()`;
  const send = onPage(user);
  const failed = await send();
  await sql`drop function private.fails cascade`;
  strictEqual(failed.status, 500, JSON.stringify(failed.body));
  const again = await send();
  strictEqual(again.status, 200, JSON.stringify(again.body));
  const { status, url } = await stripeSdk(on).checkout.sessions.retrieve(again.body.session_id);
  deepStrictEqual([status, url], ["open", again.body.checkout_url]);
});
