-- What an event changes in the tables that were mirrored later is kept as well: credit notes, whom invoices
-- are made out to, and the dunning that follows from an invoice.

do $$
declare
  mirrored record;
begin
  for mirrored in
    select * from (values
      ('credit_notes', 'stripe_credit_note_id'), ('billing_details', 'workspace_id'),
      ('dunning_cases', 'invoice_id')
    ) as named (relation, key)
  loop
    execute format(
      'create trigger %I after insert or update or delete on public.%I for each row
         when (current_setting(''request.headers'', true) like ''%%x-webhook-event%%'')
         execute function private.note_webhook_change(%L)',
      mirrored.relation || '_note_webhook_change', mirrored.relation, mirrored.key
    );
  end loop;
end;
$$;
