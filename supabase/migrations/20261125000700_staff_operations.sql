-- Operations for staff: dead letters are retried or discarded, events replayed, each with a reason; what
-- the handling of an event changed is kept beside it; and staff read every tenant's rows, under RLS.
--
--   dead, or pending and not running ──discard──▶ discarded ──retry──▶ pending

alter table private.jobs
  drop constraint jobs_state_known,
  add constraint jobs_state_known check (state in ('pending', 'succeeded', 'dead', 'discarded')),
  add column note text,
  add constraint jobs_note_length check (char_length(note) between 5 and 500),
  add constraint jobs_discarded_with_note check (state <> 'discarded' or note is not null);
comment on column private.jobs.note is
  'Why staff retried or discarded it last. A discarded job keeps its dedupe_key: its cause has been dealt with.';

alter table private.webhook_events
  add column discarded_at timestamptz,
  add column note text,
  add constraint webhook_events_note_length check (char_length(note) between 5 and 500);
comment on column private.webhook_events.discarded_at is
  'When staff discarded the job that was to handle it: nobody waits for it any more. A replay forgets it.';
comment on column private.webhook_events.note is 'Why staff replayed it last.';
create index webhook_events_by_type on private.webhook_events (provider, type, id);

drop index private.webhook_events_unhandled;
create index webhook_events_unhandled on private.webhook_events (received_at)
  where handled_at is null and discarded_at is null;
-- An event's jobs, but for those that are over and done with.
create index jobs_of_event on private.jobs ((payload ->> 'event'))
  where kind = 'webhook_handle' and state <> 'succeeded';

create table private.webhook_event_changes (
  id         bigint generated always as identity primary key,
  event_id   bigint not null references private.webhook_events (id) on delete cascade,
  table_name text not null,
  row_key    text not null,
  before     jsonb,
  after      jsonb,
  changed_at timestamptz not null default now(),
  constraint webhook_event_changes_something check (before is not null or after is not null)
);
comment on table private.webhook_event_changes is
  'What the handling of an event changed in our tables, row by row. An event without any found that another one had already brought the news.';
comment on column private.webhook_event_changes.before is
  'Of a changed row the columns that changed, of a removed one all; null for a new row.';
comment on column private.webhook_event_changes.after is
  'Of a changed row the columns that changed, of a new one all; null for a removed row.';
create index webhook_event_changes_event on private.webhook_event_changes (event_id, id);
alter table private.webhook_event_changes enable row level security;
grant select, insert, update, delete on private.webhook_event_changes to service_role;

-- By trigger, and not by two looks at the event's objects before and after: between these another
-- event's writes may fall, a write may reach rows that are no target (an invoice brings its payments),
-- and each look costs a query. The trigger writes down exactly what this handling wrote, and costs
-- nothing where no event is in hand. Which one is comes with each request as x-webhook-event.
create function private.note_webhook_change()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  event constant bigint := substring(
    current_setting('request.headers', true)::jsonb ->> 'x-webhook-event' from '^[0-9]{1,18}$'
  )::bigint;
  old_row constant jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - 'updated_at' end;
  new_row constant jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - 'updated_at' end;
  key constant text := (
    select string_agg(coalesce(new_row, old_row) ->> part, ' ')
    from unnest(string_to_array(tg_argv[0], ',')) as part
  );
begin
  -- Anyone may send a header; only our own server is believed. `role` is the request's, which a definer
  -- function on the way does not change.
  if event is null or old_row = new_row or current_setting('role', true) is distinct from 'service_role' then
    return null;
  end if;
  insert into private.webhook_event_changes (event_id, table_name, row_key, before, after)
  select known.id, tg_table_name, key,
         case when new_row is null then old_row else (
           select jsonb_object_agg(was.key, was.value) from jsonb_each(old_row) as was
           where was.value is distinct from new_row -> was.key
         ) end,
         case when old_row is null then new_row else (
           select jsonb_object_agg(is_now.key, is_now.value) from jsonb_each(new_row) as is_now
           where is_now.value is distinct from old_row -> is_now.key
         ) end
  from private.webhook_events as known where known.id = event;
  return null;
end;
$$;
comment on function private.note_webhook_change() is
  'Trigger on mirrored tables: keeps what the event in hand changed. Its argument names the columns by which a person knows the row.';

do $$
declare
  mirrored record;
