-- Alerts: conditions as rows, incidents that open once, remind and resolve.
--
-- Looked at by SQL alone, once a minute, and told by alerts-run without the queue: a check that was a job
-- would wait behind the very jobs whose waiting it is to report. So three eyes look independently: this
-- one, pushed by its own entry of the schedule; `health`, pulled by whatever monitor the operator has,
-- which sees too when the schedule itself stands still; and the error tracker, told by the code that failed.

create table private.alert_rules (
  name         text primary key,
  measure      text not null,
  threshold    bigint not null,
  remind_every interval not null,
  enabled      boolean not null default true,
  constraint alert_rules_name_format check (name ~ '^[a-z][a-z0-9_]{0,39}$'),
  constraint alert_rules_measure_known check (measure in (
    'dead_jobs', 'oldest_due_job_seconds', 'oldest_unhandled_event_seconds', 'unrepaired_drifts',
    'seconds_since_reconciliation', 'suppressed_addresses_a_day'
  )),
  constraint alert_rules_threshold_positive check (threshold > 0),
  constraint alert_rules_remind_sparingly check (remind_every >= interval '10 minutes')
);
comment on table private.alert_rules is 'When somebody is told that something is not well. Operators change the numbers; docs/operations.md says what each means.';
comment on column private.alert_rules.measure is 'What private.alert_measures() counts.';
comment on column private.alert_rules.threshold is 'An incident is open while the measure is this much or more.';
comment on column private.alert_rules.remind_every is 'How often an open incident is told of again.';
insert into private.alert_rules (name, measure, threshold, remind_every) values
  ('dead_letters', 'dead_jobs', 1, '12 hours'),
  ('queue_stuck', 'oldest_due_job_seconds', 300, '1 hour'),
  ('inbox_stuck', 'oldest_unhandled_event_seconds', 300, '1 hour'),
  ('drift', 'unrepaired_drifts', 1, '24 hours'),
  ('reconciliation_late', 'seconds_since_reconciliation', 129600, '24 hours'),
  -- Resend suspends accounts at a bounce rate of 4 %.
  ('bounces', 'suppressed_addresses_a_day', 20, '24 hours');

create table private.alert_incidents (
  id           bigint generated always as identity primary key,
  rule         text not null references private.alert_rules (name) on delete cascade,
  opened_at    timestamptz not null default now(),
  resolved_at  timestamptz,
  value        bigint not null,
  peak         bigint not null,
  note         text,
  occasion     smallint not null default 1,
  occasion_at  timestamptz not null default now(),
  told_value   bigint not null,
  told_detail  jsonb not null,
  mailed       smallint not null default 0,
  posted       smallint not null default 0,
  claimed_until timestamptz,
  last_error   text,
  constraint alert_incidents_told_what_was check (mailed <= occasion and posted <= occasion)
);
comment on table private.alert_incidents is 'Each time that a rule''s condition held, from its beginning to its end.';
comment on column private.alert_incidents.note is 'How it ended.';
comment on column private.alert_incidents.occasion is '1: it opened; then one more for each reminder; the last: it resolved.';
comment on column private.alert_incidents.told_value is
  'The measure at the latest occasion: what is told of it stays the same however often it is tried.';
comment on column private.alert_incidents.mailed is 'The latest occasion that was told by mail.';
comment on column private.alert_incidents.posted is 'The latest occasion that was told to the webhook.';
comment on column private.alert_incidents.claimed_until is 'Somebody is telling it until then.';
create unique index alert_incidents_one_open on private.alert_incidents (rule) where resolved_at is null;
create index alert_incidents_rule on private.alert_incidents (rule);
create index alert_incidents_resolved on private.alert_incidents (resolved_at);
create index alert_incidents_untold on private.alert_incidents (id) where mailed < occasion or posted < occasion;

alter table private.alert_rules enable row level security;
alter table private.alert_incidents enable row level security;
grant select, insert, update, delete on private.alert_rules, private.alert_incidents to service_role;

insert into private.retention_rules (name, relation, condition, keep, description) values
  ('alert_incidents', 'private.alert_incidents', 'resolved_at < $1', '1 year', 'incidents that were resolved');

