/** What the examples' shop sells: two things, in two categories, and a way to send them. */
import type postgres from "postgres";

/** Something on sale. */
export interface OnSale {
  slug: string;
  variant: string;
}

/** The shop. */
export interface Shop {
  bowl: OnSale;
  notebook: OnSale;
  /** The id of the shipping rate. */
  rate: string;
}

async function sell(sql: postgres.Sql, what: {
  category: { slug: string; en: string; fr: string };
  slug: string;
  en: string;
  fr: string;
  description: { en: string; fr: string };
  attributes: Record<string, string>;
  sku: string;
  options: Record<string, string>;
  grams: number;
  amount: number;
}): Promise<OnSale> {
  const { category, description } = what;
  const [row] = await sql<{ id: string }[]>`
    with category as (
      insert into public.categories (slug, name_en, name_fr)
      values (${category.slug}, ${category.en}, ${category.fr}) returning id
    ), product as (
      insert into public.products (
        slug, category_id, name_en, name_fr, description_en, description_fr, attributes
      )
      select ${what.slug}, id, ${what.en}, ${what.fr}, ${description.en}, ${description.fr},
        ${sql.json(what.attributes)} from category returning id
    )
    insert into public.product_variants (product_id, sku, options, weight_grams)
    select id, ${what.sku}, ${sql.json(what.options)}, ${what.grams} from product returning id`;
  const variant = row!.id;
  await sql`
    insert into public.variant_prices (variant_id, price_list_id, unit_amount)
    values (${variant}, 'eur', ${what.amount})`;
  await sql`select private.stock_change(${variant}, 'adjusted', 500, 0)`;
  return { slug: what.slug, variant };
}

/** Puts everything on sale. */
export async function stockShop(sql: postgres.Sql): Promise<Shop> {
  const bowl = await sell(sql, {
    category: { slug: "kitchen", en: "Kitchen", fr: "Cuisine" },
    slug: "stoneware-bowl",
    en: "Stoneware bowl",
    fr: "Bol en grès",
    description: { en: "Thrown by hand, fired twice.", fr: "Tourné à la main, cuit deux fois." },
    attributes: { brand: "Atelier Nord", material: "stoneware" },
    sku: "BOWL-GREY",
    options: { colour: "grey" },
    grams: 420,
    amount: 2400,
  });
  const notebook = await sell(sql, {
    category: { slug: "paper", en: "Paper", fr: "Papier" },
    slug: "dotted-notebook",
    en: "Dotted notebook",
    fr: "Carnet pointillé",
    description: { en: "Opens flat.", fr: "S’ouvre à plat." },
    attributes: { brand: "Marchand" },
    sku: "NOTE-A5",
    options: { format: "A5" },
    grams: 210,
    amount: 1250,
  });
  const [rate] = await sql<{ id: string }[]>`
    insert into public.shipping_rates (
      name_en, name_fr, price_list_id, amount, countries, min_days, max_days
    )
    values ('Parcel', 'Colis', 'eur', 490, '{FR,BE,DE}', 2, 4) returning id`;
  return { bowl, notebook, rate: rate!.id };
}
