-- Discounts and shipping rates: what the total of an order is made of besides its lines. Staff write them
-- through RLS; buyers read rates, and of discounts only whether a code that they know is good.

create table public.shipping_rates (
  id            uuid primary key default gen_random_uuid(),
  name_en       text not null,
  name_fr       text not null,
  price_list_id text not null references public.price_lists (id) on delete restrict,
  amount        bigint not null,
  countries     text[],
  min_weight    integer,
  max_weight    integer,
  min_total     bigint,
  max_total     bigint,
  min_days      smallint,
  max_days      smallint,
  position      integer not null default 0,
  active        boolean not null default true,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),
  constraint shipping_rates_name_en_length check (char_length(name_en) between 1 and 100),
  constraint shipping_rates_name_fr_length check (char_length(name_fr) between 1 and 100),
  constraint shipping_rates_amount_possible check (amount between 0 and 99999999),
  constraint shipping_rates_countries_iso check (array_to_string(countries, ',') ~ '^[A-Z]{2}(,[A-Z]{2})*$'),
  constraint shipping_rates_weights_ordered check (min_weight >= 0 and coalesce(max_weight > coalesce(min_weight, 0), true)),
  constraint shipping_rates_totals_ordered check (min_total >= 0 and coalesce(max_total > coalesce(min_total, 0), true)),
  constraint shipping_rates_days_ordered check (min_days >= 0 and max_days >= min_days)
);
comment on table public.shipping_rates is
  'What shipping costs: by country, and by weight or total of what is shipped. Amounts in minor units of the price list''s currency.';
comment on column public.shipping_rates.countries is 'ISO 3166-1 codes; null: everywhere.';
comment on column public.shipping_rates.min_weight is 'In grams, from this on; max_weight is the first that is too heavy.';
comment on column public.shipping_rates.min_total is 'Of the goods after discount, from this on; max_total is the first that is too much.';
create index shipping_rates_price_list on public.shipping_rates (price_list_id);
create trigger shipping_rates_touch before update on public.shipping_rates
  for each row execute function private.touch();

create table public.discounts (
  id               uuid primary key default gen_random_uuid(),
  code             text not null,
  kind             text not null,
  basis_points     integer,
  amount           bigint,
  price_list_id    text references public.price_lists (id) on delete restrict,
  minimum_amount   bigint not null default 0,
  max_redemptions  integer,
  max_per_customer integer,
  redeemed         integer not null default 0,
  starts_at        timestamptz not null default now(),
  ends_at          timestamptz,
  active           boolean not null default true,
  created_at       timestamptz not null default now(),
  updated_at       timestamptz not null default now(),
  constraint discounts_code_format check (code ~ '^[A-Z0-9_-]{2,40}$'),
  constraint discounts_code_key unique (code),
  constraint discounts_kind_known check (kind in ('percent', 'amount')),
  constraint discounts_percent_or_amount check (
    case kind when 'percent' then basis_points is not null and amount is null
      else amount is not null and price_list_id is not null and basis_points is null end
  ),
  constraint discounts_basis_points_possible check (basis_points between 1 and 10000),
  constraint discounts_amount_positive check (amount > 0),
  constraint discounts_minimum_positive check (minimum_amount >= 0),
  constraint discounts_minimum_of_list check (minimum_amount = 0 or price_list_id is not null),
  constraint discounts_limits_positive check (max_redemptions > 0 and max_per_customer > 0),
  constraint discounts_redeemed_within_limit check (redeemed >= 0),
  constraint discounts_validity_ordered check (ends_at > starts_at)
);
comment on table public.discounts is 'Codes that take something off an order.';
comment on column public.discounts.code is 'Upper case; buyers may write it as they like.';
comment on column public.discounts.basis_points is 'Hundredths of a percent: 1000 is 10 %.';
comment on column public.discounts.price_list_id is 'The list whose currency amount and minimum are in, and to which it is bound; null: all.';
comment on column public.discounts.minimum_amount is 'What the lines that it covers must come to.';
comment on column public.discounts.redeemed is
  'How often it is redeemed by orders that are paid or may yet be; a refused one over the limit never counted.';
create index discounts_price_list on public.discounts (price_list_id);
create trigger discounts_touch before update on public.discounts
  for each row execute function private.touch();

create table public.discount_scopes (
  id          uuid primary key default gen_random_uuid(),
  discount_id uuid not null references public.discounts (id) on delete cascade,
  product_id  uuid references public.products (id) on delete cascade,
  category_id uuid references public.categories (id) on delete cascade,
  constraint discount_scopes_one_thing check (num_nonnulls(product_id, category_id) = 1),
  constraint discount_scopes_once unique nulls not distinct (discount_id, product_id, category_id)
);
comment on table public.discount_scopes is
  'What a discount covers: products, and categories with what is below them; without a row, everything.';
