-- Seat limit: how many members a workspace's plan includes.

create function private.seat_limit(workspace_id uuid)
returns bigint
language sql
stable
set search_path = ''
as $$
  -- Of the subscription that gives access, else of what everybody has. A plan that does not name the
  -- feature includes its owner alone; one that names it without a number has no limit.
  select case when included.plan_id is null then 1 else included.limit_value end
  from (
    select coalesce((
      select held.plan_id from public.subscriptions as held
      where held.workspace_id = seat_limit.workspace_id
        and held.status in ('active', 'trialing', 'past_due') and held.plan_id is not null
      order by held.status = 'past_due', held.created_at desc, held.id
      limit 1
    ), 'free') as id
  ) as plan
  left join public.plan_features as included
    on included.plan_id = plan.id and included.feature = 'members';
$$;
comment on function private.seat_limit(uuid) is
  'How many members a workspace may have by its plan; null for any number.';
grant execute on function private.seat_limit(uuid) to service_role;

create function private.seat_taken(workspace_id uuid, wanted bigint)
returns void
language plpgsql
set search_path = ''
as $$
declare
  seats constant bigint := private.seat_limit(seat_taken.workspace_id);
begin
  if seat_taken.wanted > seats then
    perform private.problem(409, 'seat_limit_reached', format(
      'The plan of this workspace includes %s member%s, with those invited: choose a larger plan, or make room.',
      seats, case when seats = 1 then '' else 's' end
    ));
  end if;
end;
$$;
comment on function private.seat_taken(uuid, bigint) is
  'Refuses with seat_limit_reached when the plan has fewer than `wanted` seats.';
grant execute on function private.seat_taken(uuid, bigint) to service_role;
