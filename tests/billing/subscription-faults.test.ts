/** Buying while Stripe is not well: nothing half-written, nothing twice, and a retry that goes on. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { type FaultyStack, withFaultyStack } from "../support/faulty-stack.ts";
import {
  buy,
  confirmPayment,
  customerOf,
  type Order,
  subscribe,
  subscriptionIn,
  subscriptionsAtStripe,
} from "../support/purchases.ts";
import { stripeSdk } from "../support/stack.ts";
import { signUp, type TestUser } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

let proxy: FaultyStack["proxy"];
let on: FaultyStack["on"];
let sql: FaultyStack["sql"];
withFaultyStack((parts) => ({ proxy, on, sql } = parts));

const creation = { method: "POST", path: /^\/v1\/subscriptions$/ };
const customerCreation = { method: "POST", path: /^\/v1\/customers$/ };

/** A user whose Stripe customer is there, so that only the purchase meets the fault. */
async function customer(): Promise<{ user: TestUser; customerId: string }> {
  const user = await signUp({ on });
  const { id } = await customerOf(user, on);
  return { user, customerId: id };
}

function order(user: TestUser, wanted: Order = {}, key?: string) {
  return subscribe(user, wanted, { on, ...(key !== undefined && { key }) });
}

async function openIntents(user: TestUser): Promise<number> {
  const rows = await sql`select from private.subscription_intents
                         where workspace_id = ${user.workspaceId} and state = 'open'`;
  return rows.length;
}

for (
  const fault of [
    { kind: "unreachable" },
    { kind: "error", status: 500 },
    { kind: "error", status: 429 },
  ] as const
) {
  const how = fault.kind === "error" ? `answers ${fault.status}` : "cannot be reached";
  Deno.test(`Stripe ${how}: 502 with Retry-After, nothing written, and the same key succeeds later`, async () => {
    const { user, customerId } = await customer();
    const key = crypto.randomUUID();
    const broken = proxy.breakCalls({}, fault);
    const refused = await order(user, {}, key);
    deepStrictEqual(
      [refused.status, refused.body.code],
      [502, "payment_provider_unavailable"],
    );
    match(refused.headers.get("retry-after") ?? "", /^\d+$/);
    ok(!/stripe|127\.0\.0\.1/i.test(refused.body.detail), refused.body.detail);
    broken.mend();
    deepStrictEqual(await subscriptionsAtStripe(customerId, on), []);
    deepStrictEqual((await user.client.from("subscriptions").select()).data, []);

    const good = await order(user, {}, key);
    strictEqual(good.status, 200, JSON.stringify(good.body));
    strictEqual(good.headers.get("idempotency-replayed"), null);
    strictEqual((await subscriptionsAtStripe(customerId, on)).length, 1);
  });
}

Deno.test("the answer to a creation is lost: the retry gives the one subscription that exists", async () => {
  const { user, customerId } = await customer();
  const key = crypto.randomUUID();
  const broken = proxy.breakCalls(creation, { kind: "answer lost" });
  const lost = await order(user, {}, key);
  deepStrictEqual([lost.status, lost.body.code], [502, "payment_provider_unavailable"]);
  const made = await subscriptionsAtStripe(customerId, on);
  strictEqual(made.length, 1);
  broken.mend();

  const good = await order(user, {}, key);
  deepStrictEqual([good.status, good.body.subscription.id], [200, made[0]!.id]);
  await confirmPayment(good.body.subscription.client_secret, "pm_card_visa", on);
  await subscriptionIn(user, "active");
  strictEqual((await subscriptionsAtStripe(customerId, on)).length, 1);
});

Deno.test("the answer is lost and another price is asked for: the lost one is ended first", async () => {
  const { user, customerId } = await customer();
  const broken = proxy.breakCalls(creation, { kind: "answer lost" });
  strictEqual((await order(user)).status, 502);
  broken.mend();
  const other = await order(user, { price_id: "price_yearly_pro" });
  strictEqual(other.status, 200, JSON.stringify(other.body));
  const held = await subscriptionsAtStripe(customerId, on);
  deepStrictEqual(
    held.map(({ id, status }) => [id === other.body.subscription.id, status]).toSorted(),
    [[false, "incomplete_expired"], [true, "incomplete"]],
  );
});

Deno.test("Stripe was never reached and another price is asked for: it is sold", async () => {
  const { user } = await customer();
  const broken = proxy.breakCalls({}, { kind: "unreachable" });
  strictEqual((await order(user)).status, 502);
  broken.mend();
  await buy(user, { price_id: "price_yearly_pro" }, on);
  strictEqual((await subscriptionIn(user, "active")).plan_id, "pro");
  strictEqual(await openIntents(user), 0);
});

Deno.test("the answer is lost and nobody retries: the webhook tells what became of the purchase", async () => {
  const { user, customerId } = await customer();
  proxy.breakCalls(creation, { kind: "answer lost" });
  strictEqual((await order(user)).status, 502);
  const [made] = await subscriptionsAtStripe(customerId, on);
  const intent = await waitFor("the intent to know its subscription", async () => {
    const [row] = await sql<{ state: string; stripe_subscription_id: string | null }[]>`
      select state, stripe_subscription_id from private.subscription_intents
      where workspace_id = ${user.workspaceId}`;
    return row?.stripe_subscription_id != null && row;
  });
  deepStrictEqual([intent.state, intent.stripe_subscription_id], ["open", made!.id]);
  const invoice = await stripeSdk(on).invoices.retrieve(made!.latest_invoice as string, {
    expand: ["confirmation_secret"],
  });
  await confirmPayment(invoice.confirmation_secret!.client_secret, "pm_card_visa", on);
  await subscriptionIn(user, "active");
  strictEqual(await openIntents(user), 0);
});