create index discount_scopes_product on public.discount_scopes (product_id);
create index discount_scopes_category on public.discount_scopes (category_id);

create table private.discount_redemptions (
  order_id    uuid primary key references public.orders (id) on delete restrict,
  discount_id uuid not null references public.discounts (id) on delete restrict,
  customer    text not null,
  email       text,
  released_at timestamptz,
  created_at  timestamptz not null default private.now()
);
comment on table private.discount_redemptions is
  'Which orders redeemed which discount: counted from when the order is placed, given back when nothing was paid.';
comment on column private.discount_redemptions.customer is
  'By whom limits count: user:<id>, else email:<SHA-256 of the address in lower case>.';
comment on column private.discount_redemptions.email is
  'Beside a user''s id his address as a guest would be counted: he is one customer, signed in or not.';
create index discount_redemptions_email on private.discount_redemptions (discount_id, email);
create index discount_redemptions_created on private.discount_redemptions (created_at);
create index discount_redemptions_customer on private.discount_redemptions (discount_id, customer);

alter table public.shipping_rates enable row level security;
alter table public.discounts enable row level security;
alter table public.discount_scopes enable row level security;
alter table private.discount_redemptions enable row level security;

grant select on public.shipping_rates to anon, authenticated;
grant select on public.discounts, public.discount_scopes to authenticated;
grant select, insert, update, delete on public.shipping_rates, public.discounts, public.discount_scopes,
  private.discount_redemptions to service_role;
grant insert (id, name_en, name_fr, price_list_id, amount, countries, min_weight, max_weight, min_total, max_total,
    min_days, max_days, position, active),
  update (name_en, name_fr, amount, countries, min_weight, max_weight, min_total, max_total, min_days, max_days,
    position, active), delete
  on public.shipping_rates to authenticated;
grant insert (id, code, kind, basis_points, amount, price_list_id, minimum_amount, max_redemptions, max_per_customer,
    starts_at, ends_at, active),
  update (basis_points, amount, minimum_amount, max_redemptions, max_per_customer, starts_at, ends_at, active), delete
  on public.discounts to authenticated;
grant insert (id, discount_id, product_id, category_id), delete on public.discount_scopes to authenticated;

create policy "Everybody reads active shipping rates"
  on public.shipping_rates for select to anon using (active);
create policy "Users read active shipping rates, staff all"
  on public.shipping_rates for select to authenticated using (active or (select private.is_staff()));
create policy "Staff read discounts"
  on public.discounts for select to authenticated using ((select private.is_staff()));
create policy "Staff read what discounts cover"
  on public.discount_scopes for select to authenticated using ((select private.is_staff()));
create policy "Staff insert" on public.shipping_rates for insert to authenticated
  with check ((select private.is_staff()));
create policy "Staff update" on public.shipping_rates for update to authenticated
  using ((select private.is_staff())) with check ((select private.is_staff()));
create policy "Staff delete" on public.shipping_rates for delete to authenticated
  using ((select private.is_staff()));
create policy "Staff insert" on public.discounts for insert to authenticated
  with check ((select private.is_staff()));
create policy "Staff update" on public.discounts for update to authenticated
  using ((select private.is_staff())) with check ((select private.is_staff()));
create policy "Staff delete" on public.discounts for delete to authenticated
  using ((select private.is_staff()));
create policy "Staff insert" on public.discount_scopes for insert to authenticated
  with check ((select private.is_staff()));
create policy "Staff delete" on public.discount_scopes for delete to authenticated
  using ((select private.is_staff()));

insert into private.retention_reasons (relation, reason) values
  ('public.shipping_rates', 'the catalogue: as many as staff write'),
  ('public.discounts', 'the catalogue: as many as staff write, and old orders name them'),
  ('public.discount_scopes', 'goes with its discount in public.discounts');
-- As long as guests' orders say who placed them: a hash of an address tells whoever tries addresses as much.
insert into private.retention_rules (name, relation, condition, keep, description) values
  ('discount_redemptions', 'private.discount_redemptions', 'created_at < $1', '3 years',
   'who redeemed a code: limits for each customer count what is younger');
insert into private.personal_data (relation, scope, owner_columns, omitted, note) values
  ('public.shipping_rates', 'none', '{}', '{}', 'the catalogue, about nobody'),
  ('public.discounts', 'none', '{}', '{}', 'the catalogue, about nobody'),
  ('public.discount_scopes', 'none', '{}', '{}', 'the catalogue, about nobody'),
  ('private.discount_redemptions', 'none', '{}', '{}', 'which orders redeemed a discount: the orders, with their code, are exported');
