-- Orders. A row is written before Stripe hears of it; what it may become is rows of one table, which a
-- trigger enforces and notes. Money is minor units, and each movement of it a row of a ledger whose sums
-- equal the order's counters.

create table private.order_transitions (
  from_status text not null,
  to_status   text not null,
  constraint order_transitions_pkey primary key (from_status, to_status)
);
comment on table private.order_transitions is
  'What an order may become; whatever is no row here is refused. An order begins as pending.';
alter table private.order_transitions enable row level security;
grant select on private.order_transitions to service_role;
insert into private.order_transitions (from_status, to_status) values
  ('pending', 'paid'), ('pending', 'expired'), ('pending', 'cancelled'), ('pending', 'review'),
  ('paid', 'fulfilling'), ('paid', 'shipped'), ('paid', 'cancelled'),
  ('paid', 'partially_refunded'), ('paid', 'refunded'), ('paid', 'disputed'), ('paid', 'review'),
  ('fulfilling', 'shipped'), ('fulfilling', 'cancelled'),
  ('fulfilling', 'partially_refunded'), ('fulfilling', 'refunded'), ('fulfilling', 'disputed'),
  ('shipped', 'delivered'),
  ('shipped', 'partially_refunded'), ('shipped', 'refunded'), ('shipped', 'disputed'),
  ('delivered', 'partially_refunded'), ('delivered', 'refunded'), ('delivered', 'disputed'),
  -- A part was refunded: the rest goes on.
  ('partially_refunded', 'fulfilling'), ('partially_refunded', 'shipped'), ('partially_refunded', 'delivered'),
  ('partially_refunded', 'cancelled'), ('partially_refunded', 'refunded'), ('partially_refunded', 'disputed'),
  -- Won, it is again what it was; lost, the money is gone.
  ('disputed', 'paid'), ('disputed', 'fulfilling'), ('disputed', 'shipped'), ('disputed', 'delivered'),
  ('disputed', 'partially_refunded'), ('disputed', 'refunded'), ('disputed', 'cancelled'),
  ('disputed', 'expired'), ('disputed', 'review'), ('expired', 'disputed'),
  -- A refund failed at the bank, days later: it is again what it was.
  ('refunded', 'paid'), ('refunded', 'fulfilling'), ('refunded', 'shipped'), ('refunded', 'delivered'),
  ('refunded', 'partially_refunded'), ('refunded', 'cancelled'), ('refunded', 'expired'), ('refunded', 'review'),
  ('partially_refunded', 'paid'),
  -- Paid after all: with stock it is an order, without it the money goes back.
  ('expired', 'paid'), ('expired', 'refunded'), ('expired', 'review'),
  -- Given up by its buyer, whose closing of the page Stripe told first.
  ('expired', 'cancelled'),
  ('cancelled', 'refunded'), ('cancelled', 'review'), ('cancelled', 'disputed'),
  ('review', 'paid'), ('review', 'cancelled'), ('review', 'refunded'), ('review', 'disputed'),
  ('refunded', 'disputed');

create function private.order_number()
returns text
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- 10 letters of Crockford's alphabet, 50 random bits: nobody guesses a neighbour's, and it can be read
  -- out on the telephone. From two UUIDs, whose first 60 bits but four are random.
  return (select string_agg(substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', (byte & 31) + 1, 1), '' order by place)
  from (
    select place, get_byte(random_bytes, place) as byte
    from (select uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) as random_bytes) as drawn,
      -- Bytes 6 and 8 of a UUID hold its version and variant.
      unnest(array[0, 1, 2, 3, 4, 5, 16, 17, 18, 19]) as place
  ) as letters);
end;
$$;
comment on function private.order_number() is
  'A fresh order number: short, unguessable; the unique constraint and rows that stay make that none comes again.';
grant execute on function private.order_number() to service_role;

