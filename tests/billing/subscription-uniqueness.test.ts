/** One purchase a workspace at a time, whoever clicks how often. */
import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { connect } from "../support/connect.ts";
import {
  buy,
  confirmPayment,
  customerOf,
  subscribe,
  subscriptionIn,
  subscriptionsAtStripe,
} from "../support/purchases.ts";
import { call, stripeSdk } from "../support/stack.ts";
import { freshAddress, signUp } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

const sql = connect();
Deno.test.afterAll(() => sql.end());

async function join(workspaceId: string, userId: string, role: string): Promise<void> {
  await sql`insert into public.workspace_members (workspace_id, user_id, role)
            values (${workspaceId}, ${userId}, ${role})`;
}

/** What a workspace has at Stripe that is not over. */
async function unended(customer: string): Promise<string[]> {
  const held = await subscriptionsAtStripe(customer);
  return held.filter(({ status }) => !["canceled", "incomplete_expired"].includes(status))
    .map(({ id }) => id);
}

Deno.test("20 clicks at once make one subscription and one secret", async () => {
  const user = await signUp();
  const answers = await Promise.all(Array.from({ length: 20 }, () => subscribe(user)));
  deepStrictEqual([...new Set(answers.map(({ status }) => status))], [200]);
  const secrets = new Set(answers.map(({ body }) => body.subscription.client_secret));
  strictEqual(secrets.size, 1);
  const customer = await customerOf(user);
  strictEqual((await subscriptionsAtStripe(customer.id)).length, 1);
  strictEqual((await stripeSdk().customers.list({ email: user.email })).data.length, 1);
});

Deno.test("20 requests with one Idempotency-Key: each gets the one reply or 409 while it is made", async () => {
  const user = await signUp();
  const key = crypto.randomUUID();
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => subscribe(user, {}, { key })),
  );
  const good = answers.filter(({ status }) => status === 200);
  ok(good.length > 0);
  strictEqual(new Set(good.map(({ body }) => JSON.stringify(body))).size, 1);
  for (const { status, body } of answers) {
    if (status !== 200) deepStrictEqual([status, body.code], [409, "idempotency_in_progress"]);
  }
  const replayed = await subscribe(user, {}, { key });
  strictEqual(replayed.headers.get("idempotency-replayed"), "true");
  deepStrictEqual(replayed.body, good[0]!.body);
  const reused = await subscribe(user, { quantity: 2 }, { key });
  deepStrictEqual([reused.status, reused.body.code], [422, "idempotency_key_reused"]);
});

Deno.test("two tabs that ask for different prices at once end in one purchase", async () => {
  const user = await signUp();
  const prices = ["price_monthly_basic", "price_yearly_pro"];
  const answers = await Promise.all(prices.map((price_id) => subscribe(user, { price_id })));
  for (const { status, body } of answers) {
    ok(status === 200 || body.code === "subscription_pending", JSON.stringify(body));
  }
  const customer = await customerOf(user);
  strictEqual((await unended(customer.id)).length, 1);

  // Whichever tab asks last gets what it asks for.
  const last = await waitFor("the last tab's purchase", async () => {
    const answer = await subscribe(user, { price_id: "price_yearly_pro" });
    return answer.status === 200 && answer.body.subscription;
  });
  deepStrictEqual(await unended(customer.id), [last.id]);
  await confirmPayment(last.client_secret);
  strictEqual((await subscriptionIn(user, "active")).plan_id, "pro");
});

Deno.test("asking for another price ends the unpaid purchase and starts anew", async () => {
  const user = await signUp();
  const first = (await subscribe(user)).body.subscription;
  const second = (await subscribe(user, { price_id: "price_monthly_pro" })).body.subscription;
  notStrictEqual(second.id, first.id);
  strictEqual((await stripeSdk().subscriptions.retrieve(first.id)).status, "incomplete_expired");
  strictEqual((await subscriptionIn(user, "incomplete_expired")).stripe_subscription_id, first.id);
  await confirmPayment(second.client_secret);
  strictEqual((await subscriptionIn(user, "active")).stripe_subscription_id, second.id);
});

Deno.test("an unpaid purchase is resumed, and paid before the mirror knows is 409", async () => {
  const user = await signUp();
  const first = (await subscribe(user)).body.subscription;
  deepStrictEqual((await subscribe(user)).body.subscription, first);
  await confirmPayment(first.client_secret);
  // At once: the webhook may not have come yet, so Stripe is asked.
  const second = await subscribe(user);
  deepStrictEqual([second.status, second.body.code], [409, "subscription_exists"]);
  const other = await subscribe(user, { price_id: "price_monthly_pro" });
  deepStrictEqual([other.status, other.body.code], [409, "subscription_exists"]);
  strictEqual((await subscriptionIn(user, "active")).stripe_subscription_id, first.id);
});

