-- What people read as the day on which something happened is business time, as what it is compared with is:
-- a workspace that was made, a member who joined, a step of dunning, a mail, an entry of the audit log. The queue,
-- the inbox and incidents keep real time: they tell of the machine. So do keys and tokens, which end by it.

alter table public.profiles alter column created_at set default private.now();
alter table public.workspaces alter column created_at set default private.now();
alter table public.workspace_members alter column created_at set default private.now();
alter table public.workspace_invitations alter column created_at set default private.now();
alter table public.webhook_endpoints alter column created_at set default private.now();
alter table public.feature_overrides alter column created_at set default private.now();
alter table public.dunning_cases alter column created_at set default private.now();
alter table public.dunning_events alter column created_at set default private.now();
alter table public.audit_log alter column created_at set default private.now();
alter table private.mail_log alter column created_at set default private.now();

-- What is measured from there goes by the same clock.

update private.retention_rules set condition = 'created_at < private.now() - $2' where name in ('audit_log', 'mail_log');

create or replace function private.audit_log_keep()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if tg_op = 'DELETE' and old.created_at < private.now() - (
    select rule.keep from private.retention_rules as rule where rule.name = 'audit_log'
  ) then
    return old;
  end if;
  raise exception using errcode = 'insufficient_privilege',
    message = 'cannot ' || lower(tg_op) || ' audit_log: it is only ever added to';
end;
$$;

create or replace function public.orphaned_workspaces_close(batch integer)
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
    where workspace.created_at < private.now() - interval '1 day'
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