create function private.alert_measures()
returns table (measure text, value bigint, detail jsonb)
language sql
stable
set search_path = ''
as $$
  select 'dead_jobs', count(*), coalesce((
      select jsonb_object_agg(counted.kind, counted.jobs) from (
        select job.kind, count(*) as jobs from private.jobs as job where job.state = 'dead' group by job.kind
      ) as counted
    ), '{}')
  from private.jobs as job where job.state = 'dead'
  union all
  select 'oldest_due_job_seconds',
    coalesce(extract(epoch from private.now() - min(job.run_at)), 0)::bigint,
    jsonb_build_object('due', count(*), 'running', count(*) filter (where job.locked_until > clock_timestamp()))
  from private.jobs as job where job.state = 'pending' and job.run_at <= private.now()
  union all
  select 'oldest_unhandled_event_seconds',
    coalesce(extract(epoch from now() - min(event.received_at)), 0)::bigint,
    jsonb_build_object('unhandled', count(*))
  from private.webhook_events as event where event.handled_at is null and event.discarded_at is null
  union all
  -- The night's comparison counts; of one that still runs nobody knows yet.
  select 'unrepaired_drifts', coalesce(sum(counted.drifts), 0)::bigint,
    coalesce(jsonb_object_agg(counted.kind, counted.drifts), '{}')
  from (
    select drift.kind, count(*) as drifts from private.billing_drifts as drift
    where drift.repaired_at is null and drift.reconciliation_id = (
      select latest.id from private.reconciliations as latest
      where latest.finished_at is not null order by latest.id desc limit 1
    )
    group by drift.kind
  ) as counted
  union all
  -- Null, and no alert, before the first one.
  select 'seconds_since_reconciliation', extract(epoch from now() - max(run.finished_at))::bigint, '{}'
  from private.reconciliations as run
  union all
  select 'suppressed_addresses_a_day', count(*), '{}'
  from private.mail_suppressions as held
  where held.since > now() - interval '1 day' and held.cause in ('hard_bounce', 'complaint');
$$;
comment on function private.alert_measures() is 'What alert rules compare with their thresholds, each with details for people.';
grant execute on function private.alert_measures() to service_role;

create function private.alerts_evaluate()
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  -- One at a time; who comes second has nothing to add.
  if not pg_try_advisory_xact_lock(hashtextextended('alerts', 0)) then
    return false;
  end if;
  with measured as materialized (
    select rule.name, rule.remind_every, found.value, found.detail,
      rule.enabled and coalesce(found.value >= rule.threshold, false) as holds
    from private.alert_rules as rule
    left join private.alert_measures() as found on found.measure = rule.measure
  ), resolved as (
    update private.alert_incidents as incident
    set resolved_at = now(), value = coalesce(measured.value, 0), occasion = incident.occasion + 1, occasion_at = now(),
        told_value = coalesce(measured.value, 0), told_detail = coalesce(measured.detail, '{}'), claimed_until = null,
        note = 'ended by itself or by a person: measured ' || coalesce(measured.value::text, 'nothing')
          || ', at its worst ' || incident.peak
    from measured
    where incident.rule = measured.name and incident.resolved_at is null and not measured.holds
  ), continued as (
    update private.alert_incidents as incident
    set value = measured.value, peak = greatest(incident.peak, measured.value)
    from measured
    where incident.rule = measured.name and incident.resolved_at is null and measured.holds
      and incident.occasion_at > now() - measured.remind_every
  ), reminded as (
    update private.alert_incidents as incident
    set value = measured.value, peak = greatest(incident.peak, measured.value),
        occasion = incident.occasion + 1, occasion_at = now(),
        told_value = measured.value, told_detail = measured.detail
    from measured
    where incident.rule = measured.name and incident.resolved_at is null and measured.holds
      and incident.occasion_at <= now() - measured.remind_every
  )
  insert into private.alert_incidents (rule, value, peak, told_value, told_detail)
  select measured.name, measured.value, measured.value, measured.value, measured.detail
  from measured
  where measured.holds
    and not exists (
      select from private.alert_incidents as open where open.rule = measured.name and open.resolved_at is null
    );
  return exists (
    select from private.alert_incidents as incident
    where (incident.mailed < incident.occasion or incident.posted < incident.occasion)
      and (incident.claimed_until is null or incident.claimed_until < clock_timestamp())
  );
end;
$$;
comment on function private.alerts_evaluate() is
  'Opens, reminds and resolves incidents; whether there is any to tell. Run by the schedule once a minute.';
grant execute on function private.alerts_evaluate() to service_role;

create function private.staff_addresses()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'address', account.email, 'locale', profile.locale, 'name', profile.name
  ) order by account.email), '[]')
  from private.staff as staff
  join auth.users as account on account.id = staff.user_id
  join public.profiles as profile on profile.id = staff.user_id
  where account.email is not null;
