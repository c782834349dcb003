/** What is derived from the catalogue equals a recount of it, whatever staff do, at once or one after the other. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Sql, type TestDatabase, testDatabase } from "../support/database.ts";
import { waitFor } from "../support/wait.ts";
import { category, search, shelve, type Shelved, slugs } from "./shelf.ts";

let database: TestDatabase;
let sql: Sql;
let chairs: string, lamps: string;

Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 6 });
  sql = database.sql;
  chairs = await category(sql, "chairs");
  lamps = await category(sql, "lamps");
  await sql`insert into public.price_lists (id, currency) values ('chf', 'CHF')`;
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

/** Rows that are derived and should not be, or should be and are not. */
async function drift(): Promise<readonly unknown[]> {
  return await sql`
    with wanted as (
      select product.id as product_id, price.price_list_id, product.category_id,
        min(price.unit_amount) as min_amount, max(price.unit_amount) as max_amount,
        ((product.rating_sum + 15) * 10000 / (product.rating_count + 5))::integer as rating_rank,
        product.created_at as listed_at
      from public.products as product
      join public.product_variants as variant on variant.product_id = product.id
      join public.variant_prices as price on price.variant_id = variant.id
      where product.active and variant.active
      group by product.id, price.price_list_id
    )
    (select 'wanted' as what, wanted::text from wanted except select 'wanted', listing::text from public.product_listings as listing)
    union all
    (select 'too much', listing::text from public.product_listings as listing except select 'too much', wanted::text from wanted)
    union all
    select 'document', product.slug from public.products as product
    left join public.product_documents as document on document.product_id = product.id
    where document.document is distinct from case
      when exists (select from wanted where wanted.product_id = product.id) then private.product_document(product)
    end
    union all
    select 'words', word from (
      select substr(lexeme, 3) as word from public.product_documents as document, unnest(tsvector_to_array(document.document)) as lexeme
      where lexeme like 'w:%' and char_length(lexeme) between 5 and 42
    ) as used where not exists (select from public.search_words as known where known.word = used.word)
    union all
    select 'availability', variant.sku from public.product_variants as variant
    join public.products as product on product.id = variant.product_id
    left join public.variant_availability as availability on availability.variant_id = variant.id
    where availability.on_sale is distinct from (variant.active and product.active)
      or availability.product_id is distinct from product.id`;
}

/** What staff may do to one of the products; the numbers choose which and how. */
const deeds: Record<string, (products: Shelved[], a: number, b: number) => Promise<unknown>> = {
  async reprice(products, a, b) {
    const { variants } = products[a % products.length]!;
    const variant = variants[b % variants.length] ?? null;
    return await sql`update public.variant_prices set unit_amount = ${
      b * 10
    } where variant_id = ${variant}`;
  },
  "hide or show": (products, a) =>
    sql`update public.products set active = not active where id = ${
      products[a % products.length]!.id
    }`,
  "hide or show variants": (products, a, b) =>
    sql`
      update public.product_variants set active = not active
      where product_id = ${products[a % products.length]!.id} and position <= ${b % 3}`,
  move: (products, a, b) =>
    sql`
      update public.products set category_id = ${b % 2 ? chairs : lamps}
      where id = ${products[a % products.length]!.id}`,
  rename: (products, a, b) =>
    sql`
      update public.products set name_en = ${`Chair number${b}`}, attributes = ${
      sql.json({ brand: `brand${b % 3}` })
    }
      where id = ${products[a % products.length]!.id}`,
  rate: (products, a, b) =>
    sql`
      update public.products set rating_count = rating_count + ${b}, rating_sum = rating_sum + ${
      b * (1 + b % 5)
    }
      where id = ${products[a % products.length]!.id}`,
  "sell by another list": (products, a) =>
    sql`
      insert into public.variant_prices (variant_id, price_list_id, unit_amount)
      select id, 'chf', 100 from public.product_variants where product_id = ${
      products[a % products.length]!.id
    }
      on conflict do nothing`,
  "stop selling by a list": (_products, a) =>
    sql`delete from public.variant_prices where price_list_id = ${
      a % 2 ? "chf" : "eur"
    } and unit_amount < 300`,
  "remove a variant": (products, a, b) =>
    sql`
      delete from public.product_variants
      where product_id = ${products[a % products.length]!.id} and position = ${b % 3}`,
  "remove a product": (products, a) =>
    sql`delete from public.products where id = ${products[a % products.length]!.id}`,
  "reprice everything": (_products, a) =>
    sql`update public.variant_prices set unit_amount = unit_amount + ${a}`,
};

