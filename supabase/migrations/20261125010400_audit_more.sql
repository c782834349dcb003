-- Audit and export for what came after them, and the audit log as a feature of a plan.

alter policy "Owners and admins read what was done in their workspaces, staff everything" on public.audit_log
  using (
    workspace_id in (select private.my_workspace_ids_with('audit_log', array['owner', 'admin']))
    or (select private.is_staff())
  );

create trigger workspace_invitations_audit after insert or update or delete on public.workspace_invitations
  for each row execute function private.audit('system', 'workspace_id', 'id', 'role', 'state');
create trigger second_factor_rules_audit after insert or update or delete on private.second_factor_rules
  for each row execute function private.audit('system', '', 'audience', 'required');
create trigger dunning_cases_audit after insert or update or delete on public.dunning_cases
  for each row execute function private.audit('system', 'workspace_id', 'id', 'access', 'outcome');
create trigger retention_rules_audit after insert or update or delete on private.retention_rules
  for each row execute function private.audit('system', '', 'name', 'keep');

-- What a closed workspace leaves behind is emptied of whose it was: which columns, is data as well.
alter table private.personal_data
  add column emptied text[] not null default '{}',
  add constraint personal_data_emptied_where_kept check (not erased or emptied = '{}');
comment on column private.personal_data.emptied is
  'Columns that become null where a closed workspace''s rows stay.';
update private.personal_data as held set emptied = given.columns
from (values
  ('public.invoices', '{hosted_invoice_url,invoice_pdf}'::text[]),
  ('public.subscriptions', '{user_id}'),
  ('private.billing_customers', '{email,name}')
) as given (relation, columns)
where held.relation = given.relation;

-- A row may name a table of a migration that this project does not have (yet): nothing reads it then.
insert into private.personal_data (relation, scope, owner_columns, omitted, note, erased, emptied) values
  ('public.credit_notes', 'workspace', '{workspace_id}', '{}', 'credit notes of owned workspaces, with links to their PDFs', false, '{pdf,memo}'),
  ('private.subscription_cancellations', 'workspace', '{workspace_id}', '{}', 'cancellations of owned workspaces'' subscriptions', true, '{}'),
  ('public.mail_preferences', 'user', '{user_id}', '{}', 'which mails the user wants', true, '{}'),
  ('private.mail_log', 'user', '{user_id}', '{address_hash}', 'mails sent to the user, without their content', true, '{}'),
  ('private.seat_syncs', 'none', '{}', '{}', 'counters about the seats of a workspace', true, '{}'),
  ('private.refund_intents', 'none', '{}', '{}', 'refunds under way; what came of them is in the refunds', true, '{}'),
  ('private.decline_limits', 'none', '{}', '{}', 'rules, about nobody', true, '{}'),
  ('private.card_attempts', 'none', '{}', '{}', 'the hash of an address, against card testing', true, '{}'),
  -- Whoever tests cards must not begin anew by closing a workspace.
  ('private.card_declines', 'none', '{}', '{}', 'hashes of cards and addresses, against card testing', false, '{}'),
  ('private.mail_deliveries', 'none', '{}', '{}', 'what the mail provider told of the mails in mail_log', true, '{}'),
  ('private.mail_feedback', 'none', '{}', '{}', 'bounces and complaints, by the hash of an address', true, '{}'),
  ('private.mail_suppressions', 'none', '{}', '{}', 'hashes of addresses that are no longer written to', true, '{}'),
  ('private.alert_rules', 'none', '{}', '{}', 'rules, about nobody', true, '{}'),
  ('private.alert_incidents', 'none', '{}', '{}', 'alerts about the queue, about nobody', true, '{}');

create or replace function public.account_export_step(export_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'user_id', export.user_id, 'cursor', export.cursor, 'parts', export.parts,
    'account', private.account_facts(export.user_id),
    'locale', coalesce(profile.locale, 'en'),
    'relations', (
      select jsonb_agg(held.relation order by held.relation)
      from private.personal_data as held
      where held.scope <> 'none' and to_regclass(held.relation) is not null
    )
  )
  from public.account_exports as export
  left join public.profiles as profile on profile.id = export.user_id
  where export.id = export_id and export.state = 'pending';
$$;

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
  update public.workspaces as held
  set name = 'Closed', personal_of = null, slug = 'closed-' || replace(held.id::text, '-', '')
  where held.id = workspace;
end;
$$;
