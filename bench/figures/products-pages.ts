import { type Bench, figure } from "../support/figure.ts";
import { type Shop, shopOf, shopSizes } from "../support/shop.ts";

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

/** The cursor of a page far back, as the page before would have given it. */
async function cursor(shop: Shop, sort: keyof typeof columns, category: string | undefined) {
  const [column, direction, key] = columns[sort];
  // A tenth of the shop is in a top category.
  const rows = category === undefined ? shop.count : shop.count / 10;
  const at = Math.min(pageSize * 9_999, Math.floor(rows * 0.9));
  const [place] = await shop.sql.unsafe(`
    select product_id, ${key} as key from public.product_listings
    where price_list_id = 'eur' ${
    category === undefined
      ? ""
      : `and category_id = any (private.categories_below((select id from public.categories where slug = '${category}')))`
  }
    order by ${column} ${direction}, product_id ${direction} offset ${at} limit 1`);
  return { after_key: place!["key"], after_id: place!["product_id"] };
}

async function measure(bench: Bench): Promise<void> {
  const sizes = bench.sized(shopSizes);
  for (const count of sizes) {
    const shop = await bench.shared(shopOf(count));
    for (const category of [undefined, "top-3"]) {
      for (const sort of Object.keys(columns) as (keyof typeof columns)[]) {
        const first = shop.list({ sort, category });
        const far = shop.list({ sort, category, ...await cursor(shop, sort, category) });
        const { products } = await far();
        if (products.length !== pageSize) throw new Error(`${sort}: a page is not full`);
        await bench.pairs({
          name: category === undefined ? sort : `${sort}, in a category of a tenth`,
          at: count,
          judged: count === sizes.at(-1),
        }, () => shop.pair(bench.sized({ quick: 10, full: 20 }), first, far));
      }
    }
  }
}

export default figure({
  title: "Product list: page 10,000",
  subject:
    "page 10,000 of a sort, or one after nine tenths where there are fewer; processor time of the transaction",
  baseline: "page 1 of the same sort",
  unit: "ms",
  goal: { atMost: 1.1 },
  axis: "products",
  gate: "processor time of one backend, single calls in turn",
  notes: `
A page goes on where the one before ended, by a row comparison that an index answers; nothing is counted or skipped.`,
  measure,
});
