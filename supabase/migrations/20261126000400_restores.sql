-- Restores: what must follow when the database was taken back to an earlier moment while Stripe and Resend
-- are ahead of it (docs/operations.md, "The database was taken back").
--
-- Mails: an outbox that is a day old holds mails which were sent since, and what is mended from Stripe
-- enqueues others again. Resend knows an idempotency key for 24 hours only. So the job restore_mails lists
-- what was sent since, and until it has, no mail goes out; then a mail to an address of that list asks Resend
-- whether this very mail was among them, by the tag `cause` that every mail carries.

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
  constraint restore_mails_pkey primary key (address_hash, provider_id)
);
comment on table private.restore_mails is
  'Mails that were sent in a time of which the database knows nothing any more: to which address (hash), and Resend''s id.';

alter table private.restores enable row level security;
alter table private.restore_mails enable row level security;
grant select, insert, update, delete on private.restores, private.restore_mails to service_role;

create index restore_mails_sent on private.restore_mails (sent_at);
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
    select format('%I.%I', schemaname, sequencename) as name, last_value
    from pg_catalog.pg_sequences where schemaname in ('public', 'private') and last_value is not null
  loop
    perform pg_catalog.setval(counter.name::regclass, counter.last_value + 1000000);
  end loop;
  perform private.enqueue('restore_mails', jsonb_build_object('restore_id', restore_id), 'restore:' || restore_id);
  return restore_id;
end;
$$;
comment on function private.restore_begin(timestamptz, text) is
  'For an operator, first thing after the database was taken back to `taken_at`: no number is given out twice, and no mail is sent before restore_mails knows which were. Answers the restore''s id.';
revoke execute on function private.restore_begin(timestamptz, text) from public;

create function public.restore_mails_from(restore_id bigint)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'taken_at', restore.taken_at, 'cursor', restore.mails_cursor, 'done', restore.mails_listed_at is not null)
  from private.restores as restore where restore.id = restore_mails_from.restore_id;
$$;
comment on function public.restore_mails_from(bigint) is
  'Server RPC: since when mails are to be listed, and the last one noted: {taken_at, cursor, done}.';
revoke execute on function public.restore_mails_from(bigint) from public;
grant execute on function public.restore_mails_from(bigint) to service_role;

create function public.restore_mails_note(restore_id bigint, mails jsonb, cursor text, done boolean)
returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into private.restore_mails (provider_id, address_hash, sent_at)
  select mail ->> 'id', private.mail_address_hash(address), (mail ->> 'created_at')::timestamptz
  from jsonb_array_elements(mails) as mail, jsonb_array_elements_text(mail -> 'to') as address
  on conflict on constraint restore_mails_pkey do nothing;
  update private.restores as restore
  set mails_cursor = coalesce(restore_mails_note.cursor, restore.mails_cursor),
      mails_listed_at = case when done then now() end
  where restore.id = restore_mails_note.restore_id;
  if done then
    -- Mails that were tried meanwhile need not wait for their next attempt, and have all of them again; a
    -- long list has outlasted some.
    update private.jobs as job
    set state = 'pending', finished_at = null, attempts = 0, run_at = private.now(), last_error = null
    where job.kind = 'mail_send' and job.state in ('pending', 'dead') and job.locked_until is null
      and job.last_error = 'mails sent before the restore are being listed';
  end if;
end;
$$;
comment on function public.restore_mails_note(bigint, jsonb, text, boolean) is
  'Server RPC: notes a page of sent mails [{id, to: [], created_at}] and how far the list was read, in one transaction.';
revoke execute on function public.restore_mails_note(bigint, jsonb, text, boolean) from public;
grant execute on function public.restore_mails_note(bigint, jsonb, text, boolean) to service_role;

create or replace function public.mail_gate(address text, user_id uuid, topic text, on_by_default boolean)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select case
    when exists (select from private.restores as restore where restore.mails_listed_at is null)
      then jsonb_build_object('outcome', 'wait', 'reason', 'mails sent before the restore are being listed')
    when stopped.cause is not null
      then jsonb_build_object('outcome', 'suppressed', 'reason', stopped.cause)
    when mail_gate.topic is not null and not coalesce(
      (select decided.subscribed from public.mail_preferences as decided
       where decided.user_id = mail_gate.user_id and decided.topic = mail_gate.topic),
      -- Nobody whom we do not know has asked for anything.
      on_by_default and exists (select from public.profiles as known where known.id = mail_gate.user_id)
    ) then jsonb_build_object('outcome', 'unsubscribed', 'reason', mail_gate.topic)
    when exists (select from private.restore_mails as sent where sent.address_hash = stopped.hash)
      then jsonb_build_object('outcome', 'perhaps_sent', 'reason', 'the database was taken back', 'provider_ids', (
        select jsonb_agg(sent.provider_id order by sent.sent_at desc)
        from private.restore_mails as sent where sent.address_hash = stopped.hash
      ))
  end
  from (
    select hashed.hash, private.mail_suppressed(hashed.hash, mail_gate.topic is null) as cause
    from (select private.mail_address_hash(address) as hash) as hashed
  ) as stopped;
$$;
comment on function public.mail_gate(text, uuid, text, boolean) is
  'Server RPC: why a mail is not sent, or not yet: {outcome: suppressed, unsubscribed, wait, or perhaps_sent with provider_ids to ask Resend about; reason}; null when it is. Without topic it is transactional.';
