-- What staff do with the stock: read its exact counts, correct them by what came, went or was counted, each
-- time with a reason, and resolve shortages.
--
-- What there is of a variant, beside what was paid and waits to be shipped, is on_hand - shortage: a count
-- below what checkouts hold must not take from them what they were promised, so on_hand stays at reserved
-- and the rest is a shortage. A delivery, a later count or an order that ends makes it smaller again.

alter table private.stock_movements add column request_id uuid;
comment on column private.stock_movements.request_id is
  'The request of staff''s that it answers: the same one again moves nothing.';
create unique index stock_movements_once_per_request on private.stock_movements (request_id) where request_id is not null;
grant insert (request_id) on private.stock_movements to service_role;

create index stock_short on private.stock (variant_id) where shortage > 0;
create index variant_availability_low on public.variant_availability (variant_id) where band <> 'in_stock';
-- By bytes: pages and prefixes of SKUs, whatever the database's collation.
create index product_variants_sku_bytes on public.product_variants (sku collate "C");

create function private.stock_shortage_shrink()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  let_go constant integer := least(new.shortage, new.on_hand - new.reserved);
begin
  update private.stock as held
  set on_hand = held.on_hand - let_go, shortage = held.shortage - let_go
  where held.variant_id = new.variant_id;
  insert into private.stock_movements (variant_id, kind, on_hand_delta, shortage_delta, note)
  values (new.variant_id, 'adjusted', -let_go, -let_go, 'Let go by an order, and not there: the shortage is smaller by it.');
  return null;
end;
$$;
comment on function private.stock_shortage_shrink() is
  'Trigger on stock: units that an order lets go of while some are missing are the missing ones. Nobody else is sold them.';
create trigger stock_shortage after update of on_hand, reserved, shortage on private.stock
  for each row when (new.shortage > 0 and new.on_hand > new.reserved)
  execute function private.stock_shortage_shrink();

create function private.staff_calls()
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  case private.staff_standing()
    when 'staff' then return;
    when 'second_factor_required' then
      perform private.problem(403, 'second_factor_required', 'Sign in with a second factor to do this.');
    else
      perform private.problem(403, 'forbidden', 'This is for those who operate the product.');
  end case;
end;
$$;
comment on function private.staff_calls() is
  'Lets only staff go on, who have shown a second factor where that is required: for client RPCs.';
grant execute on function private.staff_calls() to authenticated, service_role;

create function private.stock_unshipped(variant_id uuid)
returns integer
language sql
stable
set search_path = ''
as $$
  select coalesce(sum(item.quantity - greatest(item.refunded_quantity, item.restocked_quantity)), 0)::integer
  from public.order_items as item
  join public.orders as placed on placed.id = item.order_id
  where item.variant_id = stock_unshipped.variant_id
    and placed.shipped_at is null
    and placed.status in ('paid', 'fulfilling', 'partially_refunded', 'disputed', 'review')
    -- Whether its units have left on_hand, the ledger says, not the status.
    and exists (
      select from private.stock_movements as moved
      where moved.order_id = item.order_id and moved.variant_id = item.variant_id and moved.kind = 'sold'
    );
$$;
comment on function private.stock_unshipped(uuid) is
  'How many units are paid and not shipped: on the shelf, and no longer on hand. Neither refunded nor restocked ones.';
grant execute on function private.stock_unshipped(uuid) to service_role;

create function private.stock_set(
  variant_id uuid, there integer, kind text, note text, actor_id uuid, request_id uuid default null
)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  held private.stock;
  on_hand_delta integer;
  shortage_delta integer;
begin
  select * into held from private.stock as known where known.variant_id = stock_set.variant_id for update;
  on_hand_delta := greatest(there, held.reserved) - held.on_hand;
  shortage_delta := greatest(held.reserved - there, 0) - held.shortage;
  if on_hand_delta = 0 and shortage_delta = 0 then
    return false;
  end if;
  update private.stock as known
  set on_hand = held.on_hand + on_hand_delta, shortage = held.shortage + shortage_delta
  where known.variant_id = stock_set.variant_id;
  insert into private.stock_movements
    (variant_id, kind, on_hand_delta, shortage_delta, actor_id, note, request_id)
  values (
    stock_set.variant_id, stock_set.kind, on_hand_delta, shortage_delta, stock_set.actor_id, stock_set.note,
    stock_set.request_id
  );
  return true;
