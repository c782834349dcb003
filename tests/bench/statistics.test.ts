/** The arithmetic of the benchmarks. */
import assert from "node:assert/strict";
import { comparePairs, median, meets, summarize, worseBy } from "../../bench/support/statistics.ts";

Deno.test("bench: the median of an odd, an even and an unsorted number of samples", () => {
  assert.equal(median([3]), 3);
  assert.equal(median([10, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.throws(() => median([]), RangeError);
});

Deno.test("bench: the ratio is that of the medians, the spread that of the pairs", () => {
  const pairs = [[10, 11], [10, 12], [20, 22], [10, 30], [10, 11]]
    .map(([baseline, subject]) => ({ baseline: baseline!, subject: subject! }));
  assert.deepEqual(comparePairs(pairs), {
    baseline: 10,
    subject: 12,
    ratio: 1.2,
    spread: [1.1, 3],
    count: 5,
  });
});

Deno.test("bench: without a baseline the samples themselves are summed up", () => {
  assert.deepEqual(summarize([2, 9, 3]), { subject: 3, spread: [2, 9], count: 3 });
});

Deno.test("bench: a goal is reached at its bound, from its own side", () => {
  assert.equal(meets(1.2, { atMost: 1.2 }), true);
  assert.equal(meets(1.21, { atMost: 1.2 }), false);
  assert.equal(meets(0.7, { atLeast: 0.7 }), true);
  assert.equal(meets(0.69, { atLeast: 0.7 }), false);
});

Deno.test("bench: worse is more of what should be little, less of what should be much", () => {
  assert.equal(worseBy(2, 1, { atMost: 1.2 }), 2);
  assert.equal(worseBy(0.5, 1, { atLeast: 0.7 }), 2);
  assert.equal(worseBy(0.5, 1, { atMost: 1.2 }), 0.5);
});
