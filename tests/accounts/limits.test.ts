/** The limits as they are in production, on a stack of their own. */
import assert from "node:assert/strict";
import { connect } from "../support/connect.ts";
import { type OwnStack, startOwnStack } from "../support/own-stack.ts";
import { confirmPayment, customerOf, subscribe } from "../support/purchases.ts";
import { delivered } from "../support/stripe-local.ts";
import { type Answer, call, type StackAddress, stripeSdk } from "../support/stack.ts";
import { freshAddress, signUp } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

let own: OwnStack;
let on: StackAddress;
Deno.test.beforeAll(async () => {
  own = await startOwnStack({ functionsEnv: { RATE_LIMIT_MULTIPLIER: "1" } });
  on = own.at;
});
Deno.test.afterAll(async () => await own?.[Symbol.asyncDispose]());

/** Each test calls from an address of its own, as behind the platform's edge. */
function caller() {
  const address = `2001:db8::${crypto.randomUUID().slice(0, 4)}:${crypto.randomUUID().slice(0, 4)}`;
  return (path: string, body: unknown): Promise<Answer> =>
    call("POST", path, { on, body, headers: { "cf-connecting-ip": address } });
}

function assertLimited(answer: Answer, withinSeconds: number) {
  assert.deepEqual([answer.status, answer.body.code], [429, "rate_limited"]);
  const seconds = Number(answer.headers.get("retry-after"));
  assert.ok(seconds >= 1 && seconds <= withinSeconds, `Retry-After: ${seconds}`);
}

Deno.test("auth-login: ten wrong passwords, then 429 with Retry-After, for this account alone", async () => {
  const [victim, other] = [await signUp({ on }), await signUp({ on })];
  for (let guesses = 0; guesses < 10; guesses++) {
    // Each from another address: what is counted is the account.
    const answer = await caller()("auth-login", { email: victim.email, password: "a guess" });
    assert.equal(answer.status, 401);
  }
  for (const password of ["a guess", victim.password]) {
    const email = victim.email.toUpperCase();
    assertLimited(await caller()("auth-login", { email, password }), 900);
  }
  const { email, password } = other;
  assert.equal((await caller()("auth-login", { email, password })).status, 200);
});

Deno.test("auth-login: of 20 guesses at once ten are tried, whether the account exists or not", async () => {
  // One that does not exist: no hash is compared, so all 20 are under way at the same time.
  const guess = { email: freshAddress(), password: "a guess" };
  const guesses = await Promise.all(
    Array.from({ length: 20 }, () => caller()("auth-login", guess)),
  );
  assert.equal(guesses.filter((answer) => answer.status === 401).length, 10);
  for (const refused of guesses.filter((answer) => answer.status !== 401)) {
    assertLimited(refused, 900);
  }
});

Deno.test("auth-login: a success forgets the failures before it", async () => {
  const { email, password } = await signUp({ on });
  for (let round = 0; round < 2; round++) {
    for (let guesses = 0; guesses < 6; guesses++) {
      const answer = await caller()("auth-login", { email, password: "a guess" });
      assert.equal(answer.status, 401);
    }
    assert.equal((await caller()("auth-login", { email, password })).status, 200);
  }
});

Deno.test("auth-login: one address gets 60 tries in 15 minutes, whatever accounts it names", async () => {
  const here = caller();
  const answers = await Promise.all(
    Array.from(
      { length: 65 },
      () => here("auth-login", { email: freshAddress(), password: "a guess" }),
    ),
  );
  assert.equal(answers.filter((answer) => answer.status === 401).length, 60);
  for (const refused of answers.filter((answer) => answer.status !== 401)) {
    assertLimited(refused, 900);
  }
  const { email, password } = await signUp({ on });
  assert.equal((await caller()("auth-login", { email, password })).status, 200);
});

Deno.test("auth-signup: one address tries 20 times an hour, so it cannot find out who has an account", async () => {
  const here = caller();
  const { email } = await signUp({ on });
  const answers = await Promise.all(
    Array.from(
      { length: 22 },
      () => here("auth-signup", { email, password: "correct horse battery", name: "Curious" }),
    ),
  );
  assert.equal(answers.filter((answer) => answer.status === 409).length, 20);
  for (const refused of answers.filter((answer) => answer.status !== 409)) {
    assertLimited(refused, 3600);
  }
});

