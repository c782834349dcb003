/** Placing orders in SQL, with as many real connections as there are buyers at once. */
import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import postgres from "postgres";
import { refused } from "../support/callers.ts";
import { insertUser, type Sql, type TestDatabase, testDatabase } from "../support/database.ts";
import { apply, paidSession, place, stockOf } from "../support/checkout.ts";
import { discount, onSale } from "../support/products.ts";

let database: TestDatabase;
let sql: Sql;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 16 });
  sql = database.sql;
});
Deno.test.afterAll(async () => await database?.[Symbol.asyncDispose]());

const one = (variant_id: string, quantity = 1) => ({ variant_id, quantity });

/** What a refusal tells beside its code. */
async function refusal(attempt: Promise<unknown>): Promise<{ code: string; variants: unknown }> {
  const error = await attempt.then(() => undefined, (thrown) => thrown);
  if (!(error instanceof postgres.PostgresError)) throw error ?? new Error("it went through");
  return { code: error.message, ...JSON.parse(error.hint ?? "{}") };
}

Deno.test("order_place: 40 buyers for 7 units: 7 orders, nothing below zero, no orphan (medusa#16825, vendure#3508)", async () => {
  const { variantId } = await onSale(sql, { stock: 7 });
  const emails = Array.from({ length: 40 }, () => `${crypto.randomUUID()}@example.com`);
  const ends = await Promise.allSettled(
    emails.map((email) => place(sql, { email, items: [one(variantId)] })),
  );
  equal(ends.filter((end) => end.status === "fulfilled").length, 7);
  for (const end of ends) {
    if (end.status === "rejected") equal(end.reason.message, "out_of_stock");
  }
  deepEqual(await stockOf(sql, variantId), { on_hand: 7, reserved: 7, sold: 0 });
  const [orders] = await sql`
    select count(*)::int as n, count(item.id)::int as with_lines
    from public.orders as placed left join public.order_items as item on item.order_id = placed.id
    where placed.customer_email in ${sql(emails)}`;
  deepEqual(orders, { n: 7, with_lines: 7 });
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

Deno.test("order_place: what was ordered stays to be paid when its code ends or it goes off sale; another request hears why not", async () => {
  const { variantId, productId } = await onSale(sql);
  const { id, code } = await discount(sql, { basis_points: 1000 });
  const asked = {
    buyer: `guest:${crypto.randomUUID()}`,
    email: "a@example.com",
    items: [one(variantId)],
    code,
  };
  const { order } = await place(sql, asked);
  const again = async () => {
    const { fresh, matches, order: found } = await place(sql, asked);
    deepEqual([fresh, matches, found.id, found.total_amount], [false, true, order.id, 900]);
  };
  await sql`update public.discounts set active = false where id = ${id}`;
  await again();
  await refused(place(sql, { ...asked, items: [one(variantId, 2)] }), "discount_invalid");
  await sql`update public.discounts set active = true where id = ${id}`;
  await sql`update public.products set active = false where id = ${productId}`;
  await again();
  await refused(place(sql, { ...asked, items: [one(variantId, 2)] }), "item_unavailable");
  await sql`select private.order_release(${order.id}, 'expired', 'session_expired')`;
  await refused(place(sql, asked), "item_unavailable");
});

Deno.test("order_place: names and tax codes that change meanwhile leave a pending order as it was placed", async () => {
  const { variantId, productId } = await onSale(sql);
  await sql`update public.products set tax_code = 'txcd_99999999' where id = ${productId}`;
  const asked = {
    buyer: `guest:${crypto.randomUUID()}`,
    email: "a@example.com",
    items: [one(variantId)],
  };
  const { order } = await place(sql, asked);
  await sql`
    update public.products set tax_code = 'txcd_20030000', name_en = 'Renamed' where id = ${productId}`;
  deepEqual(await place(sql, asked), { fresh: false, matches: true, order });
  const [line] = await sql`select tax_code from public.order_items where order_id = ${order.id}`;
  equal(line!["tax_code"], "txcd_99999999");
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

Deno.test("order_place: an order that costs nothing is paid at once", async () => {
  const { variantId } = await onSale(sql, { stock: 4 });
  const { code } = await discount(sql, { basis_points: 10_000 });
  const { order } = await place(sql, { items: [one(variantId)], code });
  deepEqual([order.status, order.total_amount], ["paid", 0]);
  deepEqual(await stockOf(sql, variantId), { on_hand: 3, reserved: 0, sold: 1 });
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

Deno.test("after all of this the counters equal the ledgers", async () => {
  deepEqual([...await sql`select * from private.shop_imbalances()`], []);
});
