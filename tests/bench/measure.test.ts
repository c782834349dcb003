/** How the benchmarks take their samples. */
import assert from "node:assert/strict";
import { type Case, figure, type Sides } from "../../bench/support/figure.ts";
import { measure } from "../../bench/support/measure.ts";

const options = {
  size: "quick",
  judgedOnly: false,
  session: {
    shared: () => Promise.reject(new Error("nothing is shared here")),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  },
  log: () => {},
} as const;

const figureOf = (which: Case, sides: Sides) =>
  figure({
    title: "A figure",
    subject: "this",
    baseline: "that",
    unit: "ms",
    goal: { atMost: 1.2 },
    measure: (bench) => bench.pairs(which, sides),
  });

Deno.test("bench: baseline and subject take turns, and the first of each is not counted", async () => {
  const order: string[] = [];
  const times = { b: [1000, 1, 1, 1, 1, 1], s: [5000, 2, 2, 2, 2, 2] };
  const sample = (side: "b" | "s") => () => {
    order.push(side);
    return Promise.resolve(times[side].shift()!);
  };
  const [one] = await measure(
    figureOf({ name: "a case" }, { baseline: sample("b"), subject: sample("s") }),
    options,
  );
  assert.equal(order.join(""), "bs".repeat(6));
  assert.deepEqual(one, {
    name: "a case",
    baseline: 1,
    subject: 2,
    ratio: 2,
    spread: [2, 2],
    count: 5,
    goal: { atMost: 1.2 },
    met: false,
  });
});

Deno.test("bench: what only shows growth has no goal, and the gate does not measure it", async () => {
  const growth = figureOf(
    { at: 64, judged: false },
    () => Promise.resolve({ baseline: 1, subject: 9 }),
  );
  const [one] = await measure(growth, options);
  assert.equal(one!.at, 64);
  assert.equal(one!.goal, undefined);
  assert.equal(one!.met, undefined);
  await assert.rejects(measure(growth, { ...options, judgedOnly: true }), /measured nothing/);
});
