-- Accounts: a profile and a personal workspace for each user from sign-up, however the user signed up.

create table public.profiles (
  id         uuid primary key references auth.users (id) on delete cascade,
  name       text not null default '',
  locale     text not null default 'en',
  avatar_url text,
  version    integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint profiles_name_length check (char_length(name) <= 100),
  -- Control characters, line separators, and marks that turn the writing of what follows around.
  constraint profiles_name_printable check (
    name !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
  ),
  constraint profiles_locale_known check (locale in ('en', 'fr')),
  constraint profiles_avatar_in_own_folder check (
    avatar_url ~ ('^/storage/v1/object/public/avatars/' || id::text || '/[A-Za-z0-9_-]+\.(png|jpg|webp)$')
  )
);
comment on table public.profiles is 'What a user tells of himself; one row a user.';
comment on column public.profiles.name is 'Display name, at most 100 characters.';
comment on column public.profiles.locale is 'Language of mails and pages: en or fr.';
comment on column public.profiles.avatar_url is
  'Path below the project''s URL of a file in the user''s own folder of the avatars bucket; a path, so that the project''s address may change.';
comment on column public.profiles.version is 'Raised by each change; the ETag that If-Match compares.';

create trigger profiles_touch before update on public.profiles
  for each row execute function private.touch_version();

create table public.workspaces (
  id          uuid primary key default gen_random_uuid(),
  name        text not null,
  personal_of uuid references auth.users (id) on delete set null,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  constraint workspaces_name_length check (char_length(name) between 1 and 100),
  constraint workspaces_one_personal_each unique (personal_of)
);
comment on table public.workspaces is 'What subscriptions and data belong to; each user has a personal one.';
comment on column public.workspaces.personal_of is 'Whose personal workspace it is; null for one that is shared.';

create trigger workspaces_touch before update on public.workspaces
  for each row execute function private.touch();

create table public.workspace_members (
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  user_id      uuid not null references auth.users (id) on delete cascade,
  role         text not null,
  created_at   timestamptz not null default now(),
  constraint workspace_members_pkey primary key (workspace_id, user_id),
  constraint workspace_members_role_known check (role in ('owner', 'admin', 'member', 'billing'))
);
comment on table public.workspace_members is 'Who belongs to a workspace, and as what.';
comment on column public.workspace_members.role is 'owner, admin, member or billing.';
create index workspace_members_user on public.workspace_members (user_id);

create function private.my_workspace_ids(roles text[] default null)
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  select workspace_id
  from public.workspace_members
  where user_id = (select auth.uid())
    and (roles is null or role = any (roles));
$$;
comment on function private.my_workspace_ids(text[]) is
  'Workspaces of the caller, in one of `roles` when given. Security definer: policies on workspace_members itself call it, and must not recurse.';
grant execute on function private.my_workspace_ids(text[]) to authenticated, service_role;

alter table public.profiles enable row level security;
alter table public.workspaces enable row level security;
alter table public.workspace_members enable row level security;

grant select, insert, update, delete on public.profiles, public.workspaces, public.workspace_members
  to service_role;

-- Column grants stop mass assignment: no policy has to remember which columns are whose.
grant select on public.profiles to authenticated;
grant update (name, locale, avatar_url) on public.profiles to authenticated;
create policy "Users read their own profile"
  on public.profiles for select to authenticated
  using (id = (select auth.uid()));
create policy "Users change their own profile"
  on public.profiles for update to authenticated
  using (id = (select auth.uid()))
  with check (id = (select auth.uid()));

grant select on public.workspaces to authenticated;
create policy "Members read their workspaces"
  on public.workspaces for select to authenticated
  using (id in (select private.my_workspace_ids()));

grant select on public.workspace_members to authenticated;
create policy "Members read who else is in their workspaces"
  on public.workspace_members for select to authenticated
  using (workspace_id in (select private.my_workspace_ids()));

create function private.display_name(value text)
returns text
language sql
immutable
set search_path = ''
as $$
  -- Named one by one, since what [[:cntrl:]] holds depends on the database's locale.
  select nullif(btrim(left(btrim(regexp_replace(
    value, '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+', ' ', 'g'
  )), 100)), '');
$$;
comment on function private.display_name(text) is
  'One printable line of at most 100 characters out of whatever a client sent; null when nothing is left.';

create function private.handle_new_user()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  -- Metadata is whatever the client sent, of any type: no value of it may fail a sign-up.
  display_name constant text := coalesce(
    case when jsonb_typeof(new.raw_user_meta_data -> 'name') = 'string'
      then private.display_name(new.raw_user_meta_data ->> 'name') end,
    private.display_name(split_part(new.email, '@', 1)),
    ''
  );
  user_locale constant text :=
    case when new.raw_user_meta_data ->> 'locale' in ('en', 'fr') then new.raw_user_meta_data ->> 'locale' else 'en' end;
  workspace_id uuid;
begin
  insert into public.profiles (id, name, locale) values (new.id, display_name, user_locale);

  insert into public.workspaces (name, personal_of)
  values (coalesce(nullif(display_name, ''), 'Personal'), new.id)
  returning id into workspace_id;
  insert into public.workspace_members (workspace_id, user_id, role) values (workspace_id, new.id, 'owner');

  perform private.billing_customer_wanted(workspace_id, new.email, display_name);
  return new;
end;
$$;
comment on function private.handle_new_user() is
  'Trigger on auth.users: profile, personal workspace, Stripe customer to create. Security definer: the auth service''s role owns no product table.';

create trigger on_auth_user_created after insert on auth.users
  for each row execute function private.handle_new_user();

create function private.handle_user_confirmed()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.enqueue_mail('welcome', new.id, '{}', 'welcome:' || new.id);
  return new;
end;
$$;
comment on function private.handle_user_confirmed() is
  'Trigger on auth.users: the welcome mail, once an address is known to be the user''s. Security definer: the auth service''s role may not enqueue jobs.';

-- With confirmations off, Auth confirms in the insert or in an update right after it. Triggers fire in the
-- order of their names: this one after on_auth_user_created, which makes the profile it reads.
create trigger on_auth_user_created_confirmed after insert on auth.users
  for each row when (new.email_confirmed_at is not null)
  execute function private.handle_user_confirmed();
create trigger on_auth_user_confirmed after update of email_confirmed_at on auth.users
  for each row when (old.email_confirmed_at is null and new.email_confirmed_at is not null)
  execute function private.handle_user_confirmed();
