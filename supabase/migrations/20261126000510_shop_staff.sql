-- What staff's pages show of the shop that no table of `public` holds: what was sold on which day, what the
-- comparisons found; and a comparison begun by hand.

create function private.staff_order_days(time_zone text)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  first_day timestamptz;
begin
  perform private.staff_calls();
  begin
    -- Counted in days of the zone, of which two a year have not 24 hours.
    first_day := (date_trunc('day', private.now() at time zone time_zone) - interval '29 days') at time zone time_zone;
  exception when invalid_parameter_value then
    first_day := null;
  end;
  if first_day is null then
    perform private.problem(422, 'invalid_body', 'There is no such time zone.');
  end if;
  return (
    select coalesce(jsonb_agg(to_jsonb(counted) order by counted.day, counted.currency), '[]')
    from (
      select (placed.created_at at time zone time_zone)::date as day, placed.currency, count(*) as orders,
        sum(placed.paid_amount - placed.refunded_amount - placed.disputed_amount)::bigint as revenue
      from public.orders as placed
      where placed.created_at >= first_day and placed.paid_at is not null
      group by 1, 2
    ) as counted
  );
end;
$$;
comment on function private.staff_order_days(text) is
  'What was sold on which day, for staff. Security definer: no user reads others'' orders; only sums leave.';
grant execute on function private.staff_order_days(text) to authenticated, service_role;

create function public.staff_order_days(time_zone text default 'UTC')
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.staff_order_days(time_zone) $$;
comment on function public.staff_order_days(text) is
  'Client RPC for staff: [{day, currency, orders, revenue}] of the last 30 days of a time zone: orders that were paid, by the day on which they were placed; revenue in minor units, without what went back since. Refuses with forbidden, second_factor_required or invalid_body.';
grant execute on function public.staff_order_days(text) to authenticated, service_role;

create function private.staff_shop_reconciliations()
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  perform private.staff_calls();
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', run.id, 'repair', run.repair, 'checked', run.checked,
      'started_at', run.started_at, 'finished_at', run.finished_at,
      'drifts', (select count(*) from private.shop_drifts as drift where drift.reconciliation_id = run.id),
      'open', (
        select count(*) from private.shop_drifts as drift
        where drift.reconciliation_id = run.id and drift.repaired_at is null
      ),
      'found', (
        select coalesce(jsonb_agg(jsonb_build_object(
          'kind', drift.kind, 'object_type', drift.object_type, 'object_id', drift.object_id,
          'order_id', drift.order_id, 'detail', drift.detail, 'repaired_at', drift.repaired_at
        ) order by drift.id), '[]')
        from (
          select * from private.shop_drifts as one where one.reconciliation_id = run.id order by one.id limit 100
        ) as drift
      )
    ) order by run.id desc), '[]')
    from (select * from private.shop_reconciliations order by id desc limit 10) as run
  );
end;
$$;
comment on function private.staff_shop_reconciliations() is
  'The latest comparisons of the shop, for staff. Security definer: no user reads what they found.';
grant execute on function private.staff_shop_reconciliations() to authenticated, service_role;

create function public.staff_shop_reconciliations()
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.staff_shop_reconciliations() $$;
comment on function public.staff_shop_reconciliations() is
  'Client RPC for staff: the ten latest comparisons of the shop with Stripe and the ledgers, as staff_billing_reconciliations gives billing''s. Refuses with forbidden or second_factor_required.';
grant execute on function public.staff_shop_reconciliations() to authenticated, service_role;

create function private.staff_shop_reconcile(reason text)
returns bigint
language sql
security definer
set search_path = ''
as $$ select private.staff_reconcile('shop_reconcile', reason) $$;
comment on function private.staff_shop_reconcile(text) is
  'Begins a comparison of the shop for staff. Security definer: no user writes jobs.';
grant execute on function private.staff_shop_reconcile(text) to authenticated, service_role;

create function public.staff_shop_reconcile(reason text)
returns bigint
language sql
set search_path = ''
as $$ select private.staff_shop_reconcile(reason) $$;
comment on function public.staff_shop_reconcile(text) is
  'Client RPC for staff: the job that compares the shop with Stripe as the night''s does: the one that is due or runs already, or a new one. Noted in the audit log. Refuses with forbidden, second_factor_required or invalid_body.';
grant execute on function public.staff_shop_reconcile(text) to authenticated, service_role;
