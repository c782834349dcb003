import assert from "node:assert/strict";
import fc from "fast-check";
import { displayMoney } from "../../local/stripe/billing/display.ts";
import { after } from "../../local/stripe/billing/periods.ts";
import { changedFrom } from "../../local/stripe/changes.ts";
import { Clock } from "../../local/stripe/clock.ts";
import { decodeForm } from "../../local/stripe/form.ts";

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

Deno.test("local stripe: a form decodes to what it nests", () => {
  assert.deepEqual(
    plain(decodeForm("items[0][price]=p%5B1%5D&items[1][price]=q&expand[]=a&expand[]=b&x=1+2")),
    {
      items: { 0: { price: "p[1]" }, 1: { price: "q" } },
      expand: { 0: "a", 1: "b" },
      x: "1 2",
    },
  );
  assert.throws(() => decodeForm("[a]=1"), /Invalid parameter name/);
  assert.throws(() => decodeForm("a=1&a[b]=2"), /given twice/);
  decodeForm("__proto__[polluted]=yes");
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
});

Deno.test("local stripe: months keep the anchor's day where they have it", () => {
  const anchor = Date.UTC(2027, 0, 31, 12) / 1000;
  const month = { interval: "month", interval_count: 1 };
  const days = [1, 2, 3, 13].map((steps) =>
    new Date(after(anchor, month, steps) * 1000).toISOString().slice(0, 10)
  );
  assert.deepEqual(days, ["2027-02-28", "2027-03-31", "2027-04-30", "2028-02-29"]);
  const leap = Date.UTC(2028, 1, 29) / 1000;
  const year = after(leap, { interval: "year", interval_count: 1 });
  assert.equal(new Date(year * 1000).toISOString().slice(0, 10), "2029-02-28");
});

Deno.test("local stripe: a period always ends after it starts, and steps never go back", () => {
  fc.assert(fc.property(
    fc.integer({ min: 0, max: 4e9 }),
    fc.constantFrom("day", "week", "month", "year"),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 0, max: 60 }),
    (anchor, interval, interval_count, steps) => {
      const every = { interval, interval_count };
      return after(anchor, every, steps + 1) > after(anchor, every, steps);
    },
  ));
});

Deno.test("local stripe: previous attributes hold what changed and nothing else", () => {
  assert.deepEqual(
    changedFrom(
      { a: 1, nested: { kept: 1, was: 2 }, list: [1, 2], gone: "x" },
      { a: 1, nested: { kept: 1, was: 3 }, list: [1, 3], added: true },
    ),
    { nested: { was: 2 }, list: [1, 2], gone: "x", added: null },
  );
  assert.equal(changedFrom({ a: [1] }, { a: [1] }), undefined);
});

Deno.test("local stripe: amounts are shown with their currency's digits", () => {
  assert.equal(displayMoney(1900, "eur"), "€19.00");
  assert.equal(displayMoney(1900, "jpy"), "¥1,900");
  assert.match(displayMoney(1900, "kwd"), /1\.900$/);
});

Deno.test("local stripe: the clock counts whole seconds and only moves forward", () => {
  const clock = new Clock(() => 1_000_999);
  assert.equal(clock.now(), 1000);
  clock.advance(60);
  assert.deepEqual([clock.now(), clock.offset], [1060, 60]);
  assert.throws(() => clock.advance(-1), RangeError);
  assert.throws(() => clock.advance(0.5), RangeError);
});
