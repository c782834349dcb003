-- Catalogue of the shop: categories (a tree), products, their variants, a price per variant and price list,
-- images. Everybody reads what is active; staff write through RLS. What is in stock: the next migration.

create table public.price_lists (
  id         text primary key,
  currency   text not null,
  is_default boolean not null default false,
  active     boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint price_lists_id_format check (id ~ '^[a-z][a-z0-9_-]{0,39}$'),
  constraint price_lists_currency_iso check (currency ~ '^[A-Z]{3}$'),
  constraint price_lists_default_active check (active or not is_default)
);
comment on table public.price_lists is
  'Lists of prices, each in one currency: whoever buys does so by one of them, the default one unless asked for another.';
create unique index price_lists_one_default on public.price_lists (is_default) where is_default;
create trigger price_lists_touch before update on public.price_lists
  for each row execute function private.touch();
insert into public.price_lists (id, currency, is_default) values ('eur', 'EUR', true);

create table public.categories (
  id         uuid primary key default gen_random_uuid(),
  parent_id  uuid references public.categories (id) on delete restrict,
  slug       text not null,
  name_en    text not null,
  name_fr    text not null,
  position   integer not null default 0,
  active     boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint categories_slug_key unique (slug),
  constraint categories_slug_format check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 100),
  constraint categories_name_en_length check (char_length(name_en) between 1 and 200),
  constraint categories_name_fr_length check (char_length(name_fr) between 1 and 200),
  constraint categories_not_own_parent check (parent_id <> id)
);
comment on table public.categories is 'The tree of categories; a product is in one and, by it, in those above.';
create index categories_parent on public.categories (parent_id);
create trigger categories_touch before update on public.categories
  for each row execute function private.touch();

create function private.category_stays_tree()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- Two that each move below the other at once would make a ring that neither sees.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('public.categories'));
  if exists (
    with recursive above as (
      select parent.id, parent.parent_id from public.categories as parent where parent.id = new.parent_id
      union
      select parent.id, parent.parent_id
      from public.categories as parent join above on parent.id = above.parent_id
    )
    select from above where above.id = new.id
  ) then
    perform private.problem(409, 'category_cycle', 'A category cannot be below itself.');
  end if;
  return null;
end;
$$;
comment on function private.category_stays_tree() is 'Trigger: refuses a category that would be below itself.';
create trigger categories_tree after insert or update of parent_id on public.categories
  for each row when (new.parent_id is not null) execute function private.category_stays_tree();

create table public.products (
  id             uuid primary key default gen_random_uuid(),
  slug           text not null,
  category_id    uuid not null references public.categories (id) on delete restrict,
  name_en        text not null,
  name_fr        text not null,
  description_en text not null default '',
  description_fr text not null default '',
  attributes     jsonb not null default '{}',
  tax_code       text,
  active         boolean not null default true,
  rating_count   integer not null default 0,
  rating_sum     bigint not null default 0,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now(),
  constraint products_slug_key unique (slug),
  constraint products_slug_format check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 100),
  constraint products_name_en_length check (char_length(name_en) between 1 and 200),
  constraint products_name_fr_length check (char_length(name_fr) between 1 and 200),
  constraint products_description_en_length check (char_length(description_en) <= 10000),
  constraint products_description_fr_length check (char_length(description_fr) <= 10000),
  constraint products_attributes_object check (jsonb_typeof(attributes) = 'object'),
  constraint products_tax_code_format check (tax_code ~ '^txcd_[0-9]{8}$'),
  constraint products_rating_possible check (rating_sum between rating_count and rating_count::bigint * 5)
);
comment on table public.products is 'What the shop sells; what one buys is a variant of it.';
comment on column public.products.attributes is 'What one filters by: names with a text each, {"brand": "Acme", "material": "wool"}.';
comment on column public.products.tax_code is 'Stripe''s tax code, for automatic tax; null: the account''s default. https://docs.stripe.com/tax/tax-codes';
comment on column public.products.rating_count is 'Reviews that are shown. A trigger on reviews keeps it.';
comment on column public.products.rating_sum is 'The sum of their ratings: an average without its rounding.';
create index products_category on public.products (category_id);
create trigger products_touch before update on public.products
  for each row execute function private.touch();

