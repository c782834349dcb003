/** A catalogue of very many products, made in bulk: triggers are off, and what they would keep is written here. */
import postgres from "postgres";

/** [English, French], the first ones the most frequent. */
const nouns = [
  ["chair", "chaise"],
  ["table", "table"],
  ["lamp", "lampe"],
  ["shelf", "étagère"],
  ["sofa", "canapé"],
  ["bed", "lit"],
  ["mirror", "miroir"],
  ["carpet", "tapis"],
  ["cushion", "coussin"],
  ["curtain", "rideau"],
  ["desk", "bureau"],
  ["bench", "banc"],
  ["stool", "tabouret"],
  ["clock", "horloge"],
  ["vase", "vase"],
  ["blanket", "couverture"],
  ["basket", "panier"],
  ["drawer", "tiroir"],
  ["wardrobe", "armoire"],
  ["candle", "bougie"],
];
const adjectives = [
  ["small", "petit"],
  ["large", "grand"],
  ["folding", "pliant"],
  ["round", "rond"],
  ["modern", "moderne"],
  ["rustic", "rustique"],
  ["light", "léger"],
  ["outdoor", "extérieur"],
  ["vintage", "rétro"],
  ["padded", "rembourré"],
];
const materials = [
  ["oak", "chêne"],
  ["steel", "acier"],
  ["wool", "laine"],
  ["linen", "lin"],
  ["glass", "verre"],
  ["bamboo", "bambou"],
  ["leather", "cuir"],
  ["marble", "marbre"],
];
const colours = ["red", "blue", "green", "black", "white", "grey"];

const list = (words: readonly (string | readonly string[])[], at: number) =>
  `(array[${words.map((word) => `'${typeof word === "string" ? word : word[at]}'`).join(",")}])`;
/** The n-th of a list, chosen by a product's number: the `salt` makes lists independent, `skew` the first frequent. */
const chosen = (
  words: readonly (string | readonly string[])[],
  at: number,
  salt: string,
  skew = 1,
) =>
  `${
    list(words, at)
  }[1 + floor(${words.length} * pow((hashtextextended('${salt}' || n, 0) & 1048575) / 1048576.0, ${skew}))::int]`;

/** A made-up brand of 2,000: of a 1,000,000 products, 500 have each. */
const brand = (n: string) =>
  `(array['ba','ko','mi','ra','so','tu','ve','zi','lo','ne'])[1 + ${n} % 10] || (array['rk','nd','st','lm','vr'])[1 + ${n} / 10 % 5]
   || (array['a','e','i','o'])[1 + ${n} / 50 % 4] || (array['x','n','s','q','t','r','l','d','k','m'])[1 + ${n} / 200 % 10]`;

/**
 * Makes so many products with a variant, a price, a stock band each, in 1,110 categories on three levels.
 *
 * @param adminUrl of a superuser: triggers and foreign keys are off while rows are written
 */