create table public.orders (
  id                       uuid primary key default gen_random_uuid(),
  number                   text not null default private.order_number(),
  user_id                  uuid references auth.users (id) on delete set null,
  customer_email           text,
  locale                   text not null default 'en',
  status                   text not null default 'pending',
  status_before            text,
  price_list_id            text not null references public.price_lists (id) on delete restrict,
  currency                 text not null,
  subtotal_amount          bigint not null,
  discount_amount          bigint not null default 0,
  shipping_amount          bigint not null default 0,
  tax_amount               bigint not null default 0,
  total_amount             bigint not null,
  paid_amount              bigint not null default 0,
  refunded_amount          bigint not null default 0,
  disputed_amount          bigint not null default 0,
  discount_code            text,
  shipping_rate            jsonb,
  shipping_address         jsonb,
  stripe_session_id        text,
  stripe_payment_intent_id text,
  expires_at               timestamptz not null,
  paid_at                  timestamptz,
  carrier                  text,
  tracking_number          text,
  tracking_url             text,
  shipped_at               timestamptz,
  delivered_at             timestamptz,
  created_at               timestamptz not null default private.now(),
  updated_at               timestamptz not null default now(),
  constraint orders_number_key unique (number),
  constraint orders_stripe_session_id_key unique (stripe_session_id),
  constraint orders_stripe_payment_intent_id_key unique (stripe_payment_intent_id),
  constraint orders_status_known check (status in (
    'pending', 'paid', 'fulfilling', 'shipped', 'delivered', 'cancelled', 'expired',
    'partially_refunded', 'refunded', 'disputed', 'review'
  )),
  constraint orders_locale_known check (locale in ('en', 'fr')),
  constraint orders_currency_iso check (currency ~ '^[A-Z]{3}$'),
  constraint orders_amounts_positive check (
    subtotal_amount >= 0 and discount_amount >= 0 and shipping_amount >= 0 and tax_amount >= 0
    and total_amount >= 0 and paid_amount >= 0 and refunded_amount >= 0 and disputed_amount >= 0
  ),
  constraint orders_total_adds_up check (
    total_amount = subtotal_amount - discount_amount + shipping_amount + tax_amount
  ),
  constraint orders_discount_within_subtotal check (discount_amount <= subtotal_amount),
  constraint orders_refund_within_paid check (refunded_amount <= paid_amount),
  -- What was never paid is never sent.
  constraint orders_ship_when_paid check (status not in ('fulfilling', 'shipped', 'delivered') or paid_at is not null),
  constraint orders_carrier_length check (char_length(carrier) between 1 and 100),
  constraint orders_tracking_number_length check (char_length(tracking_number) between 1 and 100),
  constraint orders_tracking_url_https check (tracking_url ~ '^https://' and char_length(tracking_url) <= 1000)
);
comment on table public.orders is
  'Orders, with what was agreed on when they were placed. Amounts in minor units of their currency. Rows stay: they are the books.';
comment on column public.orders.user_id is 'Who bought; null for a guest, and once the account is gone.';
comment on column public.orders.status_before is 'While disputed: what it was before, and is again if the dispute is won.';
comment on column public.orders.shipping_rate is 'The rate as it was: {id, name_en, name_fr, min_days, max_days}; null where nothing is shipped.';
comment on column public.orders.shipping_address is '{name, line1, line2, city, state, postal_code, country, phone}.';
comment on column public.orders.tax_amount is 'Tax on top of the prices, as Stripe computed it on its page: known when it is paid.';
comment on column public.orders.paid_amount is 'Sum of the charges in private.money_movements.';
comment on column public.orders.refunded_amount is 'Sum of the refunds in private.money_movements.';
comment on column public.orders.disputed_amount is 'Sum of the disputes in private.money_movements that were not won.';
comment on column public.orders.expires_at is
  'Until when stock is held for it. Not released by the clock alone: the session at Stripe is expired first.';
create index orders_user on public.orders (user_id, created_at desc);
create index orders_created on public.orders (created_at, id);
create index orders_status on public.orders (status, created_at);
create index orders_price_list on public.orders (price_list_id);
create index orders_holding on public.orders (expires_at) where status = 'pending';
create trigger orders_touch before update on public.orders
  for each row execute function private.touch();

