-- Seats while invoices are unpaid: nobody new comes into a workspace that its unpaid invoices restrict, as
-- nothing new is used there; whoever is in stays.

create or replace function private.seat_taken(workspace_id uuid, wanted bigint)
returns void
language plpgsql
set search_path = ''
as $$
declare
  seats constant bigint := private.seat_limit(seat_taken.workspace_id);
begin
  -- Before the limit: that of a locked workspace is the free plan's, and more seats would not help it.
  if private.workspace_access(seat_taken.workspace_id) <> 'full' then
    perform private.problem(402, 'workspace_read_only',
      'Nobody is invited or let in until the open invoice of this workspace is paid.');
  end if;
  if seat_taken.wanted > seats then
    perform private.problem(409, 'seat_limit_reached', format(
      'The plan of this workspace includes %s member%s, with those invited: choose a larger plan, or make room.',
      seats, case when seats = 1 then '' else 's' end
    ));
  end if;
end;
$$;
comment on function private.seat_taken(uuid, bigint) is
  'Refuses with seat_limit_reached when the plan has fewer than `wanted` seats, with workspace_read_only while invoices are unpaid.';