end;
$$;
comment on function private.stock_set(uuid, integer, text, text, uuid, uuid) is
  'Makes on_hand - shortage what is there, with its ledger row, without taking from what orders hold; false when it is so already. Callers take variants in the order of their ids.';
grant execute on function private.stock_set(uuid, integer, text, text, uuid, uuid) to service_role;

create function private.stock_adjust(variant_id uuid, reason text, delta integer, counted integer, request_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  before private.stock;
  after private.stock;
  unshipped integer;
  why constant text := btrim(reason);
begin
  perform private.staff_calls();
  if why is null or char_length(why) not between 5 and 500 then
    perform private.problem(422, 'invalid_body', 'Say why, in 5 to 500 characters.');
  end if;
  if (delta is null) = (counted is null) or delta = 0
    or delta not between -1000000 and 1000000 or counted not between 0 and 1000000
  then
    perform private.problem(422, 'invalid_body',
      'Give either delta, what came or went, or counted, what lies on the shelf; up to a million.');
  end if;
  -- From here on nobody reserves, sells or counts it until this is committed.
  select * into before from private.stock as known where known.variant_id = stock_adjust.variant_id for update;
  if before.variant_id is null then
    perform private.problem(404, 'not_found', 'There is no variant with this id.');
  end if;
  unshipped := private.stock_unshipped(stock_adjust.variant_id);
  if not exists (select from private.stock_movements as moved where moved.request_id = stock_adjust.request_id) then
    if -delta > before.on_hand - before.shortage + unshipped then
      perform private.problem(422, 'invalid_body', format(
        'Only %s are there, so no more can go.', before.on_hand - before.shortage + unshipped
      ));
    end if;
    if private.stock_set(
      stock_adjust.variant_id,
      coalesce(before.on_hand - before.shortage + delta, counted - unshipped),
      case when delta is null then 'counted' else 'adjusted' end, why, (select auth.uid()), stock_adjust.request_id
    ) then
      select * into after from private.stock as known where known.variant_id = stock_adjust.variant_id;
      perform private.audit_note('stock.adjust', stock_adjust.variant_id::text, null, jsonb_build_object(
        'on_hand', jsonb_build_object('old', before.on_hand, 'new', after.on_hand),
        'shortage', jsonb_build_object('old', before.shortage, 'new', after.shortage),
        'note', jsonb_build_object('new', why)
      ));
    end if;
  end if;
  select * into after from private.stock as known where known.variant_id = stock_adjust.variant_id;
  return jsonb_build_object(
    'variant_id', after.variant_id, 'on_hand', after.on_hand, 'reserved', after.reserved,
    'shortage', after.shortage, 'unshipped', unshipped
  );
end;
$$;
comment on function private.stock_adjust(uuid, text, integer, integer, uuid) is
  'Corrects the stock of a variant for staff. Security definer: staff write stock by this alone, so that each change has its reason and its rows in the ledger and the audit log.';
grant execute on function private.stock_adjust(uuid, text, integer, integer, uuid) to authenticated, service_role;

create function public.stock_adjust(
  variant_id uuid, reason text, delta integer default null, counted integer default null, request_id uuid default null
)
returns jsonb
language sql
set search_path = ''
as $$ select private.stock_adjust(variant_id, reason, delta, counted, request_id) $$;
comment on function public.stock_adjust(uuid, text, integer, integer, uuid) is
  'Client RPC for staff: corrects the stock of a variant, by what came or went (delta) or by what lies on the shelf (counted: paid units that wait to be shipped are on it, and are not on hand), and says how it stands: {variant_id, on_hand, reserved, shortage, unshipped}. The same request_id again changes nothing. Refuses with forbidden, second_factor_required, invalid_body or not_found.';
grant execute on function public.stock_adjust(uuid, text, integer, integer, uuid) to authenticated, service_role;

create function private.stock_levels(after text, page_size integer, prefix text, which text)
returns table (
  variant_id uuid, product_id uuid, sku text, on_hand integer, reserved integer, available integer,
  shortage integer, low_stock integer, updated_at timestamptz
)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
  perform private.staff_calls();
  if stock_levels.page_size is null or stock_levels.page_size not between 1 and 500
    or coalesce(stock_levels.which, 'low') not in ('low', 'short')
  then
    perform private.problem(422, 'invalid_body', 'A page has 1 to 500 rows; which is low or short.');
  end if;
  return query
  select variant.id, variant.product_id, variant.sku, held.on_hand, held.reserved, held.on_hand - held.reserved,
         held.shortage, variant.low_stock, held.updated_at
  from public.product_variants as variant
  join private.stock as held on held.variant_id = variant.id
  where (stock_levels.after is null or variant.sku collate "C" > stock_levels.after)
    and (stock_levels.prefix is null or variant.sku collate "C" ^@ stock_levels.prefix)
    and (stock_levels.which is distinct from 'short' or held.shortage > 0)
    and (stock_levels.which is distinct from 'low' or exists (
      select from public.variant_availability as known
      where known.variant_id = variant.id and known.band <> 'in_stock'
    ))
  order by variant.sku collate "C"
  limit stock_levels.page_size;
end;
$$;
comment on function private.stock_levels(text, integer, text, text) is
  'A page of the exact stock, for staff. Security definer: no user reads private.stock.';
grant execute on function private.stock_levels(text, integer, text, text) to authenticated, service_role;

create function public.stock_levels(
  after text default null, page_size integer default 50, prefix text default null, which text default null
)
returns table (
  variant_id uuid, product_id uuid, sku text, on_hand integer, reserved integer, available integer,
  shortage integer, low_stock integer, updated_at timestamptz
)
language sql
stable
set search_path = ''
as $$ select * from private.stock_levels(after, page_size, prefix, which) $$;
comment on function public.stock_levels(text, integer, text, text) is
  'Client RPC for staff: exact stock by SKU, a page of up to 500 after a SKU; of SKUs with a prefix; only what is low, or short. Refuses with forbidden, second_factor_required or invalid_body.';
grant execute on function public.stock_levels(text, integer, text, text) to authenticated, service_role;

create function private.stock_history(variant_id uuid, before bigint, page_size integer)
returns table (
  id bigint, kind text, on_hand_delta integer, reserved_delta integer, shortage_delta integer, order_id uuid,
  actor_id uuid, note text, created_at timestamptz
)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
  perform private.staff_calls();
  if stock_history.page_size is null or stock_history.page_size not between 1 and 500 then
    perform private.problem(422, 'invalid_body', 'A page has 1 to 500 rows.');
  end if;
  return query
  select moved.id, moved.kind, moved.on_hand_delta, moved.reserved_delta, moved.shortage_delta, moved.order_id,
         moved.actor_id, moved.note, moved.created_at
  from private.stock_movements as moved
  where moved.variant_id = stock_history.variant_id
    and (stock_history.before is null or moved.id < stock_history.before)
  order by moved.id desc
  limit stock_history.page_size;
end;
$$;
comment on function private.stock_history(uuid, bigint, integer) is
  'A page of a variant''s stock movements, for staff. Security definer: no user reads the ledger.';
grant execute on function private.stock_history(uuid, bigint, integer) to authenticated, service_role;

create function public.stock_history(variant_id uuid, before bigint default null, page_size integer default 50)
returns table (
  id bigint, kind text, on_hand_delta integer, reserved_delta integer, shortage_delta integer, order_id uuid,
  actor_id uuid, note text, created_at timestamptz
)
language sql
stable
set search_path = ''
as $$ select * from private.stock_history(variant_id, before, page_size) $$;
comment on function public.stock_history(uuid, bigint, integer) is
  'Client RPC for staff: what moved the stock of a variant, newest first, a page of up to 500 before an id. Refuses with forbidden, second_factor_required or invalid_body.';
grant execute on function public.stock_history(uuid, bigint, integer) to authenticated, service_role;
