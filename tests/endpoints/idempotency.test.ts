/**
 * The same request many times, for every endpoint that declares `idempotent`: at once, under one
 * Idempotency-Key, under somebody else's. What a key does over time is in idempotency-keys.test.ts.
 */
import assert from "node:assert/strict";
import { signUp, signUpStaff, type TestUser } from "../support/users.ts";
import { rightBody } from "./suite/body.ts";
import { examples } from "./suite/examples.ts";
import type { Reply } from "./suite/reply.ts";
import { send } from "./suite/send.ts";
import { productTargets, type Target } from "./suite/target.ts";

const times = 20;
const targets = (await productTargets()).filter(({ declaration }) => declaration.idempotent);

function isReplay({ headers }: Reply): boolean {
  return headers.get("idempotency-replayed") === "true";
}

/** A user who may call it. */
function caller({ declaration }: Target): Promise<TestUser> {
  return declaration.auth === "staff" ? signUpStaff() : signUp();
}

/** A request that one of the users repeats. */
function repeated(target: Target) {
  const example = examples[target.label];
  const text = JSON.stringify(example?.body ?? rightBody(target.declaration.body!));
  return {
    send: (user: TestUser, key: string | null, body = text) =>
      send(target, {
        body,
        headers: {
          "content-type": "application/json",
          authorization: `Bearer ${user.token}`,
          "idempotency-key": key,
        },
      }),
    sameInOtherBytes: ` ${text}`,
    effects: (user: TestUser) => example?.effects(user),
  };
}

for (const target of targets) {
  Deno.test(`${target.label}: ${times} times at once without a key is done once at most`, async () => {
    const request = repeated(target);
    const user = await caller(target);
    await Promise.all(Array.from({ length: times }, () => request.send(user, null)));
    assert.ok((await request.effects(user) ?? 0) <= 1);
  });

  Deno.test(`${target.label}: ${times} times at once with one key runs once; the others wait or repeat its reply`, async () => {
    const request = repeated(target);
    const user = await caller(target);
    const key = crypto.randomUUID();
    const replies = await Promise.all(
      Array.from({ length: times }, () => request.send(user, key)),
    );
    const [ran, ...more] = replies
      .filter((one) => !isReplay(one) && one.code !== "idempotency_in_progress");
    assert.ok(ran !== undefined && more.length === 0, `${more.length + 1} of ${times} ran`);
    const later = await request.send(user, key);
    for (const one of [...replies.filter(isReplay), later]) {
      assert.ok(isReplay(one));
      assert.deepEqual([one.status, one.body], [ran.status, ran.body]);
    }
    for (const one of replies.filter(({ code }) => code === "idempotency_in_progress")) {
      assert.ok(one.headers.has("retry-after"));
    }
    assert.equal(await request.effects(user) ?? 1, 1);
  });

  Deno.test(`${target.label}: another body under the same key is 422 and does nothing`, async () => {
    const request = repeated(target);
    const user = await caller(target);
    const key = crypto.randomUUID();
    const first = await request.send(user, key);
    const other = await request.send(user, key, request.sameInOtherBytes);
    assert.equal(other.code, "idempotency_key_reused");
    const again = await request.send(user, key);
    assert.deepEqual([isReplay(again), again.body], [true, first.body]);
  });

  Deno.test(`${target.label}: another user's same key is another key`, async () => {
    const request = repeated(target);
    const [one, other] = await Promise.all([caller(target), caller(target)]);
    const key = crypto.randomUUID();
    const first = await request.send(one, key);
    const second = await request.send(other, key, request.sameInOtherBytes);
    assert.deepEqual([isReplay(first), isReplay(second)], [false, false]);
    assert.notEqual(second.code, "idempotency_key_reused");
    assert.equal(await request.effects(other) ?? 1, 1);
  });
}
