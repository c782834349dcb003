/** Placing orders in SQL, with as many real connections as there are buyers at once. */
import { deepEqual, equal, notEqual, ok, rejects, throws } from "node:assert/strict";
import fc from "fast-check";
import postgres from "postgres";
import { refused } from "../support/callers.ts";
import { insertUser, type Sql, type TestDatabase, testDatabase } from "../support/database.ts";
import { CURRENCIES } from "../../supabase/functions/_shared/currencies.ts";
import {
  apportion,
  money,
  percentage,
  roundToChargeable,
  toStripeAmount,
} from "../../supabase/functions/_shared/money.ts";
import {
  apply,
  inCategory,
  onSale,
  paidSession,
  place,
  priceList,
  stockOf,
} from "../support/checkout.ts";

let database: TestDatabase;
let sql: Sql;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 16 });
  sql = database.sql;
});
Deno.test.afterAll(async () => await database[Symbol.asyncDispose]());

const one = (variant_id: string, quantity = 1) => ({ variant_id, quantity });

/** What a refusal tells beside its code. */
async function refusal(attempt: Promise<unknown>): Promise<{ code: string; variants: unknown }> {
  const error = await attempt.then(() => undefined, (thrown) => thrown);
  if (!(error instanceof postgres.PostgresError)) throw error ?? new Error("it went through");
  return { code: error.message, ...JSON.parse(error.hint ?? "{}") };
}

async function discount(columns: Record<string, unknown>): Promise<{ id: string; code: string }> {
  const code = `C${crypto.randomUUID().slice(0, 8).toUpperCase()}`;
  const [row] = await sql<{ id: string }[]>`
    insert into public.discounts ${
    sql({ code, kind: "percent", basis_points: 1000, ...columns })
  } returning id`;
  return { id: row!.id, code };
}

const redeemed = async (id: string) =>
  (await sql`select redeemed from public.discounts where id = ${id}`)[0]!["redeemed"];

Deno.test("order_place: 40 buyers for 7 units: 7 orders, nothing below zero, no orphan (medusa#16825, vendure#3508)", async () => {
  const { variantId } = await onSale(sql, { stock: 7 });
  const ends = await Promise.allSettled(
    Array.from({ length: 40 }, () => place(sql, { items: [one(variantId)] })),
  );
  equal(ends.filter((end) => end.status === "fulfilled").length, 7);
  for (const end of ends) {
    if (end.status === "rejected") equal(end.reason.message, "out_of_stock");
  }
  deepEqual(await stockOf(sql, variantId), { on_hand: 7, reserved: 7, sold: 0 });
  const [orders] = await sql`
    select count(*)::int as n from public.order_items where variant_id = ${variantId}`;
  equal(orders!["n"], 7);
});

Deno.test("order_place: two lines of one item are one (medusa#16502)", async () => {
  const { variantId } = await onSale(sql, { stock: 3 });
  await refused(place(sql, { items: [one(variantId, 2), one(variantId, 2)] }), "out_of_stock");
  const { order } = await place(sql, { items: [one(variantId, 2), one(variantId)] });
  deepEqual(order.items.map(({ quantity }) => quantity), [3]);
  deepEqual(await stockOf(sql, variantId), { on_hand: 3, reserved: 3, sold: 0 });
});

Deno.test("order_place: all or nothing, and it names everything that is missing, but no more than a buyer may know", async () => {
  const [plenty, few, none] = await Promise.all([
    onSale(sql, { stock: 50 }),
    onSale(sql, { stock: 2 }),
    onSale(sql, { stock: 0 }),
  ]);
  const { code, variants } = await refusal(place(sql, {
    items: [one(plenty.variantId, 51), one(few.variantId, 3), one(none.variantId)],
  }));
  equal(code, "out_of_stock");
  const told = (variants as { variant_id: string }[]).toSorted((a, b) =>
    a.variant_id < b.variant_id ? -1 : 1
  );
  deepEqual(
    told,
    [
      { variant_id: plenty.variantId, availability: "in_stock", few_left: null },
      { variant_id: few.variantId, availability: "few_left", few_left: 2 },
      { variant_id: none.variantId, availability: "out_of_stock", few_left: null },
    ].toSorted((a, b) => a.variant_id < b.variant_id ? -1 : 1),
  );
  await refused(
    place(sql, { items: [one(plenty.variantId), one(few.variantId, 3)] }),
    "out_of_stock",
  );
  deepEqual(await stockOf(sql, plenty.variantId), { on_hand: 50, reserved: 0, sold: 0 });
});

