-- What a reconciliation leaves out as late is what an event is on its way about, and nothing else. It went by
-- sync_targets, where a request that began to look again and did not get to the end (it was killed, Stripe
-- was away, nobody repeated it) leaves wanted_seq ahead for good: where the event about it is lost as well,
-- the difference was hidden from the very comparison that is there to find it.

create function private.events_on_their_way(object_type text, ids text[])
returns setof text
language sql
stable
set search_path = ''
as $$
  select distinct named.id
  from private.webhook_events as event
  cross join lateral jsonb_to_recordset(event.targets) as named (type text, id text)
  where event.handled_at is null and event.discarded_at is null and event.provider = 'stripe'
    and named.type = events_on_their_way.object_type and named.id = any (events_on_their_way.ids);
$$;
comment on function private.events_on_their_way(text, text[]) is
  'Which of these objects of Stripe an event names that is stored, and neither handled nor discarded yet.';
grant execute on function private.events_on_their_way(text, text[]) to service_role;

create or replace function public.reconciliation_compare(run_id bigint, object_type text, objects jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  ids constant text[] := array(select given ->> 'id' from jsonb_array_elements(objects) as given);
  held_as constant text[] := array(
    select coalesce(given ->> 'held_as', given ->> 'id') from jsonb_array_elements(objects) as given
  );
begin
  if run_id is not null then
    insert into private.reconciliation_seen (reconciliation_id, object_type, object_id)
    select run_id, reconciliation_compare.object_type, unnest(ids)
    on conflict on constraint reconciliation_seen_pkey do nothing;
  end if;
  return jsonb_build_object(
    'mirrored', (
      select coalesce(jsonb_object_agg(held.id, held.mirrored), '{}')
      from (
        select * from private.stripe_mirror(reconciliation_compare.object_type, held_as)
        union all
        select * from private.credit_notes_mirrored(held_as) where reconciliation_compare.object_type = 'credit_note'
      ) as held
    ),
    'on_their_way', (
      select coalesce(jsonb_agg(late), '[]')
      from private.events_on_their_way(reconciliation_compare.object_type, ids) as late
    ),
    'customers', (
      select coalesce(jsonb_agg(customer.stripe_customer_id), '[]')
      from private.billing_customers as customer
      where customer.stripe_customer_id in (
        select given ->> 'customer_id' from jsonb_array_elements(objects) as given
      )
    )
  );
end;
$$;

create or replace function public.shop_reconciliation_compare(run_id bigint, object_type text, objects jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'kind', found.kind, 'object_type', object_type, 'object_id', record ->> 'id',
      'order_id', found.order_id, 'detail', found.detail
    )), '[]')
    from jsonb_array_elements(objects) as record
    cross join lateral (
      select * from private.session_drift(record) where object_type = 'checkout_session'
      union all
      select * from private.movement_drift(object_type, record) where object_type <> 'checkout_session'
    ) as found
    -- Told of by an event that is not handled yet: late, not wrong. Health tells when it stays so.
    where run_id is null or not exists (
      select from private.events_on_their_way(
        shop_reconciliation_compare.object_type, array[record ->> 'id']
      )
    )
  );
end;
$$;
