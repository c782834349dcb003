-- Operations: what runs by the clock, what retention removes, and what health looks at.

create function private.apply_retention()
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  keys_removed integer;
  events_removed integer;
  jobs_removed integer;
  jobs_emptied integer;
  reconciliations_removed integer;
  seen_removed integer;
begin
  delete from private.idempotency_keys where created_at < now() - interval '24 hours';
  get diagnostics keys_removed = row_count;
  delete from private.rate_limit_windows where window_start < now() - interval '1 day';
  -- Stripe delivers again for three days, and by hand for thirty.
  delete from private.webhook_events where handled_at < now() - interval '90 days';
  get diagnostics events_removed = row_count;
  delete from private.jobs
  where state = 'succeeded' and dedupe_key is null and finished_at < now() - interval '30 days';
  get diagnostics jobs_removed = row_count;
  -- A cause acts once for good, so its row stays; what it carried goes.
  update private.jobs set payload = '{}', last_error = null
  where state = 'succeeded' and dedupe_key is not null and payload <> '{}'
    and finished_at < now() - interval '30 days';
  get diagnostics jobs_emptied = row_count;
  -- Their differences go with them.
  delete from private.reconciliations where started_at < now() - interval '90 days';
  get diagnostics reconciliations_removed = row_count;
  -- A run that nobody went on with; one that still goes on looks for these rows once more.
  delete from private.reconciliation_seen as seen
  using private.reconciliations as run
  where run.id = seen.reconciliation_id and run.started_at < now() - interval '2 days';
  get diagnostics seen_removed = row_count;
  return jsonb_build_object(
    'idempotency_keys', keys_removed, 'webhook_events', events_removed,
    'jobs_removed', jobs_removed, 'jobs_emptied', jobs_emptied,
    'reconciliations', reconciliations_removed, 'reconciliation_seen', seen_removed
  );
end;
$$;
comment on function private.apply_retention() is
  'Idempotency keys go after 24 hours, handled events after 90 days, finished jobs after 30 (those with a cause keep their key, without payload), reconciliations after 90 with what they found, what an unfinished one has seen after 2. Dead letters and unhandled events stay.';
grant execute on function private.apply_retention() to service_role;

create function public.retention_run()
returns jsonb
language sql
set search_path = ''
as $$ select private.apply_retention() $$;
comment on function public.retention_run() is 'Server RPC: applies retention; how many rows went.';
grant execute on function public.retention_run() to service_role;

create function private.tick()
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  tomorrow constant date := (private.now() at time zone 'utc')::date + 1;
begin
  -- Looked up first: an insert that conflicts would use up an id at every tick.
  perform private.enqueue(
    nightly.kind, '{}', nightly.kind || ':' || tomorrow, (tomorrow + time '03:00') at time zone 'utc'
  )
  from unnest(array['retention', 'cards_expiring', 'billing_reconcile']) as nightly (kind)
  where not exists (
    select from private.jobs as job
    where job.kind = nightly.kind and job.dedupe_key = nightly.kind || ':' || tomorrow
  );
  return exists (
    select from private.jobs
    where state = 'pending' and run_at <= private.now()
      and (locked_until is null or locked_until < clock_timestamp())
  );
end;
$$;
comment on function private.tick() is
  'What the schedule runs: enqueues what is due by the calendar, and tells whether jobs-run has anything to do.';
grant execute on function private.tick() to service_role;

create function public.health()
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'due_jobs', (select count(*) from private.jobs where state = 'pending' and run_at <= private.now()),
    'oldest_due_job_seconds', (
      select coalesce(extract(epoch from private.now() - min(run_at)), 0)::bigint
      from private.jobs where state = 'pending' and run_at <= private.now()
    ),
    'dead_jobs', (select count(*) from private.jobs where state = 'dead'),
    'oldest_unhandled_event_seconds', (
      select coalesce(extract(epoch from now() - min(received_at)), 0)::bigint
      from private.webhook_events where handled_at is null
    )
  );
$$;
comment on function public.health() is
  'Server RPC: depth and age of the queue, dead letters, age of the oldest event not handled yet.';
grant execute on function public.health() to service_role;
create index jobs_dead on private.jobs (id) where state = 'dead';
