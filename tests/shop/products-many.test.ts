/** The list where there is more than it goes through, one product beyond its thousand; and what is shown beside a product. */
import assert from "node:assert/strict";
import { type Sql, type TestDatabase, testDatabase } from "../support/database.ts";
import { insertOrder, insertPaidOrder } from "../support/shop.ts";
import { category, search, shelve, type Shelved, slugs, walk } from "./shelf.ts";

let database: TestDatabase;
let sql: Sql;

/** One more than facets count and relevance ranks. */
const many = 1001;
/** Has the word in its description alone: the worst answer, somewhere in the midst. */
const worst = "chair-500";

Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 2 });
  sql = database.sql;
  const where = [await category(sql, "chairs"), await category(sql, "stools")];
  await sql`
    insert into public.products (slug, category_id, name_en, name_fr, description_en, attributes)
    select slug, (${where}::uuid[])[1 + n % 2], case slug when ${worst} then 'Chair' else 'Oak chair' end, 'Chaise',
      case slug when ${worst} then 'Like oak.' else '' end, jsonb_build_object('brand', 'brand' || n % 3)
    from generate_series(1, ${many}::int) as n, lateral (select 'chair-' || n as slug) as named`;
  await sql`
    insert into public.product_variants (product_id, sku) select id, slug from public.products`;
  await sql`
    insert into public.variant_prices (variant_id, price_list_id, unit_amount)
    select id, 'eur', split_part(sku, '-', 2)::bigint from public.product_variants`;
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

const sum = (values: { count: number }[]) => values.reduce((all, { count }) => all + count, 0);

for (const asked of [{}, { search: "oak" }, { search: "oak", sort: "price_asc" }]) {
  Deno.test(`facets: 1,000 are counted and it is said that there are more: ${JSON.stringify(asked)}`, async () => {
    const counted = async (filter: Record<string, unknown>) => {
      const { facets, facets_capped } = await search(sql, { ...asked, ...filter, facets: true });
      return {
        capped: facets_capped,
        products: facets.products,
        categories: sum(facets.categories),
        brands: sum(facets.attributes[0].values),
      };
    };
    const thousand = { products: 1000, categories: 1000, brands: 1000 };
    assert.deepEqual(await counted({}), { capped: true, ...thousand });
    assert.deepEqual(await counted({ min_amount: 2 }), { capped: false, ...thousand });
  });
}

Deno.test("sort: relevance ends after the best 1,000, each of them once; a price sort goes on", async () => {
  const walked = async (asked: Record<string, unknown>) => {
    const list = (await walk(sql, { search: "oak", ...asked })).map(({ slug }) => slug);
    assert.equal(new Set(list).size, list.length, "each once");
    return list;
  };
  // 24 does not divide 1,000 and 100 does; a filter that leaves few goes another way.
  for (const asked of [{ page_size: 24 }, { page_size: 100 }, { page_size: 100, min_amount: 0 }]) {
    const best = await walked(asked);
    assert.equal(best.length, 1000, JSON.stringify(asked));
    assert.ok(!best.includes(worst), "the worst answer is the one that is left out");
  }
  const cheapest = await walked({ sort: "price_asc", page_size: 100 });
  assert.deepEqual(cheapest, Array.from({ length: many }, (_, n) => `chair-${n + 1}`));
});

Deno.test("page size: the RPC gives at most 100, whatever is asked for", async () => {
  for (const asked of [{}, { sort: "price_asc" }, { search: "oak" }]) {
    const list = await search(sql, { ...asked, page_size: 100_000 });
    assert.equal(list.products.length, 100);
    assert.notEqual(list.next, null);
  }
});

const shown = async (slug: string) => {
  const [row] = await sql`select public.product_show(${slug}) as page`;
  return slugs({ products: row!["page"].related } as never);
};

/** A lamp of its own category, with those that are like it; its slugs begin with the category's. */
async function alike(where: string): Promise<{ id: string; lamp: Shelved }> {
  const id = await category(sql, where);
  const own = { brand: "Acme", material: "oak", colour: "red" };
  const shelved = (name: string, attributes: Record<string, string>, more = {}) =>
    shelve(sql, id, { slug: `${where}-${name}`, attributes, stock: 9, ...more });
  const lamp = await shelved("itself", own);
  // Liked best, and by nothing like it.
  await shelved("none", { brand: "Bolt" }, { rating: { count: 90, sum: 450 } });
  await shelved("one", { ...own, material: "steel", colour: "blue" });
  await shelved("two", { ...own, colour: "blue" });
  await shelved("two-liked", { ...own, brand: "Bolt" }, { rating: { count: 9, sum: 45 } });
  await shelved("three", { ...own, more: "of another" });
  await shelved("hidden", own, { active: false });
  return { id, lamp };
}

Deno.test("related: of its category the four on sale that share most attributes, the better liked first", async () => {
  await alike("lamps");
  assert.deepEqual(await shown("lamps-itself"), [
    "lamps-three",
    "lamps-two-liked",
    "lamps-two",
    "lamps-one",
  ]);
});

Deno.test("related: two places are for what was most often paid for with it and is on sale", async () => {
  const { lamp } = await alike("shades");
  const tables = await category(sql, "tables");
  const sold: Record<string, Shelved> = {};
  for (const slug of ["hidden-table", "often", "sometimes", "once", "unpaid"]) {
    sold[slug] = await shelve(sql, tables, { slug, stock: 9 });
  }
  const together = (place: typeof insertOrder, ...others: string[]) =>
    place(sql, {
      lines: [lamp, ...others.map((slug) => sold[slug]!)].map(({ id, variants }) => ({
        variant: { id: variants[0]!, productId: id, unitAmount: 1000, currency: "EUR" },
      })),
    });
  await together(insertPaidOrder, "hidden-table", "often", "sometimes", "once");
  await together(insertPaidOrder, "hidden-table", "often", "sometimes");
  await together(insertPaidOrder, "hidden-table", "often");
  await together(insertPaidOrder, "hidden-table");
  for (let n = 0; n < 5; n++) await together(insertOrder, "unpaid");
  await sql`update public.products set active = false where slug = 'hidden-table'`;
  assert.deepEqual(await shown("shades-itself"), [
    "often",
    "sometimes",
    "shades-three",
    "shades-two-liked",
  ]);
});
