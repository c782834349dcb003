-- How a workspace begins and ends.
--
-- Its id is the server's. The audit log, Stripe's metadata and idempotency keys know workspaces by their ids
-- and outlive them: whoever may choose one takes over what is left of another.
--
-- It ends by a server RPC and not by a delete: what was invoiced must be kept, and a refund or a dispute
-- may still come. So it is closed as the deletion of an account closes one.

revoke insert (id) on public.workspaces from authenticated;
revoke delete on public.workspaces from authenticated;
drop policy "Owners delete their shared workspaces" on public.workspaces;
drop policy "Owners who pay end workspaces with a second factor" on public.workspaces;
drop trigger workspaces_end on public.workspaces;
drop function private.workspace_ends();

create or replace function private.workspace_created()
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
  -- For workspace_create: its maker cannot name the row by an id.
  perform set_config('socle.workspace_made', new.id::text, true);
  return null;
end;
$$;

create or replace function public.workspace_create(name text, slug text default null)
returns public.workspaces
language plpgsql
set search_path = ''
as $$
declare
  made public.workspaces;
begin
  -- Not `insert … returning`: only once the row is there is its maker a member who may read it.
  insert into public.workspaces (name, slug) values (btrim(workspace_create.name), workspace_create.slug);
  select * into made from public.workspaces as workspace
  where workspace.id = current_setting('socle.workspace_made')::uuid;
  return made;
end;
$$;

create function public.workspace_delete(user_id uuid, workspace_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
declare
  held public.workspaces;
  held_role text;
begin
  perform private.act_as(workspace_delete.user_id);
  select * into held from public.workspaces as workspace
  where workspace.id = workspace_delete.workspace_id for no key update;
  select member.role into held_role from public.workspace_members as member
  where member.workspace_id = workspace_delete.workspace_id and member.user_id = workspace_delete.user_id;
  if held_role is null then
    perform private.problem(404, 'workspace_not_found', 'No workspace of yours has this id.');
  end if;
  if held_role <> 'owner' then
    perform private.problem(403, 'forbidden', 'Only an owner may delete a workspace.');
  end if;
  if held.personal_of is not null then
    perform private.problem(409, 'personal_workspace',
      'A personal workspace goes with its person''s account.');
  end if;
  -- What is being bought may be paid at any moment, and would then belong to nothing.
  if exists (
    select from public.subscriptions as running
    where running.workspace_id = held.id and running.status not in ('canceled', 'incomplete_expired')
  ) or exists (
    select from private.subscription_intents as intent
    where intent.workspace_id = held.id and intent.state = 'open'
  ) then
    perform private.problem(409, 'workspace_subscribed',
      'A subscription of this workspace runs or is being bought: cancel it first, and delete the workspace when it has ended.');
  end if;
  perform private.workspace_close(held.id);
end;
$$;
comment on function public.workspace_delete(uuid, uuid) is
  'Server RPC: an owner ends a shared workspace; its invoices and payments stay, without whose they were. Refuses with workspace_not_found, forbidden, personal_workspace or workspace_subscribed.';
grant execute on function public.workspace_delete(uuid, uuid) to service_role;

create or replace function private.workspace_slug()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  base constant text := coalesce(lower(btrim(new.slug)), private.slug_of(new.name));
begin
  -- Nobody chooses the address of a personal one, and many people have one name: it ends in chance, of
  -- 48 bits, since all names without a Latin letter share what comes before it.
  if new.slug is null and new.personal_of is not null then
    new.slug := left(base, 37) || '-' || right(gen_random_uuid()::text, 12);
    return new;
  end if;
  -- Two who want the same one at the same time take turns, so that the second sees the first.
  perform pg_advisory_xact_lock(hashtextextended('workspace slug ' || base, 0));
  if not exists (select from public.workspaces as other where other.slug = base and other.id <> new.id) then
    new.slug := base;
  elsif new.slug is null then
    new.slug := left(base, 37) || '-' || right(gen_random_uuid()::text, 12);
  else
    perform private.problem(409, 'slug_taken', 'Another workspace has this slug: choose another one.');
  end if;
  return new;
end;
$$;

create or replace function private.display_name(value text)
returns text
language sql
immutable
set search_path = ''
as $$
  -- Named one by one, since what [[:cntrl:]] holds depends on the database's locale. A name of Unicode's
  -- blanks alone is none: a workspace would not take it, and no name may fail a sign-up.
  select case when line ~ '\S' then line end
  from (select btrim(left(btrim(regexp_replace(
    value, '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+', ' ', 'g'
  )), 100)) as line) as printable;
$$;
