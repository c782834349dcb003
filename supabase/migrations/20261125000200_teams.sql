-- Teams: workspaces that several people share. Who may do what in one is a single table in
-- docs/security.md, and every cell of it is proven by tests/rls/permissions.test.ts.
--
-- A personal workspace can have members, too: who starts alone and subscribes need not move to another
-- workspace for the first colleague. What makes it personal is that it has one owner for good, the
-- person: it is not transferred, left or ended, and it goes with the account.

create function private.slug_of(name text)
returns text
language sql
immutable
set search_path = ''
as $$
  -- Decomposed before it is lower case: what lower() knows of É depends on the database's locale.
  select coalesce(nullif(btrim(left(btrim(regexp_replace(
    lower(regexp_replace(normalize(name, nfkd), '[\u0300-\u036f]+', '', 'g')),
    '[^a-z0-9]+', '-', 'g'
  ), '-'), 40), '-'), ''), 'workspace');
$$;
comment on function private.slug_of(text) is
  'A name as it stands in an address: lower-case letters without accents, digits and single hyphens, at most 40.';

alter table public.workspaces add column slug text;
update public.workspaces
set slug = private.slug_of(name) || '-' || left(replace(gen_random_uuid()::text, '-', ''), 8);
alter table public.workspaces
  alter column slug set not null,
  add constraint workspaces_slug_key unique (slug),
  add constraint workspaces_slug_format
    check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 50),
  -- Its members write it from here on, and mails to strangers name it.
  add constraint workspaces_name_printable check (
    name ~ '\S' and name !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
  );
comment on column public.workspaces.slug is
  'Its name in addresses, at most 50 characters; made from the name when none is given.';

create function private.workspace_slug()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  base constant text := coalesce(lower(btrim(new.slug)), private.slug_of(new.name));
begin
  -- Nobody chooses the address of a personal one, and many people have one name: it ends in chance.
  if new.slug is null and new.personal_of is not null then
    new.slug := base || '-' || left(replace(gen_random_uuid()::text, '-', ''), 8);
    return new;
  end if;
  -- Two who want the same one at the same time take turns, so that the second sees the first.
  perform pg_advisory_xact_lock(hashtextextended('workspace slug ' || base, 0));
  if not exists (select from public.workspaces as other where other.slug = base and other.id <> new.id) then
    new.slug := base;
  elsif new.slug is null then
    new.slug := base || '-' || left(replace(gen_random_uuid()::text, '-', ''), 8);
  else
    perform private.problem(409, 'slug_taken', 'Another workspace has this slug: choose another one.');
  end if;
  return new;
end;
$$;
comment on function private.workspace_slug() is
  'Trigger: gives a workspace its slug, and refuses one that is taken by name. Security definer: sees workspaces that its caller does not.';
create trigger workspaces_slug before insert or update of slug on public.workspaces
  for each row execute function private.workspace_slug();

create function private.workspace_created()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  creator constant uuid := auth.uid();
begin
  -- Its own requests, too, take turns before they are counted.
  perform pg_advisory_xact_lock(hashtextextended('workspaces of ' || creator, 0));
  if (
    select count(*) from public.workspace_members as member
    join public.workspaces as workspace on workspace.id = member.workspace_id
    where member.user_id = creator and member.role = 'owner' and workspace.personal_of is null
  ) >= 20 then
    perform private.problem(409, 'workspace_limit', 'You own 20 workspaces, which is as many as one may.');
  end if;
  insert into public.workspace_members (workspace_id, user_id, role) values (new.id, creator, 'owner');
  -- Without the job that makes the customer at Stripe: the first purchase makes it. So whoever creates
  -- and ends workspaces in a loop leaves nothing at Stripe.
  insert into private.billing_customers (workspace_id, email, name)
  select new.id, account.email, new.name from auth.users as account where account.id = creator;
  return null;
end;
$$;
comment on function private.workspace_created() is
  'Trigger: whoever makes a shared workspace owns it. Security definer: members and billing customers are written by no user.';
create trigger workspaces_created after insert on public.workspaces
  for each row when (new.personal_of is null and auth.uid() is not null)
  execute function private.workspace_created();

create function private.workspace_ends()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- What is being bought may be paid at any moment, and would then belong to nothing.
  if exists (
    select from public.subscriptions as held
    where held.workspace_id = old.id and held.status not in ('canceled', 'incomplete_expired')
  ) or exists (
    select from private.subscription_intents as intent
    where intent.workspace_id = old.id and intent.state = 'open'
  ) then
    perform private.problem(409, 'workspace_subscribed',
      'A subscription of this workspace runs or is being bought: cancel it first, and delete the workspace when it has ended.');
  end if;
  return old;