Deno.test("a definite refusal releases the purchase, so that the next one starts fresh", async () => {
  const { user, customerId } = await customer();
  const body = { error: { type: "invalid_request_error", message: "This price is not for sale." } };
  proxy.breakCalls(creation, { kind: "error", status: 400, body }, 1);
  const refused = await order(user);
  deepStrictEqual([refused.status, refused.body.code], [500, "internal_error"]);
  ok(!JSON.stringify(refused.body).includes("not for sale"), "Stripe's words stay in the log");
  strictEqual(await openIntents(user), 0);
  await buy(user, { price_id: "price_monthly_pro" }, on);
  strictEqual((await subscriptionsAtStripe(customerId, on)).length, 1);
});

Deno.test("the customer's creation is answered never: sign-up works, and there is one customer in the end", async () => {
  const broken = proxy.breakCalls(customerCreation, { kind: "answer lost" });
  const user = await signUp({ on });
  // 200 where the event of a creation whose answer was lost has linked the customer meanwhile.
  const first = await order(user);
  ok([200, 502].includes(first.status), JSON.stringify(first.body));
  await waitFor("the job to have failed as well", async () => {
    const [row] = await sql`select from private.jobs where kind = 'stripe_customer_create'
      and payload ->> 'workspace_id' = ${user.workspaceId} and last_error is not null`;
    return row !== undefined;
  });
  broken.mend();
  await buy(user, {}, on);
  const { data } = await stripeSdk(on).customers.list({ email: user.email });
  strictEqual(data.length, 1);
  const [linked] = await sql`select stripe_customer_id from private.billing_customers
                             where workspace_id = ${user.workspaceId}`;
  strictEqual(linked!["stripe_customer_id"], data[0]!.id);
});

Deno.test("paid in one tab while another gives it up for another price: what was paid for stays", async () => {
  const { user, customerId } = await customer();
  const first = (await order(user)).body.subscription;
  // Else the call that is held may be the one that its webhook makes.
  await waitFor("the first purchase's webhooks to be handled", async () => {
    const reply = await fetch(`${on.stripeUrl}/_local/webhooks`);
    if ((await reply.json()).count > 0) return false;
    const open = await sql`select from private.webhook_events where handled_at is null`;
    return open.length === 0;
  });
  const paid = Promise.withResolvers<void>();
  const path = new RegExp(`^/v1/subscriptions/${first.id}$`);
  const held = proxy.breakCalls({ method: "GET", path }, {
    kind: "answer held",
    until: paid.promise,
  }, 1);
  const other = order(user, { price_id: "price_yearly_pro" });
  await waitFor("the other tab to have looked", () => Promise.resolve(held.met > 0));
  await confirmPayment(first.client_secret, "pm_card_visa", on);
  paid.resolve();

  const answer = await other;
  ok(answer.status === 409, JSON.stringify(answer.body));
  strictEqual((await subscriptionIn(user, "active")).stripe_subscription_id, first.id);
  deepStrictEqual(
    (await subscriptionsAtStripe(customerId, on)).map(({ id, status }) => [id, status]),
    [[first.id, "active"]],
  );
});

Deno.test("the answer to giving a purchase up is lost: the retry goes on", async () => {
  const { user, customerId } = await customer();
  const first = (await order(user)).body.subscription;
  const broken = proxy.breakCalls(
    { method: "DELETE", path: new RegExp(first.id) },
    { kind: "answer lost" },
  );
  const lost = await order(user, { price_id: "price_yearly_pro" });
  ok([200, 502].includes(lost.status), JSON.stringify(lost.body));
  broken.mend();
  const other = await order(user, { price_id: "price_yearly_pro" });
  strictEqual(other.status, 200, JSON.stringify(other.body));
  const open = (await subscriptionsAtStripe(customerId, on))
    .filter(({ status }) => status === "incomplete").map(({ id }) => id);
  deepStrictEqual(open, [other.body.subscription.id]);
});

Deno.test("webhooks while Stripe's API is down are taken, and the rows are right when it is back", async () => {
  const { user } = await customer();
  const { client_secret } = (await order(user)).body.subscription;
  const broken = proxy.breakCalls({}, { kind: "unreachable" });
  await confirmPayment(client_secret, "pm_card_visa", on);
  await waitFor("Stripe to be rid of its webhooks", async () => {
    const reply = await fetch(`${on.stripeUrl}/_local/webhooks`);
    return (await reply.json()).count === 0;
  });
  await waitFor("a job to have failed for it", async () => {
    const [row] = await sql`select from private.jobs
      where kind = 'webhook_handle' and state = 'pending' and last_error like '%connection%'`;
    return row !== undefined;
  });
  deepStrictEqual((await user.client.from("subscriptions").select("status")).data, [{
    status: "incomplete",
  }]);
  broken.mend();
  await subscriptionIn(user, "active");
  await waitFor("the paid invoice", async () => {
    const { data } = await user.client.from("invoices").select().eq("status", "paid");
    return data?.[0];
  });
  const dead = await sql`select kind, last_error from private.jobs where state = 'dead'`;
  deepStrictEqual([...dead], []);
});
