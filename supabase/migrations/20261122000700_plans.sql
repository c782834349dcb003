-- Plans and prices: mirrored from Stripe, which learns them from _shared/billing/plans.ts by `task plans`.

create table public.plans (
  id                text primary key,
  stripe_product_id text,
  name              text not null,
  description       text,
  rank              smallint not null default 0,
  active            boolean not null,
  created_at        timestamptz not null default now(),
  updated_at        timestamptz not null default now(),
  constraint plans_id_format check (id ~ '^[a-z][a-z0-9_]{0,39}$'),
  constraint plans_one_product_each unique (stripe_product_id)
);
comment on table public.plans is 'What one can subscribe to: mirrored from Stripe products that carry metadata.plan.';
comment on column public.plans.id is 'The plan''s name in code: free, basic, pro.';
comment on column public.plans.stripe_product_id is 'The product that it mirrors; null when no product names the plan any more.';
comment on column public.plans.rank is 'Order from the smallest plan to the largest.';
create trigger plans_touch before update on public.plans
  for each row execute function private.touch();

create table public.plan_features (
  plan_id     text not null references public.plans (id) on delete cascade,
  feature     text not null,
  limit_value bigint,
  constraint plan_features_pkey primary key (plan_id, feature),
  constraint plan_features_name_format check (feature ~ '^[a-z][a-z0-9_]{0,39}$'),
  constraint plan_features_limit_positive check (limit_value >= 0)
);
comment on table public.plan_features is 'What a plan includes; a feature without a row is not included.';
comment on column public.plan_features.limit_value is 'How much of it; null where there is no limit to count.';

create table public.prices (
  id             text primary key,
  product_id     text not null,
  plan_id        text references public.plans (id) on delete set null,
  lookup_key     text,
  currency       text not null,
  unit_amount    bigint not null,
  "interval"     text not null,
  interval_count smallint not null default 1,
  active         boolean not null,
  created_at     timestamptz not null,
  updated_at     timestamptz not null default now(),
  constraint prices_currency_iso check (currency ~ '^[A-Z]{3}$'),
  constraint prices_amount_not_negative check (unit_amount >= 0),
  constraint prices_interval_known check ("interval" in ('day', 'week', 'month', 'year')),
  constraint prices_interval_count_positive check (interval_count > 0)
);
comment on table public.prices is 'What a plan costs: mirrored from Stripe''s recurring prices.';
comment on column public.prices.id is 'Stripe''s id of the price.';
comment on column public.prices.product_id is 'Stripe''s product that it prices.';
comment on column public.prices.plan_id is 'The plan that its product names; null while it names none, then nobody sees the price. Kept all the same: the product may be told of its plan after its prices.';
comment on column public.prices.created_at is 'When Stripe made it: of two with one lookup key, the later one counts.';
comment on column public.prices.lookup_key is 'The name that code uses: price_monthly_basic. Not unique: Stripe moves it to a newer price, and the two events may come in either order.';
comment on column public.prices.unit_amount is 'Minor units of the currency as ISO 4217 counts them.';
create index prices_product on public.prices (product_id);
create index prices_plan on public.prices (plan_id);
create index prices_lookup on public.prices (lookup_key) where active;
create trigger prices_touch before update on public.prices
  for each row execute function private.touch();

-- Several products may name one plan, and a product may change which it names, in any order of events.
-- So each claim is kept, and the plan is what its claims make it (private.plan_derive).
create table private.plan_products (
  product_id text primary key,
  plan_id    text not null,
  record     jsonb not null,
  created_at timestamptz not null default now()
);
comment on table private.plan_products is 'Stripe products that name a plan in their metadata, as they were when last fetched.';
comment on column private.plan_products.record is 'What _shared/billing/records.ts makes of the product.';
create index plan_products_plan on private.plan_products (plan_id);
alter table private.plan_products enable row level security;
grant select, insert, update, delete on private.plan_products to service_role;

alter table public.plans enable row level security;
alter table public.plan_features enable row level security;
alter table public.prices enable row level security;
grant select on public.plans, public.plan_features, public.prices to anon, authenticated;
grant select, insert, update, delete on public.plans, public.plan_features, public.prices to service_role;

create policy "Anyone reads the plans on sale" on public.plans
  for select to anon, authenticated using (active);
create policy "Anyone reads what plans include" on public.plan_features
  for select to anon, authenticated using (true);
create policy "Anyone reads the prices on sale" on public.prices
  for select to anon, authenticated
  using (active and plan_id in (select plan.id from public.plans as plan where plan.active));