create table public.order_items (
  id                uuid primary key default gen_random_uuid(),
  order_id          uuid not null references public.orders (id) on delete restrict,
  user_id           uuid references auth.users (id) on delete set null,
  variant_id        uuid references public.product_variants (id) on delete set null,
  product_id        uuid references public.products (id) on delete set null,
  position          integer not null,
  sku               text not null,
  name_en           text not null,
  name_fr           text not null,
  options           jsonb not null default '{}',
  tax_code          text,
  unit_amount       bigint not null,
  quantity          integer not null,
  subtotal_amount   bigint not null,
  discount_amount   bigint not null default 0,
  total_amount      bigint not null,
  refunded_quantity integer not null default 0,
  refunded_amount   bigint not null default 0,
  restocked_quantity integer not null default 0,
  created_at        timestamptz not null default private.now(),
  constraint order_items_position_key unique (order_id, position),
  constraint order_items_variant_once unique (order_id, variant_id),
  constraint order_items_quantity_positive check (quantity > 0),
  constraint order_items_unit_amount_positive check (unit_amount >= 0),
  constraint order_items_subtotal_adds_up check (subtotal_amount = unit_amount * quantity),
  constraint order_items_total_adds_up check (total_amount = subtotal_amount - discount_amount),
  constraint order_items_discount_within_subtotal check (discount_amount between 0 and subtotal_amount),
  constraint order_items_refund_within_total check (refunded_amount between 0 and total_amount),
  constraint order_items_refund_within_quantity check (refunded_quantity between 0 and quantity),
  constraint order_items_restock_within_quantity check (restocked_quantity between 0 and quantity)
);
comment on table public.order_items is
  'Lines of orders: a snapshot of what was bought and for how much, whatever becomes of the catalogue. One line a variant.';
comment on column public.order_items.user_id is 'The order''s, beside it for policies and exports.';
comment on column public.order_items.tax_code is
  'What Stripe taxed it as, https://docs.stripe.com/tax/tax-codes: the product''s when it was ordered. Null: the account''s default.';
comment on column public.order_items.discount_amount is 'The line''s share of the order''s discount.';
create index order_items_user on public.order_items (user_id);
create index order_items_variant on public.order_items (variant_id);
-- The latest lines first: what was bought together is looked for among them.
create index order_items_product on public.order_items (product_id, created_at desc);

create table public.order_events (
  id          bigint generated always as identity primary key,
  order_id    uuid not null references public.orders (id) on delete restrict,
  kind        text not null,
  from_status text,
  to_status   text,
  note        text,
  created_at  timestamptz not null default private.now(),
  constraint order_events_kind_format check (kind ~ '^[a-z][a-z_]{0,39}$'),
  constraint order_events_note_length check (char_length(note) <= 500)
);
comment on table public.order_events is
  'The timeline of an order, for whoever bought and for staff: each change of its status, and what else happened to it.';
comment on column public.order_events.note is 'For the buyer to read as well; what only staff should know is in the audit log.';
create index order_events_order on public.order_events (order_id, id);

create table private.order_requests (
  order_id     uuid primary key references public.orders (id) on delete cascade,
  buyer        text not null,
  asked_hash   text not null,
  request_hash text not null,
  success_url  text,
  cancel_url   text,
  taxed        boolean not null default false,
  cart         text,
  address_hash text,
  look_at      timestamptz not null default private.now(),
  closed_at    timestamptz,
  constraint order_requests_address_hash_hex check (address_hash ~ '^[0-9a-f]{64}$')
);
comment on table private.order_requests is
  'What an order was asked for by, while it is pending: the same cart twice is the same order, and whoever repeats the call to Stripe sends the same.';
comment on column private.order_requests.buyer is 'Who asked: user:<id>, or guest:<hash of the cart, or of address and network>; processing:<order> while only the bank decides.';
comment on column private.order_requests.asked_hash is 'SHA-256 over what was asked for, as it was asked: whoever repeats it has his page also when it could not be ordered any more.';
comment on column private.order_requests.request_hash is 'SHA-256 over what was asked for and what it cost: lines, prices, address, rate, discount.';
comment on column private.order_requests.taxed is 'Whether Stripe computes tax on top.';
comment on column private.order_requests.cart is 'The cart that loses the lines once they are paid, as _shared/shop/cart/checkout.ts refers to it; null for lines that were in none.';
comment on column private.order_requests.address_hash is 'From where it was asked, keyed: for counting declined cards. No address is kept.';
comment on column private.order_requests.look_at is 'When the sweep asks Stripe next what became of it.';
comment on column private.order_requests.closed_at is 'When the order was no longer pending: the same request is then a new order.';
-- One a buyer, not one a request: of two tabs with different carts only one can be paid.
create unique index order_requests_one_pending on private.order_requests (buyer) where closed_at is null;
create index order_requests_address on private.order_requests (address_hash) where closed_at is null;
create index order_requests_look on private.order_requests (look_at) where closed_at is null;