$$;
comment on function private.staff_addresses() is
  'Whom alerts go to where no other address is set: [{address, locale, name}]. Security definer: reads addresses in auth.users, where the service role has no grant.';
grant execute on function private.staff_addresses() to service_role;

create function public.alerts_claim()
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  claimed jsonb;
begin
  perform private.alerts_evaluate();
  with taken as (
    update private.alert_incidents as incident
    set claimed_until = clock_timestamp() + interval '2 minutes'
    where incident.id in (
      select untold.id from private.alert_incidents as untold
      where (untold.mailed < untold.occasion or untold.posted < untold.occasion)
        and (untold.claimed_until is null or untold.claimed_until < clock_timestamp())
      order by untold.id limit 20
      for update skip locked
    )
    returning incident.*
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', taken.id, 'rule', taken.rule, 'occasion', taken.occasion,
    'state', case
      when taken.resolved_at is not null then 'resolved' when taken.occasion = 1 then 'opened' else 'reminder'
    end,
    'value', taken.told_value, 'threshold', rule.threshold, 'peak', taken.peak, 'detail', taken.told_detail,
    'opened_at', taken.opened_at, 'at', taken.occasion_at, 'note', taken.note,
    'to_mail', taken.mailed < taken.occasion, 'to_post', taken.posted < taken.occasion
  ) order by taken.id), '[]')
  into claimed
  from taken join private.alert_rules as rule on rule.name = taken.rule;
  return jsonb_build_object(
    'incidents', claimed,
    'staff', case when claimed = '[]' then '[]' else private.staff_addresses() end
  );
end;
$$;
comment on function public.alerts_claim() is
  'Server RPC: looks at every rule, and takes what is to be told for two minutes: {incidents, staff}.';
grant execute on function public.alerts_claim() to service_role;

create function public.alert_told(incident_id bigint, occasion smallint, mailed boolean, posted boolean, error text)
returns void
language sql
set search_path = ''
as $$
  update private.alert_incidents as incident
  set mailed = case when alert_told.mailed then greatest(incident.mailed, alert_told.occasion) else incident.mailed end,
      posted = case when alert_told.posted then greatest(incident.posted, alert_told.occasion) else incident.posted end,
      -- What failed is tried again in a minute: by the schedule, not at once.
      claimed_until = case when alert_told.mailed and alert_told.posted then null
        else clock_timestamp() + interval '50 seconds' end,
      last_error = left(alert_told.error, 500)
  where incident.id = incident_id;
$$;
comment on function public.alert_told(bigint, smallint, boolean, boolean, text) is
  'Server RPC: notes which way an occasion of an incident has been told.';
grant execute on function public.alert_told(bigint, smallint, boolean, boolean, text) to service_role;

-- Where the hosted platform's extensions are, its own entry of the schedule: see 20261122001300_schedule.sql.
do $migration$
begin
  if not exists (select from pg_catalog.pg_extension where extname = 'pg_cron')
    or not exists (select from pg_catalog.pg_extension where extname = 'pg_net') then
    raise notice 'no pg_cron or pg_net here: alerts-run must be called by another timer';
    return;
  end if;
  execute $function$
    create function private.wake_alerts_run()
    returns void
    language plpgsql
    security definer
    set search_path = ''
    as $body$
    declare
      project_url constant text := (select decrypted_secret from vault.decrypted_secrets where name = 'project_url');
      secret_key constant text := (select decrypted_secret from vault.decrypted_secrets where name = 'jobs_secret_key');
    begin
      if not private.alerts_evaluate() then
        return;
      end if;
      if project_url is null or secret_key is null then
        raise exception 'cannot wake alerts-run: put project_url and jobs_secret_key into Vault';
      end if;
      perform net.http_post(
        url := project_url || '/functions/v1/alerts-run',
        headers := jsonb_build_object('content-type', 'application/json', 'apikey', secret_key),
        body := '{}'::jsonb,
        timeout_milliseconds := 5000
      );
    end;
    $body$
  $function$;
  execute $comment$
    comment on function private.wake_alerts_run() is
      'Run by pg_cron: looks at the alert rules, and calls alerts-run when there is something to tell. Security definer: reads two secrets from Vault.'
  $comment$;
  perform cron.schedule('socle-alerts', '* * * * *', 'select private.wake_alerts_run()');
end;
$migration$;
