/** Shops of very many products, and calls as a visitor makes them through PostgREST. */
import type { Sql } from "postgres";
import { makeProducts } from "../shop/million-products.ts";
import type { Pair } from "./figure.ts";
import { backendClock, type Clock, type SqlDatabase, sqlDatabase } from "./sql-database.ts";
import { spent } from "./sql-database.ts";
import { median } from "./statistics.ts";

/** A call, and what it answers. */
export type Call = () => Promise<ShopReply>;

/** As much as the figures look at. */
export interface ShopReply {
  products: unknown[];
  next: { key: string; id: string } | null;
}

/** A shop. */
export interface Shop extends AsyncDisposable {
  sql: Sql;
  count: number;
  clock: Clock;
  /** The list of products that `public.products_search` answers to these arguments. */
  list(asked: Record<string, unknown>): Call;
  /** A product's page by its id: a lookup by primary key of what a page shows. */
  page(id: string): Call;
  /** Processor time of two calls in turn: medians of so many of each. */
  pair(calls: number, baseline: Call, subject: Call): Promise<Pair>;
}

/** What was written in bulk is what the triggers would have written: a sample of 2,000 is made anew. */
async function verify(sql: Sql): Promise<void> {
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

async function makeShop(count: number, log: (line: string) => void): Promise<Shop> {
  const from = performance.now();
  const database: SqlDatabase = await sqlDatabase(({ adminUrl }) => makeProducts(adminUrl, count));
  const { sql } = database;
  await verify(sql);
  const seconds = Math.round((performance.now() - from) / 1000);
  log(`  a shop of ${count.toLocaleString("en-US")} products is ready after ${seconds} s`);
  const clock = await backendClock(sql);
  const call = (text: string, values: unknown[]): Call => async () => {
    const [, rows] = await sql.begin((tx) => [
      tx`select set_config('role', 'anon', true), set_config('request.jwt.claims', '{"role":"anon"}', true)`,
      tx.unsafe<{ reply: ShopReply }[]>(text, values as never),
    ]);
    return rows[0]!.reply;
  };
  return {
    sql,
    count,
    clock,
    list(asked) {
      const given = Object.entries(asked).filter(([, value]) => value !== undefined);
      const named = given.map(([name], index) => `${name} => $${index + 1}`).join(", ");
      const values = given.map(([name, value]) =>
        name === "attributes" ? sql.json(value as never) : value
      );
      return call(`select public.products_search(${named}) as reply`, values);
    },
    page: (id) => call("select public.product_show($1) as reply", [id]),
    async pair(calls, baseline, subject) {
      const times = { baseline: [] as number[], subject: [] as number[] };
      for (let n = 0; n < calls; n++) {
        times.baseline.push(await spent(clock, baseline));
        times.subject.push(await spent(clock, subject));
      }
      return { baseline: median(times.baseline), subject: median(times.subject) };
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

const made = new Map<number, (log: (line: string) => void) => Promise<Shop>>();

/** What makes a shop of so many products: the same function for the same number, as `bench.shared` wants it. */
export function shopOf(count: number): (log: (line: string) => void) => Promise<Shop> {
  const make = made.get(count) ?? ((log) => makeShop(count, log));
  made.set(count, make);
  return make;
}

/** The sizes by which growth is shown, the last one judged. */
export const shopSizes = { quick: [5_000], full: [10_000, 100_000, 1_000_000] };
