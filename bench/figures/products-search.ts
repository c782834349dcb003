import { type Bench, figure } from "../support/figure.ts";
import { type Shop, shopOf, shopSizes } from "../support/shop.ts";

async function searches(shop: Shop): Promise<[string, Record<string, unknown>][]> {
  const [some] = await shop.sql`
    select attributes ->> 'brand' as brand from public.products offset ${
    Math.floor(shop.count / 2)
  } limit 1`;
  const brand = some!["brand"];
  const { next } = await shop.list({ search: "chair" })();
  const later = (key: string) => ({ search: "chair", after_key: key, after_id: next!.id });
  return [
    ["a frequent word, English", { search: "chair" }],
    ["a frequent word, French", { search: "chaise" }],
    ["a word that most have", { search: "hand" }],
    ["a rare word", { search: brand }],
    ["a model", { search: "k4711" }],
    ["two frequent words", { search: "oak chair" }],
    ["four words", { search: "small oak chair for children" }],
    ["with an accent", { search: "étagère" }],
    ["without the accent", { search: "etagere chene" }],
    ["a typo: swapped", { search: "chiar" }],
    ["a typo: wrong letter", { search: "waldrobe" }],
    ["two typos", { search: "canappé rustik" }],
    ["nothing like it", { search: "xyzzyqwerty" }],
    ["the second page", later(next!.key)],
    ["in stock", { search: "chair", in_stock: true }],
    ["in a category of a thousandth", { search: "chair", category: "leaf-7" }],
    ["in a category of a tenth", { search: "chair", category: "top-3" }],
    ["within a price range", { search: "chair", min_amount: 20_000, max_amount: 30_000 }],
    ["by an attribute", {
      search: "chair",
      attributes: { colour: ["red", "blue"], material: "oak" },
    }],
    ["a frequent word by price", { search: "chair", sort: "price_asc" }],
    ["a rare word by price", { search: brand, sort: "price_asc" }],
  ];
}

async function measure(bench: Bench): Promise<void> {
  const sizes = bench.sized(shopSizes);
  for (const count of sizes) {
    const shop = await bench.shared(shopOf(count));
    const [some] = await shop.sql`
      select id from public.products offset ${Math.floor(count / 2)} limit 1`;
    const page = shop.page(some!["id"]);
    for (const [name, asked] of await searches(shop)) {
      await bench.pairs(
        { name, at: count, judged: count === sizes.at(-1) },
        () => shop.pair(bench.sized({ quick: 5, full: 10 }), page, shop.list(asked)),
      );
    }
  }
}

export default figure({
  title: "Product search",
  subject: "`products_search` of these words; processor time of the transaction",
  baseline: "`product_show` of one product by its primary key",
  unit: "ms",
  goal: { atMost: 20 },
  axis: "products",
  notes: `
A search ranks at most 1,000 of what it finds, so its cost stops growing where a word has more than that.`,
  measure,
});
