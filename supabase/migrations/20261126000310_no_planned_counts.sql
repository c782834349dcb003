-- Counts of hidden rows. `Prefer: count=planned` and `count=estimated` ask PostgREST for the planner's estimate,
-- which comes from statistics over every row, whoever reads: `?workspace_id=eq.<somebody's>` told how many
-- invoices another workspace has, `?total=eq.77700` how many of anybody's have that total. PostgREST cannot turn
-- these counts off; what it calls before each request can refuse them. `count=exact` counts what one reads.

create function private.check_request()
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if current_setting('request.headers', true)::jsonb ->> 'prefer' ~* 'count\s*=\s*(planned|estimated)'
    and current_user in ('anon', 'authenticated')
  then
    perform private.problem(400, 'count_not_offered', 'Estimated counts tell of rows that you may not read: ask for count=exact.');
  end if;
end;
$$;
comment on function private.check_request() is
  'Called by PostgREST before each request (pgrst.db_pre_request): refuses callers the planner''s counts, which know of hidden rows.';
grant execute on function private.check_request() to anon, authenticated, service_role;

-- A setting of the role, which databases of one server share: those that come later find it there.
do $$
begin
  if not exists (
    select from pg_catalog.pg_db_role_setting, unnest(setconfig) as setting
    where setrole = 'authenticator'::regrole and setdatabase = 0
      and setting = 'pgrst.db_pre_request=private.check_request'
  ) then
    alter role authenticator set pgrst.db_pre_request = 'private.check_request';
  end if;
end;
$$;
notify pgrst, 'reload config';