end;
$$;
comment on function private.workspace_ends() is
  'Trigger: a workspace that pays is not deleted by its owner. Security definer: looks at purchases, which no user reads.';
create trigger workspaces_end before delete on public.workspaces
  for each row when (auth.uid() is not null)
  execute function private.workspace_ends();

-- id, too: a client that makes it itself can repeat a creation whose answer was lost.
grant insert (id, name, slug) on public.workspaces to authenticated;
grant update (name, slug) on public.workspaces to authenticated;
grant delete on public.workspaces to authenticated;
create policy "Users make workspaces"
  on public.workspaces for insert to authenticated
  -- A key of a workspace is no user, and whoever is anonymous has not said who he is.
  with check (
    exists (select from public.profiles as profile where profile.id = (select auth.uid()))
    and coalesce(((select auth.jwt()) ->> 'is_anonymous')::boolean, false) = false
  );
create policy "Owners and admins rename their workspaces"
  on public.workspaces for update to authenticated
  using (id in (select private.my_workspace_ids(array['owner', 'admin'])))
  with check (id in (select private.my_workspace_ids(array['owner', 'admin'])));
create policy "Owners delete their shared workspaces"
  on public.workspaces for delete to authenticated
  using (id in (select private.my_workspace_ids(array['owner'])) and personal_of is null);

create function private.workspace_owner_fits()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if exists (
    select from public.workspaces as workspace
    where workspace.id = new.workspace_id and workspace.personal_of <> new.user_id
  ) then
    perform private.problem(409, 'personal_workspace',
      'A personal workspace has one owner, the person: make another workspace to share its ownership.');
  end if;
  return new;
end;
$$;
comment on function private.workspace_owner_fits() is
  'Trigger: a personal workspace has no second owner. Security definer: whoever writes the row need not see the workspace.';
create trigger workspace_members_owner_fits before insert or update of role on public.workspace_members
  for each row when (new.role = 'owner')
  execute function private.workspace_owner_fits();

create function private.workspace_keeps_an_owner()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Owners who go at once wait here for each other, and the last one sees that he is.
  perform from public.workspaces as workspace where workspace.id = old.workspace_id for no key update;
  if not found then
    return null; -- The workspace itself goes.
  end if;
  if exists (
    select from public.workspace_members as member
    where member.workspace_id = old.workspace_id and member.role = 'owner'
  ) then
    return null;
  end if;
  -- An account that goes takes its lone membership along; what is left belongs to nobody.
  if auth.uid() is null and not exists (
    select from public.workspace_members as member where member.workspace_id = old.workspace_id
  ) then
    return null;
  end if;
  perform private.problem(409, 'last_owner',
    'A workspace keeps an owner: make another member its owner first, or delete it.');
  return null;
end;
$$;
comment on function private.workspace_keeps_an_owner() is
  'Trigger: the last owner neither leaves, nor is removed, nor becomes anything less, whoever asks. Security definer: counts owners and locks the workspace, whatever the caller may see.';
create trigger workspace_members_keep_an_owner after delete on public.workspace_members
  for each row when (old.role = 'owner')
  execute function private.workspace_keeps_an_owner();
create trigger workspace_members_keep_an_owner_in_role
  after update of role, workspace_id on public.workspace_members
  for each row when (
    old.role = 'owner' and (new.role <> 'owner' or new.workspace_id <> old.workspace_id)
  )
  execute function private.workspace_keeps_an_owner();

grant update (role) on public.workspace_members to authenticated;
grant delete on public.workspace_members to authenticated;
-- Old row and new row alike: an admin neither touches an owner nor makes one.
create policy "Owners change roles, admins those below owner"
  on public.workspace_members for update to authenticated
  using (
    workspace_id in (select private.my_workspace_ids(array['owner']))
    or (role <> 'owner' and workspace_id in (select private.my_workspace_ids(array['admin'])))
  )
  with check (
    workspace_id in (select private.my_workspace_ids(array['owner']))
    or (role <> 'owner' and workspace_id in (select private.my_workspace_ids(array['admin'])))
  );
-- One's own row as an owner is out of reach here: workspace_leave says why one cannot go, a filter
-- that matches nothing would not.
create policy "Owners remove others, admins those below owner, the others themselves"
  on public.workspace_members for delete to authenticated
  using (
    (user_id <> (select auth.uid()) and workspace_id in (select private.my_workspace_ids(array['owner'])))
    or (role <> 'owner' and workspace_id in (select private.my_workspace_ids(array['admin'])))
    or (role <> 'owner' and user_id = (select auth.uid()) and workspace_id in (select private.my_workspace_ids()))
  );

create function public.workspace_create(name text, slug text default null)
returns public.workspaces
language plpgsql
set search_path = ''
as $$
declare
  fresh constant uuid := gen_random_uuid();
  made public.workspaces;
