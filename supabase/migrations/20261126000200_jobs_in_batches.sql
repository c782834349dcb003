-- Jobs: a batch is claimed in one pass over what is due, by one statement that is planned once a connection, and
-- settled in one call. Measured by bench/figures/jobs.ts against graphile-worker: before, each claim read the whole
-- queue in search of exhausted jobs, and each job was settled by a statement of its own, which together took three
-- times what theirs does.

-- Room on each page for a claim's version of its rows: the claim changes no indexed column, so it then touches no index.
alter table private.jobs set (fillfactor = 50);

-- A job without a cause costs no entry in the index of causes.
create unique index jobs_once_per_cause_given on private.jobs (kind, dedupe_key) where dedupe_key is not null;
alter table private.jobs drop constraint jobs_once_per_cause;
alter index private.jobs_once_per_cause_given rename to jobs_once_per_cause;
comment on index private.jobs_once_per_cause is 'A cause has one job of a kind for good, also after it finished.';

create or replace function private.enqueue(
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
  on conflict (kind, dedupe_key) where dedupe_key is not null do nothing
  returning id;
$$;

create or replace function public.jobs_claim(batch integer, lease_seconds integer)
returns table (id bigint, kind text, payload jsonb, cause text, attempts smallint)
language plpgsql
set search_path = ''
-- Else it is planned anew each time, for the sake of the limit; and whatever the planner thinks of a queue that is
-- empty now and full in a minute, the claim goes along jobs_due and never sorts.
set plan_cache_mode = force_generic_plan
set enable_sort = off
set jit = off
as $$
declare
  -- A claim that names no size takes nothing: a comparison with null would never end.
  wanted integer := coalesce(jobs_claim.batch, 0);
  asked integer;
  met integer;
  job private.jobs;
begin
  loop
    asked := wanted;
    met := 0;
    for job in
      -- One that is exhausted is met where it lies, and not looked for: a worker that died during the last
      -- attempt left nobody to give it up.
      update private.jobs as held
      set attempts = least(held.attempts + 1, held.max_attempts),
          locked_until = case when held.attempts < held.max_attempts
            then clock_timestamp() + make_interval(secs => jobs_claim.lease_seconds) end,
          state = case when held.attempts < held.max_attempts then held.state else 'dead' end,
          finished_at = case when held.attempts >= held.max_attempts then now() end,
          last_error = case when held.attempts < held.max_attempts then held.last_error
            else coalesce(held.last_error, 'the worker died during the last attempt') end
      where held.id = any (array(
        select due.id from private.jobs as due
        where due.state = 'pending' and due.run_at <= private.now()
          and (due.locked_until is null or due.locked_until < clock_timestamp())
        order by due.run_at, due.id
        limit wanted
        for update skip locked
      ))
      returning held.*
    loop
      met := met + 1;
      continue when job.state = 'dead';
      wanted := wanted - 1;
      id := job.id;
      kind := job.kind;
      payload := job.payload;
      cause := coalesce(job.dedupe_key, job.id::text);
      attempts := job.attempts;
      return next;
    end loop;
    -- Full, or nothing is due behind those that were met.
    exit when wanted = 0 or met < asked;
  end loop;
end;
$$;

drop function public.job_settle(bigint, smallint, text, text, integer, boolean);
create function public.jobs_settle(results jsonb)
returns table (id bigint, state text)
language plpgsql
set search_path = ''
as $$
begin
  return query
    update private.jobs as job
    set state = case
          when result.outcome = 'succeeded' then 'succeeded'
          when result.outcome = 'fatal' or job.attempts >= job.max_attempts then 'dead'
          else 'pending'
        end,
        finished_at = case
          when result.outcome = 'retry' and job.attempts < job.max_attempts then null
          else now()
        end,
        -- 2, 4, 8 … seconds up to an hour, each spread over half to one and a half times that, so that
        -- a crowd that failed together does not come back together. 20 attempts take about ten hours,
        -- inside the 24 hours for which Stripe and Resend remember an idempotency key.
        run_at = case
          when result.outcome = 'retry' then private.now() + make_interval(secs => coalesce(
            result.retry_after_seconds,
            least(3600, power(2, job.attempts)) * (0.5 + random())
          ))
          else job.run_at
        end,
        locked_until = null,
        last_error = left(result.error, 2000),
        payload = case
          when result.outcome = 'succeeded' and result.forget_payload then '{}'::jsonb
          else job.payload
        end
    from jsonb_to_recordset(jobs_settle.results) as result (
      id bigint, attempt smallint, outcome text, error text, retry_after_seconds integer, forget_payload boolean
    )
    -- By their ids first, and so by the primary key whatever the planner thinks of the queue's size.
    where job.id = any (array(
        select (one ->> 'id')::bigint from jsonb_array_elements(jobs_settle.results) as one
      ))
      and job.id = result.id and job.state = 'pending' and job.attempts = result.attempt
    returning job.id, job.state;
end;
$$;
comment on function public.jobs_settle(jsonb) is
  'Server RPC: ends attempts, each {id, attempt, outcome, error, retry_after_seconds, forget_payload} as `succeeded`, `retry` or `fatal`; answers the state of each job that it ended: of a job whose lease ran out and that another worker took nothing is answered.';
grant execute on function public.jobs_settle(jsonb) to service_role;
