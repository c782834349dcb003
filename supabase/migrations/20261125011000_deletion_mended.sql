-- Deletion, mended: of accounts whose workspaces were billed by use, whose members change while it runs, or that
-- go two at a time; and of workspaces that Auth left without anybody.

-- A workspace's reports and records go in one transaction, in whatever order. Not `on delete set null`: records
-- whose report is gone would be reported again.
alter table public.usage_records alter constraint usage_records_report deferrable initially deferred;

create or replace function private.workspace_close(workspace uuid)
returns void
language plpgsql
set search_path = ''
as $$
declare
  rule private.personal_data;
begin
  if not exists (select from public.invoices as invoice where invoice.workspace_id = workspace)
    and not exists (select from public.payments as payment where payment.workspace_id = workspace)
  then
    delete from public.workspaces as held where held.id = workspace;
    return;
  end if;
  -- What the law makes one keep stays, and nothing in it that says whose it was.
  for rule in
    select held.* from private.personal_data as held
    where (held.erased or held.emptied <> '{}') and exists (
      select from pg_catalog.pg_attribute as attribute
      where attribute.attrelid = to_regclass(held.relation) and attribute.attname = 'workspace_id'
    )
    order by held.relation
  loop
    execute case
      when rule.erased then format('delete from %s where workspace_id = $1', rule.relation)
      else format('update %s set %s where workspace_id = $1', rule.relation, (
        select string_agg(format('%I = null', emptied), ', ') from unnest(rule.emptied) as emptied
      ))
    end using workspace;
  end loop;
  -- By chance, and not by the id: nobody can take it before.
  update public.workspaces as held
  set name = 'Closed', personal_of = null, slug = 'closed-' || replace(gen_random_uuid()::text, '-', '')
  where held.id = workspace;
end;
$$;

create function private.deletion_runs(user_id uuid)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select from public.account_deletions as deletion
    where deletion.user_id = deletion_runs.user_id and deletion.state = 'running'
  );
$$;
comment on function private.deletion_runs(uuid) is 'Whether a user''s account is being deleted and cannot be kept any more.';
grant execute on function private.deletion_runs(uuid) to service_role;

create function private.workspace_is_ending(workspace uuid)
returns boolean
language sql
stable
set search_path = ''
as $$
  select coalesce(bool_and(private.deletion_runs(owner.user_id)), false)
  from public.workspace_members as owner
  where owner.workspace_id = workspace and owner.role = 'owner';
$$;
comment on function private.workspace_is_ending(uuid) is 'Whether every owner of a workspace is being deleted.';
grant execute on function private.workspace_is_ending(uuid) to service_role;

create function private.account_deletion_blocked(deletion_id uuid)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  held public.account_deletions;
  in_the_way jsonb;
begin
  select * into held from public.account_deletions as one where one.id = account_deletion_blocked.deletion_id for update;
  -- Whoever joins or leaves at this moment is waited for here, and seen by what follows.
  perform from public.workspaces as workspace
  where workspace.id in (
    select mine.workspace_id from public.workspace_members as mine where mine.user_id = held.user_id
  )
  order by workspace.id for no key update;
  in_the_way := private.workspaces_in_the_way(held.user_id);
  if in_the_way = '[]' then
    return false;
  end if;
  -- Somebody joined, or the other owner left, since it was asked for.
  update public.account_deletions as one set state = 'blocked', finished_at = private.now() where one.id = held.id;
  perform private.enqueue_mail('account_delete_blocked', held.user_id, jsonb_build_object(
    'workspaces', (select jsonb_agg(one ->> 'name') from jsonb_array_elements(in_the_way) as one)
  ), 'delete_blocked:' || held.id);
  delete from private.account_deletion_details as details where details.deletion_id = held.id;
  return true;
end;
$$;
comment on function private.account_deletion_blocked(uuid) is
  'Ends a deletion as blocked, and tells the user, where others'' workspaces hang on him; whether it did. Until the transaction ends nobody joins or leaves.';
grant execute on function private.account_deletion_blocked(uuid) to service_role;