begin
  for mirrored in
    select * from (values
      ('plans', 'id'), ('plan_features', 'plan_id,feature'), ('prices', 'id'),
      ('subscriptions', 'stripe_subscription_id'), ('invoices', 'stripe_invoice_id'),
      ('payments', 'stripe_payment_id'), ('payment_methods', 'stripe_payment_method_id'),
      ('refunds', 'stripe_refund_id'), ('disputes', 'stripe_dispute_id')
    ) as named (relation, key)
  loop
    execute format(
      'create trigger %I after insert or update or delete on public.%I for each row
         when (current_setting(''request.headers'', true) like ''%%x-webhook-event%%'')
         execute function private.note_webhook_change(%L)',
      mirrored.relation || '_note_webhook_change', mirrored.relation, mirrored.key
    );
  end loop;
end;
$$;

create or replace function private.webhook_schedule(stored_id bigint, provider text, targets jsonb)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  wanted jsonb;
  job bigint;
begin
  -- In key order, so that two events about the same objects cannot deadlock.
  with raised as (
    insert into private.sync_targets as target (provider, object_type, object_id, wanted_seq)
    select distinct webhook_schedule.provider, named.type, named.id, 1
    from jsonb_to_recordset(webhook_schedule.targets) as named (type text, id text)
    order by 2, 3
    on conflict on constraint sync_targets_pkey do update set wanted_seq = target.wanted_seq + 1
    returning target.object_type, target.object_id, target.wanted_seq
  )
  select coalesce(
    jsonb_agg(jsonb_build_object('type', object_type, 'id', object_id, 'seq', wanted_seq)), '[]'
  )
  into wanted
  from raised;
  update private.webhook_events as event
  set targets = wanted, handled_at = null, discarded_at = null
  where event.id = webhook_schedule.stored_id;
  job := private.enqueue('webhook_handle', jsonb_build_object('event', stored_id));
  -- What died over this event is a dead letter no longer: the new job does its work.
  update private.jobs as former
  set state = 'discarded', note = 'job ' || job || ' handles its event anew'
  where former.kind = 'webhook_handle' and former.state = 'dead'
    and former.payload ->> 'event' = webhook_schedule.stored_id::text;
  return job;
end;
$$;

create or replace function public.health()
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
      from private.webhook_events where handled_at is null and discarded_at is null
    )
  );
$$;
comment on function public.health() is
  'Server RPC: depth and age of the queue, dead letters, age of the oldest event that still waits. An event whose job is dead waits until it is replayed or its job discarded.';

create function private.staff_required(staff uuid)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if not exists (select from private.staff as known where known.user_id = staff_required.staff) then
    perform private.problem(403, 'forbidden', 'This is for those who operate the product.');
  end if;
end;
$$;
comment on function private.staff_required(uuid) is 'Lets only staff go on.';
grant execute on function private.staff_required(uuid) to service_role;

create function private.staff_acts(staff uuid, reason text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.staff_required(staff);
  if reason is null or char_length(reason) not between 5 and 500 then
    perform private.problem(422, 'invalid_body', 'Say why, in 5 to 500 characters.');
  end if;
  perform private.act_as(staff, reason);
end;
$$;
comment on function private.staff_acts(uuid, text) is
  'Lets only staff go on, and says for the rest of the transaction who acts and why.';
grant execute on function private.staff_acts(uuid, text) to service_role;

create function private.webhook_event_state(event private.webhook_events)
returns text
language sql
stable
set search_path = ''
as $$
  select case
    when event.handled_at is not null then 'handled'
    when event.discarded_at is not null then 'discarded'
    when exists (
      select from private.jobs as job
      where job.kind = 'webhook_handle' and job.payload ->> 'event' = event.id::text and job.state = 'pending'
    ) then 'unhandled'
    else 'dead'
  end;
$$;
comment on function private.webhook_event_state(private.webhook_events) is
  'handled; discarded; unhandled while a job is to handle it; dead when none will.';
grant execute on function private.webhook_event_state(private.webhook_events) to service_role;

create function private.webhook_events_found(filter jsonb, before_id bigint, most integer)
returns setof private.webhook_events
language sql
stable
set search_path = ''
as $$
  select event.* from private.webhook_events as event
  where (before_id is null or event.id < before_id)
    and (filter ->> 'provider' is null or event.provider = filter ->> 'provider')
    and (filter ->> 'type' is null or event.type = filter ->> 'type')
    and (filter ->> 'since' is null or event.received_at >= (filter ->> 'since')::timestamptz)
    and (filter ->> 'until' is null or event.received_at < (filter ->> 'until')::timestamptz)
    and case filter ->> 'state'
      when 'handled' then event.handled_at is not null
      when 'discarded' then event.handled_at is null and event.discarded_at is not null
      when 'unhandled' then event.handled_at is null and event.discarded_at is null
        and private.webhook_event_state(event) = 'unhandled'
      when 'dead' then event.handled_at is null and event.discarded_at is null
        and private.webhook_event_state(event) = 'dead'
      else true
    end
  order by event.id desc
  limit most;
$$;
comment on function private.webhook_events_found(jsonb, bigint, integer) is
  'Events, newest first, of a filter {provider, type, state, since, until}.';
grant execute on function private.webhook_events_found(jsonb, bigint, integer) to service_role;

create function private.webhook_event_line(event private.webhook_events)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', event.id, 'provider', event.provider, 'event_id', event.event_id, 'type', event.type,
    'state', private.webhook_event_state(event), 'received_at', event.received_at,
    'handled_at', event.handled_at, 'note', event.note
  );