create table private.money_movements (
  id         bigint generated always as identity primary key,
  order_id   uuid not null references public.orders (id) on delete restrict,
  kind       text not null,
  amount     bigint not null,
  currency   text not null,
  stripe_id  text not null,
  created_at timestamptz not null default private.now(),
  constraint money_movements_kind_known check (kind in ('charge', 'refund', 'refund_failed', 'dispute', 'dispute_won')),
  constraint money_movements_currency_iso check (currency ~ '^[A-Z]{3}$'),
  constraint money_movements_amount_signed check (
    case when kind in ('charge', 'refund_failed', 'dispute_won') then amount > 0 else amount < 0 end
  ),
  constraint money_movements_once_per_cause unique (kind, stripe_id)
);
comment on table private.money_movements is
  'Ledger of what buyers paid for orders and got back, only ever added to; its sums equal the orders'' counters.';
comment on column private.money_movements.amount is 'In minor units: to us positive, from us negative.';
comment on column private.money_movements.stripe_id is 'The charge, refund or dispute at Stripe: each moves money once.';
create index money_movements_order on private.money_movements (order_id, id);
create trigger money_movements_keep before update or delete on private.money_movements
  for each row execute function private.ledger_keep();
create trigger money_movements_keep_all before truncate on private.money_movements
  for each statement execute function private.ledger_keep();

create table public.order_refunds (
  id               uuid primary key default gen_random_uuid(),
  order_id         uuid not null references public.orders (id) on delete restrict,
  user_id          uuid references auth.users (id) on delete set null,
  amount           bigint not null,
  currency         text not null,
  reason           text not null,
  lines            jsonb not null default '[]',
  shipping_amount  bigint not null default 0,
  restock          boolean not null default false,
  state            text not null default 'open',
  stripe_refund_id text,
  stripe_payment_intent_id text,
  cause            text not null,
  created_at       timestamptz not null default private.now(),
  closed_at        timestamptz,
  constraint order_refunds_once_per_cause unique (cause),
  constraint order_refunds_stripe_refund_id_key unique (stripe_refund_id),
  constraint order_refunds_amount_positive check (amount > 0),
  constraint order_refunds_shipping_within_amount check (shipping_amount between 0 and amount),
  constraint order_refunds_currency_iso check (currency ~ '^[A-Z]{3}$'),
  constraint order_refunds_reason_known check (reason in ('cancelled', 'returned', 'goodwill', 'late_payment', 'paid_twice', 'review', 'stripe')),
  constraint order_refunds_state_known check (state in ('open', 'done', 'failed')),
  constraint order_refunds_closed_when_ended check ((state = 'open') = (closed_at is null)),
  constraint order_refunds_lines_list check (jsonb_typeof(lines) = 'array')
);
comment on table public.order_refunds is
  'Money that goes back for an order. The row is written before Stripe is asked, and its id is Stripe''s idempotency key: open until Stripe has said yes or no.';
comment on column public.order_refunds.reason is '`stripe`: made in Stripe''s dashboard, not by us. `paid_twice`: a payment besides the order''s own goes back by itself.';
comment on column public.order_refunds.currency is 'The order''s, or another in which it was paid by mistake.';
comment on column public.order_refunds.stripe_payment_intent_id is 'Which payment gives the money back; null for the order''s own.';
comment on column public.order_refunds.lines is
  'What it is for: [{order_item_id, quantity, amount, tax_amount}]; empty for an amount without lines.';
comment on column public.order_refunds.shipping_amount is 'What of the amount gives back shipping, with its tax.';
comment on column public.order_refunds.cause is 'What asked for it, hashed: the same cause is one refund.';
create index order_refunds_order on public.order_refunds (order_id);
create index order_refunds_user on public.order_refunds (user_id);
create index order_refunds_open on public.order_refunds (created_at) where state = 'open';