Deno.test("listings: after whatever staff do, they equal a recount", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...Object.keys(deeds)), fc.nat(50), fc.nat(50)), {
        minLength: 1,
        maxLength: 12,
      }),
      async (done) => {
        const products = [];
        for (const prices of [[100, 200], [50], [300, 20, 500]]) {
          products.push(await shelve(sql, chairs, { en: "Oak chair", prices }));
        }
        for (const [what, a, b] of done) await deeds[what]!(products, a, b);
        assert.deepEqual([...await drift()], []);
        await sql`delete from public.products`;
        assert.deepEqual([...await sql`select * from public.product_listings`], []);
        assert.deepEqual([...await sql`select * from public.product_documents`], []);
      },
    ),
    { numRuns: 12 },
  );
});

Deno.test("listings: two who change prices of one product at once both count", async () => {
  const { variants } = await shelve(sql, chairs, { prices: [1000, 2000, 3000] });
  await Promise.all(Array.from({ length: 12 }, (_, index) =>
    sql.begin(async (tx) => {
      await tx`
        update public.variant_prices set unit_amount = ${500 - index}
        where variant_id = ${variants[index % 3]!}`;
      await tx`select pg_sleep(0.002)`;
    })));
  assert.deepEqual([...await drift()], []);
});

Deno.test("listings: who waits for another's price sees it", async () => {
  const { id, variants } = await shelve(sql, chairs, { prices: [1000, 2000] });
  const first = await sql.reserve();
  await first`begin`;
  await first`update public.variant_prices set unit_amount = 10 where variant_id = ${variants[0]!}`;
  const second =
    sql`update public.variant_prices set unit_amount = 20 where variant_id = ${variants[1]!}`
      .execute();
  await waitFor("the second to wait", async () => {
    const [row] = await sql`
      select count(*)::int as waiting from pg_catalog.pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    return row!["waiting"] > 0;
  });
  await first`commit`;
  first.release();
  await second;
  const [listing] = await sql`
    select min_amount::int, max_amount::int from public.product_listings where product_id = ${id}`;
  assert.deepEqual({ ...listing }, { min_amount: 10, max_amount: 20 });
});

Deno.test("listings: a sale writes none of them, and a product that is sold out is so in the next list", async () => {
  const { id, slug, variants } = await shelve(sql, chairs, { en: "Walnut throne", stock: 2 });
  const versions = () =>
    sql`
      select listing.xmin::text as listing, document.xmin::text as document
      from public.product_listings as listing join public.product_documents as document using (product_id)
      where product_id = ${id}`;
  const before = await versions();
  const inStock = async () => slugs(await search(sql, { search: "walnut", in_stock: true }));
  assert.deepEqual(await inStock(), [slug]);
  await sql`select private.stock_change(${variants[0]!}, 'sold', -2, 0)`;
  assert.deepEqual(await inStock(), []);
  assert.equal((await search(sql, { search: "walnut" })).products[0]!.in_stock, false);
  assert.deepEqual([...await versions()], [...before]);
});

Deno.test("listings: checkouts that sell out variants of two products do not wait for each other", async () => {
  const one = await shelve(sql, chairs, { prices: [1, 2], stock: 1 });
  const other = await shelve(sql, chairs, { prices: [1, 2], stock: 1 });
  const [first, second] = [await sql.reserve(), await sql.reserve()];
  const sell = (connection: typeof first, variant: string) =>
    connection`select private.stock_change(${variant}, 'reserved', 0, 1)`;
  await first`begin`;
  await second`begin`;
  // The first takes one, then other; the second other, then one: each other's products, none of its variants.
  await sell(first, one.variants[0]!);
  await sell(second, other.variants[1]!);
  await sell(first, other.variants[0]!);
  await sell(second, one.variants[1]!);
  await first`commit`;
  await second`commit`;
  first.release();
  second.release();
  const { products } = await search(sql, { page_size: 100, sort: "newest" });
  const bands = products.filter(({ id }) => id === one.id || id === other.id)
    .map((product) => product.in_stock);
  assert.deepEqual(bands, [false, false]);
});

Deno.test("listings: what is not on sale is in no list, and its stock is nobody's to see", async () => {
  const { id, slug } = await shelve(sql, chairs, {
    en: "Secret prototype",
    stock: 5,
    active: false,
  });
  const seen = () =>
    sql.begin(async (tx) => {
      await tx`set local role anon`;
      return (await tx`select * from public.variant_availability where product_id = ${id}`).length;
    });
  assert.deepEqual(slugs(await search(sql, { search: "prototype" })), []);
  assert.equal(await seen(), 0);
  await sql`update public.products set active = true where id = ${id}`;
  assert.deepEqual(slugs(await search(sql, { search: "prototype" })), [slug]);
  assert.equal(await seen(), 1);
});

/** How many rows of each table a page of the list reads, by its scans and through its indexes. */
async function reads(slug: string): Promise<Record<string, number>> {
  return await sql.begin(async (tx) => {
    await tx`set local role anon`;
    const counted = async () => {
      const tables = await tx<{ name: string; rows: number }[]>`
        select relname as name, (coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int as rows
        from pg_catalog.pg_stat_xact_user_tables
        -- Of four categories one is looked for in their order, whatever is in it.
        where schemaname = 'public' and relname <> 'categories'`;
      return new Map(tables.map(({ name, rows }) => [name, rows]));
    };
    const before = await counted();
    const [row] = await tx`
      select public.products_search(category => ${slug}, sort => 'price_asc', facets => true) as list`;
    assert.equal(row!["list"].products.length, 5);
    return Object.fromEntries(
      [...await counted()].map(([name, rows]) => [name, rows - (before.get(name) ?? 0)]),
    );
  });
}

Deno.test("list: it reads no variant and no price, and as many rows for 400 variants as for one (medusa#14883, medusa#11896)", async () => {
  // Among others, and with statistics: a table of ten rows would be read whole, or to wherever a row happens to be.
  for (
    const [slug, products, variants] of [
      ["others", 500, 1],
      ["plain", 5, 1],
      ["varied", 5, 400],
    ] as const
  ) {
    const where = await category(sql, slug);
    await sql`
      with made as (
        insert into public.products (slug, category_id, name_en, name_fr)
        select ${slug} || '-' || n, ${where}, 'Thing', 'Chose' from generate_series(1, ${products}::int) as n returning id
      )
      insert into public.product_variants (product_id, sku)
      select made.id, made.id || '-' || n from made, generate_series(1, ${variants}::int) as n`;
    await sql`
      insert into public.variant_prices (variant_id, price_list_id, unit_amount)
      select variant.id, 'eur', 100 + length(variant.sku) from public.product_variants as variant
      join public.products as product on product.id = variant.product_id where product.category_id = ${where}`;
  }
  await sql`analyze`;
  const [plain, varied] = [await reads("plain"), await reads("varied")];
  assert.equal(varied["product_variants"], 0);
  assert.equal(varied["variant_prices"], 0);
  assert.ok(varied["product_listings"]! > 0);
  assert.deepEqual(varied, plain);

  const [page] = await sql`select public.product_show('varied-1') as page`;
  assert.equal(page!["page"].variants.length, 400);
  assert.ok(page!["page"].variants.every((one: { unit_amount: number }) => one.unit_amount > 100));
});
