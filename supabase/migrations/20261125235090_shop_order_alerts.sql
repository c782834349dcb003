-- Money of orders that staff must see to: a dispute that waits for evidence, a refund that came back.

alter function private.alert_measures() rename to alert_measures_but_orders;
comment on function private.alert_measures_but_orders() is
  'What alert rules measure besides the money of orders, each with details for people.';

create function private.order_money_measures()
returns table (measure text, value bigint, detail jsonb)
language sql
stable
set search_path = ''
as $$
  select 'orders_disputed', count(*), jsonb_build_object(
    'numbers', coalesce(jsonb_agg(ordered.number order by held.evidence_due_by) filter (where held.turn <= 10), '[]'),
    'evidence_due_by', min(held.evidence_due_by)
  )
  from (
    select dispute.*, row_number() over (order by dispute.evidence_due_by) as turn
    from private.order_disputes as dispute
    where dispute.status in ('needs_response', 'warning_needs_response')
  ) as held
  join public.orders as ordered on ordered.id = held.order_id
  union all
  -- Until the money has gone another way: a later refund of the order that did not fail.
  select 'order_refunds_failed', count(*), jsonb_build_object(
    'numbers', coalesce(jsonb_agg(failed.number order by failed.closed_at) filter (where failed.turn <= 10), '[]')
  )
  from (
    select ordered.number, refund.closed_at, row_number() over (order by refund.closed_at) as turn
    from public.order_refunds as refund
    join public.orders as ordered on ordered.id = refund.order_id
    where refund.state = 'failed' and refund.closed_at > private.now() - interval '30 days'
      and not exists (
        select from public.order_refunds as later
        where later.order_id = refund.order_id and later.state <> 'failed' and later.created_at > refund.created_at
      )
  ) as failed;
$$;
comment on function private.order_money_measures() is
  'What alert rules measure of orders'' money: disputes that wait for evidence, refunds that failed; with the numbers of the first ten orders.';
grant execute on function private.order_money_measures() to service_role;
create index order_disputes_waiting on private.order_disputes (evidence_due_by)
  where status in ('needs_response', 'warning_needs_response');
create index order_refunds_failed on public.order_refunds (closed_at) where state = 'failed';

create function private.alert_measures()
returns table (measure text, value bigint, detail jsonb)
language sql
stable
set search_path = ''
as $$ select * from private.alert_measures_but_orders() union all select * from private.order_money_measures() $$;
comment on function private.alert_measures() is
  'What alert rules compare with their thresholds, each with details for people.';
grant execute on function private.alert_measures() to service_role;

-- What was known stays known, whichever migrations came before.
do $$
declare
  known constant text := (
    select pg_get_constraintdef(held.oid) from pg_constraint as held where held.conname = 'alert_rules_measure_known'
  );
begin
  execute 'alter table private.alert_rules drop constraint alert_rules_measure_known, '
    'add constraint alert_rules_measure_known '
    || replace(known, 'ARRAY[', 'ARRAY[''orders_disputed''::text, ''order_refunds_failed''::text, ');
end;
$$;
insert into private.alert_rules (name, measure, threshold, remind_every) values
  ('orders_disputed', 'orders_disputed', 1, '24 hours'),
  ('order_refunds_failed', 'order_refunds_failed', 1, '24 hours');

-- And staff see beside an event what it changed of orders.
do $$
declare
  named record;
begin
  for named in
    select * from (values
      ('public.orders', 'number'), ('public.order_refunds', 'id'), ('private.order_disputes', 'stripe_dispute_id')
    ) as one (relation, key)
  loop
    execute format(
      'create trigger %I after insert or update or delete on %s for each row
         when (current_setting(''request.headers'', true) like ''%%x-webhook-event%%'')
         execute function private.note_webhook_change(%L)',
      split_part(named.relation, '.', 2) || '_note_webhook_change', named.relation, named.key
    );
  end loop;
end;
$$;
