-- Deletion, mended.

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
