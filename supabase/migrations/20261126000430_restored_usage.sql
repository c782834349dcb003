-- Use that Stripe was told of in a time that a restore took back. Stripe knows an identifier for about a day, and of
-- a report that was made in that time nothing is known here but the use that it took: told again, both would be
-- billed twice. So restore_begin lets what waited count as tried at the moment of the restore, and takes what was
-- used before it and not reported into reports of its own, for which Stripe is asked first
-- (_shared/metering/report-usage.ts).

create or replace function public.usage_report_begin(report_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  before private.usage_reports;
begin
  select * into before from private.usage_reports as held where held.id = usage_report_begin.report_id for update;
  if before.id is null then
    return null; -- Its workspace is gone.
  end if;
  update private.usage_reports as held set first_sent_at = coalesce(held.first_sent_at, now())
  where held.id = before.id;
  return jsonb_build_object(
    'id', before.id, 'state', before.state, 'event_name', before.event_name,
    'stripe_customer_id', before.stripe_customer_id, 'value', before.value,
    'occurred_at', private.epoch(before.occurred_at),
    'known_for_seconds', coalesce(extract(epoch from now() - before.first_sent_at)::bigint, 0),
    -- Made by restore_begin, in its transaction.
    'restored_at', (
      select private.epoch(restore.begun_at) from private.restores as restore
      where restore.begun_at = before.created_at
      limit 1
    )
  );
end;
$$;
comment on function public.usage_report_begin(uuid) is
  'Server RPC: a report that is about to be sent, and how long ago it was first tried: {id, state, event_name, stripe_customer_id, value, occurred_at, known_for_seconds, restored_at}; restored_at, in seconds, when a lost report may have told of the same use until then; null when it is gone.';
