/** What the gate of the benchmarks lets pass. */
import assert from "node:assert/strict";
import type { CaseResult, Goal } from "../../bench/support/figure.ts";
import { judge, judgeAll } from "../../bench/support/gate.ts";

const atMost: Goal = { atMost: 1.2 };
const atLeast: Goal = { atLeast: 0.7 };

function result(ratio: number, goal: Goal): CaseResult {
  return { baseline: 1, subject: ratio, ratio, spread: [ratio, ratio], count: 5, goal };
}

for (
  const { goal, committed, now, verdict } of [
    { goal: atMost, committed: 1, now: 1.14, verdict: "ok" },
    { goal: atMost, committed: 1, now: 1.15, verdict: "warning" },
    { goal: atMost, committed: 1, now: 1.99, verdict: "warning" },
    { goal: atMost, committed: 1, now: 2, verdict: "failure" },
    { goal: atMost, committed: 2, now: 1, verdict: "ok" },
    { goal: atLeast, committed: 1, now: 0.9, verdict: "ok" },
    { goal: atLeast, committed: 1, now: 0.8, verdict: "warning" },
    { goal: atLeast, committed: 1, now: 0.5, verdict: "failure" },
    { goal: atLeast, committed: 0.5, now: 1, verdict: "ok" },
  ]
) {
  Deno.test(`bench gate: ${Object.keys(goal)[0]}, ${committed} committed, ${now} now: ${verdict}`, () => {
    assert.equal(judge(result(now, goal), result(committed, goal)).verdict, verdict);
  });
}

Deno.test("bench gate: it says how much worse, against what", () => {
  assert.equal(
    judge(result(1.5, atMost), result(1.2, atMost)).reason,
    "1.2 is committed, 1.5 now: 25 % worse",
  );
});

Deno.test("bench gate: a case that has no committed ratio fails, and says what to run", () => {
  const { verdict, reason } = judge(result(1, atMost), undefined);
  assert.equal(verdict, "failure");
  assert.match(reason, /task bench --quick/);
});

Deno.test("bench gate: a committed case that was not measured fails, one that only shows growth is not missed", () => {
  const named = (name: string, ratio: number) => ({ ...result(ratio, atMost), name });
  const { goal: _, ...growth } = named("growth", 5);
  assert.deepEqual(
    judgeAll([named("kept", 1)], [named("kept", 1), named("renamed", 1), growth])
      .map(({ name, verdict }) => `${name} ${verdict}`),
    ["kept ok", "renamed failure"],
  );
});

Deno.test("bench gate: cases are told apart by where they lie on the axis as well", () => {
  const [far] = judgeAll([{ ...result(3, atMost), at: 64 }], [
    { ...result(1, atMost), at: 1 },
    { ...result(3, atMost), at: 64 },
  ]);
  assert.equal(far!.verdict, "ok");
});
