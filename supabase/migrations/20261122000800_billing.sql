-- Billing: customers, subscriptions, invoices and payments as Stripe holds them. Stripe is the truth:
-- these rows are written by syncs alone (private.stripe_apply_*), never by a user.

create table private.billing_customers (
  workspace_id       uuid primary key references public.workspaces (id) on delete cascade,
  stripe_customer_id text,
  stripe_payment_method_id text,
  generation         smallint not null default 0,
  email              text,
  name               text,
  created_at         timestamptz not null default now(),
  constraint billing_customers_one_customer_each unique (stripe_customer_id)
);
comment on table private.billing_customers is 'One Stripe customer a workspace.';
comment on column private.billing_customers.stripe_customer_id is 'Null until Stripe has answered.';
comment on column private.billing_customers.generation is 'How many customers of this workspace were deleted at Stripe: each new one has an idempotency key of its own.';
comment on column private.billing_customers.stripe_payment_method_id is 'What its invoices are paid with, unless a subscription names another.';
comment on column private.billing_customers.email is
  'As it was when the customer was wanted: every attempt to create it sends the same values, as Stripe''s idempotency key demands.';
alter table private.billing_customers enable row level security;
grant select, insert, update, delete on private.billing_customers to service_role;

create function private.billing_customer_wanted(workspace_id uuid, email text, name text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into private.billing_customers (workspace_id, email, name)
  values (billing_customer_wanted.workspace_id, billing_customer_wanted.email, billing_customer_wanted.name)
  on conflict on constraint billing_customers_pkey do nothing;
  perform private.enqueue(
    'stripe_customer_create',
    jsonb_build_object('workspace_id', billing_customer_wanted.workspace_id),
    'customer:' || billing_customer_wanted.workspace_id
  );
end;
$$;
comment on function private.billing_customer_wanted(uuid, text, text) is
  'Notes that a workspace needs a Stripe customer and enqueues its creation, in the caller''s transaction.';

create function public.billing_customer(workspace_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'workspace_id', customer.workspace_id, 'stripe_customer_id', customer.stripe_customer_id,
    'generation', customer.generation, 'email', customer.email, 'name', customer.name
  )
  from private.billing_customers as customer
  where customer.workspace_id = billing_customer.workspace_id;
$$;
comment on function public.billing_customer(uuid) is
  'Server RPC: {workspace_id, stripe_customer_id, generation, email, name} of a workspace; null for an unknown one.';
grant execute on function public.billing_customer(uuid) to service_role;

create function public.billing_customer_record(workspace_id uuid, stripe_customer_id text)
returns text
language sql
set search_path = ''
as $$
  -- The first answer stays: whoever comes second uses the customer that is there.
  update private.billing_customers as customer
  set stripe_customer_id = coalesce(customer.stripe_customer_id, billing_customer_record.stripe_customer_id)
  where customer.workspace_id = billing_customer_record.workspace_id
  returning customer.stripe_customer_id;
$$;
comment on function public.billing_customer_record(uuid, text) is
  'Server RPC: notes a workspace''s Stripe customer; answers the one that counts, which may be an earlier one.';
grant execute on function public.billing_customer_record(uuid, text) to service_role;

create table public.subscriptions (
  id                     uuid primary key default gen_random_uuid(),
  workspace_id           uuid not null references public.workspaces (id) on delete cascade,
  user_id                uuid references auth.users (id) on delete set null,
  stripe_subscription_id text not null,
  plan_id                text references public.plans (id) on delete set null,
  price_id               text,
  status                 text not null,
  quantity               integer not null,
  currency               text not null,
  cancel_at_period_end   boolean not null default false,
  current_period_start   timestamptz,
  current_period_end     timestamptz,
  trial_end              timestamptz,
  cancel_at              timestamptz,
  canceled_at            timestamptz,
  ended_at               timestamptz,
  stripe_payment_method_id text,
  created_at             timestamptz not null,
  updated_at             timestamptz not null default now(),
  constraint subscriptions_stripe_id_key unique (stripe_subscription_id),
  constraint subscriptions_status_known check (status in (
    'active', 'canceled', 'incomplete', 'incomplete_expired', 'past_due', 'paused', 'trialing', 'unpaid'
  )),
  constraint subscriptions_currency_iso check (currency ~ '^[A-Z]{3}$')
);
comment on table public.subscriptions is
  'Mirror of Stripe''s subscriptions. No index says "one live a workspace": where Stripe truly holds two, both are shown.';
comment on column public.subscriptions.user_id is 'Who bought it; it belongs to the workspace.';
comment on column public.subscriptions.stripe_payment_method_id is 'What it is paid with; null for the customer''s default.';
comment on column public.subscriptions.current_period_end is 'The earliest end among its items'' periods.';
create index subscriptions_workspace on public.subscriptions (workspace_id);
create index subscriptions_user on public.subscriptions (user_id);
create index subscriptions_price on public.subscriptions (price_id);
create index subscriptions_plan on public.subscriptions (plan_id);
create trigger subscriptions_touch before update on public.subscriptions
  for each row execute function private.touch();

create table public.invoices (
  id                 uuid primary key default gen_random_uuid(),
  workspace_id       uuid not null references public.workspaces (id) on delete cascade,
  subscription_id    uuid references public.subscriptions (id) on delete set null,
  stripe_invoice_id  text not null,
  number             text,
  status             text not null,
  currency           text not null,
  subtotal           bigint not null,
  total              bigint not null,
  amount_due         bigint not null,
  amount_paid        bigint not null,
  period_start       timestamptz not null,
  period_end         timestamptz not null,
  hosted_invoice_url text,
  invoice_pdf        text,
  created_at         timestamptz not null,
  paid_at            timestamptz,
  updated_at         timestamptz not null default now(),
  constraint invoices_stripe_id_key unique (stripe_invoice_id),
  constraint invoices_status_known check (status in ('draft', 'open', 'paid', 'uncollectible', 'void')),
  constraint invoices_currency_iso check (currency ~ '^[A-Z]{3}$')
);
comment on table public.invoices is 'Mirror of Stripe''s invoices; amounts in minor units.';
comment on column public.invoices.period_start is 'Of what the invoice charges: the earliest start among its lines.';
comment on column public.invoices.period_end is 'Of what the invoice charges: the latest end among its lines.';
create index invoices_workspace on public.invoices (workspace_id, created_at desc);
create index invoices_subscription on public.invoices (subscription_id);
create trigger invoices_touch before update on public.invoices
  for each row execute function private.touch();

create table public.payments (
  id                uuid primary key default gen_random_uuid(),
  workspace_id      uuid not null references public.workspaces (id) on delete cascade,
  invoice_id        uuid references public.invoices (id) on delete set null,
  stripe_payment_id text not null,
  status            text not null,
  amount            bigint not null,
  currency          text not null,
  created_at        timestamptz not null,
  paid_at           timestamptz,
  updated_at        timestamptz not null default now(),
  constraint payments_stripe_id_key unique (stripe_payment_id),
  constraint payments_status_known check (status in ('pending', 'succeeded', 'canceled')),
  constraint payments_amount_not_negative check (amount >= 0),
  constraint payments_currency_iso check (currency ~ '^[A-Z]{3}$')
);
comment on table public.payments is 'What was paid, or is to be, towards an invoice; mirror of Stripe''s invoice payments.';
comment on column public.payments.stripe_payment_id is 'Stripe''s payment intent.';
create index payments_workspace on public.payments (workspace_id, created_at desc);
create index payments_invoice on public.payments (invoice_id);
create trigger payments_touch before update on public.payments
  for each row execute function private.touch();

-- The intent to buy is what is unique, not the mirror: two clicks, two tabs, two members of a
-- workspace all end in one purchase.
create table private.subscription_intents (
  id                     uuid primary key default gen_random_uuid(),
  workspace_id           uuid not null references public.workspaces (id) on delete cascade,
  user_id                uuid references auth.users (id) on delete set null,
  price_id               text not null,
  quantity               integer not null,
  state                  text not null default 'open',
  stripe_subscription_id text,
  stripe_session_id      text,
  success_url            text,
  cancel_url             text,
  created_at             timestamptz not null default now(),
  closed_at              timestamptz,
  constraint subscription_intents_state_known check (state in ('open', 'bought', 'abandoned')),
  constraint subscription_intents_quantity_positive check (quantity > 0)
);
comment on table private.subscription_intents is 'A purchase under way; its id is Stripe''s idempotency key.';
comment on column private.subscription_intents.stripe_session_id is
  'The Checkout Session where it is paid; null for a purchase that the client confirms by itself.';
comment on column private.subscription_intents.success_url is
  'Kept, so that each attempt to create the session sends the same values, as Stripe''s idempotency key demands.';
create unique index subscription_intents_one_open on private.subscription_intents (workspace_id)
  where state = 'open';
create index subscription_intents_workspace on private.subscription_intents (workspace_id);
create index subscription_intents_user on private.subscription_intents (user_id);
create index subscription_intents_subscription on private.subscription_intents (stripe_subscription_id);
alter table private.subscription_intents enable row level security;
grant select, insert, update, delete on private.subscription_intents to service_role;

alter table public.subscriptions enable row level security;
alter table public.invoices enable row level security;
alter table public.payments enable row level security;
grant select on public.subscriptions, public.invoices, public.payments to authenticated;
grant select, insert, update, delete on public.subscriptions, public.invoices, public.payments to service_role;

create policy "Members read their workspaces' subscriptions" on public.subscriptions
  for select to authenticated using (workspace_id in (select private.my_workspace_ids()));
create policy "Owners, admins and billing read invoices" on public.invoices
  for select to authenticated
  using (workspace_id in (select private.my_workspace_ids(array['owner', 'admin', 'billing'])));
create policy "Owners, admins and billing read payments" on public.payments
  for select to authenticated
  using (workspace_id in (select private.my_workspace_ids(array['owner', 'admin', 'billing'])));
