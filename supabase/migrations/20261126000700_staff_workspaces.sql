-- Staff find a workspace by what somebody who writes to them gives: its name, its slug, an id, the address of
-- a member. No table that staff read holds addresses, and `like` on a million names reads all of them.

create index workspaces_newest on public.workspaces (created_at desc, id desc);
-- By its beginning; in "C" as `^@` needs it.
create index workspaces_named on public.workspaces ((lower(name) collate "C"));

create function private.staff_workspaces(
  search text, before_created_at timestamptz, before_id uuid, page_size integer
)
returns table (
  id uuid, name text, slug text, personal boolean, created_at timestamptz,
  members bigint, plan text, access text, overrides bigint
)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  wanted constant text := lower(btrim(coalesce(search, '')));
  most constant integer := least(greatest(coalesce(page_size, 50), 1), 101);
  -- Before all that there are: what is made now is made before then.
  before constant timestamptz := coalesce(before_created_at, 'infinity');
  before_row constant uuid := coalesce(before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
  given uuid;
  found uuid[];
begin
  perform private.staff_calls();
  if wanted ~ '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' then
    given := wanted::uuid;
    found := array(
      select given union select member.workspace_id from public.workspace_members as member
      where member.user_id = given
    );
  elsif wanted <> '' then
    found := array(
      select one.id from public.workspaces as one
      where (lower(one.name) collate "C" ^@ wanted or one.slug = wanted)
        and (one.created_at, one.id) < (before, before_row)
      order by one.created_at desc, one.id desc limit most
    );
    -- A name may hold one, too.
    if position('@' in wanted) > 0 then
      found := found || array(
        select member.workspace_id from public.workspace_members as member
        join auth.users as account on account.id = member.user_id
        where account.email = wanted
      );
    end if;
  else
    found := array(
      select one.id from public.workspaces as one
      where (one.created_at, one.id) < (before, before_row)
      order by one.created_at desc, one.id desc limit most
    );
  end if;
  return query
  select one.id, one.name, one.slug, one.personal_of is not null, one.created_at,
    (select count(*) from public.workspace_members as member where member.workspace_id = one.id),
    private.workspace_plan(one.id), private.workspace_access(one.id),
    (select count(*) from public.feature_overrides as override
     where override.workspace_id = one.id
       and (override.expires_at is null or override.expires_at > private.now()))
  from public.workspaces as one
  where one.id = any (found) and (one.created_at, one.id) < (before, before_row)
  order by one.created_at desc, one.id desc limit most;
end;
$$;
comment on function private.staff_workspaces(text, timestamptz, uuid, integer) is
  'The workspaces that staff look for. Security definer: addresses are in auth.users, which nobody else reads.';
grant execute on function private.staff_workspaces(text, timestamptz, uuid, integer) to authenticated, service_role;

create function public.staff_workspaces(
  search text default null, before_created_at timestamptz default null, before_id uuid default null,
  page_size integer default 50
)
returns table (
  id uuid, name text, slug text, personal boolean, created_at timestamptz,
  members bigint, plan text, access text, overrides bigint
)
language sql
stable
set search_path = ''
as $$
  select * from private.staff_workspaces(
    staff_workspaces.search, staff_workspaces.before_created_at, staff_workspaces.before_id,
    staff_workspaces.page_size
  )
$$;
comment on function public.staff_workspaces(text, timestamptz, uuid, integer) is
  'Client RPC for staff: workspaces, newest first, 1 to 101 a page before (before_created_at, before_id): all, or those whose name begins with `search`, whose slug, id or member''s id it is, or of which the user with that address is a member. `plan` and `access` are what counts now, `overrides` how many features staff have given or taken. Refuses with forbidden or second_factor_required.';
grant execute on function public.staff_workspaces(text, timestamptz, uuid, integer) to authenticated, service_role;
