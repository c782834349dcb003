-- Failures that Stripe never got through to us: it delivers an event for three days. Whoever owes an
-- invoice is dunned all the same, from the day on that we notice: late, but not harder than others.

create function public.dunning_missed()
returns integer
language plpgsql
set search_path = ''
as $$
declare
  owed record;
  opened integer := 0;
begin
  for owed in
    select invoice.stripe_invoice_id
    from public.invoices as invoice
    join public.subscriptions as held on held.id = invoice.subscription_id
    where invoice.status = 'open' and invoice.attempt_count > 0
      and invoice.billing_reason is distinct from 'subscription_create'
      and held.status in ('past_due', 'unpaid') and held.ended_at is null
      and invoice.created_at < private.now() - interval '4 days'
      and not exists (select from public.dunning_cases as known where known.invoice_id = invoice.id)
    order by invoice.created_at
  loop
    opened := opened + public.dunning_failed(owed.stripe_invoice_id, private.now())::integer;
  end loop;
  return opened;
end;
$$;
comment on function public.dunning_missed() is
  'Server RPC: opens the cases of invoices whose failure nobody told us of; how many.';
grant execute on function public.dunning_missed() to service_role;
-- Partial: it reads what is open, however many are paid.
create index invoices_open on public.invoices (created_at) where status = 'open';

-- What an export and a closed workspace make of the table of billing details: it is a person's, and goes.
insert into private.personal_data (relation, scope, owner_columns, omitted, note) values
  ('public.billing_details', 'workspace', '{workspace_id}', '{}', 'whom the invoices of owned workspaces are made out to');