create table public.product_variants (
  id           uuid primary key default gen_random_uuid(),
  product_id   uuid not null references public.products (id) on delete cascade,
  sku          text not null,
  options      jsonb not null default '{}',
  weight_grams integer not null default 0,
  low_stock    integer not null default 5,
  position     integer not null default 0,
  active       boolean not null default true,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  constraint product_variants_sku_key unique (sku),
  constraint product_variants_sku_format check (sku ~ '^[!-~]{1,64}$'),
  constraint product_variants_options_object check (jsonb_typeof(options) = 'object'),
  constraint product_variants_weight_possible check (weight_grams between 0 and 10000000),
  constraint product_variants_low_stock_possible check (low_stock between 0 and 10000)
);
comment on table public.product_variants is 'What is bought: a product in a size or colour, with a stock and prices of its own.';
comment on column public.product_variants.options is 'What makes it differ: {"size": "M", "colour": "red"}; {} for a product''s only variant.';
comment on column public.product_variants.low_stock is 'From how many on downwards buyers read how many are left, and stock.low is told.';
create index product_variants_product on public.product_variants (product_id, position);
create trigger product_variants_touch before update on public.product_variants
  for each row execute function private.touch();

create table public.variant_prices (
  variant_id        uuid not null references public.product_variants (id) on delete cascade,
  price_list_id     text not null references public.price_lists (id) on delete restrict,
  unit_amount       bigint not null,
  compare_at_amount bigint,
  created_at        timestamptz not null default now(),
  updated_at        timestamptz not null default now(),
  constraint variant_prices_pkey primary key (variant_id, price_list_id),
  constraint variant_prices_unit_amount_possible check (unit_amount between 0 and 99999999),
  constraint variant_prices_compare_at_higher check (compare_at_amount > unit_amount)
);
comment on table public.variant_prices is
  'What a variant costs, in minor units of its list''s currency. Without a row it is not sold by that list.';
comment on column public.variant_prices.unit_amount is 'At most eight digits, as Stripe takes them. https://docs.stripe.com/currencies';
comment on column public.variant_prices.compare_at_amount is 'What it cost before: shown struck through, never charged.';
create index variant_prices_list on public.variant_prices (price_list_id, unit_amount);
create trigger variant_prices_touch before update on public.variant_prices
  for each row execute function private.touch();

create table public.product_images (
  id         uuid primary key default gen_random_uuid(),
  product_id uuid not null references public.products (id) on delete cascade,
  variant_id uuid references public.product_variants (id) on delete set null,
  path       text not null,
  alt_en     text not null default '',
  alt_fr     text not null default '',
  position   integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint product_images_path_key unique (path),
  constraint product_images_path_format check (path ~ '^[A-Za-z0-9][A-Za-z0-9._/-]{0,254}$' and strpos(path, '..') = 0),
  constraint product_images_alt_en_length check (char_length(alt_en) <= 500),
  constraint product_images_alt_fr_length check (char_length(alt_fr) <= 500)
);
comment on table public.product_images is 'A product''s pictures, the one with the lowest position first.';
comment on column public.product_images.path is 'The file in the storage bucket product-images.';
comment on column public.product_images.variant_id is 'The variant that it shows; null: all of them.';
create index product_images_product on public.product_images (product_id, position);
create index product_images_variant on public.product_images (variant_id);
create trigger product_images_touch before update on public.product_images
  for each row execute function private.touch();

-- Who reads and writes. A product that is not active is not there for buyers, nor is anything of it.

alter table public.price_lists enable row level security;
alter table public.categories enable row level security;
alter table public.products enable row level security;
alter table public.product_variants enable row level security;
alter table public.variant_prices enable row level security;
alter table public.product_images enable row level security;

grant select on public.price_lists, public.categories, public.products, public.product_variants,
  public.variant_prices, public.product_images to anon, authenticated;
grant select, insert, update, delete on public.price_lists, public.categories, public.products,
  public.product_variants, public.variant_prices, public.product_images to service_role;

grant insert (id, currency, is_default, active), update (is_default, active), delete
  on public.price_lists to authenticated;
grant insert (id, parent_id, slug, name_en, name_fr, position, active),
  update (parent_id, slug, name_en, name_fr, position, active), delete
  on public.categories to authenticated;
grant insert (id, slug, category_id, name_en, name_fr, description_en, description_fr, attributes, tax_code, active),
  update (slug, category_id, name_en, name_fr, description_en, description_fr, attributes, tax_code, active), delete
  on public.products to authenticated;
grant insert (id, product_id, sku, options, weight_grams, low_stock, position, active),
  update (sku, options, weight_grams, low_stock, position, active), delete
  on public.product_variants to authenticated;
