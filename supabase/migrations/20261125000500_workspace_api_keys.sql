-- Keys of a workspace: what its own servers call our functions with. The key's hash lies where the API
-- does not reach; the function that took the key acts under RLS with a token of 60 seconds whose `sub` is
-- the key's id, and private.my_workspace_ids() knows such a caller by its row here.

create table public.workspace_api_keys (
  id           uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  name         text not null,
  prefix       text not null,
  role         text not null,
  scopes       text[] not null,
  created_by   uuid references auth.users (id) on delete set null,
  expires_at   timestamptz,
  last_used_at timestamptz,
  revoked_at   timestamptz,
  created_at   timestamptz not null default now(),
  constraint workspace_api_keys_name_length check (char_length(name) between 1 and 100),
  constraint workspace_api_keys_name_printable check (
    name !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
  ),
  constraint workspace_api_keys_prefix_format check (prefix ~ '^[0-9a-z]{8}$'),
  constraint workspace_api_keys_one_prefix_each unique (prefix),
  -- Never owner: what only an owner may do (give the workspace away, end it) needs a person.
  constraint workspace_api_keys_role_known check (role in ('admin', 'member', 'billing')),
  constraint workspace_api_keys_scopes_named check (
    cardinality(scopes) between 1 and 20
    and array_to_string(scopes, ' ', '?') ~ '^[a-z_]+:(read|write)( [a-z_]+:(read|write))*$'
  )
);
comment on table public.workspace_api_keys is
  'Keys by which a workspace''s own software calls our functions; the secret itself is kept nowhere.';
comment on column public.workspace_api_keys.prefix is
  'The part of the key that is shown, in lists as in the key: socle_<live|test>_<prefix>_…';
comment on column public.workspace_api_keys.role is 'As which member the key acts: admin, member or billing.';
comment on column public.workspace_api_keys.scopes is
  'Which endpoints take it (_shared/api-keys/scopes.ts); what it sees and changes there, its role says.';
comment on column public.workspace_api_keys.expires_at is 'Real time, as for every token; null for a key that lasts until it is revoked.';
comment on column public.workspace_api_keys.last_used_at is 'To the minute: a busy key must not write its row at each call.';
create index workspace_api_keys_workspace on public.workspace_api_keys (workspace_id);
create index workspace_api_keys_creator on public.workspace_api_keys (created_by);
-- A creation whose answer was lost is found by its name; no reply with a secret has to be kept for that.
create unique index workspace_api_keys_name_once on public.workspace_api_keys (workspace_id, lower(name))
  where revoked_at is null;

create table private.api_key_hashes (
  key_id   uuid primary key references public.workspace_api_keys (id) on delete cascade,
  key_hash text not null,
  constraint api_key_hashes_sha256 check (key_hash ~ '^[0-9a-f]{64}$'),
  constraint api_key_hashes_one_each unique (key_hash)
);
comment on table private.api_key_hashes is
  'SHA-256 of whole keys. Apart from their rows, so that those can be read with select *. No slow hash: a key is 190 random bits.';

alter table public.workspace_api_keys enable row level security;
alter table private.api_key_hashes enable row level security;
grant select, insert, update, delete on public.workspace_api_keys, private.api_key_hashes to service_role;

grant select on public.workspace_api_keys to authenticated;
grant update (name, revoked_at) on public.workspace_api_keys to authenticated;
create policy "Owners and admins read their workspaces' keys" on public.workspace_api_keys
  for select to authenticated
  using (workspace_id in (select private.my_workspace_ids(array['owner', 'admin'])));
create policy "Owners and admins rename and revoke their workspaces' keys" on public.workspace_api_keys
  for update to authenticated
  using (workspace_id in (select private.my_workspace_ids(array['owner', 'admin'])))
  with check (workspace_id in (select private.my_workspace_ids(array['owner', 'admin'])));

create function private.api_key_changed()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if old.revoked_at is not null then
    if new.revoked_at is null then
      perform private.problem(409, 'api_key_revoked', 'A revoked key stays revoked: create another one.');
    end if;
    new.revoked_at := old.revoked_at;
  elsif new.revoked_at is not null
    -- Whoever made it saw it, and is gone.
    or (old.created_by is not null and new.created_by is null) then
    new.revoked_at := pg_catalog.now();
  end if;
  return new;
end;
$$;
comment on function private.api_key_changed() is
  'Trigger: a key is revoked at the moment it is said, for good, and with the account of whoever made it.';
create trigger workspace_api_keys_changed before update on public.workspace_api_keys
  for each row execute function private.api_key_changed();

create function private.api_key_audited()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  kept constant public.workspace_api_keys := case when tg_op = 'DELETE' then old else new end;
begin
  -- A use is no change that anybody has to answer for.
  if tg_op <> 'UPDATE' or (old.name, old.revoked_at) is distinct from (new.name, new.revoked_at) then
    perform private.audit_write(
      kept.workspace_id, 'workspace_api_keys.' || lower(tg_op), kept.id::text,
      case tg_op
        when 'INSERT' then jsonb_build_object(
          'role', jsonb_build_object('new', new.role), 'scopes', jsonb_build_object('new', new.scopes),
          'expires_at', jsonb_build_object('new', new.expires_at)
        )
        when 'UPDATE' then jsonb_strip_nulls(jsonb_build_object(
          'name', case when old.name <> new.name then '{}'::jsonb end,
          'revoked_at', case when old.revoked_at is null and new.revoked_at is not null
            then jsonb_build_object('new', new.revoked_at) end
        ))
        else '{}'::jsonb
      end,
      'system'
    );
  end if;
  return null;
end;
$$;
comment on function private.api_key_audited() is
  'Trigger: who made, renamed or revoked a key goes to the audit log. Security definer: whoever may change the key may not write entries.';
