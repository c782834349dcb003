import assert from "node:assert/strict";
import fc from "fast-check";
import {
  CURRENCIES,
  exponentOf,
  stripeExponentOf,
} from "../../supabase/functions/_shared/currencies.ts";
import {
  add,
  apportion,
  formatMoney,
  fromStripeAmount,
  Money,
  money,
  multiply,
  percentage,
  roundToChargeable,
  subtract,
  toStripeAmount,
} from "../../supabase/functions/_shared/money.ts";

const MAX = Number.MAX_SAFE_INTEGER;
const amount = fc.integer({ min: -MAX, max: MAX });
const currency = fc.constantFrom(...CURRENCIES);
/** Small enough that no property meets the overflow, which has tests of its own. */
const anyMoney = fc.tuple(fc.integer({ min: -(10 ** 12), max: 10 ** 12 }), currency)
  .map(([n, code]) => money(n, code));
const weights = fc.array(fc.nat({ max: 1_000_000 }), { minLength: 1, maxLength: 30 })
  .filter((list) => list.some((weight) => weight > 0));

Deno.test("money: takes Stripe's lower case and bigint columns, makes -0 a 0", () => {
  assert.deepEqual(money(1900n, "eur"), { amount: 1900, currency: "EUR" });
  assert.ok(Object.is(money(-0, "EUR").amount, 0));
});

Deno.test("money: refuses fractions, NaN, amounts past 2^53 and unknown currencies", () => {
  for (const wrong of [0.5, NaN, Infinity, MAX + 1, 2n ** 60n]) {
    assert.throws(() => money(wrong, "EUR"), RangeError);
  }
  for (const wrong of ["", "EU", "XXX", "CLF", "EURO", "€"]) {
    assert.throws(() => money(1, wrong), /unknown currency/);
  }
  assert.equal(Money.safeParse({ amount: 1, currency: "eur" }).success, false);
  assert.equal(Money.safeParse({ amount: 1.5, currency: "EUR" }).success, false);
  assert.equal(Money.safeParse({ amount: 1, currency: "EUR" }).success, true);
});

Deno.test("currencies: every code is one that Intl can name", () => {
  const names = new Intl.DisplayNames("en", { type: "currency", fallback: "none" });
  // Younger or older than Deno's trimmed ICU, which writes the code itself.
  const unnamed = new Set(["SLE", "STD", "VED", "XCG", "ZWG"]);
  assert.deepEqual(CURRENCIES.filter((code) => !names.of(code) && !unnamed.has(code)), []);
  assert.equal(new Set(CURRENCIES).size, CURRENCIES.length);
});

Deno.test("add and subtract: are each other's inverse", () => {
  fc.assert(fc.property(anyMoney, amount.map((n) => n % 10 ** 12), (a, n) => {
    const b = money(n, a.currency);
    assert.deepEqual(subtract(add(a, b), b), a);
  }));
});

Deno.test("add and subtract: refuse two currencies", () => {
  assert.throws(() => add(money(1, "EUR"), money(1, "USD")), /cannot add EUR and USD/);
  assert.throws(() => subtract(money(1, "EUR"), money(1, "USD")), TypeError);
});

Deno.test("add, subtract and multiply: throw where the result is no safe integer", () => {
  assert.throws(() => add(money(MAX, "EUR"), money(1, "EUR")), RangeError);
  assert.throws(() => subtract(money(-MAX, "EUR"), money(1, "EUR")), RangeError);
  assert.throws(() => multiply(money(MAX, "EUR"), 2), RangeError);
  // Exact in bigint, though the float product would already be another number.
  assert.equal(multiply(money(3_002_399_751_580_330, "EUR"), 3).amount, 9_007_199_254_740_990);
});

Deno.test("multiply: by n is n additions, and a fraction is refused", () => {
  fc.assert(fc.property(anyMoney, fc.nat({ max: 20 }), (price, n) => {
    let sum = money(0, price.currency);
    for (let i = 0; i < n; i++) sum = add(sum, price);
    assert.deepEqual(multiply(price, n), sum);
  }));
  assert.throws(() => multiply(money(1, "EUR"), 1.5), RangeError);
});

Deno.test("percentage: rounds halves away from zero, on both sides alike", () => {
  assert.equal(percentage(money(1900, "EUR"), 2000).amount, 380);
  assert.equal(percentage(money(1, "EUR"), 5000).amount, 1);
  assert.equal(percentage(money(-1, "EUR"), 5000).amount, -1);
  assert.equal(percentage(money(1, "EUR"), 4999).amount, 0);
  assert.equal(percentage(money(MAX, "EUR"), 10_000).amount, MAX);
  fc.assert(fc.property(anyMoney, fc.integer({ min: 0, max: 20_000 }), (price, rate) => {
    const part = percentage(price, rate).amount;
    assert.equal(percentage(multiply(price, -1), rate).amount, part === 0 ? 0 : -part);
    const off = BigInt(part) * 10_000n - BigInt(price.amount) * BigInt(rate);
    assert.ok((off < 0n ? -off : off) <= 5_000n, "within half a minor unit");
  }));
});

