/** What is found and in which order, by the RPC that the endpoint `products` calls. */
import assert from "node:assert/strict";
import { type Sql, type TestDatabase, testDatabase } from "../support/database.ts";
import { category, search, shelve, slugs, type Wanted } from "./shelf.ts";

let database: TestDatabase;
let sql: Sql;
let furniture: string, chairs: string, stools: string, lamps: string;

const shelf: [string, () => string, Wanted][] = [
  ["oak-chair", () => chairs, {
    en: "Oak chair",
    fr: "Chaise en chêne",
    attributes: { brand: "Acme", material: "oak" },
    prices: [9900, 4900],
    stock: 3,
    rating: { count: 40, sum: 190 },
  }],
  ["folding-chair", () => chairs, {
    en: "Folding chair",
    fr: "Chaise pliante",
    attributes: { brand: "Bolt", material: "steel" },
    prices: [2500],
    rating: { count: 1, sum: 5 },
  }],
  ["bar-stool", () => stools, {
    en: "Bar stool",
    fr: "Tabouret de bar",
    description: "Higher than a chair.",
    attributes: { brand: "Acme", material: "steel" },
    prices: [3500],
    stock: 10,
  }],
  ["reading-lamp", () => lamps, {
    en: "Reading lamp",
    fr: "Lampe de lecture réglable",
    attributes: { brand: "Bolt", watts: 40, dimmable: true, notes: { a: 1 } },
    prices: [1500],
    stock: 10,
  }],
];