create function private.order_transition()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if not exists (
    select from private.order_transitions as allowed
    where allowed.from_status = old.status and allowed.to_status = new.status
  ) then
    perform private.problem(409, 'order_state_conflict',
      format('The order is %s: it cannot become %s.', old.status, new.status));
  end if;
  -- Nothing is sent while it is disputed: from there it is again what it was, not further. By the timeline:
  -- what it was before may have been a refund that failed since.
  if old.status = 'disputed' and new.status in ('fulfilling', 'shipped', 'delivered')
    and new.status is distinct from private.order_base(old.id) then
    perform private.problem(409, 'order_state_conflict',
      format('The order is disputed: it cannot become %s.', new.status));
  end if;
  new.status_before := case when new.status = 'disputed' then old.status end;
  return new;
end;
$$;
comment on function private.order_transition() is 'Trigger: lets an order become only what private.order_transitions allows.';
create trigger orders_transition before update of status on public.orders
  for each row when (old.status is distinct from new.status) execute function private.order_transition();

create function private.order_event()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.order_events (order_id, kind, from_status, to_status)
  values (new.id, 'status', case when tg_op = 'UPDATE' then old.status end, new.status);
  if new.status <> 'pending' then
    update private.order_requests set closed_at = now() where order_id = new.id and closed_at is null;
  end if;
  return null;
end;
$$;
comment on function private.order_event() is
  'Trigger: notes each status of an order, and that a request for the same cart is a new order from now on. Security definer: nobody else writes the timeline.';
create trigger orders_event_insert after insert on public.orders
  for each row execute function private.order_event();
create trigger orders_event_update after update of status on public.orders
  for each row when (old.status is distinct from new.status) execute function private.order_event();

alter table public.orders enable row level security;
alter table public.order_items enable row level security;
alter table public.order_events enable row level security;
alter table public.order_refunds enable row level security;
alter table private.order_requests enable row level security;
alter table private.money_movements enable row level security;
grant select on public.orders, public.order_items, public.order_events, public.order_refunds to authenticated;
grant select, insert, update, delete on public.orders, public.order_items, public.order_refunds,
  private.order_requests to service_role;
grant select, insert on public.order_events, private.money_movements to service_role;

-- Staff read all orders by the endpoint `orders`: `or is_staff()` here would take the index from buyers.
create policy "Buyers read their own orders"
  on public.orders for select to authenticated using (user_id = (select auth.uid()));
create policy "Buyers read the lines of their own orders"
  on public.order_items for select to authenticated using (user_id = (select auth.uid()));
create policy "Buyers read the refunds of their own orders"
  on public.order_refunds for select to authenticated using (user_id = (select auth.uid()));
create policy "Buyers read the timeline of their own orders"
  on public.order_events for select to authenticated using (order_id in (
    select mine.id from public.orders as mine where mine.user_id = (select auth.uid())
  ));

insert into private.retention_rules (name, relation, condition, keep, description) values
  ('order_requests', 'private.order_requests', 'closed_at < $1', '30 days', 'requests whose order is no longer pending');
create index order_requests_closed on private.order_requests (closed_at) where closed_at is not null;
insert into private.retention_reasons (relation, reason) values
  ('private.order_transitions', 'rules, as many as migrations write'),
  ('public.order_items', 'the books, which the law makes one keep: what was sold'),
  ('public.order_events', 'the books: what became of an order, and when'),
  ('public.order_refunds', 'the books, which the law makes one keep: amounts, no names'),
  ('private.money_movements', 'the ledger whose sums are the books: without a row they no longer are');
insert into private.personal_data (relation, scope, owner_columns, omitted, note) values
  ('private.order_transitions', 'none', '{}', '{}', 'rules, about nobody'),
  ('public.orders', 'user', '{user_id}', '{}', 'orders with what was agreed on'),
  ('public.order_items', 'user', '{user_id}', '{}', 'what was bought'),
  ('public.order_refunds', 'user', '{user_id}', '{cause}', 'what was paid back'),
  ('public.order_events', 'none', '{}', '{}', 'the timeline of orders: their states and times are in the orders themselves'),
  ('private.order_requests', 'none', '{}', '{}', 'which request a pending order answers: hashes'),
  ('private.money_movements', 'none', '{}', '{}', 'the ledger: what was paid and refunded is in the orders');
