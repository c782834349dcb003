-- Entitlements: what a workspace may use, and how much of it. One definition, read by policies
-- (private.has_feature), by endpoints (`requires` in a declaration) and by clients (public.entitlements):
-- what the workspace's plan includes (plan_features), unless staff have said otherwise for this workspace.

create table public.feature_overrides (
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  feature      text not null,
  enabled      boolean not null default true,
  limit_value  bigint,
  expires_at   timestamptz,
  reason       text not null,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  constraint feature_overrides_pkey primary key (workspace_id, feature),
  constraint feature_overrides_name_format check (feature ~ '^[a-z][a-z0-9_]{0,39}$'),
  constraint feature_overrides_limit_positive check (limit_value >= 0),
  constraint feature_overrides_limit_of_enabled check (enabled or limit_value is null),
  constraint feature_overrides_reason_length check (char_length(reason) between 1 and 500)
);
comment on table public.feature_overrides is
  'What a workspace has beside, instead of or without its plan: given and taken by staff, by server RPC alone.';
comment on column public.feature_overrides.enabled is 'False takes away what the plan includes.';
comment on column public.feature_overrides.limit_value is 'How much, instead of the plan''s limit; null without a limit.';
comment on column public.feature_overrides.expires_at is 'Until then, on the business clock; null for good.';
comment on column public.feature_overrides.reason is 'Why, in words that the workspace''s members may read.';
create trigger feature_overrides_touch before update on public.feature_overrides
  for each row execute function private.touch();
alter table public.feature_overrides enable row level security;
grant select on public.feature_overrides to authenticated;
grant select, insert, update, delete on public.feature_overrides to service_role;
create policy "Members read what staff gave or took from their workspaces"
  on public.feature_overrides for select to authenticated
  using (workspace_id in (select private.my_workspace_ids()));

create function private.workspace_access(workspace uuid)
returns text
language sql
stable
set search_path = ''
as $$ select 'full' $$;
comment on function private.workspace_access(uuid) is
  'full; read_only: nothing new is used or metered; locked: as if nothing were paid for. Always full until a policy for unpaid invoices replaces it.';
grant execute on function private.workspace_access(uuid) to authenticated, service_role;

create function private.free_plan()
returns text
language sql
stable
security definer
set search_path = ''
as $$
  select plan.id from public.plans as plan
  where plan.active and not exists (select from public.prices as price where price.plan_id = plan.id)
  order by plan.rank, plan.id
  limit 1;
$$;
comment on function private.free_plan() is
  'The plan of whoever has not subscribed: the smallest on sale that has no price. Security definer: the same answer whoever asks.';
grant execute on function private.free_plan() to authenticated, service_role;

create function private.workspace_subscription(workspace uuid)
returns public.subscriptions
language sql
stable
security definer
set search_path = ''
as $$
  select held.* from public.subscriptions as held
  join public.plans as plan on plan.id = held.plan_id
  where held.workspace_id = workspace and held.status in ('active', 'trialing', 'past_due')
  order by plan.rank desc, held.created_at desc, held.id
  limit 1;
$$;
comment on function private.workspace_subscription(uuid) is
  'The subscription that counts: of two that run, the one to the larger plan. Security definer: policies ask about workspaces of which the caller sees no subscription.';
grant execute on function private.workspace_subscription(uuid) to authenticated, service_role;

create function private.workspace_plan(workspace uuid)
returns text
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return coalesce(
    case when private.workspace_access(workspace) <> 'locked'
      then (private.workspace_subscription(workspace)).plan_id end,
    private.free_plan()
  );
end;
$$;
comment on function private.workspace_plan(uuid) is
  'The plan that counts: of the running subscription (past_due included, unless unpaid invoices have locked the workspace), else the free one; null where no plan is free. Security definer: as private.workspace_subscription.';
grant execute on function private.workspace_plan(uuid) to authenticated, service_role;

