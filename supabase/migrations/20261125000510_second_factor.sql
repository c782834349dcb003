-- Second factor: who must have signed in with one (`aal2` in the token, which Supabase Auth writes after
-- mfa.verify), as rules that an operator sets. Off at first: switched on before its people have enrolled
-- one, a rule shuts them out.

create table private.second_factor_rules (
  audience   text primary key,
  required   boolean not null default false,
  updated_at timestamptz not null default now(),
  constraint second_factor_rules_audience_known check (audience in ('staff', 'paying_owners'))
);
comment on table private.second_factor_rules is
  'Of whom a second factor is required; two rows, written by operators (docs/sign-in.md).';
comment on column private.second_factor_rules.audience is
  'staff: for everything that being staff gives. paying_owners: owners of a workspace with a running subscription, for what changes billing, members and keys.';
insert into private.second_factor_rules (audience) values ('staff'), ('paying_owners');
create trigger second_factor_rules_touch before update on private.second_factor_rules
  for each row execute function private.touch();
alter table private.second_factor_rules enable row level security;
grant select, insert, update, delete on private.second_factor_rules to service_role;

create function private.staff_standing()
returns text
language sql
stable
security definer
set search_path = ''
as $$
  select case
    when not exists (select from private.staff where user_id = (select auth.uid())) then 'none'
    when (select auth.jwt()) ->> 'aal' is distinct from 'aal2'
      and (select required from private.second_factor_rules where audience = 'staff')
      then 'second_factor_required'
    else 'staff'
  end;
$$;
comment on function private.staff_standing() is
  'staff; second_factor_required: staff who signed in without one, where it is required; none. Security definer: nobody reads the list.';
grant execute on function private.staff_standing() to authenticated, service_role;

create or replace function private.is_staff()
returns boolean
language sql
stable
security definer
set search_path = ''
as $$ select private.staff_standing() = 'staff' $$;
comment on function private.is_staff() is
  'Whether the caller operates the product, and has shown a second factor where that is required. Security definer: policies call it, and nobody reads the list.';

create function public.staff_standing()
returns text
language sql
stable
set search_path = ''
as $$ select private.staff_standing() $$;
comment on function public.staff_standing() is
  'Client RPC: whether the caller operates the product: staff, second_factor_required or none.';
grant execute on function public.staff_standing() to authenticated, service_role;

create function private.second_factor_due()
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select (select auth.jwt()) ->> 'aal' is distinct from 'aal2'
    and (select required from private.second_factor_rules where audience = 'paying_owners')
    and exists (
      select from public.workspace_members as member
      join public.subscriptions as held on held.workspace_id = member.workspace_id
      where member.user_id = (select auth.uid()) and member.role = 'owner'
        and held.status in ('active', 'trialing', 'past_due', 'unpaid', 'paused')
    );
$$;
comment on function private.second_factor_due() is
  'Whether the caller owns a paying workspace and signed in without the second factor that is required of such owners. Security definer: policies of those very tables call it.';
grant execute on function private.second_factor_due() to authenticated, service_role;

create function public.second_factor_due()
returns boolean
language sql
stable
set search_path = ''
as $$ select private.second_factor_due() $$;
comment on function public.second_factor_due() is
  'Client RPC: whether the caller must show a second factor before changing billing, members or keys. What `secondFactor` of an endpoint asks.';
grant execute on function public.second_factor_due() to authenticated, service_role;

create function private.second_factor_given()
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  if private.second_factor_due() then
    perform private.problem(403, 'second_factor_required',
      'Owners of a paying workspace change this after signing in with a second factor alone.');
  end if;
  return true;
end;
$$;
comment on function private.second_factor_given() is
  'For restrictive policies: true, or refuses with second_factor_required, which says more than no row changed.';
grant execute on function private.second_factor_given() to authenticated, service_role;

-- Restrictive: whatever another policy lets one write, this must hold as well.
create policy "Owners who pay change members with a second factor" on public.workspace_members
  as restrictive for update to authenticated
  using ((select private.second_factor_given())) with check ((select private.second_factor_given()));
create policy "Owners who pay remove members with a second factor" on public.workspace_members
  as restrictive for delete to authenticated using ((select private.second_factor_given()));
create policy "Owners who pay change workspaces with a second factor" on public.workspaces
  as restrictive for update to authenticated
  using ((select private.second_factor_given())) with check ((select private.second_factor_given()));
create policy "Owners who pay end workspaces with a second factor" on public.workspaces
  as restrictive for delete to authenticated using ((select private.second_factor_given()));
