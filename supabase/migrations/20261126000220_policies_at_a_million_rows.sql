-- Policies at a million rows: what a policy asks costs what the same condition costs in the query. Measured by
-- bench/figures/policies.ts, which found four ways in which it did not.

-- 1. A function in SQL that is not inlined is parsed and planned anew in each transaction, 0.25 ms a call; one in
--    PL/pgSQL once a connection.

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

create or replace function private.my_workspace_ids(roles text[] default null)
returns setof uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return query
    select member.workspace_id
    from public.workspace_members as member
    where member.user_id = (select auth.uid())
      and (roles is null or member.role = any (roles));
  -- By the key's row and not by the token's claims: revoked is revoked, also within the 60 seconds.
  if auth.jwt() ? 'api_key' then
    return query
      select key.workspace_id
      from public.workspace_api_keys as key
      where key.id = (select auth.uid())
        and key.revoked_at is null and (key.expires_at is null or key.expires_at > pg_catalog.now())
        and (roles is null or key.role = any (roles));
  end if;
end;
$$;

create or replace function private.readable_workspace_ids(roles text[] default null)
returns setof uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return query select private.my_workspace_ids(roles);
  if private.is_staff() then
    return query select workspace.id from public.workspaces as workspace;
  end if;
end;
$$;

create or replace function private.second_factor_due()
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return auth.jwt() ->> 'aal' is distinct from 'aal2'
    and (select required from private.second_factor_rules where audience = 'paying_owners')
    and exists (
      select from public.workspace_members as member
      join public.subscriptions as held on held.workspace_id = member.workspace_id
      where member.user_id = (select auth.uid()) and member.role = 'owner'
        and held.status in ('active', 'trialing', 'past_due', 'unpaid', 'paused')
    );
end;
$$;

-- 2. Anything beside `or (select private.is_staff())` is a filter on every row of the table. A range is found by
--    an index: for a user it is the user alone, for staff everybody.

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

create function private.readable_user(last boolean)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
begin
  return coalesce(private.staff_reach(last), auth.uid());
end;
$$;
comment on function private.readable_user(boolean) is
  'The first, or the last, of the users whose rows the caller may read: the caller, and for staff the ends of all ids. In policies as `between (select …) and (select …)`, which an index finds.';
grant execute on function private.readable_user(boolean) to authenticated, service_role;

alter policy "Users read their own profile" on public.profiles
  using (id between (select private.readable_user(false)) and (select private.readable_user(true)));
alter policy "Users read the deletion of their own account" on public.account_deletions
  using (user_id between (select private.readable_user(false)) and (select private.readable_user(true)));
alter policy "Users read their own exports" on public.account_exports
  using (user_id between (select private.readable_user(false)) and (select private.readable_user(true)));
alter policy "Users read their own mail preferences, and staff" on public.mail_preferences
  using (user_id between (select private.readable_user(false)) and (select private.readable_user(true)));

-- An entry outlives its workspace, and some are of none: staff read those as well. Each side of the `or` has its index.
alter policy "Owners and admins read what was done in their workspaces, staff" on public.audit_log
  using (
    workspace_id = any (array(select private.my_workspace_ids_with('audit_log', array['owner', 'admin'])))
    or workspace_id between (select private.staff_reach(false)) and (select private.staff_reach(true))
    or (workspace_id is null and (select private.is_staff()))
  );

-- The cases' own policy says whose they are.
alter policy "Owners, admins, billing and staff read dunning events" on public.dunning_events
  using (case_id = any (array(select held.id from public.dunning_cases as held)));

-- 3. A function called for each row, and inside it the policies of what it reads: written out, the row is looked up
--    by its key, and the policy there decides as well.

alter policy "Everybody reads active variants of active products" on public.product_variants
  using (active and exists (select from public.products as product where product.id = product_id and product.active));
alter policy "Users read active variants of active products, staff all" on public.product_variants
  using (
    (select private.is_staff())
    or (active and exists (select from public.products as product where product.id = product_id and product.active))
  );
alter policy "Everybody reads images of what is on sale" on public.product_images
  using (exists (select from public.products as product where product.id = product_id and product.active));
alter policy "Users read images of what is on sale, staff all" on public.product_images
  using (
    (select private.is_staff())
    or exists (select from public.products as product where product.id = product_id and product.active)
  );

-- Whoever may read a variant may read its prices.
alter policy "Everybody reads prices of what is on sale" on public.variant_prices
  using (
    price_list_id = any (array(select list.id from public.price_lists as list where list.active))
    and exists (select from public.product_variants as variant where variant.id = variant_id)
  );
alter policy "Users read prices of what is on sale, staff all" on public.variant_prices
  using (
    (select private.is_staff())
    or (
      price_list_id = any (array(select list.id from public.price_lists as list where list.active))
      and exists (select from public.product_variants as variant where variant.id = variant_id)
    )
  );

comment on function private.product_on_sale(uuid) is
  'Whether a product is there for buyers, for functions. Policies ask it in their own words: a call for each row costs more.';
comment on function private.variant_on_sale(uuid) is
  'Whether a variant is there for buyers, for functions. Policies ask it in their own words: a call for each row costs more.';

-- 4. The first folder of a path is worked out for each file of the bucket. A range of paths is found by the index
--    that Storage has for prefixes: `0` follows `/`.

alter policy "Users read their own avatar files" on storage.objects
  using (
    bucket_id = 'avatars'
    and name ~>=~ ((select auth.uid())::text || '/') and name ~<~ ((select auth.uid())::text || '0')
  );
alter policy "Users replace their own avatar files" on storage.objects
  using (
    bucket_id = 'avatars'
    and name ~>=~ ((select auth.uid())::text || '/') and name ~<~ ((select auth.uid())::text || '0')
  );
alter policy "Users delete their own avatar files" on storage.objects
  using (
    bucket_id = 'avatars'
    and name ~>=~ ((select auth.uid())::text || '/') and name ~<~ ((select auth.uid())::text || '0')
  );
alter policy "Users read their own export files" on storage.objects
  using (
    bucket_id = 'exports'
    and name ~>=~ ((select auth.uid())::text || '/') and name ~<~ ((select auth.uid())::text || '0')
  );
