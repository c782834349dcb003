/** Orders placed a second, by many buyers at once. */
import type { Sql } from "postgres";

/** One order of a guest's, for one unit. */
export async function placeOrder(sql: Sql, variant_id: string): Promise<void> {
  const items = sql.json([{ variant_id, quantity: 1 }]);
  await sql`
    select public.order_place(
      ${`guest:${crypto.randomUUID()}`}, null, 'buyer@example.com', 'en', null, ${items}, null, null, null,
      'https://shop.example/thanks', 'https://shop.example/cart'
    )`;
}

/** How often a second so many buyers do it, `total` times in all; each is told who he is. */
export async function timesPerSecond(
  { buyers, total }: { buyers: number; total: number },
  work: (buyer: number) => Promise<void>,
): Promise<number> {
  const each = Math.max(1, Math.round(total / buyers));
  const from = performance.now();
  await Promise.all(Array.from({ length: buyers }, async (_, buyer) => {
    for (let n = 0; n < each; n++) await work(buyer);
  }));
  return buyers * each / (performance.now() - from) * 1000;
}
