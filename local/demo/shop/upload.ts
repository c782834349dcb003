/**
 * Gives the seed's products their pictures: drawn here, put into the bucket as staff put theirs. Works on any
 * project that supabase/seed.sql was pushed to; a product that has a picture is left as it is.
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import type { Database } from "../../../supabase/functions/_shared/database.types.ts";
import { drawn, picturesOf } from "./pictures/draw.ts";

/**
 * Draws and uploads what is missing.
 *
 * @param admin with the secret key
 * @returns how many pictures were added
 * @throws {Error} the project refuses one
 */
export async function addPictures(admin: SupabaseClient<Database>): Promise<number> {
  const { data: products } = await admin.from("products")
    .select(
      "id, slug, name_en, name_fr, product_images (id), product_variants (id, options, position)",
    )
    .in("slug", drawn).order("created_at", { ascending: false })
    .order("position", { referencedTable: "product_variants" })
    .throwOnError();
  let added = 0;
  for (const product of products.filter(({ product_images }) => product_images.length === 0)) {
    const variants = product.product_variants.map(({ id, options }) => ({
      id,
      options: options as Record<string, unknown>,
    }));
    const pictures = picturesOf(product.slug, variants.map(({ options }) => options));
    const rows = pictures.map(({ shows }, position) => ({
      path: `${product.id}/${crypto.randomUUID()}.png`,
      product_id: product.id,
      variant_id: shows === null
        ? null
        : variants.find(({ options }) => Object.values(options).includes(shows))!.id,
      alt_en: product.name_en,
      alt_fr: product.name_fr,
      position,
    }));
    await Promise.all(rows.map(async ({ path }, index) => {
      const { error } = await admin.storage.from("product-images").upload(
        path,
        pictures[index]!.file,
        { contentType: "image/png", cacheControl: "31536000" },
      );
      if (error !== null) {
        throw new Error(`cannot upload a picture of ${product.slug}`, { cause: error });
      }
    }));
    // All of a product's at once: one that is half there would be taken for done.
    await admin.from("product_images").insert(rows).throwOnError();
    added += rows.length;
  }
  return added;
}