Deno.test("order_place: carts of the same items in opposite order do not wait for each other in a ring", async () => {
  const [a, b] = await Promise.all([onSale(sql), onSale(sql)]);
  const carts = [[one(a.variantId), one(b.variantId)], [one(b.variantId), one(a.variantId)]];
  await Promise.all(Array.from({ length: 30 }, (_, n) => place(sql, { items: carts[n % 2]! })));
  deepEqual(await stockOf(sql, a.variantId), { on_hand: 100, reserved: 30, sold: 0 });
});

Deno.test("order_place: the same cart is the same order, 20 times at once; a changed one must end it first", async () => {
  const { variantId } = await onSale(sql);
  const asked = {
    buyer: `guest:${crypto.randomUUID()}`,
    email: "a@example.com",
    items: [one(variantId, 2)],
  };
  const placed = await Promise.all(Array.from({ length: 20 }, () => place(sql, asked)));
  equal(new Set(placed.map(({ order }) => order.id)).size, 1);
  ok(placed[0]!.order.expires_at - Date.now() / 1000 > 35 * 60);
  equal(placed.filter(({ fresh }) => fresh).length, 1);
  ok(placed.every(({ matches }) => matches));
  deepEqual(await stockOf(sql, variantId), { on_hand: 100, reserved: 2, sold: 0 });

  const other = await place(sql, { ...asked, items: [one(variantId, 3)] });
  deepEqual([other.fresh, other.matches, other.order.id], [false, false, placed[0]!.order.id]);
  // A stale cart: the price has changed since (vendure#1738).
  await sql`update public.variant_prices set unit_amount = 1100 where variant_id = ${variantId}`;
  equal((await place(sql, asked)).matches, false);

  await apply(sql, paidSession(placed[0]!.order));
  const next = await place(sql, asked);
  equal(next.fresh, true);
  notEqual(next.order.id, placed[0]!.order.id);
});

Deno.test("order_place: what is not on sale is named, whatever the reason", async () => {
  const [good, hidden, unpriced] = await Promise.all([
    onSale(sql),
    onSale(sql, { active: false }),
    onSale(sql, { price: null }),
  ]);
  const unknown = crypto.randomUUID();
  const { code, variants } = await refusal(place(sql, {
    items: [good.variantId, hidden.variantId, unpriced.variantId, unknown].map((id) => one(id)),
  }));
  equal(code, "item_unavailable");
  deepEqual(
    variants,
    [hidden.variantId, unpriced.variantId, unknown].map((variant_id) => ({ variant_id })),
  );
});

Deno.test("order_place: shipping by country, weight and total; needed where something weighs", async () => {
  const { variantId } = await onSale(sql, { price: 1000, weight: 600 });
  const rates = await sql<{ id: string }[]>`
    insert into public.shipping_rates (name_en, name_fr, price_list_id, amount, countries, max_weight, min_total) values
      ('Light', 'Léger', 'eur', 500, '{FR}', 1000, null), ('Free', 'Offert', 'eur', 0, null, null, 3000)
    returning id`;
  const [light, free] = rates.map(({ id }) => id) as [string, string];
  const to = (country: string, rate: string | null, quantity: number) =>
    place(sql, { items: [one(variantId, quantity)], address: { name: "A", country }, rate });
  await refused(to("FR", null, 1), "shipping_required");
  await refused(to("DE", light, 1), "shipping_unavailable");
  await refused(to("FR", light, 2), "shipping_unavailable");
  await refused(to("FR", free, 2), "shipping_unavailable");
  equal((await to("FR", light, 1)).order.total_amount, 1500);
  equal((await to("DE", free, 3)).order.total_amount, 3000);
});

Deno.test("discounts: 20 at once for the last 3 redemptions; who has one, keeps it until he pays (saleor#15855)", async () => {
  const { variantId } = await onSale(sql);
  const { id, code } = await discount({ max_redemptions: 3 });
  const ends = await Promise.allSettled(
    Array.from(
      { length: 20 },
      () => place(sql, { items: [one(variantId)], code: ` ${code.toLowerCase()} ` }),
    ),
  );
  const placed = ends.flatMap((end) => end.status === "fulfilled" ? [end.value.order] : []);
  equal(placed.length, 3);
  for (const end of ends) {
    if (end.status === "rejected") equal(end.reason.message, "discount_used_up");
  }
  equal(await redeemed(id), 3);
  deepEqual(await stockOf(sql, variantId), { on_hand: 100, reserved: 3, sold: 0 });
  for (const order of placed) {
    equal(order.total_amount, 900);
    await apply(sql, paidSession(order));
  }
  const refunds = await sql`select from public.order_refunds where order_id in ${
    sql(placed.map(({ id }) => id))
  }`;
  equal(refunds.length, 0);
});

