/** The limits as they are in production, on a stack of their own. */
import assert from "node:assert/strict";
import { type OwnStack, startOwnStack } from "../support/own-stack.ts";
import { type Answer, call, type StackAddress } from "../support/stack.ts";
import { freshAddress, signUp } from "../support/users.ts";

let own: OwnStack;
let on: StackAddress;
Deno.test.beforeAll(async () => {
  own = await startOwnStack({ functionsEnv: { RATE_LIMIT_MULTIPLIER: "1" } });
  on = own.at;
});
Deno.test.afterAll(async () => await own[Symbol.asyncDispose]());

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
  const [victim, other] = await Promise.all([signUp({ on }), signUp({ on })]);
  const guess = { email: victim.email, password: "wrong password" };
  // Each from another address: what is counted is the account.
  const guesses = await Promise.all(
    Array.from({ length: 30 }, () => caller()("auth-login", guess)),
  );
  const tried = guesses.filter((answer) => answer.status === 401);
  assert.ok(tried.length <= 10, `${tried.length} parallel guesses were tried`);
  for (const refused of guesses.filter((answer) => answer.status !== 401)) {
    assertLimited(refused, 900);
  }
  const right = { email: victim.email.toUpperCase(), password: victim.password };
  assertLimited(await caller()("auth-login", right), 900);
  const { email, password } = other;
  assert.equal((await caller()("auth-login", { email, password })).status, 200);
});

Deno.test("auth-login: a success forgets the failures before it", async () => {
  const { email, password } = await signUp({ on });
  for (let round = 0; round < 3; round++) {
    const guesses = await Promise.all(
      Array.from({ length: 6 }, () => caller()("auth-login", { email, password: "wrong word" })),
    );
    assert.deepEqual(guesses.map((answer) => answer.status), Array(6).fill(401));
    assert.equal((await caller()("auth-login", { email, password })).status, 200);
  }
});

Deno.test("auth-login: one address gets 60 tries in 15 minutes, whatever accounts it names", async () => {
  const here = caller();
  const answers = await Promise.all(
    Array.from(
      { length: 70 },
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

Deno.test("auth-signup: one address makes 20 accounts an hour", async () => {
  const here = caller();
  const answers = await Promise.all(
    Array.from({ length: 22 }, () =>
      here("auth-signup", {
        email: freshAddress(),
        password: "correct horse battery",
        name: "One of many",
      })),
  );
  assert.equal(answers.filter((answer) => answer.status === 201).length, 20);
  for (const refused of answers.filter((answer) => answer.status !== 201)) {
    assertLimited(refused, 3600);
  }
});

Deno.test("auth-password-reset: an account is asked for three times an hour, known or not", async () => {
  const { email } = await signUp({ on });
  for (const address of [email, freshAddress()]) {
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => caller()("auth-password-reset", { email: address })),
    );
    assert.equal(answers.filter((answer) => answer.status === 202).length, 3);
    for (const refused of answers.filter((answer) => answer.status !== 202)) {
      assertLimited(refused, 3600);
    }
  }
});

Deno.test("limits: what does not pass validation is not counted", async () => {
  const here = caller();
  const answers = await Promise.all(
    Array.from({ length: 25 }, () => here("auth-signup", { email: "no address" })),
  );
  assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [422]);
});
