-- An export of an account has the id that its request chose: repeated after a lost answer when it is ready, it
-- is the same one, and not a second with a second mail.

drop function public.account_export_start(uuid);
create function public.account_export_start(user_id uuid, export_id uuid default gen_random_uuid())
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  under_way uuid;
begin
  perform private.own_account(account_export_start.user_id);
  if exists (
    select from public.account_exports as held
    where held.id = account_export_start.export_id and held.user_id = account_export_start.user_id
  ) then
    return export_id;
  end if;
  loop
    insert into public.account_exports (id, user_id)
    values (account_export_start.export_id, account_export_start.user_id)
    on conflict do nothing;
    exit when found;
    select held.id into under_way from public.account_exports as held
    where held.user_id = account_export_start.user_id and held.state = 'pending';
    if found then
      return under_way;
    end if;
    -- It became ready between the two statements, and is in the way no more.
  end loop;
  perform private.act_as(account_export_start.user_id);
  perform private.audit_note('account.export', export_id::text);
  perform private.enqueue('account_export', jsonb_build_object('export_id', export_id), 'export:' || export_id || ':0');
  return export_id;
end;
$$;
comment on function public.account_export_start(uuid, uuid) is
  'Server RPC: begins an export, under this id, or names the one that has it or is under way.';
grant execute on function public.account_export_start(uuid, uuid) to service_role;
