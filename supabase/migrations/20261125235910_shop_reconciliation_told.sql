-- What the shop's comparisons found, in health and as alerts; and when they run.

alter function public.health() set schema private;
alter function private.health() rename to core_health;
comment on function private.core_health() is 'Depth and age of the queue, dead letters, age of the oldest event that still waits.';

create function private.shop_drifts_open()
returns table (kind text, drifts bigint)
language sql
stable
set search_path = ''
as $$
  -- The latest comparison counts; of one that still runs nobody knows yet.
  select drift.kind, count(*) from private.shop_drifts as drift
  where drift.repaired_at is null and drift.reconciliation_id = (
    select latest.id from private.shop_reconciliations as latest
    where latest.finished_at is not null order by latest.id desc limit 1
  )
  group by drift.kind;
$$;
comment on function private.shop_drifts_open() is 'What the latest comparison of the shop found and nobody has mended, by kind.';
grant execute on function private.shop_drifts_open() to service_role;

create function public.health()
returns jsonb
language sql
stable
set search_path = ''
as $$
  select private.core_health() || jsonb_build_object(
    'shop_drifts', (select coalesce(sum(open.drifts), 0) from private.shop_drifts_open() as open)
  );
$$;
comment on function public.health() is
  'Server RPC: depth and age of the queue, dead letters, age of the oldest event that still waits, and what the shop''s latest comparison found.';
grant execute on function public.health() to service_role;

create function private.shop_alert_measures()
returns table (measure text, value bigint, detail jsonb)
language sql
stable
set search_path = ''
as $$
  select 'unrepaired_shop_drifts', coalesce(sum(open.drifts), 0)::bigint,
    coalesce(jsonb_object_agg(open.kind, open.drifts), '{}')
  from private.shop_drifts_open() as open
  union all
  -- Null, and no alert, before the first one.
  select 'seconds_since_shop_reconciliation', private.epoch(private.now()) - private.epoch(max(run.finished_at)), '{}'
  from private.shop_reconciliations as run;
$$;
comment on function private.shop_alert_measures() is 'What alert rules measure of the shop''s comparisons.';
grant execute on function private.shop_alert_measures() to service_role;

create or replace function private.alert_measures()
returns table (measure text, value bigint, detail jsonb)
language sql
stable
set search_path = ''
as $$
  select * from private.alert_measures_but_orders()
  union all
  select * from private.order_money_measures()
  union all
  select * from private.shop_alert_measures();
$$;

alter table private.alert_rules
  drop constraint alert_rules_measure_known,
  add constraint alert_rules_measure_known check (measure in (
    'dead_jobs', 'oldest_due_job_seconds', 'oldest_unhandled_event_seconds', 'unrepaired_drifts',
    'seconds_since_reconciliation', 'suppressed_addresses_a_day', 'orders_in_review', 'disabled_webhook_endpoints',
    'orders_disputed', 'order_refunds_failed',
    'unrepaired_shop_drifts', 'seconds_since_shop_reconciliation'
  ));
insert into private.alert_rules (name, measure, threshold, remind_every) values
  ('shop_drift', 'unrepaired_shop_drifts', 1, '24 hours'),
  ('shop_reconciliation_late', 'seconds_since_shop_reconciliation', 129600, '24 hours');

insert into private.schedule_rules (kind, every, at) values ('shop_reconcile', '1 day', '4 hours');

insert into private.retention_rules (name, relation, condition, keep, description) values
  ('shop_reconciliations', 'private.shop_reconciliations', 'started_at < private.now() - $2', '90 days',
   'comparisons of the shop with Stripe, with what they found');
insert into private.retention_reasons (relation, reason) values
  ('private.shop_drifts', 'goes with its run in private.shop_reconciliations'),
  ('private.shop_reconciliation_seen', 'goes with its run in private.shop_reconciliations');
insert into private.personal_data (relation, scope, owner_columns, omitted, note) values
  ('private.shop_reconciliations', 'none', '{}', '{}', 'comparisons of all orders with all of Stripe''s'),
  ('private.shop_drifts', 'none', '{}', '{}', 'findings of such a comparison: ids and amounts'),
  ('private.shop_reconciliation_seen', 'none', '{}', '{}', 'progress of such a comparison');