Deno.test("discounts: once a customer, from however many carts at once; given back when nothing is paid", async () => {
  const { variantId } = await onSale(sql);
  const { id, code } = await discount({ max_per_customer: 1 });
  const email = `${crypto.randomUUID()}@example.com`;
  const asked = { email, items: [one(variantId)], code };
  const ends = await Promise.allSettled(Array.from({ length: 10 }, () => place(sql, asked)));
  const [first] = ends.flatMap((end) => end.status === "fulfilled" ? [end.value.order] : []);
  equal(ends.filter((end) => end.status === "fulfilled").length, 1);
  const user = { ...asked, userId: await insertUser(sql), email: email.toUpperCase() };
  await refused(place(sql, user), "discount_used_up");

  await sql`select private.order_release(${first!.id}, 'expired', 'session_expired')`;
  await sql`select private.order_release(${first!.id}, 'expired', 'session_expired')`;
  equal(await redeemed(id), 0);
  equal((await place(sql, user)).order.total_amount, 900);
});

Deno.test("discounts: validity, minimum, what they cover with the categories below", async () => {
  const clothes = await inCategory(sql);
  const [shirt, mug] = await Promise.all([
    inCategory(sql, clothes).then((category) => onSale(sql, { price: 2000, category })),
    onSale(sql, { price: 1000 }),
  ]);
  const both = [one(shirt.variantId), one(mug.variantId, 2)];
  const late = await discount({ starts_at: new Date(0), ends_at: new Date(1000) });
  await refused(place(sql, { items: both, code: late.code }), "discount_invalid");
  await refused(place(sql, { items: both, code: "NOPE" }), "discount_invalid");

  const scoped = await discount({ price_list_id: "eur", minimum_amount: 2001, kind: "percent" });
  await sql`insert into public.discount_scopes (discount_id, category_id) values (${scoped.id}, ${clothes})`;
  await refused(place(sql, { items: both, code: scoped.code }), "discount_minimum");
  await refused(
    place(sql, { items: [one(mug.variantId)], code: scoped.code }),
    "discount_not_applicable",
  );
  await sql`update public.discounts set minimum_amount = 2000 where id = ${scoped.id}`;
  const { order } = await place(sql, { items: both, code: scoped.code });
  deepEqual(order.items.map((item) => item.discount_amount), [200, 0]);

  const amount = await discount({
    kind: "amount",
    amount: 9999,
    basis_points: null,
    price_list_id: "eur",
  });
  await sql`insert into public.discount_scopes (discount_id, product_id) values (${amount.id}, ${mug.productId})`;
  const reduced = await place(sql, { items: both, code: amount.code });
  deepEqual(reduced.order.items.map((item) => item.total_amount), [2000, 0]);
});

Deno.test("order_place: an order that costs nothing is paid at once", async () => {
  const { variantId } = await onSale(sql, { stock: 4 });
  const { code } = await discount({ basis_points: 10_000 });
  const { order } = await place(sql, { items: [one(variantId)], code });
  deepEqual([order.status, order.total_amount], ["paid", 0]);
  deepEqual(await stockOf(sql, variantId), { on_hand: 3, reserved: 0, sold: 1 });
});

Deno.test("apportion: in SQL as in TypeScript, parts that add up, each within its line", async () => {
  const samples = fc.sample(
    fc.tuple(
      fc.integer({ min: 0, max: 99_999_999 }),
      fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 30 })
        .filter((weights) => weights.some((weight) => weight > 0)),
    ),
    300,
  );
  const found = await sql<{ parts: string[] }[]>`
    select private.apportion((one ->> 0)::bigint, array(
      select value::bigint from jsonb_array_elements_text(one -> 1) with ordinality as weight (value, place) order by place
    )) as parts
    from jsonb_array_elements(${
    sql.json(samples)
  }) with ordinality as sample (one, place) order by place`;
  for (const [index, [total, weights]] of samples.entries()) {
    const wanted = apportion(money(total, "EUR"), weights).map(({ amount }) => amount);
    deepEqual(found[index]!.parts.map(Number), wanted);
  }
});

Deno.test("charge_step: of each currency as toStripeAmount() charges it", async () => {
  const steps = await sql<{ currency: string; step: number }[]>`
    select currency, private.charge_step(currency)::int as step from unnest(${CURRENCIES as string[]}::text[]) as currency`;
  for (const { currency, step } of steps) {
    toStripeAmount(money(step, currency));
    if (step > 1) throws(() => toStripeAmount(money(step - 1, currency)));
  }
});

