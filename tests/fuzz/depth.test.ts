/** What the fuzzer says of endpoints that it never gets through. */
import assert from "node:assert/strict";
import { depthFaults } from "./never-succeeding.ts";

const counts = { success: 0, redirect: 0, general: 3, domain: 2, other: 0 };
const refused = { label: "a POST", counts };
const opened = { label: "b GET", counts: { ...counts, success: 1 } };
const known = ["a POST", "b GET", "c PUT"];

Deno.test("fuzz: an endpoint that never succeeds is a fault unless it is argued", () => {
  assert.deepEqual(depthFaults([refused, opened], known, {}), ["never succeeded: a POST"]);
  assert.deepEqual(depthFaults([refused, opened], known, { "a POST": "why" }), []);
  const led = { label: "a POST", counts: { ...counts, redirect: 1 } };
  assert.deepEqual(depthFaults([led, opened], known, {}), []);
});

Deno.test("fuzz: an exception that succeeds, or names nothing, is a fault", () => {
  const stale = (label: string) =>
    `an exception that is none any more: ${label} (never-succeeding.ts)`;
  assert.deepEqual(depthFaults([opened], known, { "b GET": "why" }), [stale("b GET")]);
  assert.deepEqual(depthFaults([opened], known, { "d GET": "why" }), [stale("d GET")]);
  // One that was not asked in this run is not judged by it.
  assert.deepEqual(depthFaults([opened], known, { "c PUT": "why" }), []);
});
