-- The two latest mends of restore_begin in one: it passes over no sequence, also none that was not used at the
-- moment of the backup, and lets no use be billed twice.

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
    select format('%I.%I', schemaname, sequencename) as name, coalesce(last_value, 0) as reached
    from pg_catalog.pg_sequences where schemaname in ('public', 'private')
  loop
    perform pg_catalog.setval(counter.name::regclass, counter.reached + 1000000);
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
  'For an operator, first thing after the database was taken back to `taken_at`: no number is given out twice, also none of a sequence that was not used yet, no use is billed twice, and no mail is sent before restore_mails knows which were. Answers the restore''s id.';
