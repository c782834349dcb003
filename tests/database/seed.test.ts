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
        (select count(*)::int from public.discounts) as discounts`;
    return { ...row };
  };
  await sql.unsafe(seed);
  const first = await counts();
  assert.deepEqual(
    [first["products"], first["variants"], first["prices"], first["rates"], first["discounts"]],
    [15, 27, 27, 2, 1],
  );
  assert.equal(first["moved"], first["on_hand"]);
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
    ["few_left", 4],
    ["in_stock", 22],
    ["out_of_stock", 1],
  ]);
});