begin
  -- Not `insert … returning`: only once the row is there is its maker a member who may read it.
  insert into public.workspaces (id, name, slug)
  values (fresh, btrim(workspace_create.name), workspace_create.slug);
  select * into made from public.workspaces as workspace where workspace.id = fresh;
  return made;
end;
$$;
comment on function public.workspace_create(text, text) is
  'Client RPC: makes a shared workspace that the caller owns; refuses with slug_taken or workspace_limit.';
grant execute on function public.workspace_create(text, text) to authenticated;

create function public.workspace_leave(workspace_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
declare
  me constant uuid := auth.uid();
  held_role text;
begin
  select member.role into held_role from public.workspace_members as member
  where member.workspace_id = workspace_leave.workspace_id and member.user_id = me;
  if held_role is null then
    perform private.problem(404, 'workspace_not_found', 'No workspace of yours has this id.');
  end if;
  if exists (
    select from public.workspaces as workspace
    where workspace.id = workspace_leave.workspace_id and workspace.personal_of = me
  ) then
    perform private.problem(409, 'personal_workspace',
      'Your personal workspace is yours as long as you have an account.');
  end if;
  if held_role = 'owner' then
    -- Refused here to the last one.
    update public.workspace_members as member set role = 'member'
    where member.workspace_id = workspace_leave.workspace_id and member.user_id = me;
  end if;
  delete from public.workspace_members as member
  where member.workspace_id = workspace_leave.workspace_id and member.user_id = me;
end;
$$;
comment on function public.workspace_leave(uuid) is
  'Client RPC: ends the caller''s membership; refuses with workspace_not_found, personal_workspace or last_owner.';
grant execute on function public.workspace_leave(uuid) to authenticated;

create function public.workspace_transfer(workspace_id uuid, user_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
declare
  me constant uuid := auth.uid();
  held_role text;
begin
  select member.role into held_role from public.workspace_members as member
  where member.workspace_id = workspace_transfer.workspace_id and member.user_id = me;
  if held_role is null then
    perform private.problem(404, 'workspace_not_found', 'No workspace of yours has this id.');
  end if;
  if held_role <> 'owner' then
    perform private.problem(403, 'forbidden', 'Only an owner may give a workspace to somebody else.');
  end if;
  if workspace_transfer.user_id = me then
    return;
  end if;
  -- First the new owner, refused where the workspace is personal: there is an owner at every moment.
  update public.workspace_members as member set role = 'owner'
  where member.workspace_id = workspace_transfer.workspace_id
    and member.user_id = workspace_transfer.user_id;
  if not found then
    perform private.problem(404, 'member_not_found',
      'Nobody with this id is a member of the workspace: invite them first.');
  end if;
  update public.workspace_members as member set role = 'admin'
  where member.workspace_id = workspace_transfer.workspace_id and member.user_id = me;
end;
$$;
comment on function public.workspace_transfer(uuid, uuid) is
  'Client RPC: makes another member the owner in the caller''s place, who becomes an admin; refuses with workspace_not_found, forbidden, personal_workspace or member_not_found.';
grant execute on function public.workspace_transfer(uuid, uuid) to authenticated;

create function private.workspace_people(workspace_id uuid)
returns table (
  user_id uuid, name text, avatar_url text, role text, email text, joined_at timestamptz
)
language sql
stable
security definer
set search_path = ''
as $$
  select member.user_id, coalesce(profile.name, ''), profile.avatar_url, member.role,
    case when member.workspace_id in (select private.my_workspace_ids(array['owner', 'admin']))
      then account.email::text end,
    member.created_at
  from public.workspace_members as member
  join auth.users as account on account.id = member.user_id
  left join public.profiles as profile on profile.id = member.user_id
  where member.workspace_id = workspace_people.workspace_id
    and member.workspace_id in (select private.my_workspace_ids())
  order by member.created_at, member.user_id;
$$;
comment on function private.workspace_people(uuid) is
  'The members of a workspace of the caller''s by name, avatar and role; addresses only for owners and admins. Security definer: profiles and accounts of others are read by nobody else.';
grant execute on function private.workspace_people(uuid) to authenticated, service_role;

create function public.workspace_people(workspace_id uuid)
returns table (
  user_id uuid, name text, avatar_url text, role text, email text, joined_at timestamptz
)
language sql
stable
set search_path = ''
as $$ select * from private.workspace_people(workspace_people.workspace_id) $$;
comment on function public.workspace_people(uuid) is
  'Client RPC: who is in a workspace of the caller''s; empty for any other. email is null but for owners and admins.';
grant execute on function public.workspace_people(uuid) to authenticated, service_role;
