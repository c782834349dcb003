-- Jobs: the outbox. A row is written in the transaction of its cause and worked off by jobs-run.
-- At least once: a worker that dies leaves its row locked until locked_until, then another takes it.
--
--   pending ──claim──▶ pending, locked ──ok──▶ succeeded
--      ▲                    │
--      └──── retry later ◀──┴── fatal, or the last attempt failed ──▶ dead ──replay──▶ pending

create table private.jobs (
  id           bigint generated always as identity primary key,
  kind         text not null,
  payload      jsonb not null default '{}',
  dedupe_key   text,
  state        text not null default 'pending',
  run_at       timestamptz not null default private.now(),
  attempts     smallint not null default 0,
  max_attempts smallint not null default 20,
  locked_until timestamptz,
  last_error   text,
  created_at   timestamptz not null default now(),
  finished_at  timestamptz,
  constraint jobs_state_known check (state in ('pending', 'succeeded', 'dead')),
  constraint jobs_finished_when_ended check ((state = 'pending') = (finished_at is null)),
  constraint jobs_attempts_within_limit check (attempts between 0 and max_attempts),
  constraint jobs_once_per_cause unique (kind, dedupe_key)
);
comment on table private.jobs is
  'Work that follows a committed change: mail, Stripe calls, webhooks to handle.';
comment on column private.jobs.kind is 'Which handler of jobs-run takes it.';
comment on column private.jobs.payload is 'The handler''s input; emptied when a job that carries secrets has succeeded, and by retention. A dead letter keeps it, to be replayed.';
comment on column private.jobs.dedupe_key is
  'What caused the job: unique per kind for good, so that a cause acts once, also after it finished. Null where another key already guards the cause.';
comment on column private.jobs.run_at is 'Not before this moment, on the business clock.';
comment on column private.jobs.attempts is 'How often it was claimed; a result counts only while this is still what was claimed.';
comment on column private.jobs.locked_until is 'A worker has it until then, in real time.';

-- Partial: the claim reads only what is pending, however many finished rows there are.
create index jobs_due on private.jobs (run_at, id) where state = 'pending';
-- Retention's two rules. Rows that stay for good are in neither index, so both stay small.
create index jobs_removable on private.jobs (finished_at)
  where state = 'succeeded' and dedupe_key is null;
create index jobs_emptiable on private.jobs (finished_at)
  where state = 'succeeded' and dedupe_key is not null and payload <> '{}';

alter table private.jobs enable row level security;
grant select, insert, update, delete on private.jobs to service_role;

create function private.enqueue(
  kind text,
  payload jsonb,
  dedupe_key text default null,
  run_at timestamptz default null,
  max_attempts smallint default 20
)
returns bigint
language sql
set search_path = ''
as $$
  insert into private.jobs (kind, payload, dedupe_key, run_at, max_attempts)
  values (
    enqueue.kind, enqueue.payload, enqueue.dedupe_key,
    coalesce(enqueue.run_at, private.now()), enqueue.max_attempts
  )
  on conflict on constraint jobs_once_per_cause do nothing
  returning id;
$$;
comment on function private.enqueue(text, jsonb, text, timestamptz, smallint) is
  'Writes a job in the caller''s transaction; null when its cause already has one.';
grant execute on function private.enqueue(text, jsonb, text, timestamptz, smallint) to service_role;

create function public.job_enqueue(kind text, payload jsonb, dedupe_key text default null)
returns bigint
language sql
set search_path = ''
as $$ select private.enqueue(job_enqueue.kind, job_enqueue.payload, job_enqueue.dedupe_key) $$;
comment on function public.job_enqueue(text, jsonb, text) is
  'Server RPC: one job for one cause; null when that cause already has one. Without a cause, a job a call.';
grant execute on function public.job_enqueue(text, jsonb, text) to service_role;