Deno.test.beforeAll(async () => {
  database = await testDatabase();
  sql = database.sql;
  furniture = await category(sql, "furniture");
  chairs = await category(sql, "chairs", furniture);
  stools = await category(sql, "stools", chairs);
  lamps = await category(sql, "lamps");
  for (const [slug, where, wanted] of shelf) await shelve(sql, where(), { slug, ...wanted });
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

const found = async (text: string, asked = {}) =>
  slugs(await search(sql, { search: text, ...asked }));

Deno.test("search: English and French names are found, whatever the reader's language", async () => {
  for (const text of ["chair", "chairs", "chaise", "CHAISES"]) {
    assert.deepEqual((await found(text)).slice(0, 2), ["oak-chair", "folding-chair"], text);
  }
  assert.deepEqual(await found("tabourets"), ["bar-stool"]);
});

Deno.test("search: accents are forgiven, in the search and in the name", async () => {
  for (const text of ["chêne", "chene", "CHÈNE"]) {
    assert.deepEqual(await found(text), ["oak-chair"], text);
  }
  for (const text of ["réglable", "reglable", "reglables"]) {
    assert.deepEqual(await found(text), ["reading-lamp"], text);
  }
});

Deno.test("search: a typo is forgiven: a letter wrong, missing, too many, or two swapped", async () => {
  for (const text of ["chiar", "chaor", "chai r".replace(" ", ""), "chaair", "hcair"]) {
    assert.deepEqual((await found(text)).slice(0, 2), ["oak-chair", "folding-chair"], text);
  }
  for (const text of ["raeding", "readng", "redaing lamp", "lampe lectrue"]) {
    assert.deepEqual(await found(text), ["reading-lamp"], text);
  }
});

Deno.test("search: every word must be there, in the name or elsewhere; words that say nothing need not", async () => {
  assert.deepEqual(await found("oak chair"), ["oak-chair"]);
  assert.deepEqual(await found("the chair of oak"), ["oak-chair"]);
  assert.deepEqual(await found("acme stool"), ["bar-stool"]);
  assert.deepEqual(await found("oak lamp"), []);
  assert.deepEqual(await found("xyzzyqwerty"), []);
});

Deno.test("search: what the name says comes before what the description says, what is liked before what is not", async () => {
  assert.deepEqual(await found("chair"), ["oak-chair", "folding-chair", "bar-stool"]);
});

Deno.test("search: any text is a search, and none is an error", async () => {
  const texts = [
    "'",
    "\\",
    "a & b | !c",
    ":*",
    "<->",
    "%_%",
    "((",
    "日本語",
    "🪑",
    " ",
    "-1",
    "'; drop table x",
    "é".repeat(200),
  ];
  for (const text of texts) {
    const { products } = await search(sql, { search: text });
    assert.ok(products.length <= 4, text);
  }
});

Deno.test("category: products of those below it are in it, by slug or id", async () => {
  assert.deepEqual(
    slugs(await search(sql, { category: "furniture", sort: "price_asc" })),
    ["folding-chair", "bar-stool", "oak-chair"],
  );
  assert.deepEqual(slugs(await search(sql, { category: stools })), ["bar-stool"]);
  assert.deepEqual(await found("chair", { category: "lamps" }), []);
  assert.deepEqual(await found("chair", { category: "stools" }), ["bar-stool"]);
  await assert.rejects(search(sql, { category: "nowhere" }), /category_not_found/);
});

Deno.test("category: one that is not active is not shown, with what is below; its products are still on sale", async () => {
  await sql`update public.categories set active = false where id = ${chairs}`;
  await assert.rejects(search(sql, { category: "chairs" }), /category_not_found/);
  assert.deepEqual(slugs(await search(sql, { category: "furniture" })), []);
  const { products, facets } = await search(sql, { search: "oak", facets: true });
  assert.deepEqual(products.map(({ slug, category }) => [slug, category]), [["oak-chair", null]]);
  assert.deepEqual(facets.categories, []);
  await sql`update public.categories set active = true where id = ${chairs}`;
});

Deno.test("attributes: several values of one are or, several attributes are and", async () => {
  const by = async (attributes: unknown) =>
    slugs(await search(sql, { attributes, sort: "price_asc" }));
  assert.deepEqual(await by({ brand: "Acme" }), ["bar-stool", "oak-chair"]);
  assert.deepEqual(await by({ brand: ["Acme", "Bolt"], material: ["steel"] }), [
    "folding-chair",
    "bar-stool",
  ]);
  assert.deepEqual(await by({ watts: "40" }), ["reading-lamp"]);
  assert.deepEqual(await by({ dimmable: ["true"] }), ["reading-lamp"]);
  assert.deepEqual(await by({ brand: "acme" }), []);
  assert.deepEqual(await by({ "br'and": "a'b\\c" }), []);
  assert.deepEqual(await found("chair", { attributes: { brand: "Bolt" } }), ["folding-chair"]);
});

Deno.test("price: a product costs what its cheapest variant costs", async () => {
  const within = async (asked: Record<string, unknown>) =>
    slugs(await search(sql, { sort: "price_asc", ...asked }));
  assert.deepEqual(await within({ min_amount: 2500, max_amount: 4900 }), [
    "folding-chair",
    "bar-stool",
    "oak-chair",
  ]);
  assert.deepEqual(await within({ min_amount: 4901 }), []);
  assert.deepEqual(await within({ max_amount: 1500 }), ["reading-lamp"]);
  assert.deepEqual(await found("chair", { max_amount: 3000 }), ["folding-chair"]);
});

Deno.test("in stock: only what can be bought now", async () => {
  assert.deepEqual(
    slugs(await search(sql, { in_stock: true, sort: "price_asc" })),
    ["reading-lamp", "bar-stool", "oak-chair"],
  );
  assert.deepEqual(await found("chair", { in_stock: true }), ["oak-chair", "bar-stool"]);
  assert.deepEqual(await found("chair", { in_stock: true, category: "chairs", min_amount: 3600 }), [
    "oak-chair",
  ]);
});

Deno.test("sort: by price both ways, newest, rating", async () => {
  const by = async (sort: string) => slugs(await search(sql, { sort }));
  const cheapest = ["reading-lamp", "folding-chair", "bar-stool", "oak-chair"];
  assert.deepEqual(await by("price_asc"), cheapest);
  assert.deepEqual(await by("price_desc"), cheapest.toReversed());
  assert.deepEqual(await by("newest"), ["reading-lamp", "bar-stool", "folding-chair", "oak-chair"]);
  // One rating of 5 is less than forty of 4.75.
  assert.deepEqual((await by("rating")).slice(0, 2), ["oak-chair", "folding-chair"]);
  await assert.rejects(search(sql, { sort: "relevance" }), /invalid_query/);
  await assert.rejects(search(sql, { sort: "name" }), /invalid_query/);
});

Deno.test("facets: how many are in each category, have each attribute, are in stock, and what they cost", async () => {
  const { facets, facets_capped } = await search(sql, {
    category: "furniture",
    facets: true,
    page_size: 1,
  });
  assert.equal(facets_capped, false);
  assert.equal(facets.products, 3);
  assert.equal(facets.in_stock, 2);
  assert.deepEqual(facets.price, { min_amount: 2500, max_amount: 4900, currency: "EUR" });
  assert.deepEqual(
    facets.categories.map((one: { slug: string; count: number }) => [one.slug, one.count]),
    [["chairs", 2], ["stools", 1]],
  );
  assert.deepEqual(facets.attributes, [
    { name: "brand", values: [{ value: "Acme", count: 2 }, { value: "Bolt", count: 1 }] },
    { name: "material", values: [{ value: "steel", count: 2 }, { value: "oak", count: 1 }] },
  ]);
});

Deno.test("locale: names are told in the reader's language", async () => {
  const { products } = await search(sql, { search: "oak", locale: "fr" });
  assert.equal(products[0]!.name, "Chaise en chêne");
  assert.equal((products[0]!.category as unknown as { name: string }).name, "Les chairs");
});

Deno.test("price list: one that is not active, or not there, shows nothing", async () => {
  await sql`insert into public.price_lists (id, currency, active) values ('chf', 'CHF', false)`;
  for (const price_list of ["chf", "usd"]) {
    await assert.rejects(search(sql, { price_list }), /price_list_not_found/);
  }
  await sql`update public.price_lists set active = true where id = 'chf'`;
  assert.deepEqual(slugs(await search(sql, { price_list: "chf" })), []);
  await sql`
    insert into public.variant_prices (variant_id, price_list_id, unit_amount)
    select variant.id, 'chf', 5 from public.product_variants as variant
    join public.products as product on product.id = variant.product_id where product.slug = 'oak-chair'`;
  assert.deepEqual(await found("chair", { price_list: "chf" }), ["oak-chair"]);
});
