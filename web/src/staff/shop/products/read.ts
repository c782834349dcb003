/** A product as staff read and write it, under RLS. */
import type { Supabase } from "../../../supabase.ts";
import type { Language } from "../../../text/language.tsx";
import { rows } from "../../../use-read.ts";

/** The name of a product or a category in the page's language. */
export function nameOf(named: { name_en: string; name_fr: string }, language: Language): string {
  return named[`name_${language}`];
}

/** The categories and price lists that there are. */
export async function readChoices(supabase: Supabase) {
  const [categories, priceLists] = await Promise.all([
    rows(supabase.from("categories").select("id, name_en, name_fr").order("name_en")),
    rows(supabase.from("price_lists").select("id, currency, active").order("id")),
  ]);
  return { categories, priceLists };
}

export type Choices = Awaited<ReturnType<typeof readChoices>>;
export type PriceList = Choices["priceLists"][number];

/** One product, with its variants and images in their order, and the exact stock. */
export async function readProduct(supabase: Supabase, id: string) {
  const product = await rows(
    supabase.from("products").select(`
      id, slug, category_id, name_en, name_fr, description_en, description_fr, active, updated_at,
      product_variants (
        id, sku, options, weight_grams, low_stock, active,
        variant_prices (price_list_id, unit_amount, compare_at_amount)
      ),
      product_images (id, path, alt_en, alt_fr, position)
    `)
      .order("position", { referencedTable: "product_variants" })
      .order("sku", { referencedTable: "product_variants" })
      .order("position", { referencedTable: "product_images" })
      .order("created_at", { referencedTable: "product_images" })
      .eq("id", id).single(),
  );
  return { ...product, stock: await readStock(supabase, product.product_variants) };
}

export type Product = Awaited<ReturnType<typeof readProduct>>;
export type Variant = Product["product_variants"][number];
export type ProductImage = Product["product_images"][number];
export type Stock = Product["stock"][string];

/** By variant. A SKU is the first that begins with itself. */
async function readStock(supabase: Supabase, variants: { id: string; sku: string }[]) {
  const levels = await Promise.all(
    variants.map(async ({ sku }) =>
      (await rows(supabase.rpc("stock_levels", { prefix: sku, page_size: 1 })))[0]!
    ),
  );
  return Object.fromEntries(levels.map((level) => [level.variant_id, level]));
}

/** A product's section that changes it. */
export interface ProductProps {
  product: Product;
  /** Reads it again. */
  changed(): Promise<void>;
}
