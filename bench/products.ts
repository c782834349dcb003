/**
 * What reading the shop costs at 1,000,000 products: pages of each sort, searches, filters and facets, each against
 * a lookup by primary key in the same run: the RPC of a product's page by its id, which is what a search is an
 * alternative to, and the bare row. All as a visitor, in a transaction of their own, as PostgREST calls them.
 *
 * Run: `deno run -A bench/products.ts [products]`. Building takes some minutes. Only the ratios mean something on
 * another machine, and on a busy one they err against what takes longer. Ends with an error when a goal is missed:
 * page 10,000 costs what page 1 does (at most twice, by which single milliseconds vary), a search at most 20 lookups.
 */
import { freshDatabase } from "../local/postgres/fresh-database.ts";
import postgres from "postgres";
import { makeProducts } from "./shop/million-products.ts";

const count = Number(Deno.args[0] ?? 1_000_000);
/** Of another run, whose catalogue is there already. */
const existing = Deno.env.get("BENCH_DATABASE");
const runs = 15;

await using stack = new AsyncDisposableStack();
let url = existing;
if (url === undefined) {
  const fresh = stack.use(await freshDatabase());
  const from = performance.now();
  await makeProducts(fresh.adminUrl, count);
  console.log(`${count} products made in ${Math.round((performance.now() - from) / 1000)} s`);
  url = fresh.url;
}
const sql = postgres(url, { max: 1, onnotice: () => {} });
stack.defer(() => sql.end());
await verify();

/** What was written in bulk is what the triggers would have written: a sample of 2,000 is made anew. */
async function verify(): Promise<void> {
  const [row] = await sql`
    with sampled as materialized (
      select product from public.products as product tablesample system (1) repeatable (7) limit 2000
    )
    select count(*)::int as wrong from sampled
    join public.product_documents as document on document.product_id = (sampled.product).id
    join public.product_listings as listing on listing.product_id = (sampled.product).id
    where document.document is distinct from private.product_document(sampled.product)
      or document.level <> private.product_level(sampled.product)
      or listing.category_id <> (sampled.product).category_id
      or listing.min_amount <> (
        select min(price.unit_amount) from public.product_variants as variant
        join public.variant_prices as price on price.variant_id = variant.id
        where variant.product_id = (sampled.product).id
      )`;
  if (row!["wrong"] !== 0) throw new Error(`${row!["wrong"]} sampled products are derived wrongly`);
}

interface Call {
  text: string;
  values?: unknown[];
}

/** Makes the call as a visitor; how long it took, in milliseconds, and its result. */
async function once({ text, values = [] }: Call) {
  const from = performance.now();
  const result = await sql.begin(async (tx) => {
    await tx`select set_config('role', 'anon', true), set_config('request.jwt.claims', '{"role":"anon"}', true)`;
    const [row] = await tx.unsafe(text, values as never);
    return row?.["reply"];
  });
  return { ms: performance.now() - from, result };
}

const median = (times: number[]) => times.toSorted((a, b) => a - b)[times.length >> 1]!;

interface Cost {
  ms: number;
  /** In lookups of a product's page by its id, and of its bare row. */
  pages: number;
  rows: number;
}

/** The median time of a call, and how many lookups that is; these run in between, since a busy machine slows all. */
async function time(call: Call) {
  const times: Record<"call" | "page" | "row", number[]> = { call: [], page: [], row: [] };
  // deno-lint-ignore no-explicit-any -- whatever the call returns
  let result: any;
  for (let run = 0; run < runs; run++) {
    times.row.push((await once(bareRow)).ms);
    times.page.push((await once(productPage)).ms);
    const done = await once(call);
    times.call.push(done.ms);
    result = done.result;
  }
  const ms = median(times.call);
  return { ms, pages: ms / median(times.page), rows: ms / median(times.row), result };
}

const shown = ({ ms, pages, rows }: Cost) =>
  `${ms.toFixed(2)} ms, × ${pages.toFixed(1)} (× ${rows.toFixed(1)} a bare row)`;

function listCall(asked: Record<string, unknown>): Call {
  const entries = Object.entries(asked).filter(([, value]) => value !== undefined);
  const call = entries.map(([name], index) => `${name} => $${index + 1}`).join(", ");
  const values = entries.map(([name, value]) =>
    name === "attributes" ? sql.json(value as never) : value
  );
  return { text: `select public.products_search(${call}) as reply`, values };
}

const list = (asked: Record<string, unknown>) => time(listCall(asked));

/** Two pages, called in turn. */
async function sideBySide(one: Record<string, unknown>, other: Record<string, unknown>) {
  const times: [number[], number[]] = [[], []];
  let products = 0;
  for (let run = 0; run < runs; run++) {
    times[0].push((await once(listCall(one))).ms);
    const { ms, result } = await once(listCall(other));
    times[1].push(ms);
    products = result.products.length;
  }
  return { first: { ms: median(times[0]) }, far: { ms: median(times[1]), products } };
}

