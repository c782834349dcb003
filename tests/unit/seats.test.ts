/** How many seats are paid for: pure, so tried by the thousand. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  prorationOf,
  type SeatState,
  seatsWanted,
} from "../../supabase/functions/_shared/billing/seats.ts";

const state: fc.Arbitrary<SeatState> = fc.record({
  members: fc.nat(1000),
  quantity: fc.integer({ min: 1, max: 1000 }),
  periodEnd: fc.integer({ min: 1_000_000, max: 1_100_000 }),
  now: fc.integer({ min: 990_000, max: 1_110_000 }),
  keepsUntilEnd: fc.boolean(),
});
const hour = 3600;

Deno.test("seats: a member never waits for a seat, and a paid one is given back shortly before the renewal alone", () => {
  fc.assert(fc.property(state, (one) => {
    const wanted = seatsWanted(one);
    assert.ok(wanted >= Math.max(one.members, 1));
    assert.ok(wanted === Math.max(one.members, 1) || wanted === one.quantity);
    const left = one.periodEnd - one.now;
    if (wanted < one.quantity) assert.ok(left > 0 && left <= 2 * hour && !one.keepsUntilEnd);
  }));
});

Deno.test("seats: looking again changes nothing more", () => {
  fc.assert(fc.property(state, (one) => {
    const wanted = seatsWanted(one);
    assert.equal(seatsWanted({ ...one, quantity: wanted }), wanted);
  }));
});

Deno.test("seats: one more is prorated, at once where the next invoice is a year away; one less is not", () => {
  assert.equal(prorationOf({ from: 2, to: 3 }, "month"), "create_prorations");
  assert.equal(prorationOf({ from: 2, to: 3 }, undefined), "create_prorations");
  assert.equal(prorationOf({ from: 2, to: 3 }, "year"), "always_invoice");
  for (const interval of ["day", "week", "month", "year"]) {
    assert.equal(prorationOf({ from: 3, to: 2 }, interval), "none");
  }
});