create function private.feature_grant(
  workspace uuid, feature text, out included boolean, out limit_value bigint, out source text
)
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  given public.feature_overrides;
begin
  select * into given from public.feature_overrides as held
  where held.workspace_id = workspace and held.feature = feature_grant.feature
    and (held.expires_at is null or held.expires_at > private.now());
  if found and (not given.enabled or private.workspace_access(workspace) <> 'locked') then
    source := 'override';
    included := given.enabled;
    limit_value := given.limit_value;
  else
    source := 'plan';
    select held.limit_value into limit_value from public.plan_features as held
    where held.plan_id = private.workspace_plan(workspace) and held.feature = feature_grant.feature;
    included := found;
  end if;
  -- None of it and not included are the same to whoever asks.
  included := included and limit_value is distinct from 0;
  limit_value := case when included then limit_value else 0 end;
end;
$$;
comment on function private.feature_grant(uuid, text) is
  'What a workspace has of a feature, and by what: plan or override. `limit_value` is null without a limit, 0 when not included. Security definer: as private.workspace_subscription.';
grant execute on function private.feature_grant(uuid, text) to authenticated, service_role;

create function private.has_feature(workspace uuid, feature text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return workspace is not null and (private.feature_grant(workspace, feature)).included;
end;
$$;
comment on function private.has_feature(uuid, text) is
  'Whether a workspace has a feature. In a policy over many rows prefer `workspace_id in (select private.my_workspace_ids_with(feature))`, which asks once a workspace and not once a row.';
grant execute on function private.has_feature(uuid, text) to authenticated, service_role;

create function private.feature_limit(workspace uuid, feature text)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
begin
  return case when workspace is null then 0 else (private.feature_grant(workspace, feature)).limit_value end;
end;
$$;
comment on function private.feature_limit(uuid, text) is
  'How much of a feature a workspace has: null without a limit, 0 when it is not included.';
grant execute on function private.feature_limit(uuid, text) to authenticated, service_role;

create function private.my_workspace_ids_with(feature text, roles text[] default null)
returns setof uuid
language sql
stable
set search_path = ''
as $$
  select mine.id from private.my_workspace_ids(roles) as mine (id)
  where private.has_feature(mine.id, my_workspace_ids_with.feature);
$$;
comment on function private.my_workspace_ids_with(text, text[]) is
  'Workspaces of the caller that have a feature, in one of `roles` when given: for policies, wrapped in a select.';
grant execute on function private.my_workspace_ids_with(text, text[]) to authenticated, service_role;

create function private.feature_used(workspace uuid, feature text)
returns bigint
language sql
stable
set search_path = ''
as $$
  select case feature_used.feature
    when 'members' then (
      select count(*) from public.workspace_members as member where member.workspace_id = workspace
    )
  end;
$$;
comment on function private.feature_used(uuid, text) is
  'How much of a feature a workspace uses now; null for what is not counted.';
grant execute on function private.feature_used(uuid, text) to authenticated, service_role;

create function private.plans_granting(feature text, above bigint default 0)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(
    jsonb_build_object('plan', plan.id, 'prices', offered.keys) order by plan.rank, plan.id
  ), '[]')
  from public.plan_features as held
  join public.plans as plan on plan.id = held.plan_id and plan.active
  cross join lateral (
    select jsonb_agg(coalesce(price.lookup_key, price.id) order by price.unit_amount, price.id) as keys
    from public.prices as price
    where price.plan_id = plan.id and price.active
  ) as offered
  where held.feature = plans_granting.feature
    and (held.limit_value is null or held.limit_value > plans_granting.above)
    and offered.keys is not null;
$$;
comment on function private.plans_granting(text, bigint) is
  'What one can buy to get more than `above` of a feature: [{plan, prices: [lookup keys]}], from the smallest plan.';
grant execute on function private.plans_granting(text, bigint) to authenticated, service_role;