const failures: string[] = [];
const [some] = await sql`select id, slug from public.products offset ${
  Math.floor(count / 2)
} limit 1`;
const bareRow: Call = {
  text: "select to_jsonb(product) as reply from public.products as product where product.id = $1",
  values: [some!["id"]],
};
const productPage: Call = {
  text: "select public.product_show($1) as reply",
  values: [some!["id"]],
};
console.log(`a product's page by its id: ${shown(await time(productPage))}`);

const pageSize = 24;
const columns = {
  price_asc: ["min_amount", "asc", "min_amount::text"],
  price_desc: ["min_amount", "desc", "min_amount::text"],
  newest: [
    "listed_at",
    "desc",
    `to_char(listed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
  ],
  rating: ["rating_rank", "desc", "rating_rank::text"],
} as const;
for (const where of ["the whole shop", "category top-3"]) {
  const category = where === "the whole shop" ? undefined : "top-3";
  for (const [sort, [column, direction, key]] of Object.entries(columns)) {
    // Where page 10,000 begins, or the last one of a category: asked once, by the one who measures.
    const pages = category === undefined ? 10_000 : 4_000;
    const at = Math.min(pageSize * (pages - 1), Math.floor(count * (category ? 0.09 : 0.95)));
    const [place] = await sql.unsafe(`
      select product_id, ${key} as key from public.product_listings
      where price_list_id = 'eur' ${
      category === undefined
        ? ""
        : `and category_id = any (private.categories_below((select id from public.categories where slug = '${category}')))`
    }
      order by ${column} ${direction}, product_id ${direction} offset ${at} limit 1`);
    const { first, far } = await sideBySide(
      { sort, category },
      { sort, category, after_key: place!["key"], after_id: place!["product_id"] },
    );
    const ratio = far.ms / first.ms;
    if (far.products !== pageSize) failures.push(`${sort}: a page is not full`);
    if (ratio > 2) {
      failures.push(`${where}, ${sort}: page ${pages} costs ${ratio.toFixed(1)} of page 1`);
    }
    console.log(
      `${where}, ${sort}: page 1 ${first.ms.toFixed(2)} ms, page ${pages} ${
        far.ms.toFixed(2)
      } ms, × ${ratio.toFixed(2)}`,
    );
  }
}

const [brand] = await sql`select attributes ->> 'brand' as brand from public.products where id = ${
  some!["id"]
}`;
const second = await list({ search: "chair" });
const searches: [string, Record<string, unknown>][] = [
  ["a frequent word, English", { search: "chair" }],
  ["a frequent word, French", { search: "chaise" }],
  ["a word that most have", { search: "hand" }],
  ["a rare word", { search: brand!["brand"] }],
  ["a model of ten", { search: "k4711" }],
  ["two frequent words", { search: "oak chair" }],
  ["four words", { search: "small oak chair for children" }],
  ["with an accent", { search: "étagère" }],
  ["without the accent", { search: "etagere chene" }],
  ["a typo: swapped", { search: "chiar" }],
  ["a typo: wrong letter", { search: "waldrobe" }],
  ["two typos", { search: "canappé rustik" }],
  ["nothing like it", { search: "xyzzyqwerty" }],
  ["the second page", {
    search: "chair",
    after_key: second.result.next.key,
    after_id: second.result.next.id,
  }],
  ["the last page of the best 1,000", {
    search: "chair",
    after_key: second.result.next.key.replace(/\d+$/, "975"),
    after_id: second.result.next.id,
  }],
  ["in stock", { search: "chair", in_stock: true }],
  ["in a category of 1,000", { search: "chair", category: "leaf-7" }],
  ["in a category of 100,000", { search: "chair", category: "top-3" }],
  ["within a price range", { search: "chair", min_amount: 20_000, max_amount: 30_000 }],
  ["by an attribute", {
    search: "chair",
    attributes: { colour: ["red", "blue"], material: "oak" },
  }],
  ["a frequent word by price", { search: "chair", sort: "price_asc" }],
  ["a rare word by price", { search: brand!["brand"], sort: "price_asc" }],
];
for (const [what, asked] of searches) {
  const cost = await list(asked);
  if (cost.pages > 20) failures.push(`search, ${what}: ${cost.pages.toFixed(1)} lookups`);
  console.log(
    `search, ${what}: ${shown(cost)} of ${cost.result.products.length} shown`,
  );
}

const others: [string, Record<string, unknown>][] = [
  ["a category of 1,000", { category: "leaf-7", sort: "price_asc" }],
  ["in stock", { in_stock: true, sort: "rating" }],
  ["an attribute that an eighth has", { attributes: { material: "oak" }, sort: "newest" }],
  ["a rare attribute", { attributes: { brand: brand!["brand"] }, sort: "newest" }],
  ["a price range by rating", { min_amount: 20_000, max_amount: 30_000, sort: "rating" }],
  ["facets of the whole shop", { facets: true }],
  ["facets of a category", { category: "leaf-7", facets: true }],
  ["facets of a search", { search: "chair", facets: true }],
];
for (const [what, asked] of others) {
  const cost = await list(asked);
  const { facets } = cost.result;
  console.log(
    `list, ${what}: ${shown(cost)}` +
      (facets ? `, of ${facets.products}, capped: ${cost.result.facets_capped}` : ""),
  );
}

if (failures.length > 0) throw new Error(`goals missed:\n${failures.join("\n")}`);