grant insert (variant_id, price_list_id, unit_amount, compare_at_amount),
  update (unit_amount, compare_at_amount), delete
  on public.variant_prices to authenticated;
grant insert (id, product_id, variant_id, path, alt_en, alt_fr, position),
  update (variant_id, alt_en, alt_fr, position), delete
  on public.product_images to authenticated;

create function private.product_on_sale(product_id uuid)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select from public.products as product where product.id = product_on_sale.product_id and product.active
  );
$$;
comment on function private.product_on_sale(uuid) is 'Whether a product is there for buyers. Policies on what hangs on products call it.';
grant execute on function private.product_on_sale(uuid) to anon, authenticated, service_role;

create function private.variant_on_sale(variant_id uuid)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select from public.product_variants as variant
    join public.products as product on product.id = variant.product_id
    where variant.id = variant_on_sale.variant_id and variant.active and product.active
  );
$$;
comment on function private.variant_on_sale(uuid) is 'Whether a variant is there for buyers. Policies on what hangs on variants call it.';
grant execute on function private.variant_on_sale(uuid) to anon, authenticated, service_role;

create policy "Everybody reads active price lists"
  on public.price_lists for select to anon using (active);
create policy "Everybody reads active categories"
  on public.categories for select to anon using (active);
create policy "Everybody reads active products"
  on public.products for select to anon using (active);
create policy "Everybody reads active variants of active products"
  on public.product_variants for select to anon using (active and private.product_on_sale(product_id));
create policy "Everybody reads prices of what is on sale"
  on public.variant_prices for select to anon
  using (private.variant_on_sale(variant_id) and price_list_id = any (array(select list.id from public.price_lists as list where list.active)));
create policy "Everybody reads images of what is on sale"
  on public.product_images for select to anon using (private.product_on_sale(product_id));

create policy "Users read active price lists, staff all"
  on public.price_lists for select to authenticated using (active or (select private.is_staff()));
create policy "Users read active categories, staff all"
  on public.categories for select to authenticated using (active or (select private.is_staff()));
create policy "Users read active products, staff all"
  on public.products for select to authenticated using (active or (select private.is_staff()));
create policy "Users read active variants of active products, staff all"
  on public.product_variants for select to authenticated
  using ((select private.is_staff()) or (active and private.product_on_sale(product_id)));
create policy "Users read prices of what is on sale, staff all"
  on public.variant_prices for select to authenticated
  using ((select private.is_staff()) or (
    private.variant_on_sale(variant_id) and price_list_id = any (array(select list.id from public.price_lists as list where list.active))
  ));
create policy "Users read images of what is on sale, staff all"
  on public.product_images for select to authenticated
  using ((select private.is_staff()) or private.product_on_sale(product_id));

do $$
declare
  listed text;
begin
  foreach listed in array array[
    'price_lists', 'categories', 'products', 'product_variants', 'variant_prices', 'product_images'
  ] loop
    execute format(
      'create policy "Staff insert" on public.%I for insert to authenticated with check ((select private.is_staff()))',
      listed
    );
    execute format(
      'create policy "Staff update" on public.%I for update to authenticated '
      'using ((select private.is_staff())) with check ((select private.is_staff()))', listed
    );
    execute format(
      'create policy "Staff delete" on public.%I for delete to authenticated using ((select private.is_staff()))', listed
    );
  end loop;
end;
$$;

insert into private.retention_reasons (relation, reason) values
  ('public.price_lists', 'the catalogue: as many as staff write'),
  ('public.categories', 'the catalogue: as many as staff write'),
  ('public.products', 'the catalogue: as many as staff write'),
  ('public.product_variants', 'the catalogue: as many as staff write'),
  ('public.variant_prices', 'the catalogue: as many as staff write'),
  ('public.product_images', 'the catalogue: as many as staff write');
insert into private.personal_data (relation, scope, owner_columns, omitted, note) values
  ('public.price_lists', 'none', '{}', '{}', 'the catalogue, about nobody'),
  ('public.categories', 'none', '{}', '{}', 'the catalogue, about nobody'),
  ('public.products', 'none', '{}', '{}', 'the catalogue, about nobody'),
  ('public.product_variants', 'none', '{}', '{}', 'the catalogue, about nobody'),
  ('public.variant_prices', 'none', '{}', '{}', 'the catalogue, about nobody'),
  ('public.product_images', 'none', '{}', '{}', 'the catalogue, about nobody');
