-- Jobs: a batch is claimed in one pass over what is due, and settled in one call. Measured by bench/figures/jobs.ts
-- against graphile-worker: before, each claim read the whole queue in search of exhausted jobs, and each job was
-- settled by a statement of its own, which together took three times what theirs does.

-- Room on each page for a claim's version of its rows: the claim changes no indexed column, so it then touches no index.
alter table private.jobs set (fillfactor = 50);

create or replace function public.jobs_claim(batch integer, lease_seconds integer)
returns table (id bigint, kind text, payload jsonb, cause text, attempts smallint)
language plpgsql
set search_path = ''
as $$
declare
  wanted integer := jobs_claim.batch;
  due_ids bigint[];
  claimed integer;
begin
  loop
    due_ids := array(
      select due.id from private.jobs as due
      where due.state = 'pending' and due.run_at <= private.now()
        and (due.locked_until is null or due.locked_until < clock_timestamp())
      order by due.run_at, due.id
      limit wanted
      for update skip locked
    );
    -- Exhausted ones are met where they lie, and not looked for: a worker that died during the last attempt
    -- left nobody to give the job up.
    return query
      with taken as (
        update private.jobs as job
        set attempts = job.attempts + 1,
            locked_until = clock_timestamp() + make_interval(secs => jobs_claim.lease_seconds)
        where job.id = any (due_ids) and job.attempts < job.max_attempts
        returning job.id, job.kind, job.payload, coalesce(job.dedupe_key, job.id::text), job.attempts
      )
      select * from taken;
    get diagnostics claimed = row_count;
    exit when claimed = cardinality(due_ids);
    update private.jobs as job
    set state = 'dead', finished_at = now(), locked_until = null,
        last_error = coalesce(job.last_error, 'the worker died during the last attempt')
    where job.id = any (due_ids) and job.attempts >= job.max_attempts
      and (job.locked_until is null or job.locked_until < clock_timestamp());
    -- What is left to take lies behind them.
    wanted := wanted - claimed;
    exit when wanted = 0;
  end loop;
end;
$$;

drop function public.job_settle(bigint, smallint, text, text, integer, boolean);

create function public.jobs_settle(results jsonb)
returns table (id bigint, state text)
language plpgsql
set search_path = ''
as $$
declare
  -- By which the rows are found, and so by their primary key whatever the planner thinks of the queue's size.
  ids bigint[] := array(
    select (result ->> 'id')::bigint from jsonb_array_elements(jobs_settle.results) as result
  );
begin
  return query
    with results as (
      select * from jsonb_to_recordset(jobs_settle.results) as result (
        id bigint, attempt smallint, outcome text, error text, retry_after_seconds integer, forget_payload boolean
      )
    ), settled as (
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
      from results as result
      where job.id = any (ids) and job.id = result.id
        and job.state = 'pending' and job.attempts = result.attempt
      returning job.id, job.state
    )
    select result.id, coalesce(settled.state, 'superseded')
    from results as result left join settled on settled.id = result.id;
end;
$$;
comment on function public.jobs_settle(jsonb) is
  'Server RPC: ends attempts, each {id, attempt, outcome, error, retry_after_seconds, forget_payload} as `succeeded`, `retry` or `fatal`; answers each job''s state, or `superseded` when the lease ran out and another worker took it.';
grant execute on function public.jobs_settle(jsonb) to service_role;