Deno.test("apportion: parts add up to the total, keep its sign and stay within one unit", () => {
  fc.assert(fc.property(amount, currency, weights, (total, code, list) => {
    const parts = apportion(money(total, code), list);
    const whole = list.reduce((sum, weight) => sum + BigInt(weight), 0n);
    assert.equal(parts.length, list.length);
    assert.equal(parts.reduce((sum, part) => sum + BigInt(part.amount), 0n), BigInt(total));
    parts.forEach((part, index) => {
      assert.ok(Math.sign(part.amount) * Math.sign(total) >= 0, "sign of the total");
      if (list[index] === 0) assert.equal(part.amount, 0);
      const off = BigInt(part.amount) * whole - BigInt(total) * BigInt(list[index] ?? 0);
      assert.ok((off < 0n ? -off : off) < whole, "less than one minor unit off its share");
    });
  }));
});

Deno.test("apportion: a heavier weight never gets less; equal remainders go to the earlier", () => {
  fc.assert(fc.property(fc.nat(), weights, (total, list) => {
    const parts = apportion(money(total, "EUR"), list);
    list.forEach((weight, i) =>
      list.forEach((other, j) => {
        const [a, b] = [parts[i]?.amount ?? 0, parts[j]?.amount ?? 0];
        if (weight > other) assert.ok(a >= b);
        if (weight === other && i < j) assert.ok(a >= b);
      })
    );
  }));
  const thirds = apportion(money(100, "EUR"), [1, 1, 1]).map((part) => part.amount);
  assert.deepEqual(thirds, [34, 33, 33]);
});

Deno.test("apportion: refuses weights that say nothing", () => {
  for (const list of [[], [0, 0], [1, -1], [0.5, 0.5]]) {
    assert.throws(() => apportion(money(1, "EUR"), list), RangeError);
  }
});

Deno.test("formatMoney: as the reader's language writes it", () => {
  assert.equal(formatMoney(money(1900, "EUR"), "fr"), "19,00\u00a0€");
  assert.equal(formatMoney(money(1900, "EUR"), "en"), "€19.00");
  assert.equal(formatMoney(money(-123456, "EUR"), "fr"), "-1\u202f234,56\u00a0€");
  assert.equal(formatMoney(money(5, "EUR"), "en"), "€0.05");
  assert.equal(formatMoney(money(1900, "JPY"), "en"), "¥1,900");
  assert.equal(formatMoney(money(5124, "KWD"), "en"), "KWD\u00a05.124");
  assert.equal(formatMoney(money(1045, "IQD"), "en"), "IQD\u00a01.045", "not Intl's own digits");
  assert.equal(formatMoney(money(MAX, "EUR"), "en"), "€90,071,992,547,409.91", "every digit kept");
});

Deno.test("formatMoney: the digits written are the amount", () => {
  fc.assert(fc.property(amount, currency, (n, code) => {
    const digits = formatMoney(money(n, code), "en").replace(/\D/g, "");
    assert.equal(BigInt(digits), BigInt(Math.abs(n)));
    assert.ok(digits.length > exponentOf(code));
  }));
});

Deno.test("Stripe: amounts in its own decimals, by its currency page", () => {
  const stripe = (n: number, code: string) => toStripeAmount(money(n, code));
  assert.deepEqual(stripe(1000, "USD"), { amount: 1000, currency: "usd" });
  assert.deepEqual(stripe(500, "JPY"), { amount: 500, currency: "jpy" });
  assert.deepEqual(stripe(5, "ISK"), { amount: 500, currency: "isk" });
  assert.deepEqual(stripe(5, "UGX"), { amount: 500, currency: "ugx" });
  assert.deepEqual(stripe(500, "MGA"), { amount: 5, currency: "mga" });
  assert.deepEqual(stripe(5120, "KWD"), { amount: 5120, currency: "kwd" });
  assert.deepEqual(stripe(1045, "HUF"), { amount: 1045, currency: "huf" });
  assert.deepEqual(stripe(80045, "TWD"), { amount: 80045, currency: "twd" });
});

Deno.test("Stripe: its sixteen zero-decimal currencies are sent whole, UGX by its special case", () => {
  const listed = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split(" ");
  assert.deepEqual(CURRENCIES.filter((code) => stripeExponentOf(code) === 0), listed);
  assert.equal(stripeExponentOf("UGX"), 2);
});

Deno.test("Stripe: refuses what it cannot charge exactly, and rounds only when asked", () => {
  assert.throws(() => toStripeAmount(money(5124, "KWD")), /cannot charge 5\.124 KWD/);
  assert.throws(() => toStripeAmount(money(150, "MGA")), /multiples of 100/);
  assert.throws(() => fromStripeAmount(1050, "isk"), /ISK has no decimals/);
  assert.throws(() => fromStripeAmount(1, "zzz"), /unknown currency "ZZZ"/);
  assert.equal(roundToChargeable(money(5124, "KWD")).amount, 5120);
  assert.equal(roundToChargeable(money(5125, "KWD")).amount, 5130);
  assert.equal(roundToChargeable(money(-5125, "KWD")).amount, -5130);
  assert.equal(roundToChargeable(money(1999, "EUR")).amount, 1999);
});

Deno.test("Stripe: to its amount and back is the same money, in every currency", () => {
  fc.assert(fc.property(anyMoney, (price) => {
    const chargeable = roundToChargeable(price);
    const { amount, currency } = toStripeAmount(chargeable);
    assert.deepEqual(fromStripeAmount(amount, currency), chargeable);
  }));
});