export async function makeProducts(adminUrl: string, count: number): Promise<void> {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(`
      set session_replication_role = replica;
      set maintenance_work_mem = '1GB';
      set work_mem = '512MB';
      set max_parallel_maintenance_workers = 2;

      insert into public.categories (slug, name_en, name_fr, parent_id)
      select 'top-' || n, 'Top ' || n, 'Racine ' || n, null from generate_series(0, 9) as n;
      insert into public.categories (slug, name_en, name_fr, parent_id)
      select 'mid-' || n, 'Mid ' || n, 'Milieu ' || n, (select id from public.categories where slug = 'top-' || n / 10)
      from generate_series(0, 99) as n;
      insert into public.categories (slug, name_en, name_fr, parent_id)
      select 'leaf-' || n, 'Leaf ' || n, 'Feuille ' || n, (select id from public.categories where slug = 'mid-' || n / 10)
      from generate_series(0, 999) as n;

      create temporary table leaves as
      select substr(slug, 6)::int as place, id from public.categories where slug like 'leaf-%';
      create temporary table indexes as
      select pg_get_indexdef(held.indexrelid) as indexdef, held.indexrelid::regclass::text as indexname
      from pg_index as held
      where held.indrelid = any ('{public.products,public.product_variants,public.variant_prices,
          public.variant_availability,public.product_listings,public.product_documents}'::regclass[])
        and not exists (select from pg_constraint where conindid = held.indexrelid);
      do $$ declare name text; begin
        for name in select indexname from indexes loop execute 'drop index ' || name; end loop;
      end $$;

      create temporary table made as
      select n, md5('product' || n)::uuid as product_id, md5('variant' || n)::uuid as variant_id,
        ${chosen(nouns, 0, "noun", 2)} as noun_en, ${chosen(nouns, 1, "noun", 2)} as noun_fr,
        ${chosen(adjectives, 0, "adjective")} as adjective_en, ${
      chosen(adjectives, 1, "adjective")
    } as adjective_fr,
        ${chosen(materials, 0, "material")} as material_en, ${
      chosen(materials, 1, "material")
    } as material_fr,
        ${chosen(colours, 0, "colour")} as colour,
        ${brand("(abs(hashtextextended('brand' || n, 0)) % 2000)::int")} as brand,
        'k' || n % 100000 as model,
        -- A tenth of what is sold is rated, few much.
        case when hashtextextended('rated' || n, 0) % 10 = 0
          then 1 + floor(500 * pow((hashtextextended('count' || n, 0) & 1048575) / 1048576.0, 8))::int else 0 end as rating_count
      from generate_series(1, ${count}::bigint) as n;

      insert into public.products (id, slug, category_id, name_en, name_fr, description_en, description_fr, attributes,
        rating_count, rating_sum, created_at)
      select product_id, 'product-' || n, leaves.id,
        initcap(adjective_en) || ' ' || material_en || ' ' || noun_en || ' ' || initcap(brand) || ' ' || upper(model),
        initcap(noun_fr) || ' ' || adjective_fr || ' en ' || material_fr || ' ' || initcap(brand) || ' ' || upper(model),
        'Made of ' || material_en || ', by hand.', 'Fabriqué en ' || material_fr || ', à la main.',
        jsonb_build_object('brand', initcap(brand), 'material', material_en, 'colour', colour),
        rating_count, rating_count * (3 + n % 3), now() - n * interval '37 seconds'
      from made join leaves on leaves.place = made.n * 7919 % 1000;
      insert into public.product_variants (id, product_id, sku)
      select variant_id, product_id, 'sku-' || n from made;
      insert into public.variant_prices (variant_id, price_list_id, unit_amount)
      select variant_id, 'eur', 100 + abs(hashtextextended('price' || n, 0)) % 99900 from made;
      insert into public.variant_availability (variant_id, product_id, on_sale, band)
      select variant_id, product_id, true, case when n % 10 < 8 then 'in_stock' else 'out_of_stock' end from made;

      insert into public.product_listings
      select product.id, 'eur', product.category_id, price.unit_amount, price.unit_amount,
        (product.rating_sum + 15) * 10000 / (product.rating_count + 5), product.created_at
      from made join public.products as product on product.id = made.product_id
      join public.variant_prices as price on price.variant_id = made.variant_id;

      -- The lexemes of each text are worked out once, not a million times.
      create temporary table known (text text primary key, lexemes text[]);
      insert into known select text, private.search_lexemes(text) from (
        select distinct unnest(array[noun_en, noun_fr, adjective_en, adjective_fr, material_en, material_fr, brand, model,
          colour, 'en', 'Made of by hand Fabriqué à la main']) as text from made
      ) as texts;
      analyze known;
      -- A level follows from the stars, the name's length (five words each) and the id's last digit: once of each.
      create temporary table levels as
      select (one).rating_count, (one).rating_sum, right((one).id::text, 1) = '0' as last,
        private.product_level(one) as level, private.level_prefix(private.product_level(one)) as prefix
      from (
        select distinct on (rating_count, rating_sum, right(id::text, 1) = '0') product as one
        from public.products as product
      ) as each_once;
      analyze levels;
      insert into public.product_documents (product_id, level, document)
      select made.product_id, leveled.level, array_to_tsvector(
        array(select leveled.prefix || word from unnest(named) as word)
        || array(select 'w:' || word from unnest(named || colours.lexemes || others.lexemes) as word)
        || array['a:brand=' || initcap(brand), 'a:material=' || material_en, 'a:colour=' || colour])
      from made
      join public.products as product on product.id = made.product_id
      join known as n1 on n1.text = noun_en join known as n2 on n2.text = noun_fr
      join known as a1 on a1.text = adjective_en join known as a2 on a2.text = adjective_fr
      join known as m1 on m1.text = material_en join known as m2 on m2.text = material_fr
      join known as b on b.text = brand join known as m on m.text = model
      join known as colours on colours.text = colour join known as e on e.text = 'en'
      join known as others on others.text like 'Made of%'
      join levels as leveled on leveled.rating_count = product.rating_count and leveled.rating_sum = product.rating_sum
        and leveled.last = (right(product.id::text, 1) = '0'),
      lateral (select n1.lexemes || n2.lexemes || a1.lexemes || a2.lexemes || m1.lexemes || m2.lexemes || b.lexemes
        || m.lexemes || e.lexemes as named) as names;
      insert into public.search_words
      select distinct word from known, unnest(lexemes) as word where char_length(word) between 3 and 40;

      do $$ declare definition text; begin
        for definition in select indexdef from indexes loop execute definition; end loop;
      end $$;
    `);
    // Not in a transaction with others.
    for (
      const table of ["product_listings", "product_documents", "products", "variant_availability"]
    ) {
      await sql.unsafe(`vacuum analyze public.${table}`);
    }
    await sql.unsafe(
      "analyze public.product_variants, public.variant_prices, public.categories, public.search_words",
    );
  } finally {
    await sql.end();
  }
}
