-- A number that was first given out in the lost time was passed over: of a sequence that was never used, the
-- copy says nothing (last_value is null), and so the number came a second time.

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
  perform private.enqueue('restore_mails', jsonb_build_object('restore_id', restore_id), 'restore:' || restore_id);
  return restore_id;
end;
$$;
comment on function private.restore_begin(timestamptz, text) is
  'For an operator, first thing after the database was taken back to `taken_at`: no number is given out twice, also none of a sequence that was not used yet, and no mail is sent before restore_mails knows which were. Answers the restore''s id.';
