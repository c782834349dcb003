-- Mends of 20261126000220 and 20261126000110, which a review found.

-- Staff are asked for their second factor again: the function had been written anew from a body that did not.
-- Both in PL/pgSQL, which is planned once a connection and not once a transaction.
create or replace function private.staff_standing()
returns text
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return case
    when not exists (select from private.staff where user_id = (select auth.uid())) then 'none'
    when (select auth.jwt()) ->> 'aal' is distinct from 'aal2'
      and (select required from private.second_factor_rules where audience = 'staff')
      then 'second_factor_required'
    else 'staff'
  end;
end;
$$;

create or replace function private.is_staff()
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return private.staff_standing() = 'staff';
end;
$$;

-- An entry outlives its workspace: staff read those as well, by a range that holds every id.
create function private.staff_reach(last boolean)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
begin
  return case
    when not private.is_staff() then null
    when last then 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid
    else '00000000-0000-0000-0000-000000000000'::uuid
  end;
end;
$$;
comment on function private.staff_reach(boolean) is
  'The first, or the last, of all ids for staff, null for everybody else. In policies as `between (select …) and (select …)`, which an index finds.';
grant execute on function private.staff_reach(boolean) to authenticated, service_role;

alter policy "Owners and admins read what was done in their workspaces, staff" on public.audit_log
  using (
    workspace_id = any (array(select private.my_workspace_ids_with('audit_log', array['owner', 'admin'])))
    or workspace_id between (select private.staff_reach(false)) and (select private.staff_reach(true))
    or (workspace_id is null and (select private.is_staff()))
  );
drop function private.readable_workspace_ids_with(text, text[]);

-- An event that somebody discarded is on no way any more: its objects are compared again.
create or replace function private.events_on_their_way(object_type text, ids text[])
returns setof text
language sql
stable
set search_path = ''
as $$
  select distinct named.id
  from private.webhook_events as event
  cross join lateral jsonb_to_recordset(event.targets) as named (type text, id text)
  where event.handled_at is null and event.discarded_at is null and event.provider = 'stripe'
    and named.type = events_on_their_way.object_type and named.id = any (events_on_their_way.ids);
$$;
comment on function private.events_on_their_way(text, text[]) is
  'Which of these objects of Stripe an event names that is stored, and neither handled nor discarded yet.';
