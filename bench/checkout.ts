/**
 * What placing an order costs: public.order_place by 16 buyers at once, all for one variant, and each for
 * another, against a bare conditional update of one row and of different ones in the same run.
 *
 * Run: `deno run -A bench/checkout.ts`. Only the ratios mean something on another machine.
 */
import { testDatabase } from "../tests/support/database.ts";
import { onSale } from "../tests/support/products.ts";

const buyers = 16;
const ordersEach = 25;
const rounds = 5;

await using database = await testDatabase({ connections: buyers });
const { sql } = database;
const stock = buyers * ordersEach * rounds * 10;
const hot = (await onSale(sql, { stock })).variantId;
const distinct: string[] = [];
for (let n = 0; n < buyers; n++) distinct.push((await onSale(sql, { stock })).variantId);
await sql`create table public.bare (id uuid primary key, on_hand integer, reserved integer default 0) with (fillfactor = 50)`;
for (const id of [hot, ...distinct]) await sql`insert into public.bare values (${id}, ${stock})`;
await sql`vacuum analyze`;

const measured = {
  "bare update, one row": () => bare(hot),
  "bare update, distinct rows": (n: number) => bare(distinct[n]!),
  "order_place, one variant": () => order(hot),
  "order_place, distinct variants": (n: number) => order(distinct[n]!),
};

async function bare(id: string): Promise<unknown> {
  return await sql`
    update public.bare set reserved = reserved + 1 where id = ${id} and on_hand - reserved >= 1`;
}

async function order(variant_id: string): Promise<unknown> {
  const items = sql.json([{ variant_id, quantity: 1 }]);
  return await sql`
    select public.order_place(
      ${`guest:${crypto.randomUUID()}`}, null, 'buyer@example.com', 'en', null, ${items}, null, null, null,
      'https://shop.example/thanks', 'https://shop.example/cart'
    )`;
}

/** Calls a second, by all buyers at once. */
async function throughput(one: (buyer: number) => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await Promise.all(Array.from({ length: buyers }, async (_, buyer) => {
    for (let n = 0; n < ordersEach; n++) await one(buyer);
  }));
  return buyers * ordersEach / ((performance.now() - from) / 1000);
}

const results = new Map<string, number[]>(Object.keys(measured).map((name) => [name, []]));
for (const one of Object.values(measured)) await throughput(one); // Plans, caches.
for (let round = 0; round < rounds; round++) {
  for (const [name, one] of Object.entries(measured)) {
    results.get(name)!.push(await throughput(one));
  }
}
const median = (name: string) => results.get(name)!.toSorted((a, b) => a - b)[rounds >> 1]!;
const baseline = median("bare update, distinct rows");
for (const name of results.keys()) {
  const calls = median(name);
  console.log(
    `${name}: ${calls.toFixed(0)}/s, × ${(calls / baseline).toFixed(2)} of the bare update`,
  );
}
const ratio = median("order_place, one variant") / median("order_place, distinct variants");
console.log(`one variant against distinct ones: × ${ratio.toFixed(2)}`);
