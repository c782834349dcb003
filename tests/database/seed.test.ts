/** The shop of supabase/seed.sql: worth looking at, and the same however often it is applied. */
import assert from "node:assert/strict";
import { testDatabase } from "../support/database.ts";
import { asAnon } from "../support/callers.ts";

const seed = await Deno.readTextFile(new URL("../../supabase/seed.sql", import.meta.url));

Deno.test("seed: applied twice it is there once, what was changed meanwhile stays, and buyers see it", async () => {
  await using database = await testDatabase({ connections: 1 });
  const { sql } = database;
  const counts = async () => {
    const [row] = await sql`
      select (select count(*)::int from public.categories) as categories,
        (select count(*)::int from public.products) as products,
        (select count(*)::int from public.product_variants) as variants,
        (select count(*)::int from public.variant_prices) as prices,
        (select sum(on_hand)::int from private.stock) as on_hand,
        (select sum(on_hand_delta)::int from private.stock_movements) as moved,
        (select count(*)::int from public.shipping_rates) as rates,
        (select count(*)::int from public.discounts) as discounts,
        (select count(*)::int from public.discount_scopes) as scopes,
        (select count(*)::int from auth.users) as users`;
    return { ...row };
  };
  await sql.unsafe(seed);
  const first = await counts();
  const { on_hand, moved, ...rest } = first;
  assert.deepEqual(rest, {
    categories: 14,
    products: 60,
    variants: 110,
    prices: 110,
    rates: 5,
    discounts: 4,
    scopes: 1,
    users: 0, // It may be pushed to a project that strangers reach.
  });
  assert.equal(moved, on_hand);
  await sql`update public.products set name_en = 'Changed' where slug = 'enamel-jug'`;
  await sql`update public.variant_prices set unit_amount = 1 where compare_at_amount is null`;
  await sql.unsafe(seed);
  assert.deepEqual(await counts(), first);
  const [jug] = await sql`select name_en from public.products where slug = 'enamel-jug'`;
  assert.equal(jug!["name_en"], "Changed");
  const bands = await asAnon(sql, (call) =>
    call`
    select band, count(*)::int as n from public.variant_availability group by 1 order by 1`);
  assert.deepEqual(bands.map(({ band, n }) => [band, n]), [
    ["few_left", 13],
    ["in_stock", 93],
    ["out_of_stock", 4],
  ]);
});

Deno.test("seed: each product is found, in both languages, in a category without any that is empty", async () => {
  await using database = await testDatabase({ connections: 1 });
  const { sql } = database;
  await sql.unsafe(seed);
  const search = async (locale: string, words: string) => {
    const [found] = await asAnon(sql, (call) =>
      call`
      select public.products_search(search => ${words}, locale => ${locale}) as list`);
    return found!["list"].products.map(({ slug }: { slug: string }) => slug) as string[];
  };
  const products = await sql<{ slug: string; name_en: string; name_fr: string }[]>`
    select slug, name_en, name_fr from public.products`;
  for (const { slug, name_en, name_fr } of products) {
    assert.ok((await search("en", name_en)).includes(slug), name_en);
    assert.ok((await search("fr", name_fr)).includes(slug), name_fr);
  }
  const empty = await sql`
    select slug from public.categories as category
    where not exists (select from public.products where category_id = category.id)
      and not exists (select from public.categories as below where below.parent_id = category.id)`;
  assert.deepEqual([...empty], []);
});
