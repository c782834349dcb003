-- Stock. `on_hand` is what is not sold yet, `reserved` what of it a checkout holds. The constraint is what
-- makes overselling impossible; the conditional update in stock_reserve() is what makes it polite. Every
-- change is a row of an append-only ledger, whose sums equal the counters.
--
-- Paid units leave `on_hand` at once, not when they are shipped: so sold + on hand is always what there was.

create table private.stock (
  variant_id uuid primary key references public.product_variants (id) on delete cascade,
  on_hand    integer not null default 0,
  reserved   integer not null default 0,
  shortage   integer not null default 0,
  updated_at timestamptz not null default now(),
  constraint stock_never_oversold check (reserved >= 0 and on_hand - reserved >= 0),
  constraint stock_shortage_positive check (shortage >= 0)
)
-- Its rows are rewritten at each sale: room for that on their own page spares the index.
with (fillfactor = 50);
comment on table private.stock is 'What there is of each variant. Written by private.stock_change and private.stock_set, with their ledger rows.';
comment on column private.stock.on_hand is 'Not sold yet, reserved ones included.';
comment on column private.stock.reserved is 'Held by orders that are not paid yet.';
comment on column private.stock.shortage is 'Reserved units that a count did not find: somebody must resolve it.';
create trigger stock_touch before update on private.stock
  for each row execute function private.touch();
alter table private.stock enable row level security;
grant select, insert, update, delete on private.stock to service_role;

create table private.stock_movements (
  id             bigint generated always as identity primary key,
  variant_id     uuid not null references public.product_variants (id) on delete restrict,
  kind           text not null,
  on_hand_delta  integer not null default 0,
  reserved_delta integer not null default 0,
  shortage_delta integer not null default 0,
  order_id       uuid,
  actor_id       uuid,
  note           text,
  created_at     timestamptz not null default now(),
  constraint stock_movements_kind_known check (kind in (
    'reserved', 'released', 'sold', 'restocked', 'adjusted', 'counted', 'imported'
  )),
  constraint stock_movements_moves check (on_hand_delta <> 0 or reserved_delta <> 0 or shortage_delta <> 0),
  constraint stock_movements_note_length check (char_length(note) <= 500)
);
comment on table private.stock_movements is
  'Ledger of the stock, only ever added to: the sums of its deltas equal the counters in private.stock.';
comment on column private.stock_movements.order_id is
  'The order that caused it. Not a foreign key: the hot path locks nothing that it need not.';
comment on column private.stock_movements.actor_id is 'Who adjusted it; null for what orders do.';
create index stock_movements_variant on private.stock_movements (variant_id, id);
create index stock_movements_order on private.stock_movements (order_id) where order_id is not null;
alter table private.stock_movements enable row level security;
grant select, insert on private.stock_movements to service_role;

create function private.ledger_keep()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise exception using errcode = 'insufficient_privilege',
    message = 'cannot ' || lower(tg_op) || ' ' || tg_table_name || ': it is only ever added to';
end;
$$;
comment on function private.ledger_keep() is 'Trigger of ledgers: refuses to change or remove rows, to whoever owns the table as well.';
create trigger stock_movements_keep before update or delete on private.stock_movements
  for each row execute function private.ledger_keep();
create trigger stock_movements_keep_all before truncate on private.stock_movements
  for each statement execute function private.ledger_keep();

create table public.variant_availability (
  variant_id uuid primary key references public.product_variants (id) on delete cascade,
  product_id uuid not null references public.products (id) on delete cascade,
  on_sale    boolean not null default false,
  band       text not null default 'out_of_stock',
  few_left   integer,
  updated_at timestamptz not null default now(),
  constraint variant_availability_band_known check (band in ('in_stock', 'few_left', 'out_of_stock')),
  constraint variant_availability_count_of_few check ((band = 'few_left') = (few_left is not null))
);
comment on table public.variant_availability is
  'What buyers may know of the stock: a band, and a count only when few are left. Written when it changes, not at each sale.';
comment on column public.variant_availability.product_id is 'The variant''s.';
comment on column public.variant_availability.on_sale is
  'Whether variant and product are active: what buyers may see. Kept by private.listings_refresh; here, since a policy that asks both tables would be asked for each row of each list.';
create index variant_availability_product on public.variant_availability (product_id);
-- Whether a product is in stock is asked for each card of each list: of 400 variants that are sold out it reads none.
create index variant_availability_in_stock on public.variant_availability (product_id)
  where on_sale and band <> 'out_of_stock';
create trigger variant_availability_touch before update on public.variant_availability
  for each row execute function private.touch();
alter table public.variant_availability enable row level security;
grant select on public.variant_availability to anon, authenticated;
grant select, insert, update, delete on public.variant_availability to service_role;
create policy "Everybody reads the availability of what is on sale"
  on public.variant_availability for select to anon using (on_sale);