$$;
comment on function private.webhook_event_line(private.webhook_events) is 'An event as a list shows it.';
grant execute on function private.webhook_event_line(private.webhook_events) to service_role;

create function public.staff_webhook_events(staff uuid, filter jsonb, before_id bigint, page_size integer)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  lines jsonb;
begin
  perform private.staff_required(staff);
  -- One more than asked for tells whether there is a further page.
  select coalesce(jsonb_agg(private.webhook_event_line(event) order by event.id desc), '[]') into lines
  from private.webhook_events_found(filter, before_id, page_size + 1) as event;
  return jsonb_build_object(
    'events', case when jsonb_array_length(lines) > page_size then lines - page_size else lines end,
    'next_cursor', case when jsonb_array_length(lines) > page_size then lines -> (page_size - 1) ->> 'id' end
  );
end;
$$;
comment on function public.staff_webhook_events(uuid, jsonb, bigint, integer) is
  'Server RPC: {events, next_cursor} of the inbox, newest first, for staff.';
grant execute on function public.staff_webhook_events(uuid, jsonb, bigint, integer) to service_role;

create function public.staff_webhook_event(staff uuid, stored_id bigint)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  event private.webhook_events;
begin
  perform private.staff_required(staff);
  select * into event from private.webhook_events as known where known.id = stored_id;
  if event.id is null then
    perform private.problem(404, 'not_found', 'There is no event ' || stored_id || '.');
  end if;
  return private.webhook_event_line(event) || jsonb_build_object(
    'payload', event.payload,
    'targets', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'type', named.type, 'id', named.id, 'seq', named.seq,
        'wanted_seq', target.wanted_seq, 'synced_seq', target.synced_seq, 'synced_at', target.synced_at,
        'mirrored', case when event.provider = 'stripe' then (
          select held.mirrored from private.stripe_mirror(named.type, array[named.id]) as held limit 1
        ) end
      ) order by named.type, named.id), '[]')
      from jsonb_to_recordset(event.targets) as named (type text, id text, seq bigint)
      left join private.sync_targets as target
        on target.provider = event.provider and target.object_type = named.type and target.object_id = named.id
    ),
    'changes', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'table', change.table_name, 'row', change.row_key, 'before', change.before, 'after', change.after,
        'changed_at', change.changed_at
      ) order by change.id), '[]')
      from (
        select * from private.webhook_event_changes as kept where kept.event_id = event.id
        order by kept.id desc limit 500
      ) as change
    ),
    'job_ids', (
      select coalesce(jsonb_agg(job.id order by job.id), '[]') from private.jobs as job
      where job.kind = 'webhook_handle' and job.state <> 'succeeded' and job.payload ->> 'event' = event.id::text
    )
  );
end;
$$;
comment on function public.staff_webhook_event(uuid, bigint) is
  'Server RPC: one event for staff, with its payload, its objects as we hold them now, what its handling changed (the latest 500 rows), and its jobs that have not succeeded.';
grant execute on function public.staff_webhook_event(uuid, bigint) to service_role;