for (const currency of ["JPY", "EUR", "KWD"]) {
  Deno.test(`order_place: what a percent takes off can be charged, and adds up, in ${currency}`, async () => {
    const list = await priceList(sql, currency);
    const step = currency === "KWD" ? 10 : 1;
    const random = fc.sample(
      fc.tuple(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 1, max: 9 })), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.integer({ min: 1, max: 10_000 }),
      ),
      12,
    );
    for (const [lines, basis_points] of random) {
      const { code } = await discount({ basis_points });
      const items = [];
      for (const [price, quantity] of lines) {
        const { variantId } = await onSale(sql, { list, price: price * step });
        items.push(one(variantId, quantity));
      }
      const { order } = await place(sql, { list, code, items });
      const whole = lines.reduce((sum, [price, quantity]) => sum + price * step * quantity, 0);
      const off = roundToChargeable(percentage(money(whole, currency), basis_points));
      const taken = order.items.reduce((sum, item) => sum + item.discount_amount, 0);
      equal(order.total_amount, whole - taken);
      // Rounded once, to the step; by way of whole units a half may fall the other way.
      const slack = step > 1 ? step : 0;
      ok(Math.abs(taken - off.amount) <= slack, `${taken} of ${whole} at ${basis_points}`);
      for (const item of order.items) toStripeAmount(money(item.total_amount, currency));
    }
  });
}

Deno.test("prices: what Stripe cannot charge is no price", async () => {
  const list = await priceList(sql, "KWD");
  await rejects(onSale(sql, { list, price: 1255 }), /multiples of 10/);
});

Deno.test("order_place: 40 items are one call, and one update of the stock each (saleor#14857)", async () => {
  const items = [];
  for (let n = 0; n < 40; n++) items.push(one((await onSale(sql)).variantId));
  const { order } = await place(sql, { items });
  equal(order.items.length, 40);
  const [moved] =
    await sql`select count(*)::int as n from private.stock_movements where order_id = ${order.id}`;
  equal(moved!["n"], 40);
});

Deno.test("card_decline_record_guest: counts for where the order came from, and ends its checkout past the limit", async () => {
  const { variantId } = await onSale(sql);
  const { order } = await place(sql, { items: [one(variantId)] });
  const address = crypto.randomUUID().replaceAll("-", "").repeat(2);
  await sql`update private.order_requests set address_hash = ${address} where order_id = ${order.id}`;
  const decline = async (cause: string, id: string = order.id) =>
    (await sql`select public.card_decline_record_guest(${cause}, ${id}, null, 'generic_decline') as many`)[
      0
    ]!["many"];
  for (let n = 1; n < 12; n++) equal(await decline(`ch_${order.id}_${n}`), false);
  equal(await decline(`ch_${order.id}_1`), false, "the same one counts once");
  equal(await decline(`ch_${order.id}_other`, "not-a-uuid"), false);
  equal(await decline(`ch_${order.id}_12`), true);
  const [job] =
    await sql`select from private.jobs where kind = 'order_end' and payload ->> 'order_id' = ${order.id}`;
  ok(job);
  const [begun] = await sql`select public.card_attempt_begin_guest(${address}) as answer`;
  equal(begun!["answer"].allowed, false);
});

Deno.test("order_place: what is sent needs an address, also by a rate that goes everywhere", async () => {
  const { variantId } = await onSale(sql, { weight: 100 });
  const [rate] = await sql<{ id: string }[]>`
    insert into public.shipping_rates (name_en, name_fr, price_list_id, amount)
    values ('Anywhere', 'Partout', 'eur', 500) returning id`;
  const asked = { items: [one(variantId)], rate: rate!.id };
  await refused(place(sql, asked), "shipping_required");
  equal((await place(sql, { ...asked, address: { country: "FR" } })).order.total_amount, 1500);
});

Deno.test("order_place: guests from one address hold 20 orders and 1,000 units at most, however many carts they make", async () => {
  const { variantId } = await onSale(sql, { stock: 10_000 });
  const from = () => crypto.randomUUID().replaceAll("-", "").repeat(2);
  const crowd = from();
  const ends = await Promise.allSettled(
    Array.from({ length: 25 }, () => place(sql, { items: [one(variantId)], addressHash: crowd })),
  );
  equal(ends.filter((end) => end.status === "fulfilled").length, 20);
  for (const end of ends) {
    if (end.status === "rejected") equal(end.reason.message, "rate_limited");
  }
  const hoarder = from();
  await place(sql, { items: [one(variantId, 900)], addressHash: hoarder });
  await refused(place(sql, { items: [one(variantId, 101)], addressHash: hoarder }), "rate_limited");
  const userId = await insertUser(sql);
  await place(sql, { userId, items: [one(variantId, 101)], addressHash: hoarder });
});

Deno.test("discounts: a user is the same customer when he buys as a guest", async () => {
  const { variantId } = await onSale(sql);
  const { code } = await discount({ max_per_customer: 1 });
  const email = `${crypto.randomUUID()}@example.com`;
  const asked = { email, items: [one(variantId)], code };
  await place(sql, { ...asked, userId: await insertUser(sql) });
  await refused(place(sql, asked), "discount_used_up");
});

Deno.test("after all of this the counters equal the ledgers", async () => {
  deepEqual([...await sql`select * from private.shop_imbalances()`], []);
});