create or replace function public.account_deletion_step(deletion_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  held public.account_deletions;
  facts jsonb;
begin
  select * into held from public.account_deletions as one where one.id = account_deletion_step.deletion_id for update;
  if held.id is null or held.state not in ('scheduled', 'running') then
    return null;
  end if;
  if held.state = 'scheduled' and held.due_at > private.now() then
    return null;
  end if;
  if private.account_deletion_blocked(held.id) then
    return null;
  end if;
  if held.state = 'scheduled' then
    -- Nobody joins any more what ends with the user.
    update public.workspace_invitations as invitation
    set state = 'revoked', closed_at = now()
    where invitation.state = 'open' and invitation.workspace_id in (
      select mine.workspace_id from public.workspace_members as mine
      where mine.user_id = held.user_id and mine.role = 'owner' and not exists (
        select from public.workspace_members as other
        where other.workspace_id = mine.workspace_id and other.user_id <> mine.user_id
      )
    );
    facts := private.account_facts(held.user_id);
    insert into private.account_deletion_details (deletion_id, email, locale)
    values (held.id, facts ->> 'email', coalesce(
      (select profile.locale from public.profiles as profile where profile.id = held.user_id), 'en'
    ))
    on conflict on constraint account_deletion_details_pkey do update
    set email = excluded.email, locale = excluded.locale, token_hash = null, token_expires_at = null;
    update public.account_deletions as one set state = 'running' where one.id = held.id;
  end if;
  return jsonb_build_object(
    'user_id', held.user_id, 'step', held.step,
    'workspaces', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', mine.workspace_id, 'customer', customer.stripe_customer_id
      ) order by mine.workspace_id), '[]')
      from public.workspace_members as mine
      left join private.billing_customers as customer on customer.workspace_id = mine.workspace_id
      where mine.user_id = held.user_id and not exists (
        select from public.workspace_members as other
        where other.workspace_id = mine.workspace_id and other.user_id <> held.user_id
      )
    )
  );
end;
$$;

create or replace function public.account_deletion_records(deletion_id uuid)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  held public.account_deletions;
  address constant text := (
    select details.email from private.account_deletion_details as details
    where details.deletion_id = account_deletion_records.deletion_id
  );
begin
  select * into held from public.account_deletions as one
  where one.id = account_deletion_records.deletion_id and one.state = 'running' and one.step = 'records' for update;
  if held.id is null then
    return false;
  end if;
  if private.account_deletion_blocked(held.id) then
    return false;
  end if;
  perform private.act_as(held.user_id, 'account deletion');
  perform private.workspace_close(mine.workspace_id)
  from public.workspace_members as mine
  where mine.user_id = held.user_id and not exists (
    select from public.workspace_members as other
    where other.workspace_id = mine.workspace_id and other.user_id <> held.user_id
  );
  delete from private.idempotency_keys as kept where kept.caller = 'user:' || held.user_id;
  -- Mails that wait or have failed: they hold the address, and nobody reads them any more.
  delete from private.jobs as job
  where job.kind = 'mail_send' and job.state in ('pending', 'dead') and job.payload ->> 'to' = address;
  update public.account_deletions as one set step = 'user' where one.id = held.id;
  return true;
end;
$$;