create function public.entitlements(workspace_id uuid)
returns table (feature text, included boolean, "limit" bigint, used bigint, source text)
language plpgsql
stable
set search_path = ''
as $$
begin
  if not exists (select from public.workspaces as mine where mine.id = entitlements.workspace_id) then
    perform private.problem(404, 'workspace_not_found', 'No workspace of yours has this id.');
  end if;
  return query
  select known.feature, had.included, had.limit_value,
         private.feature_used(entitlements.workspace_id, known.feature), had.source
  from (
    select held.feature from public.plan_features as held
    union
    select given.feature from public.feature_overrides as given
    where given.workspace_id = entitlements.workspace_id
  ) as known,
  lateral private.feature_grant(entitlements.workspace_id, known.feature) as had
  order by known.feature;
end;
$$;
comment on function public.entitlements(uuid) is
  'Client RPC: each feature that there is: whether the workspace has it, how much (null: without a limit), how much is used (null: not counted), and by what it has it: plan or override.';
grant execute on function public.entitlements(uuid) to authenticated, service_role;

create function public.feature_required(feature text, workspace_id uuid default null)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  target uuid;
begin
  select mine.id into target from public.workspaces as mine
  where case when feature_required.workspace_id is null
    then mine.personal_of = (select auth.uid()) else mine.id = feature_required.workspace_id end;
  if target is null then
    perform private.problem(404, 'workspace_not_found', 'No workspace of yours has this id.');
  end if;
  if private.has_feature(target, feature_required.feature) then
    return jsonb_build_object('included', true);
  end if;
  return jsonb_build_object(
    'included', false, 'granted_by', private.plans_granting(feature_required.feature)
  );
end;
$$;
comment on function public.feature_required(text, uuid) is
  'Client RPC: {included}, and if not, {granted_by: [{plan, prices}]}; of the personal workspace by default. What `requires` of an endpoint asks.';
grant execute on function public.feature_required(text, uuid) to authenticated, service_role;

create function public.feature_override_set(
  user_id uuid,
  workspace_id uuid,
  feature text,
  enabled boolean,
  limit_value bigint,
  expires_at timestamptz,
  reason text
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  written public.feature_overrides;
begin
  perform private.act_as(feature_override_set.user_id, feature_override_set.reason);
  if not exists (select from private.staff as one where one.user_id = feature_override_set.user_id) then
    perform private.problem(403, 'forbidden', 'Only those who operate the product change what a workspace has.');
  end if;
  if not exists (select from public.workspaces as known where known.id = feature_override_set.workspace_id) then
    perform private.problem(404, 'workspace_not_found', 'There is no workspace of this id.');
  end if;
  insert into public.feature_overrides (workspace_id, feature, enabled, limit_value, expires_at, reason)
  values (feature_override_set.workspace_id, feature_override_set.feature, feature_override_set.enabled,
          feature_override_set.limit_value, feature_override_set.expires_at, feature_override_set.reason)
  on conflict on constraint feature_overrides_pkey do update
  set enabled = excluded.enabled, limit_value = excluded.limit_value,
      expires_at = excluded.expires_at, reason = excluded.reason
  returning * into written;
  return to_jsonb(written);
end;
$$;
comment on function public.feature_override_set(uuid, uuid, text, boolean, bigint, timestamptz, text) is
  'Server RPC: staff give a workspace a feature, or take one from it; the row as it is now.';
grant execute on function public.feature_override_set(uuid, uuid, text, boolean, bigint, timestamptz, text)
  to service_role;

create function public.feature_override_remove(user_id uuid, workspace_id uuid, feature text, reason text)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  perform private.act_as(feature_override_remove.user_id, feature_override_remove.reason);
  if not exists (select from private.staff as one where one.user_id = feature_override_remove.user_id) then
    perform private.problem(403, 'forbidden', 'Only those who operate the product change what a workspace has.');
  end if;
  delete from public.feature_overrides as given
  where given.workspace_id = feature_override_remove.workspace_id
    and given.feature = feature_override_remove.feature;
  return found;
end;
$$;
comment on function public.feature_override_remove(uuid, uuid, text, text) is
  'Server RPC: staff leave a workspace with what its plan includes; false when nothing stood against it.';
grant execute on function public.feature_override_remove(uuid, uuid, text, text) to service_role;
