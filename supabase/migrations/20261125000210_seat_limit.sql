-- Seat limit: how many members a workspace's plan includes.

create function private.seat_limit(workspace_id uuid)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
declare
  -- The entitlement as everywhere: of the plan that counts, or what staff have given instead.
  given constant record := private.feature_grant(seat_limit.workspace_id, 'members');
begin
  -- A plan that does not name the feature includes its owner alone; one without a number has no limit.
  return case when given.included then given.limit_value else 1 end;
end;
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
