-- Jobs: a claim that names no size takes nothing. It looked for an end that a comparison with null never comes to.

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
