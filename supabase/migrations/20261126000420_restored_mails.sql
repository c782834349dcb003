-- Mails after a restore: an outbox that is a day old holds mails which were sent since, and what is mended from
-- Stripe enqueues others again. Resend knows an idempotency key for 24 hours only. So the job restore_mails lists
-- what was sent since, and until it has, no mail goes out. Whether this very mail was among them is told by the tag
-- `cause` that every mail carries, which the list does not hold: each must be asked for by its id, and Resend allows
-- two requests a second to a whole account. So one job, restore_causes, asks, at its pace, once for each mail for
-- good, those first for whose address a mail waits; mails wait for it, and ask nobody.

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
    perform private.enqueue(
      'restore_causes', jsonb_build_object('restore_id', restore_id), 'restore:' || restore_id || ':1'
    );
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

create function public.restore_mails_unasked(batch integer)
returns text[]
language sql
stable
set search_path = ''
as $$
  with waiting as materialized (
    select distinct private.mail_address_hash(job.payload ->> 'to') as hash
    from private.jobs as job where job.kind = 'mail_send' and job.state in ('pending', 'dead')
  )
  select coalesce(array_agg(next.provider_id), '{}') from (
    select sent.provider_id from private.restore_mails as sent
    where sent.cause is null
    group by sent.provider_id
    order by bool_or(sent.address_hash in (select waiting.hash from waiting)) desc, max(sent.sent_at) desc
    limit batch
  ) as next;
$$;
comment on function public.restore_mails_unasked(integer) is
  'Server RPC: Resend''s ids of mails of the lost time whose cause is not known yet, those first for whose address a mail waits.';
revoke execute on function public.restore_mails_unasked(integer) from public;
grant execute on function public.restore_mails_unasked(integer) to service_role;

create function public.restore_mail_causes(mails jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  known text[];
begin
  with asked as (
    update private.restore_mails as sent
    set cause = mail ->> 'cause'
    from jsonb_array_elements(mails) as mail
    where sent.provider_id = mail ->> 'id' and sent.cause is null
    returning sent.address_hash
  )
  select array_agg(distinct asked.address_hash) into known from asked;
  -- Of these addresses everything is known now: their mails need not wait for their next attempt, and have all
  -- of them again.
  update private.jobs as job
  set state = 'pending', finished_at = null, attempts = 0, run_at = private.now(), last_error = null
  where job.kind = 'mail_send' and job.state in ('pending', 'dead') and job.locked_until is null
    and job.last_error = 'Resend is being asked which mails were sent before the restore'
    and private.mail_address_hash(job.payload ->> 'to') = any (known)
    and not exists (
      select from private.restore_mails as sent
      where sent.address_hash = private.mail_address_hash(job.payload ->> 'to') and sent.cause is null
    );
end;
$$;
comment on function public.restore_mail_causes(jsonb) is
  'Server RPC: keeps what Resend said of mails of the lost time, [{id, cause}], and lets go the mails to addresses of which everything is known.';
revoke execute on function public.restore_mail_causes(jsonb) from public;
grant execute on function public.restore_mail_causes(jsonb) to service_role;

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
    when exists (
      select from private.restore_mails as sent where sent.address_hash = stopped.hash and sent.cause is null
    ) then jsonb_build_object(
      'outcome', 'wait', 'reason', 'Resend is being asked which mails were sent before the restore')
    when exists (select from private.restore_mails as sent where sent.address_hash = stopped.hash)
      then jsonb_build_object('outcome', 'perhaps_sent', 'reason', 'the database was taken back', 'sent', (
        select jsonb_object_agg(sent.cause, sent.provider_id)
        from private.restore_mails as sent where sent.address_hash = stopped.hash
      ))
  end
  from (
    select hashed.hash, private.mail_suppressed(hashed.hash, mail_gate.topic is null) as cause
    from (select private.mail_address_hash(address) as hash) as hashed
  ) as stopped;
$$;
comment on function public.mail_gate(text, uuid, text, boolean) is
  'Server RPC: why a mail is not sent, or not yet: {outcome: suppressed, unsubscribed, wait, or perhaps_sent with sent: {cause: Resend''s id} of the mails to its address in a time that a restore took back; reason}; null when it is.';