Deno.test("auth-password-reset: the answer stays the same, but an account gets three mails an hour at most", async () => {
  const { email } = await signUp({ on });
  const sql = connect(on);
  const asked = async () => {
    const [row] = await sql<{ n: number }[]>`
      select count(*)::int as n from private.jobs where kind = 'password_reset'`;
    return row!.n;
  };
  try {
    for (const address of [email, freshAddress()]) {
      const before = await asked();
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => caller()("auth-password-reset", { email: address })),
      );
      assert.deepEqual(answers.map((answer) => answer.status), Array(5).fill(202));
      assert.equal(await asked() - before, 3);
    }
  } finally {
    await sql.end();
  }
});

Deno.test("limits: what does not pass validation is not counted", async () => {
  const here = caller();
  const answers = await Promise.all(
    Array.from({ length: 25 }, () => here("auth-signup", { email: "no address" })),
  );
  assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [422]);
});

Deno.test("card testing: four different cards declined, then 429 with Retry-After, and the client secret takes no more", async () => {
  const tester = await signUp({ on });
  const begun = await subscribe(tester, {}, { on });
  assert.equal(begun.status, 200, JSON.stringify(begun.body));
  const { client_secret } = begun.body.subscription;
  const cards = ["", "InsufficientFunds", "LostCard", "StolenCard"];
  for (const card of cards) {
    await assert.rejects(confirmPayment(client_secret, `pm_card_visa_chargeDeclined${card}`, on));
  }
  await delivered(on);
  const refused = await subscribe(tester, {}, { on });
  assert.deepEqual([refused.status, refused.body.code], [429, "too_many_declines"]);
  const seconds = Number(refused.headers.get("retry-after"));
  assert.ok(seconds > 80_000 && seconds <= 86_400, `Retry-After: ${seconds}`);
  // Nor is there another door: not Stripe's page for cards, nor what charges the one on file.
  const elsewhere: [string, unknown][] = [
    ["billing-portal", { return_url: `${own.stack.env["SITE_URL"]}/billing` }],
    ["subscription-resume", {}],
  ];
  for (const [path, body] of elsewhere) {
    const { status, body: problem } = await call("POST", path, { on, token: tester.token, body });
    assert.deepEqual([path, status, problem.code], [path, 429, "too_many_declines"]);
  }

  // Not even a good card is taken by what was under way.
  await waitFor("the purchase to be ended at Stripe", async () => {
    const intent = await stripeSdk(on).paymentIntents.retrieve(client_secret.split("_secret")[0]);
    return intent.status === "canceled";
  });
  await assert.rejects(confirmPayment(client_secret, "pm_card_visa", on));
  const { data } = await tester.client.from("subscriptions").select("status");
  assert.ok(data!.every(({ status }) => status !== "active"), JSON.stringify(data));
  assert.ok(own.log.some((line) => line.includes("card_testing_suspected")));
  assert.ok(!own.log.some((line) => line.includes("StolenCard")));

  // Others buy as before.
  const other = await signUp({ on });
  assert.equal((await subscribe(other, {}, { on })).status, 200);
});

Deno.test("card testing: a set-up of a card, which charges nothing, is counted and ended as well", async () => {
  const tester = await signUp({ on });
  const { id: customer } = await customerOf(tester, on);
  const stripe = stripeSdk(on);
  const { id } = await stripe.setupIntents.create({ customer });
  for (const card of ["", "InsufficientFunds", "LostCard", "StolenCard"]) {
    const payment_method = `pm_card_visa_chargeDeclined${card}`;
    await assert.rejects(stripe.setupIntents.confirm(id, { payment_method }));
  }
  await waitFor("the set-up to be ended at Stripe", async () => {
    return (await stripe.setupIntents.retrieve(id)).status === "canceled";
  });
  const refused = await subscribe(tester, {}, { on });
  assert.deepEqual([refused.status, refused.body.code], [429, "too_many_declines"]);
});