create function public.jobs_claim(batch integer, lease_seconds integer)
returns table (id bigint, kind text, payload jsonb, cause text, attempts smallint)
language plpgsql
set search_path = ''
as $$
begin
  -- A worker that died during the last attempt left nobody to give the job up.
  update private.jobs as job
  set state = 'dead', finished_at = now(), locked_until = null,
      last_error = coalesce(job.last_error, 'the worker died during the last attempt')
  where job.id in (
    select due.id from private.jobs as due
    where due.state = 'pending' and due.attempts >= due.max_attempts
      and due.run_at <= private.now()
      and (due.locked_until is null or due.locked_until < clock_timestamp())
    for update skip locked
  );

  return query
  update private.jobs as job
  set attempts = job.attempts + 1,
      locked_until = clock_timestamp() + make_interval(secs => jobs_claim.lease_seconds)
  where job.id = any (array(
    select due.id from private.jobs as due
    where due.state = 'pending' and due.run_at <= private.now()
      and due.attempts < due.max_attempts
      and (due.locked_until is null or due.locked_until < clock_timestamp())
    order by due.run_at, due.id
    limit jobs_claim.batch
    for update skip locked
  ))
  returning job.id, job.kind, job.payload, coalesce(job.dedupe_key, job.id::text), job.attempts;
end;
$$;
comment on function public.jobs_claim(integer, integer) is
  'Server RPC: takes up to `batch` due jobs for `lease_seconds`; two workers never get the same one.';
grant execute on function public.jobs_claim(integer, integer) to service_role;

create function public.job_settle(
  job_id bigint,
  attempt smallint,
  outcome text,
  error text default null,
  retry_after_seconds integer default null,
  forget_payload boolean default false
)
returns text
language plpgsql
set search_path = ''
as $$
declare
  settled text;
begin
  update private.jobs as job
  set state = case
        when job_settle.outcome = 'succeeded' then 'succeeded'
        when job_settle.outcome = 'fatal' or job.attempts >= job.max_attempts then 'dead'
        else 'pending'
      end,
      finished_at = case
        when job_settle.outcome = 'retry' and job.attempts < job.max_attempts then null
        else now()
      end,
      -- 2, 4, 8 … seconds up to an hour, each spread over half to one and a half times that, so that
      -- a crowd that failed together does not come back together. 20 attempts take about ten hours,
      -- inside the 24 hours for which Stripe and Resend remember an idempotency key.
      run_at = case
        when job_settle.outcome = 'retry' then private.now() + make_interval(secs => coalesce(
          job_settle.retry_after_seconds,
          least(3600, power(2, job.attempts)) * (0.5 + random())
        ))
        else job.run_at
      end,
      locked_until = null,
      last_error = left(job_settle.error, 2000),
      payload = case
        when job_settle.outcome = 'succeeded' and job_settle.forget_payload then '{}'::jsonb
        else job.payload
      end
  where job.id = job_settle.job_id
    and job.state = 'pending'
    and job.attempts = job_settle.attempt
  returning job.state into settled;
  return coalesce(settled, 'superseded');
end;
$$;
comment on function public.job_settle(bigint, smallint, text, text, integer, boolean) is
  'Server RPC: ends one attempt as `succeeded`, `retry` or `fatal`; answers the job''s state, or `superseded` when the lease ran out and another worker took it.';
grant execute on function public.job_settle(bigint, smallint, text, text, integer, boolean)
  to service_role;

create function public.job_replay(job_id bigint)
returns boolean
language sql
set search_path = ''
as $$
  with replayed as (
    update private.jobs
    set state = 'pending', finished_at = null, attempts = 0, run_at = private.now(), last_error = null
    where id = job_replay.job_id and state = 'dead'
    returning id
  )
  select exists (select from replayed);
$$;
comment on function public.job_replay(bigint) is
  'Server RPC: gives a dead letter a new life; false when there is no such dead job.';
grant execute on function public.job_replay(bigint) to service_role;