Deno.test("a Stripe customer is not linked by an e-mail address, which anyone can claim unverified", async () => {
  const stripe = stripeSdk();
  const email = freshAddress("victim");
  // Somebody else's customer of the same Stripe account: with the address, and with our metadata's keys.
  const theirs = await stripe.customers.create({ email, metadata: { user_id: "1" } });
  const [price] = (await stripe.prices.list({ lookup_keys: ["price_monthly_pro"] })).data;
  await stripe.subscriptions.create({
    customer: theirs.id,
    items: [{ price: price!.id }],
    trial_period_days: 7,
  });
  const claimed = await call("POST", "auth-signup", {
    body: { email, password: `pw-${crypto.randomUUID()}`, name: "Mallory", locale: "en" },
  });
  strictEqual(claimed.status, 201, JSON.stringify(claimed.body));
  const own = await waitFor("a customer of his own", async () => {
    const { data } = await stripe.customers.list({ email });
    return data.find(({ id }) => id !== theirs.id);
  });
  const linked = await waitFor("the customer to be linked", async () => {
    const [row] = await sql`
      select customer.stripe_customer_id from private.billing_customers as customer
      join public.workspaces as workspace on workspace.id = customer.workspace_id
      join auth.users as account on account.id = workspace.personal_of
      where account.email = ${email}`;
    return row?.["stripe_customer_id"];
  });
  strictEqual(linked, own.id);
  const rows = await sql`
    select from public.subscriptions as held
    join private.billing_customers as customer on customer.workspace_id = held.workspace_id
    where customer.stripe_customer_id = ${own.id}`;
  strictEqual(rows.length, 0);
});

Deno.test("a second subscription while one is live is 409", async () => {
  const user = await signUp();
  await buy(user);
  const second = await subscribe(user, { price_id: "price_yearly_basic" });
  deepStrictEqual([second.status, second.body.code], [409, "subscription_exists"]);
  strictEqual((await subscriptionsAtStripe((await customerOf(user)).id)).length, 1);
});

Deno.test("two members of one workspace who buy at once buy one subscription", async () => {
  const [owner, colleague] = await Promise.all([signUp(), signUp()]);
  await join(owner.workspaceId, colleague.id, "billing");
  const workspace_id = owner.workspaceId;
  const answers = await Promise.all(
    Array.from(
      { length: 6 },
      (_, index) => subscribe(index % 2 ? owner : colleague, { workspace_id }),
    ),
  );
  deepStrictEqual(
    answers.map(({ status, body }) => status === 200 ? 200 : body),
    Array(6).fill(200),
  );
  strictEqual(new Set(answers.map(({ body }) => body.subscription.client_secret)).size, 1);
  strictEqual((await subscriptionsAtStripe((await customerOf(owner)).id)).length, 1);

  // The other member resumes what the first one began.
  await confirmPayment(answers[0]!.body.subscription.client_secret);
  await waitFor("the colleague to see it active", async () => {
    const { data } = await colleague.client.from("subscriptions").select()
      .eq("workspace_id", workspace_id).eq("status", "active");
    return data?.[0];
  });
});

Deno.test("who may not buy for a workspace is told so, and another's workspace is not told of", async () => {
  const [owner, member, stranger] = await Promise.all([signUp(), signUp(), signUp()]);
  await join(owner.workspaceId, member.id, "member");
  const workspace_id = owner.workspaceId;
  const asMember = await subscribe(member, { workspace_id });
  deepStrictEqual([asMember.status, asMember.body.code], [403, "forbidden"]);
  const asStranger = await subscribe(stranger, { workspace_id });
  deepStrictEqual([asStranger.status, asStranger.body.code], [404, "workspace_not_found"]);
  const nowhere = await subscribe(stranger, { workspace_id: crypto.randomUUID() });
  deepStrictEqual(
    [nowhere.status, nowhere.body.code, nowhere.body.detail],
    [404, "workspace_not_found", asStranger.body.detail],
  );
});

Deno.test("a price that is unknown, off sale or of another product is 404; too much at once is 422", async () => {
  const user = await signUp();
  const stripe = stripeSdk();
  const product = await stripe.products.create({ name: "Not a plan" });
  const foreign = await stripe.prices.create({
    product: product.id,
    currency: "eur",
    unit_amount: 100,
    recurring: { interval: "month" },
  });
  for (const price_id of ["price_unknown", "prod_x", foreign.id, "plan_basic"]) {
    const answer = await subscribe(user, { price_id });
    deepStrictEqual([answer.status, answer.body.code], [404, "price_not_found"], price_id);
  }
  const large = await subscribe(user, { price_id: "price_yearly_pro", quantity: 10_000 });
  deepStrictEqual([large.status, large.body.code], [422, "invalid_body"]);
  for (const quantity of [0, -1, 1.5, 10_001]) {
    strictEqual((await subscribe(user, { quantity })).status, 422);
  }
  strictEqual((await subscriptionsAtStripe((await customerOf(user)).id)).length, 0);
});

Deno.test("concurrent requests, and the sign-up's job beside them, do not create two Stripe customers (stripe-recommendations PR#20)", async () => {
  await Promise.all(Array.from({ length: 4 }, async () => {
    const user = await signUp({ name: freshAddress("name").slice(0, 40) });
    const answers = await Promise.all([subscribe(user), subscribe(user)]);
    deepStrictEqual(answers.map(({ status }) => status), [200, 200]);
    await customerOf(user);
    const { data } = await stripeSdk().customers.list({ email: user.email });
    strictEqual(data.length, 1);
    strictEqual(data[0]!.metadata["workspace_id"], user.workspaceId);
  }));
});
