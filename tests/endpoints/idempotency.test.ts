/**
 * The same request many times, for every endpoint that declares `idempotent`: at once, under one
 * Idempotency-Key, under somebody else's. What a key does over time is in idempotency-keys.test.ts.
 */
import assert from "node:assert/strict";
import { connect } from "../support/connect.ts";
import { signUp, signUpStaff, type TestUser } from "../support/users.ts";
import { rightBody } from "./suite/body.ts";
import { examples, withoutExample } from "./suite/examples.ts";
import type { Reply } from "./suite/reply.ts";
import { send } from "./suite/send.ts";
import { productTargets, type Target } from "./suite/target.ts";

const sql = connect();
Deno.test.afterAll(() => sql.end());

const times = 10;
const targets = (await productTargets()).filter(({ declaration }) => declaration.idempotent);

function isReplay({ headers }: Reply): boolean {
  return headers.get("idempotency-replayed") === "true";
}

/** A user who may call it. */
function caller({ declaration }: Target): Promise<TestUser> {
  return declaration.auth === "staff" ? signUpStaff() : signUp();
}

/** A request that a user may repeat. */
async function repeated(target: Target, user: TestUser) {
  const example = examples[target.label];
  const body = await example?.body(user, sql) ?? rightBody(target.declaration.body!);
  const text = JSON.stringify(body);
  const call = (key: string | null, as = text) =>
    send(target, {
      body: as,
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${user.token}`,
        "idempotency-key": key,
      },
    });
  return {
    send: call,
    /** The same in other bytes, which is another request. */
    sendOther: (key: string | null) => call(key, ` ${text}`),
    /** What came of it was done once, where an example tells. */
    async wasDoneOnce() {
      if (example !== undefined) assert.equal(await example.effects(user, sql), 1);
    },
  };
}

Deno.test("idempotent endpoints: each has an example, or a reason why it has none", () => {
  const labels = targets.map(({ label }) => label);
  assert.deepEqual(
    labels.filter((label) => !(label in examples)).toSorted(),
    Object.keys(withoutExample).toSorted(),
  );
  assert.deepEqual(Object.keys(examples).filter((label) => !labels.includes(label)), []);
});

for (const target of targets) {
  const example = examples[target.label];
  const { onceWithoutKey } = example ?? {};

  if (onceWithoutKey !== undefined) {
    Deno.test(`${target.label}: ${times} times at once without a key is done once`, async () => {
      const user = await caller(target);
      const request = await repeated(target, user);
      await Promise.all(Array.from({ length: times }, () => request.send(null)));
      assert.equal(await onceWithoutKey(user, sql), 1);
    });
  }

  if (example !== undefined) {
    Deno.test(`${target.label}: ${times} times at once with one key runs once; the others wait or repeat its reply`, async () => {
      const request = await repeated(target, await caller(target));
      const key = crypto.randomUUID();
      const replies = await Promise.all(Array.from({ length: times }, () => request.send(key)));
      const [ran, ...more] = replies
        .filter((one) => !isReplay(one) && one.code !== "idempotency_in_progress");
      assert.ok(ran !== undefined && more.length === 0, `${more.length + 1} of ${times} ran`);
      assert.equal(ran.status, target.declaration.status ?? 200, JSON.stringify(ran.body));
      const later = await request.send(key);
      for (const one of [...replies.filter(isReplay), later]) {
        assert.ok(isReplay(one));
        assert.deepEqual([one.status, one.body], [ran.status, ran.body]);
      }
      for (const one of replies.filter(({ code }) => code === "idempotency_in_progress")) {
        assert.ok(one.headers.has("retry-after"));
      }
      await request.wasDoneOnce();
    });
  }

  Deno.test(`${target.label}: another body under the same key is 422 and does nothing`, async () => {
    const request = await repeated(target, await caller(target));
    const key = crypto.randomUUID();
    const first = await request.send(key);
    const other = await request.sendOther(key);
    assert.equal(other.code, "idempotency_key_reused");
    const again = await request.send(key);
    assert.deepEqual([isReplay(again), again.body], [true, first.body]);
    await request.wasDoneOnce();
  });

  Deno.test(`${target.label}: another user's same key is another key`, async () => {
    const requests = await Promise.all(
      [1, 2].map(async () => await repeated(target, await caller(target))),
    );
    const key = crypto.randomUUID();
    const first = await requests[0]!.send(key);
    const second = await requests[1]!.sendOther(key);
    assert.deepEqual([isReplay(first), isReplay(second)], [false, false]);
    assert.notEqual(second.code, "idempotency_key_reused");
    for (const request of requests) await request.wasDoneOnce();
  });
}
