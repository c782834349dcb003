-- Usage that Stripe was told of in a time that a restore took back. Stripe knows an identifier for about a day,
-- and of a report that was made in that time nothing is known here but the use that it took: told again, both
-- would be billed twice. So restore_begin lets what waited count as tried at the moment of the restore, and takes
-- what was used before it and not reported into reports of its own, for which Stripe is asked first
-- (_shared/metering/report-usage.ts).

create or replace function private.restore_begin(taken_at timestamptz, note text)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  restore_id bigint;
  counter record;
begin
  insert into private.restores (taken_at, note) values (restore_begin.taken_at, restore_begin.note)
  returning id into restore_id;
  -- Numbers that were given out since are known to Stripe, Resend and customers: none comes a second time.
  for counter in
    select format('%I.%I', schemaname, sequencename) as name, last_value
    from pg_catalog.pg_sequences where schemaname in ('public', 'private') and last_value is not null
  loop
    perform pg_catalog.setval(counter.name::regclass, counter.last_value + 1000000);
  end loop;
  update private.usage_reports as report set first_sent_at = restore_begin.taken_at
  where report.state = 'open' and report.first_sent_at is null;
  while public.usage_reports_open(1000) > 0 loop
  end loop;
  -- Another report may have told of it: its identifier says nothing, however young it is.
  update private.usage_reports as report set first_sent_at = restore_begin.taken_at - interval '1 day'
  where report.state = 'open' and report.first_sent_at is null;
  perform private.enqueue('restore_mails', jsonb_build_object('restore_id', restore_id), 'restore:' || restore_id);
  return restore_id;
end;
$$;
comment on function private.restore_begin(timestamptz, text) is
  'For an operator, first thing after the database was taken back to `taken_at`: no number is given out twice, no use is billed twice, and no mail is sent before restore_mails knows which were. Answers the restore''s id.';

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