create trigger workspace_api_keys_audited after insert or update or delete on public.workspace_api_keys
  for each row execute function private.api_key_audited();

create function private.api_keys_follow_member()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.workspace_api_keys as key
  set revoked_at = pg_catalog.now()
  where key.workspace_id = old.workspace_id and key.created_by = old.user_id and key.revoked_at is null;
  return null;
end;
$$;
comment on function private.api_keys_follow_member() is
  'Trigger on workspace_members: who may no longer create keys has no use of those already made. Security definer: a member who leaves may not change keys.';
create trigger workspace_members_take_their_keys after delete on public.workspace_members
  for each row execute function private.api_keys_follow_member();
create trigger workspace_members_lower_their_keys after update of role on public.workspace_members
  for each row when (old.role in ('owner', 'admin') and new.role not in ('owner', 'admin'))
  execute function private.api_keys_follow_member();

create or replace function private.my_workspace_ids(roles text[] default null)
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  select workspace_id
  from public.workspace_members
  where user_id = (select auth.uid())
    and (roles is null or role = any (roles))
  union all
  -- By the key's row and not by the token's claims: revoked is revoked, also within the 60 seconds.
  select key.workspace_id
  from public.workspace_api_keys as key
  where (select auth.jwt()) ? 'api_key' and key.id = (select auth.uid())
    and key.revoked_at is null and (key.expires_at is null or key.expires_at > pg_catalog.now())
    and (roles is null or key.role = any (roles));
$$;
comment on function private.my_workspace_ids(text[]) is
  'Workspaces of the caller, in one of `roles` when given; of a workspace''s key, that workspace. Security definer: policies on workspace_members itself call it, and must not recurse.';

create function public.api_key_create(
  user_id uuid,
  workspace_id uuid,
  name text,
  prefix text,
  key_hash text,
  role text,
  scopes text[],
  expires_at timestamptz
)
returns public.workspace_api_keys
language plpgsql
set search_path = ''
as $$
declare
  held_role text;
  made public.workspace_api_keys;
begin
  perform private.act_as(api_key_create.user_id, 'api-key-create');
  -- One at a time a workspace: the count below is the one that holds.
  perform from public.workspaces as workspace where workspace.id = api_key_create.workspace_id for no key update;
  select member.role into held_role from public.workspace_members as member
  where member.workspace_id = api_key_create.workspace_id and member.user_id = api_key_create.user_id
  -- Who is removed at this moment is removed first, or takes the key along.
  for share;
  if held_role is null then
    perform private.problem(404, 'workspace_not_found', 'No workspace of yours has this id.');
  end if;
  if held_role not in ('owner', 'admin') then
    perform private.problem(403, 'forbidden', 'Only an owner or an admin may create keys.');
  end if;
  if not private.has_feature(api_key_create.workspace_id, 'api_access') then
    perform private.problem(402, 'plan_required', 'The workspace''s plan does not include API keys.');
  end if;
  if exists (
    select from public.workspace_api_keys as key
    where key.workspace_id = api_key_create.workspace_id and key.revoked_at is null
      and lower(key.name) = lower(api_key_create.name)
  ) then
    perform private.problem(409, 'api_key_name_taken',
      'A key of this name exists. Its secret cannot be shown again: revoke it, or choose another name.');
  end if;
  if (
    select count(*) >= 50 from public.workspace_api_keys as key
    where key.workspace_id = api_key_create.workspace_id and key.revoked_at is null
  ) then
    perform private.problem(409, 'api_key_limit_reached', 'A workspace has at most 50 keys: revoke one.');
  end if;
  insert into public.workspace_api_keys (workspace_id, name, prefix, role, scopes, created_by, expires_at)
  values (
    api_key_create.workspace_id, api_key_create.name, api_key_create.prefix, api_key_create.role,
    api_key_create.scopes, api_key_create.user_id, api_key_create.expires_at
  )
  returning * into made;
  insert into private.api_key_hashes (key_id, key_hash) values (made.id, api_key_create.key_hash);
  return made;
end;
$$;
comment on function public.api_key_create(uuid, uuid, text, text, text, text, text[], timestamptz) is
  'Server RPC: a new key of a workspace, for an owner or admin of it whose plan includes keys; answers its row. Refuses with workspace_not_found, forbidden, plan_required, api_key_name_taken, api_key_limit_reached.';
grant execute on function public.api_key_create(uuid, uuid, text, text, text, text, text[], timestamptz)
  to service_role;

create function public.api_key_use(key_hash text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  used public.workspace_api_keys;
begin
  -- Unknown, revoked and expired end in the same statement and the same answer.
  select key.* into used
  from private.api_key_hashes as hashed
  join public.workspace_api_keys as key on key.id = hashed.key_id
  where hashed.key_hash = api_key_use.key_hash
    and key.revoked_at is null and (key.expires_at is null or key.expires_at > pg_catalog.now());
  if used.id is null then
    return null;
  end if;
  if used.last_used_at is null or used.last_used_at < pg_catalog.now() - interval '1 minute' then
    -- Of many calls at once the first notes it, the others do not wait for it.
    update public.workspace_api_keys as key set last_used_at = pg_catalog.now()
    where key.id = (
      select one.id from public.workspace_api_keys as one where one.id = used.id
      for no key update skip locked
    );
  end if;
  return jsonb_build_object(
    'id', used.id, 'workspace_id', used.workspace_id, 'role', used.role, 'scopes', used.scopes,
    'api_access', private.has_feature(used.workspace_id, 'api_access')
  );
end;
$$;
comment on function public.api_key_use(text) is
  'Server RPC: {id, workspace_id, role, scopes, api_access} of a key that is good, by its hash; null for any other.';
grant execute on function public.api_key_use(text) to service_role;
