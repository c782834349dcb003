-- What staff's pages show that no table of `public` holds: how the last day went, what is an alarm, what the
-- comparisons with Stripe found; and a comparison begun by hand.

-- Staff read payments of all workspaces, newest first.
create index payments_newest on public.payments (created_at desc, id desc);

create function private.staff_overview()
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  -- The newest so many of the queue and of the inbox, by the primary key. An index for it would cost each
  -- job and event; so a busy day is cut, and `since` says where.
  most constant integer := 20000;
begin
  perform private.staff_calls();
  return jsonb_build_object(
    'incidents', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'rule', told.rule, 'opened_at', told.opened_at, 'resolved_at', told.resolved_at, 'value', told.value,
        'peak', told.peak, 'threshold', rule.threshold, 'detail', told.told_detail
      ) order by told.opened_at desc), '[]')
      from (
        select * from private.alert_incidents where resolved_at is null
        union all
        (select * from private.alert_incidents where resolved_at > now() - interval '7 days'
         order by resolved_at desc limit 20)
      ) as told
      join private.alert_rules as rule on rule.name = told.rule
    ),
    'jobs', (
      with newest as (
        select job.created_at, job.state from private.jobs as job order by job.id desc limit most
      ), counted as (
        select date_trunc('hour', newest.created_at) as hour,
          count(*) filter (where newest.state = 'succeeded') as succeeded,
          count(*) filter (where newest.state = 'dead') as dead,
          count(*) filter (where newest.state = 'pending') as pending
        from newest where newest.created_at > now() - interval '24 hours' group by 1
      )
      select jsonb_build_object(
        'since', (
          select min(newest.created_at) from newest
          having count(*) = most and min(newest.created_at) > now() - interval '24 hours'
        ),
        'hours', (select coalesce(jsonb_agg(to_jsonb(counted) order by counted.hour), '[]') from counted)
      )
    ),
    'events', (
      with newest as (
        select event.received_at, event.provider from private.webhook_events as event
        order by event.id desc limit most
      ), counted as (
        select date_trunc('hour', newest.received_at) as hour, newest.provider, count(*) as events
        from newest where newest.received_at > now() - interval '24 hours' group by 1, 2
      )
      select jsonb_build_object(
        'since', (
          select min(newest.received_at) from newest
          having count(*) = most and min(newest.received_at) > now() - interval '24 hours'
        ),
        'hours', (
          select coalesce(jsonb_agg(to_jsonb(counted) order by counted.hour, counted.provider), '[]') from counted
        )
      )
    )
  );
end;
$$;
comment on function private.staff_overview() is
  'How it goes, for staff. Security definer: no user reads the queue, the inbox or incidents; only numbers leave.';
grant execute on function private.staff_overview() to authenticated, service_role;

create function public.staff_overview()
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.staff_overview() $$;
comment on function public.staff_overview() is
  'Client RPC for staff: {incidents: open ones and those of the last week; jobs: {since, hours: [{hour, succeeded, dead, pending}]}, by when they were made; events: {since, hours: [{hour, provider, events}]}} of the last 24 hours. `since` is null unless only the newest 20,000 are counted, and these begin later. Refuses with forbidden or second_factor_required.';
grant execute on function public.staff_overview() to authenticated, service_role;

create function private.staff_billing_reconciliations()
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
      'drifts', (select count(*) from private.billing_drifts as drift where drift.reconciliation_id = run.id),
      'open', (
        select count(*) from private.billing_drifts as drift
        where drift.reconciliation_id = run.id and drift.repaired_at is null
      ),
      'found', (
        select coalesce(jsonb_agg(jsonb_build_object(
          'kind', drift.kind, 'object_type', drift.object_type, 'object_id', drift.object_id, 'order_id', null,
          'detail', drift.detail, 'repaired_at', drift.repaired_at
        ) order by drift.id), '[]')
        from (
          select * from private.billing_drifts as one where one.reconciliation_id = run.id order by one.id limit 100
        ) as drift
      )
    ) order by run.id desc), '[]')
    from (select * from private.reconciliations order by id desc limit 10) as run
  );
end;
$$;
comment on function private.staff_billing_reconciliations() is
  'The latest comparisons of billing, for staff. Security definer: no user reads what they found.';
grant execute on function private.staff_billing_reconciliations() to authenticated, service_role;

create function public.staff_billing_reconciliations()
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.staff_billing_reconciliations() $$;
comment on function public.staff_billing_reconciliations() is
  'Client RPC for staff: the ten latest comparisons of billing with Stripe, newest first: [{id, repair, checked, started_at, finished_at, drifts, open, found: the first hundred of [{kind, object_type, object_id, order_id, detail, repaired_at}]}]. Refuses with forbidden or second_factor_required.';
grant execute on function public.staff_billing_reconciliations() to authenticated, service_role;

create function private.staff_reconcile(job_kind text, reason text)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  why constant text := btrim(reason);
  job bigint;
begin
  perform private.staff_calls();
  if coalesce(char_length(why) not between 5 and 500, true) then
    perform private.problem(422, 'invalid_body', 'Say why, in 5 to 500 characters.');
  end if;
  -- One at a time: who comes second gets the one that is due or runs. The coming night's is not meant.
  perform pg_advisory_xact_lock(hashtextextended(job_kind, 0));
  select min(open.id) into job from private.jobs as open
  where open.kind = job_kind and open.state = 'pending' and (open.run_at <= private.now() or open.attempts > 0);
  if job is null then
    job := private.enqueue(job_kind, '{}');
  else
    -- One that failed need not wait for its next attempt.
    update private.jobs as open set run_at = private.now()
    where open.id = job and open.run_at > private.now() and open.locked_until is null;
  end if;
  perform private.audit_note(job_kind || '.start', job::text, null, jsonb_build_object(
    'note', jsonb_build_object('new', why)
  ));
  return job;
end;
$$;
comment on function private.staff_reconcile(text, text) is
  'The job of a comparison that staff want now: the one that is due or runs already, one that failed, at once, or a new one; with an entry in the audit log.';
grant execute on function private.staff_reconcile(text, text) to service_role;

create function private.staff_billing_reconcile(reason text)
returns bigint
language sql
security definer
set search_path = ''
as $$ select private.staff_reconcile('billing_reconcile', reason) $$;
comment on function private.staff_billing_reconcile(text) is
  'Begins a comparison of billing for staff. Security definer: no user writes jobs.';
grant execute on function private.staff_billing_reconcile(text) to authenticated, service_role;

create function public.staff_billing_reconcile(reason text)
returns bigint
language sql
set search_path = ''
as $$ select private.staff_billing_reconcile(reason) $$;
comment on function public.staff_billing_reconcile(text) is
  'Client RPC for staff: the job that compares billing with Stripe as the night''s does: the one that is due or runs already, or a new one. Noted in the audit log. Refuses with forbidden, second_factor_required or invalid_body.';
grant execute on function public.staff_billing_reconcile(text) to authenticated, service_role;
