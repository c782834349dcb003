-- The comparison of billing is of the night that the schedule ran it in, and the schedule goes by business time:
-- so do its days, as the shop's have from the start.

alter table private.reconciliations alter column started_at set default private.now();
alter table private.billing_drifts alter column found_at set default private.now();

create or replace function public.reconciliation_note(run_id bigint, phase text, stage text, cursor text, checked integer, seen jsonb, drifts jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into private.billing_drifts (reconciliation_id, kind, object_type, object_id, detail, repaired_at)
  select run_id, drift ->> 'kind', drift ->> 'object_type', drift ->> 'object_id', drift -> 'detail',
         case when (drift ->> 'repaired')::boolean then private.now() end
  from jsonb_array_elements(drifts) as drift
  on conflict on constraint billing_drifts_once_a_run do update
  set detail = excluded.detail,
      repaired_at = coalesce(private.billing_drifts.repaired_at, excluded.repaired_at);
  insert into private.reconciliation_seen (reconciliation_id, object_type, object_id)
  select run_id, met ->> 'object_type', met ->> 'object_id' from jsonb_array_elements(seen) as met
  on conflict on constraint reconciliation_seen_pkey do nothing;
  update private.reconciliations as run
  set phase = reconciliation_note.phase, stage = reconciliation_note.stage, cursor = reconciliation_note.cursor,
      checked = run.checked + reconciliation_note.checked,
      finished_at = case when reconciliation_note.phase = 'done' then private.now() end
  where run.id = run_id;
  if reconciliation_note.phase = 'done' then
    delete from private.reconciliation_seen where reconciliation_id = run_id;
  end if;
end;
$$;

create or replace function private.base_alert_measures()
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
  select 'seconds_since_reconciliation', extract(epoch from private.now() - max(run.finished_at))::bigint, '{}'
  from private.reconciliations as run
  union all
  select 'suppressed_addresses_a_day', count(*), '{}'
  from private.mail_suppressions as held
  where held.since > now() - interval '1 day' and held.cause in ('hard_bounce', 'complaint');
$$;
