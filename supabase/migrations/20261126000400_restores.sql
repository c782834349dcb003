-- Restores: what must follow when the database was taken back to an earlier moment while Stripe and Resend
-- are ahead of it (docs/operations.md, "The database was taken back").
--
-- Numbers: what was given out in the lost time is known elsewhere. Use: a report of it may have been made of which
-- nothing is known here but the use that it took (20261126000430). Mails: 20261126000420.

create table private.restores (
  id              bigint generated always as identity primary key,
  taken_at        timestamptz not null,
  note            text not null,
  begun_at        timestamptz not null default now(),
  mails_cursor    text,
  mails_listed_at timestamptz,
  constraint restores_taken_before check (taken_at < begun_at),
  constraint restores_note_length check (char_length(note) between 5 and 500)
);
comment on table private.restores is 'Each time the database was taken back to an earlier moment.';
comment on column private.restores.taken_at is 'The moment that the database was taken back to.';
comment on column private.restores.mails_cursor is 'The last mail of Resend''s list that was noted: where a job that was cut off goes on.';
comment on column private.restores.mails_listed_at is 'When all mails since taken_at were noted; until then none is sent.';

create table private.restore_mails (
  provider_id  text not null,
  address_hash text not null,
  sent_at      timestamptz not null,
  cause        text,
  constraint restore_mails_pkey primary key (address_hash, provider_id)
);
comment on table private.restore_mails is
  'Mails that were sent in a time of which the database knows nothing any more: to which address (hash), and Resend''s id.';
comment on column private.restore_mails.cause is
  'The mail''s tag `cause` at Resend; empty: it has none; null: not asked yet. It never changes.';

alter table private.restores enable row level security;
alter table private.restore_mails enable row level security;
grant select, insert, update, delete on private.restores, private.restore_mails to service_role;

create index restore_mails_sent on private.restore_mails (sent_at);
create index restore_mails_unasked on private.restore_mails (provider_id) where cause is null;
insert into private.retention_rules (name, relation, condition, keep, description) values
  ('restore_mails', 'private.restore_mails', 'sent_at < $1', '60 days', 'mails sent in a time that a restore took back');
insert into private.retention_reasons (relation, reason) values
  ('private.restores', 'one row a restore, written by an operator');

insert into private.personal_data (relation, scope, owner_columns, omitted, note) values
  ('private.restores', 'none', '{}', '{}', 'what operators did'),
  ('private.restore_mails', 'none', '{}', '{}', 'hashes of addresses, for 60 days');

create function private.restore_begin(taken_at timestamptz, note text)
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
revoke execute on function private.restore_begin(timestamptz, text) from public;