create or replace function private.workspace_keeps_an_owner()
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
  -- An owner who is on his way out keeps nothing, but for another one on the same way: the last of them is
  -- blocked where members would be left.
  if exists (
    select from public.workspace_members as member
    where member.workspace_id = old.workspace_id and member.role = 'owner'
      and (not private.deletion_runs(member.user_id) or private.deletion_runs(old.user_id))
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

create or replace function private.invitation_state(invitation public.workspace_invitations, superseded boolean)
returns text
language sql
stable
security definer
set search_path = ''
as $$
  select case
    when invitation.state <> 'open' then invitation.state
    when superseded then 'superseded'
    when invitation.expires_at <= private.now() then 'expired'
    -- Beside the trigger that revokes: an invitation is as good as its inviter's right to give it.
    when not exists (
      select from public.workspace_members as inviter
      where inviter.workspace_id = invitation.workspace_id and inviter.user_id = invitation.invited_by
        and (inviter.role = 'owner' or (inviter.role = 'admin' and invitation.role <> 'owner'))
    ) or private.workspace_is_ending(invitation.workspace_id) then 'revoked'
    else 'open'
  end;
$$;

create or replace function public.workspace_invite(user_id uuid, workspace_id uuid, email text, role text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  address constant text := lower(btrim(workspace_invite.email));
  held_role text;
  hit jsonb;
  invitation public.workspace_invitations;
begin
  perform private.act_as(workspace_invite.user_id);
  -- One at a time a workspace: the seats are counted, and an address is invited once.
  perform from public.workspaces as workspace
  where workspace.id = workspace_invite.workspace_id for no key update;
  select member.role into held_role from public.workspace_members as member
  where member.workspace_id = workspace_invite.workspace_id and member.user_id = workspace_invite.user_id;
  if held_role is null then
    perform private.problem(404, 'workspace_not_found', 'No workspace of yours has this id.');
  end if;
  if held_role not in ('owner', 'admin') then
    perform private.problem(403, 'forbidden', 'Only an owner or an admin may invite.');
  end if;
  if private.workspace_is_ending(workspace_invite.workspace_id) then
    perform private.problem(409, 'deletion_running',
      'The only owner''s account is being deleted: nobody joins this workspace any more.');
  end if;
  if workspace_invite.role = 'owner' then
    if held_role <> 'owner' then
      perform private.problem(403, 'forbidden', 'Nobody may give a role above his own.');
    end if;
    if exists (
      select from public.workspaces as workspace
      where workspace.id = workspace_invite.workspace_id and workspace.personal_of is not null
    ) then
      perform private.problem(409, 'personal_workspace',
        'A personal workspace has one owner, the person: invite an admin, or make another workspace.');
    end if;
  end if;
  if exists (
    select from public.workspace_members as member
    where member.workspace_id = workspace_invite.workspace_id
      and private.confirmed_address(member.user_id) = address
  ) then
    perform private.problem(409, 'already_member', 'Whoever has this address is a member already.');
  end if;

  select * into invitation from public.workspace_invitations as held
  where held.workspace_id = workspace_invite.workspace_id and held.email = address and held.state = 'open';
  -- An expired one keeps no seat, and neither does the one that is sent again now.
  perform private.seat_taken(workspace_invite.workspace_id, 1 + (
    select count(*) from public.workspace_members as member
    where member.workspace_id = workspace_invite.workspace_id
  ) + (
    select count(*) from public.workspace_invitations as other
    where other.workspace_id = workspace_invite.workspace_id and other.state = 'open'
      and other.expires_at > private.now() and other.email <> address
  ));

  -- Counted here and not in Redis, with what is sent: nobody else can use a workspace's share up, and
  -- what was refused above costs none.
  hit := public.rate_limit_hit('invitations:' || workspace_invite.workspace_id, 50, 3600);
  if (hit ->> 'allowed')::boolean then
    hit := public.rate_limit_hit('invitations:' || encode(sha256(convert_to(address, 'utf8')), 'hex'), 10, 86400);
  end if;
  if not (hit ->> 'allowed')::boolean then
    return jsonb_build_object('retry_after_seconds', hit -> 'retry_after_seconds');
  end if;

  if invitation.id is null then
    insert into public.workspace_invitations (workspace_id, email, role, invited_by)
    values (workspace_invite.workspace_id, address, workspace_invite.role, workspace_invite.user_id)
    returning * into invitation;
  else
    update public.workspace_invitations as held
    set role = workspace_invite.role, invited_by = workspace_invite.user_id
    where held.id = invitation.id;
  end if;
  perform private.invitation_send(invitation.id);
  return (
    select to_jsonb(sent) from public.workspace_invitations as sent where sent.id = invitation.id
  );
end;
$$;
comment on function public.workspace_invite(uuid, uuid, text, text) is
  'Server RPC: invites an address, or sends its open invitation again, with this role; the invitation, or {retry_after_seconds} when too many were sent. Refuses with workspace_not_found, forbidden, deletion_running, personal_workspace, already_member or seat_limit_reached.';

create or replace function private.billing_orphaned()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_table_name = 'workspaces' then
    -- Its rows are still there: afterwards nothing knows the customer.
    perform private.enqueue('billing_close', jsonb_build_object('customer', customer.stripe_customer_id))
    from private.billing_customers as customer
    where customer.workspace_id = old.id and customer.stripe_customer_id is not null;
    return old;
  end if;
  -- Owners who go at once wait here for each other: the last one sees that he is.
  perform from public.workspaces as workspace where workspace.id = old.workspace_id for no key update;
  if found and not exists (
    select from public.workspace_members as member
    where member.workspace_id = old.workspace_id and member.role = 'owner'
  ) then
    perform private.enqueue('billing_close', jsonb_build_object('workspace', old.workspace_id));
  end if;
  return null;
end;
$$;

create function public.orphaned_workspaces_close(batch integer)
returns integer
language plpgsql
set search_path = ''
as $$
declare
  orphan uuid;
  closed integer := 0;
begin
  perform private.act_as(null, 'without members');
  for orphan in
    select workspace.id from public.workspaces as workspace
    left join private.billing_customers as customer on customer.workspace_id = workspace.id
    where workspace.created_at < now() - interval '1 day'
      and not exists (
        select from public.workspace_members as member where member.workspace_id = workspace.id
      )
      -- What is charged ends first: its last invoice belongs to the books.
      and not exists (
        select from public.subscriptions as held
        where held.workspace_id = workspace.id and held.status not in ('canceled', 'incomplete_expired')
      )
      -- What private.workspace_close leaves is closed.
      and (workspace.name <> 'Closed' or workspace.slug !~ '^closed-[0-9a-f]{32}$'
        or customer.email is not null or customer.name is not null)
    order by workspace.id
    limit batch
    for update of workspace skip locked
  loop
    perform private.workspace_close(orphan);
    closed := closed + 1;
  end loop;
  return closed;
end;
$$;
comment on function public.orphaned_workspaces_close(integer) is
  'Server RPC: closes workspaces of more than a day in which nobody is any more, as Auth leaves them when it deletes a user; how many.';
grant execute on function public.orphaned_workspaces_close(integer) to service_role;