create policy "Users read the availability of what is on sale, staff all"
  on public.variant_availability for select to authenticated
  using (on_sale or (select private.is_staff()));

create function private.availability_follow()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  left_over constant integer := new.on_hand - new.reserved;
  low integer;
  product uuid;
  now_band text;
begin
  select variant.low_stock, variant.product_id into low, product
  from public.product_variants as variant where variant.id = new.variant_id;
  now_band := case when left_over <= 0 then 'out_of_stock' when left_over <= low then 'few_left' else 'in_stock' end;
  -- Looked at first: an insert that conflicts locks its row, and so writes, also where nothing changes.
  if not exists (
    select from public.variant_availability as known
    where known.variant_id = new.variant_id and known.band = now_band
      and known.few_left is not distinct from case when now_band = 'few_left' then left_over end
  ) then
    insert into public.variant_availability as known (variant_id, product_id, band, few_left)
    values (new.variant_id, product, now_band, case when now_band = 'few_left' then left_over end)
    on conflict (variant_id) do update set band = excluded.band, few_left = excluded.few_left;
  end if;
  return null;
end;
$$;
comment on function private.availability_follow() is
  'Trigger on stock: keeps what buyers may know of it. Security definer: whoever moves stock may not write the band otherwise.';
create trigger stock_availability after insert or update of on_hand, reserved on private.stock
  for each row execute function private.availability_follow();

create function private.variant_gets_stock()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into private.stock (variant_id) values (new.id);
  return null;
end;
$$;
comment on function private.variant_gets_stock() is
  'Trigger on variants: each has a row of stock, with none on hand. Security definer: staff write variants, not stock.';
create trigger product_variants_stock after insert on public.product_variants
  for each row execute function private.variant_gets_stock();

create function private.variants_change_bands()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  changed constant uuid[] := array(
    select after.id from changed_to as after join changed_from as before on before.id = after.id
    where after.low_stock <> before.low_stock
  );
begin
  -- Another threshold, another band. In the order of the ids, as orders take them, or the two wait for each other.
  perform from private.stock as held where held.variant_id = any (changed) order by held.variant_id for update;
  update private.stock as held set on_hand = held.on_hand where held.variant_id = any (changed);
  return null;
end;
$$;
comment on function private.variants_change_bands() is
  'Trigger on variants: what buyers may know of the stock follows the threshold. Security definer: staff write variants, not stock.';
-- Its name comes before those of the triggers that write availability: whoever needs both takes stock first.
create trigger product_variants_bands after update on public.product_variants
  referencing old table as changed_from new table as changed_to
  for each statement execute function private.variants_change_bands();

create function private.stock_change(
  variant_id uuid,
  kind text,
  on_hand_delta integer,
  reserved_delta integer,
  order_id uuid default null,
  note text default null,
  actor_id uuid default null,
  shortage_delta integer default 0
)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  update private.stock as held
  set on_hand = held.on_hand + stock_change.on_hand_delta,
      reserved = held.reserved + stock_change.reserved_delta,
      shortage = held.shortage + stock_change.shortage_delta
  where held.variant_id = stock_change.variant_id
    and held.reserved + stock_change.reserved_delta >= 0
    and (held.on_hand + stock_change.on_hand_delta) - (held.reserved + stock_change.reserved_delta) >= 0
    and held.shortage + stock_change.shortage_delta >= 0;
  if not found then
    return false;
  end if;
  insert into private.stock_movements
    (variant_id, kind, on_hand_delta, reserved_delta, shortage_delta, order_id, actor_id, note)
  values (
    stock_change.variant_id, stock_change.kind, stock_change.on_hand_delta, stock_change.reserved_delta,
    stock_change.shortage_delta, stock_change.order_id, stock_change.actor_id, stock_change.note
  );
  return true;
end;
$$;
comment on function private.stock_change(uuid, text, integer, integer, uuid, text, uuid, integer) is
  'Moves stock and writes its ledger row, in one conditional update; false, and nothing is written, when there is not enough. Callers take variants in the order of their ids, or two wait for each other.';
grant execute on function private.stock_change(uuid, text, integer, integer, uuid, text, uuid, integer) to service_role;

insert into private.retention_reasons (relation, reason) values
  ('private.stock', 'one row a variant, goes with it'),
  ('private.stock_movements', 'the ledger whose sums are the stock: without a row they no longer are'),
  ('public.variant_availability', 'one row a variant, goes with it');
insert into private.personal_data (relation, scope, owner_columns, omitted, note) values
  ('private.stock', 'none', '{}', '{}', 'the catalogue, about nobody'),
  ('private.stock_movements', 'none', '{}', '{}', 'what staff and orders did to the stock: the shop''s record, by ids alone'),
  ('public.variant_availability', 'none', '{}', '{}', 'the catalogue, about nobody');
