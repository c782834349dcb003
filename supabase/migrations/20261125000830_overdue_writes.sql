-- What an unpaid workspace refuses: to grow. Triggers and no policies: members, invitations and keys are made
-- by server RPCs, which no policy binds. What stays open, and why, says docs/dunning.md.

create function private.refuse_when_overdue()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if private.workspace_access(new.workspace_id) <> 'full' then
    perform private.problem(402, 'workspace_read_only',
      'This workspace is restricted until its invoices are paid.');
  end if;
  return new;
end;
$$;
comment on function private.refuse_when_overdue() is
  'Trigger of what a workspace may not add while it is read-only or locked.';

create trigger workspace_members_overdue before insert on public.workspace_members
  for each row execute function private.refuse_when_overdue();
create trigger workspace_invitations_overdue before insert on public.workspace_invitations
  for each row execute function private.refuse_when_overdue();
create trigger workspace_api_keys_overdue before insert on public.workspace_api_keys
  for each row execute function private.refuse_when_overdue();