create function public.staff_webhook_replay(
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
comment on function public.staff_webhook_replay(uuid, text, bigint[], jsonb, integer) is
  'Server RPC: handles stored events anew, by their ids or up to `most` of a filter; {replayed: [{id, state_before, job_id}]}. What does not exist is left out.';
grant execute on function public.staff_webhook_replay(uuid, text, bigint[], jsonb, integer) to service_role;

create function private.job_state(job private.jobs)
returns text
language sql
stable
set search_path = ''
as $$
  select case
    when job.state <> 'pending' then job.state
    when job.locked_until > clock_timestamp() then 'running'
    when job.run_at > private.now() then 'waiting'
    else 'due'
  end;
$$;
comment on function private.job_state(private.jobs) is
  'dead, discarded, succeeded; of a pending job: running, waiting for its time, or due.';
grant execute on function private.job_state(private.jobs) to service_role;

create function private.jobs_found(filter jsonb, before_id bigint, most integer)
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
  order by job.id desc
  limit most;
$$;
comment on function private.jobs_found(jsonb, bigint, integer) is 'Jobs, newest first, of a filter {kind, state}.';
grant execute on function private.jobs_found(jsonb, bigint, integer) to service_role;

create function private.job_line(job private.jobs)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', job.id, 'kind', job.kind, 'cause', job.dedupe_key, 'state', private.job_state(job),
    'attempts', job.attempts, 'max_attempts', job.max_attempts, 'run_at', job.run_at,
    'locked_until', job.locked_until, 'last_error', job.last_error, 'note', job.note,
    'created_at', job.created_at, 'finished_at', job.finished_at,
    'payload', (
      select coalesce(jsonb_object_agg(part.key, case
        when part.key ~ '(^|_)id$' or part.key in ('event', 'template', 'to', 'locale') then part.value
        else '"[hidden]"'
      end), '{}')
      from jsonb_each(case when jsonb_typeof(job.payload) = 'object' then job.payload else '{}' end) as part
    )
  );
$$;
comment on function private.job_line(private.jobs) is
  'A job as staff see it. Of its payload only what tells whom it concerns: a mail''s links sign its reader in.';
grant execute on function private.job_line(private.jobs) to service_role;

create function public.staff_jobs(staff uuid, filter jsonb, before_id bigint, page_size integer)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  lines jsonb;
begin
  perform private.staff_required(staff);
  select coalesce(jsonb_agg(private.job_line(job) order by job.id desc), '[]') into lines
  from private.jobs_found(filter, before_id, page_size + 1) as job;
  return jsonb_build_object(
    'jobs', case when jsonb_array_length(lines) > page_size then lines - page_size else lines end,
    'next_cursor', case when jsonb_array_length(lines) > page_size then lines -> (page_size - 1) ->> 'id' end
  );
end;
$$;
comment on function public.staff_jobs(uuid, jsonb, bigint, integer) is
  'Server RPC: {jobs, next_cursor} of the queue, newest first, for staff.';
grant execute on function public.staff_jobs(uuid, jsonb, bigint, integer) to service_role;

create function public.staff_jobs_decide(
  staff uuid, reason text, decision text, ids bigint[], filter jsonb, most integer
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  job private.jobs;
  chosen constant bigint[] := coalesce(ids, array(
    select found.id from private.jobs_found(filter, null, most) as found
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
comment on function public.staff_jobs_decide(uuid, text, text, bigint[], jsonb, integer) is
  'Server RPC: `retry` (dead or discarded jobs) or `discard` (dead, due or waiting ones), by their ids or up to `most` of a filter; {changed: [{id, state_before}]}. What is in another state, or does not exist, is left out.';
grant execute on function public.staff_jobs_decide(uuid, text, text, bigint[], jsonb, integer) to service_role;

-- Staff read what any member reads, through the same policies; they write nothing by them. Each policy
-- that lets signed-in users alone read is widened, so that no table is forgotten; docs/schema.sql shows
-- what each has become. It costs no index where a policy asks for a workspace, since `workspace_id in
-- (select …)` is a filter of its own; of one's own profile it does: ask for it by its id, as we do.
do $$
declare
  policy record;
begin
  for policy in
    select held.polname as name, held.polrelid::regclass as relation,
      pg_catalog.pg_get_expr(held.polqual, held.polrelid) as condition
    from pg_catalog.pg_policy as held
    join pg_catalog.pg_class as relation on relation.oid = held.polrelid
    where relation.relnamespace = 'public'::regnamespace and held.polcmd = 'r'
      and held.polroles = array['authenticated'::regrole::oid]
  loop
    continue when policy.condition ~ 'is_staff' or policy.condition = 'true';
    execute format(
      'alter policy %I on %s using ((%s) or (select private.is_staff()))',
      policy.name, policy.relation, policy.condition
    );
    execute format('comment on policy %I on %s is %L', policy.name, policy.relation, 'And staff.');
  end loop;
end;
$$;
