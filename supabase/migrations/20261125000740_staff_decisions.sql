-- What a filter of staff's means, and replays of many events that cannot deadlock.

create or replace function private.jobs_found(filter jsonb, before_id bigint, most integer)
returns setof private.jobs
language sql
stable
set search_path = ''
as $$
  select job.* from private.jobs as job
  where (before_id is null or job.id < before_id)
    and (filter ->> 'kind' is null or job.kind = filter ->> 'kind')
    and case filter ->> 'state'
      when 'dead' then job.state = 'dead'
      when 'discarded' then job.state = 'discarded'
      when 'succeeded' then job.state = 'succeeded'
      when 'running' then job.state = 'pending' and private.job_state(job) = 'running'
      when 'waiting' then job.state = 'pending' and private.job_state(job) = 'waiting'
      when 'due' then job.state = 'pending' and private.job_state(job) = 'due'
      else true
    end
    -- `most` counts what can be decided about, not the succeeded ones above it. Without a state a retry
    -- means dead letters: what somebody has discarded comes back only when asked for by name.
    and case filter ->> 'decision'
      when 'retry' then job.state = 'dead' or job.state = 'discarded' and filter ->> 'state' = 'discarded'
      when 'discard' then job.state = 'dead' or job.state = 'pending' and private.job_state(job) <> 'running'
      else true
    end
  order by job.id desc
  limit most;
$$;
comment on function private.jobs_found(jsonb, bigint, integer) is
  'Jobs, newest first, of a filter {kind, state, decision: only those that it can be made about}.';

create or replace function public.staff_jobs_decide(
  staff uuid, reason text, decision text, ids bigint[], filter jsonb, most integer
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  job private.jobs;
  chosen constant bigint[] := coalesce(ids, array(
    select found.id
    from private.jobs_found(filter || jsonb_build_object('decision', decision), null, most) as found
  ));
  was text;
  changed jsonb := '[]';
begin
  perform private.staff_acts(staff, reason);
  for job in
    select * from private.jobs as known where known.id = any (chosen) order by known.id for update
  loop
    was := private.job_state(job);
    -- What runs is left alone: its effect may be on its way.
    continue when decision = 'retry' and was not in ('dead', 'discarded')
      or decision = 'discard' and was not in ('dead', 'due', 'waiting');
    if decision = 'retry' then
      update private.jobs as held
      set state = 'pending', finished_at = null, attempts = 0, run_at = private.now(), last_error = null,
          locked_until = null, note = reason
      where held.id = job.id;
      update private.webhook_events as event set discarded_at = null
      where job.kind = 'webhook_handle' and event.id = (job.payload ->> 'event')::bigint;
    else
      update private.jobs as held
      set state = 'discarded', finished_at = coalesce(held.finished_at, now()), locked_until = null, note = reason
      where held.id = job.id;
      -- Nobody waits any more for an event that no other job is to handle.
      update private.webhook_events as event set discarded_at = now()
      where job.kind = 'webhook_handle' and event.id = (job.payload ->> 'event')::bigint
        and event.handled_at is null
        and not exists (
          select from private.jobs as other
          where other.kind = 'webhook_handle' and other.payload ->> 'event' = event.id::text
            and other.state in ('pending', 'dead')
        );
    end if;
    perform private.audit_note('jobs.' || decision, job.id::text, null, jsonb_build_object(
      'state', jsonb_build_object('old', was, 'new', case decision when 'retry' then 'due' else 'discarded' end)
    ));
    changed := changed || jsonb_build_object('id', job.id, 'state_before', was);
  end loop;
  return jsonb_build_object('changed', changed);
end;
$$;

create or replace function public.staff_webhook_replay(
  staff uuid, reason text, ids bigint[], filter jsonb, most integer
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  event private.webhook_events;
  chosen constant bigint[] := coalesce(ids, array(
    select found.id from private.webhook_events_found(filter, null, most) as found
  ));
  was text;
  replayed jsonb := '[]';
begin
  perform private.staff_acts(staff, reason);
  -- Every object of every event first, in key order, as a single event takes its own: event by event two
  -- replays, or a replay and a delivery, could each wait for what the other holds.
  perform from private.sync_targets as target
  where (target.provider, target.object_type, target.object_id) in (
    select chosen_event.provider, named.type, named.id
    from private.webhook_events as chosen_event,
      jsonb_to_recordset(chosen_event.targets) as named (type text, id text)
    where chosen_event.id = any (chosen)
  )
  order by target.provider, target.object_type, target.object_id
  for update;
  -- In the order in which they came.
  for event in
    select * from private.webhook_events as known where known.id = any (chosen) order by known.id for update
  loop
    was := private.webhook_event_state(event);
    update private.webhook_events as known set note = reason where known.id = event.id;
    perform private.audit_note('webhook_events.replay', event.id::text);
    replayed := replayed || jsonb_build_object(
      'id', event.id, 'state_before', was,
      'job_id', private.webhook_schedule(event.id, event.provider, event.targets)
    );
  end loop;
  return jsonb_build_object('replayed', replayed);
end;
$$;
