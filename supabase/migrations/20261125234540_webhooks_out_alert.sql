-- An endpoint that was disabled by itself is an alert, until staff enable it, leave it or remove it.
-- What alerts measure comes from several models from here on: each adds its own function to the union.

alter function private.alert_measures() rename to core_alert_measures;
comment on function private.core_alert_measures() is
  'What alert rules measure of the queue, the inbox, billing and mail, each with details for people.';

create function private.webhook_alert_measures()
returns table (measure text, value bigint, detail jsonb)
language sql
stable
set search_path = ''
as $$
  select 'disabled_webhook_endpoints', count(*), coalesce(jsonb_object_agg(endpoint.id, endpoint.disabled_reason), '{}')
  from public.webhook_endpoints as endpoint where endpoint.disabled_reason is not null;
$$;
comment on function private.webhook_alert_measures() is 'What alert rules measure of webhooks out.';
grant execute on function private.webhook_alert_measures() to service_role;

create function private.alert_measures()
returns table (measure text, value bigint, detail jsonb)
language sql
stable
set search_path = ''
as $$
  select * from private.core_alert_measures()
  union all
  select * from private.webhook_alert_measures();
$$;
comment on function private.alert_measures() is
  'What alert rules compare with their thresholds, each with details for people.';
grant execute on function private.alert_measures() to service_role;

alter table private.alert_rules
  drop constraint alert_rules_measure_known,
  add constraint alert_rules_measure_known check (measure in (
    'dead_jobs', 'oldest_due_job_seconds', 'oldest_unhandled_event_seconds', 'unrepaired_drifts',
    'seconds_since_reconciliation', 'suppressed_addresses_a_day', 'orders_in_review', 'disabled_webhook_endpoints'
  ));
insert into private.alert_rules (name, measure, threshold, remind_every) values
  ('webhook_endpoint_disabled', 'disabled_webhook_endpoints', 1, '24 hours');
