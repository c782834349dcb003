-- An order that people must look at is an alert: somebody has paid, and nothing goes out until they decide.

alter function private.alert_measures() rename to base_alert_measures;
comment on function private.base_alert_measures() is 'What alert rules measure besides orders, each with details for people.';

create index orders_paid_too_much on public.orders (created_at) where paid_amount - refunded_amount > total_amount;

create function private.order_paid_too_much(held public.orders)
returns boolean
language sql
stable
set search_path = ''
as $$
  -- What is on its way back needs nobody.
  select held.paid_amount - held.refunded_amount > held.total_amount and not exists (
    select from public.order_refunds as refund where refund.order_id = held.id and refund.state = 'open'
  )
$$;
comment on function private.order_paid_too_much(public.orders) is
  'Whether more was paid for an order than it costs, and nothing gives it back.';
grant execute on function private.order_paid_too_much(public.orders) to service_role;

create function private.order_alert_measures()
returns table (measure text, value bigint, detail jsonb)
language sql
stable
set search_path = ''
as $$
  select 'orders_in_review', count(*), jsonb_build_object('numbers', coalesce((
    select jsonb_agg(first.number) from (
      select held.number from public.orders as held
      where held.status = 'review'
        or held.paid_amount - held.refunded_amount > held.total_amount and private.order_paid_too_much(held)
      order by held.created_at limit 10
    ) as first
  ), '[]'))
  from public.orders as held
  where held.status = 'review'
    or held.paid_amount - held.refunded_amount > held.total_amount and private.order_paid_too_much(held);
$$;
comment on function private.order_alert_measures() is 'What alert rules measure of orders: those in review and those paid more than once, with the numbers of the first ten.';
grant execute on function private.order_alert_measures() to service_role;

create function private.alert_measures()
returns table (measure text, value bigint, detail jsonb)
language sql
stable
set search_path = ''
as $$
  select * from private.base_alert_measures() union all select * from private.order_alert_measures();
$$;
comment on function private.alert_measures() is 'What alert rules compare with their thresholds, each with details for people.';
grant execute on function private.alert_measures() to service_role;

alter table private.alert_rules drop constraint alert_rules_measure_known;
alter table private.alert_rules add constraint alert_rules_measure_known check (measure in (
  'dead_jobs', 'oldest_due_job_seconds', 'oldest_unhandled_event_seconds', 'unrepaired_drifts',
  'seconds_since_reconciliation', 'suppressed_addresses_a_day', 'orders_in_review'
));
insert into private.alert_rules (name, measure, threshold, remind_every) values
  ('orders_in_review', 'orders_in_review', 1, '12 hours');
