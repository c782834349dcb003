-- Mail delivery: what became of each mail, what the provider tells of addresses, and to which addresses
-- nothing is sent any more.
--
-- An address's suppression follows from the set of all that was told of it, whatever order it came in and
-- however often: a hard bounce stops everything, a complaint what is not transactional (who calls news
-- spam still needs a receipt and a new password), five soft bounces within a week everything for 30 days,
-- and what the provider itself holds back, everything. A lift forgets what happened before it.
--
-- Addresses are kept as hashes. The list is asked about an address, never read for addresses; and it must
-- outlive an account, since a complaint is honoured also after its deletion.

create function private.mail_address_hash(address text)
returns text
language sql
immutable
set search_path = ''
as $$ select encode(sha256(convert_to(lower(btrim(address)), 'UTF8')), 'hex') $$;
comment on function private.mail_address_hash(text) is
  'What an address is known by in the mail tables: SHA-256 of it in lower case.';
grant execute on function private.mail_address_hash(text) to authenticated, service_role;

create table private.mail_log (
  id           bigint generated always as identity primary key,
  cause        text not null,
  template     text not null,
  purpose      text not null,
  address_hash text not null,
  user_id      uuid references auth.users (id) on delete set null,
  outcome      text not null,
  reason       text,
  provider_id  text,
  created_at   timestamptz not null default now(),
  constraint mail_log_once_per_cause unique (cause),
  constraint mail_log_outcome_known check (outcome in ('sent', 'suppressed', 'unsubscribed'))
);
comment on table private.mail_log is 'What became of each mail: sent, or why not.';
comment on column private.mail_log.cause is 'The cause of the job that sent it.';
comment on column private.mail_log.purpose is 'transactional, or the topic that its reader can turn off.';
comment on column private.mail_log.reason is 'Why it was not sent.';
comment on column private.mail_log.provider_id is 'Resend''s id of it.';
create index mail_log_address on private.mail_log (address_hash, id);
create index mail_log_user on private.mail_log (user_id);
create index mail_log_created on private.mail_log (created_at);

-- A table of its own: a bounce may be told before its mail is in the log.
create table private.mail_deliveries (
  provider_id text primary key,
  delivery    text not null,
  occurred_at timestamptz not null,
  constraint mail_deliveries_delivery_known check (
    delivery in ('delivered', 'delayed', 'bounced', 'complained', 'suppressed', 'failed')
  )
);
comment on table private.mail_deliveries is 'What Resend told last of a mail, by its own id of it.';
create index mail_deliveries_occurred on private.mail_deliveries (occurred_at);

create table private.mail_feedback (
  id           bigint generated always as identity primary key,
  source       text not null,
  address_hash text not null,
  kind         text not null,
  occurred_at  timestamptz not null,
  detail       text,
  constraint mail_feedback_once unique (source, address_hash),
  constraint mail_feedback_kind_known check (
    kind in ('hard_bounce', 'soft_bounce', 'complaint', 'provider', 'lifted')
  )
);
comment on table private.mail_feedback is 'What was told of addresses: bounces, complaints, and the lifts that forget them.';
comment on column private.mail_feedback.source is 'The provider''s id of the event, or staff and the moment of a lift.';
comment on column private.mail_feedback.occurred_at is 'When it happened, which may be long before we heard of it.';
create index mail_feedback_address on private.mail_feedback (address_hash, occurred_at);
create index mail_feedback_occurred on private.mail_feedback (occurred_at);

create table private.mail_suppressions (
  id           bigint generated always as identity primary key,
  address_hash text not null,
  scope        text not null,
  cause        text not null,
  since        timestamptz not null,
  until        timestamptz,
  constraint mail_suppressions_once_per_address unique (address_hash),
  constraint mail_suppressions_scope_known check (scope in ('all', 'non_transactional')),
  constraint mail_suppressions_cause_known check (
    cause in ('hard_bounce', 'soft_bounces', 'complaint', 'provider')
  )
);
comment on table private.mail_suppressions is 'Addresses to which nothing, or nothing but transactional mail, is sent. Follows from mail_feedback.';
comment on column private.mail_suppressions.until is 'When it ends by itself; null for one that staff must lift.';

alter table private.mail_log enable row level security;
alter table private.mail_deliveries enable row level security;
alter table private.mail_feedback enable row level security;
alter table private.mail_suppressions enable row level security;
grant select, insert, update, delete
  on private.mail_log, private.mail_deliveries, private.mail_feedback, private.mail_suppressions to service_role;

insert into private.retention_rules (name, relation, condition, keep, description) values
  ('mail_log', 'private.mail_log', 'created_at < $1', '90 days', 'what became of mails'),
  ('mail_deliveries', 'private.mail_deliveries', 'occurred_at < $1', '90 days', 'what was told of mails'),
  -- A suppression without its feedback would be lifted by the next word about its address.
  ('mail_feedback', 'private.mail_feedback',
   'occurred_at < $1 and not exists (select from private.mail_suppressions as held where held.address_hash = mail_feedback.address_hash and (held.until is null or held.until > $1))',
   '180 days', 'what was told of addresses that are not suppressed'),
  ('discarded_jobs', 'private.jobs', $$state = 'discarded' and dedupe_key is null and finished_at < $1$$,
   '90 days', 'discarded jobs without a cause');
insert into private.retention_rules (name, relation, condition, action, keep, description) values
  ('discarded_payloads', 'private.jobs',
   $$state = 'discarded' and dedupe_key is not null and payload <> '{}' and finished_at < $1$$,
   $$payload = '{}', last_error = null$$, '90 days', 'payloads of discarded jobs that keep their cause');
create index jobs_discarded on private.jobs (finished_at) where state = 'discarded';

create function private.mail_suppression_derive(hash text)
returns void
language plpgsql
set search_path = ''
as $$
declare
  lifted timestamptz;
begin
  -- One at a time an address: two events at once must not each overlook the other.
  perform pg_advisory_xact_lock(hashtextextended('mail suppression ' || hash, 0));
  select coalesce(max(told.occurred_at), '-infinity') into lifted
  from private.mail_feedback as told where told.address_hash = hash and told.kind = 'lifted';
  delete from private.mail_suppressions as held where held.address_hash = hash;
  insert into private.mail_suppressions (address_hash, scope, cause, since, until)
  select hash, found.scope, found.cause, found.since, found.until
  from (
    select 'all' as scope, case told.kind when 'provider' then 'provider' else 'hard_bounce' end as cause,
      told.occurred_at as since, null::timestamptz as until, 1 as weight
    from private.mail_feedback as told
    where told.address_hash = hash and told.occurred_at > lifted and told.kind in ('hard_bounce', 'provider')
    union all
    select 'all', 'soft_bounces', told.occurred_at, told.occurred_at + interval '30 days', 2
    from private.mail_feedback as told
    where told.address_hash = hash and told.occurred_at > lifted and told.kind = 'soft_bounce'
      and told.occurred_at > now() - interval '30 days'
      and 5 <= (
        select count(*) from private.mail_feedback as earlier
        where earlier.address_hash = hash and earlier.kind = 'soft_bounce'
          and earlier.occurred_at > greatest(lifted, told.occurred_at - interval '7 days')
          and earlier.occurred_at <= told.occurred_at
      )
    union all
    select 'non_transactional', 'complaint', told.occurred_at, null, 3
    from private.mail_feedback as told
    where told.address_hash = hash and told.occurred_at > lifted and told.kind = 'complaint'
  ) as found
  order by found.weight, coalesce(found.until, 'infinity') desc, found.since, found.cause
  limit 1;
end;
$$;
comment on function private.mail_suppression_derive(text) is
  'Makes an address''s suppression what all that was told of it says.';
grant execute on function private.mail_suppression_derive(text) to service_role;

create function public.mail_feedback_record(
  source text, kind text, addresses text[], occurred_at timestamptz, detail text,
  provider_id text, delivery text
)
returns void
language plpgsql
set search_path = ''
as $$
declare
  hash text;
begin
  -- Of a mail the latest counts, whatever comes last.
  insert into private.mail_deliveries as told (provider_id, delivery, occurred_at)
  select mail_feedback_record.provider_id, mail_feedback_record.delivery, mail_feedback_record.occurred_at
  where mail_feedback_record.provider_id is not null and mail_feedback_record.delivery is not null
  on conflict on constraint mail_deliveries_pkey do update
  set delivery = excluded.delivery, occurred_at = excluded.occurred_at
  where told.occurred_at < excluded.occurred_at;
  if mail_feedback_record.kind is null then
    return;
  end if;
  -- In an order of their own, so that two events about the same addresses cannot deadlock.
  for hash in
    select distinct private.mail_address_hash(one) as hashed from unnest(addresses) as one order by hashed
  loop
    insert into private.mail_feedback (source, address_hash, kind, occurred_at, detail)
    values (mail_feedback_record.source, hash, mail_feedback_record.kind,
            mail_feedback_record.occurred_at, left(mail_feedback_record.detail, 300))
    on conflict on constraint mail_feedback_once do nothing;
    perform private.mail_suppression_derive(hash);
  end loop;
end;
$$;
comment on function public.mail_feedback_record(text, text, text[], timestamptz, text, text, text) is
  'Server RPC: notes what the provider told: of the addresses (`kind`, once a source) and of the mail (`delivery`); null for what says nothing of one of them.';
grant execute on function public.mail_feedback_record(text, text, text[], timestamptz, text, text, text)
  to service_role;

create function private.mail_suppressed(hash text, transactional boolean)
returns text
language sql
stable
set search_path = ''
as $$
  select held.cause from private.mail_suppressions as held
  where held.address_hash = hash and (held.until is null or held.until > now())
    and (held.scope = 'all' or not transactional);
$$;
comment on function private.mail_suppressed(text, boolean) is
  'Why a mail to the address is not sent; null when it is.';
grant execute on function private.mail_suppressed(text, boolean) to service_role;

create function public.mail_log_write(
  cause text, template text, purpose text, address text, user_id uuid,
  outcome text, reason text, provider_id text
)
returns void
language sql
set search_path = ''
as $$
  insert into private.mail_log (cause, template, purpose, address_hash, user_id, outcome, reason, provider_id)
  values (
    mail_log_write.cause, mail_log_write.template, mail_log_write.purpose,
    private.mail_address_hash(address), mail_log_write.user_id,
    mail_log_write.outcome, mail_log_write.reason, mail_log_write.provider_id
  )
  on conflict on constraint mail_log_once_per_cause do update
  set outcome = excluded.outcome, reason = excluded.reason,
      provider_id = coalesce(excluded.provider_id, mail_log.provider_id);
$$;
comment on function public.mail_log_write(text, text, text, text, uuid, text, text, text) is
  'Server RPC: notes what became of a mail; of one that is sent anew, what became of it last.';
grant execute on function public.mail_log_write(text, text, text, text, uuid, text, text, text) to service_role;

create function private.my_mail_suppression()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object('scope', held.scope, 'cause', held.cause, 'since', held.since, 'until', held.until)
  from auth.users as account
  join private.mail_suppressions as held on held.address_hash = private.mail_address_hash(account.email)
  where account.id = (select auth.uid()) and (held.until is null or held.until > now());
$$;
comment on function private.my_mail_suppression() is
  'What keeps mail from the caller''s own address. Security definer: reads that address in auth.users and the list, which nobody reads.';
grant execute on function private.my_mail_suppression() to authenticated, service_role;

create function public.mail_suppression()
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.my_mail_suppression() $$;
comment on function public.mail_suppression() is
  'Client RPC: {scope, cause, since, until} of what keeps mail from the caller''s own address; null when nothing does.';
grant execute on function public.mail_suppression() to authenticated, service_role;

create function public.staff_mail_address(staff uuid, address text)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  hash constant text := private.mail_address_hash(address);
begin
  perform private.staff_required(staff);
  return jsonb_build_object(
    'address_hash', hash,
    'suppression', (
      select jsonb_build_object('scope', held.scope, 'cause', held.cause, 'since', held.since, 'until', held.until)
      from private.mail_suppressions as held
      where held.address_hash = hash and (held.until is null or held.until > now())
    ),
    'feedback', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'kind', told.kind, 'occurred_at', told.occurred_at, 'detail', told.detail
      ) order by told.occurred_at desc), '[]')
      from (select * from private.mail_feedback as one where one.address_hash = hash
            order by one.occurred_at desc limit 50) as told
    ),
    'mails', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'template', mail.template, 'purpose', mail.purpose, 'outcome', mail.outcome, 'reason', mail.reason,
        'provider_id', mail.provider_id, 'delivery', told.delivery, 'created_at', mail.created_at
      ) order by mail.id desc), '[]')
      from (select * from private.mail_log as one where one.address_hash = hash
            order by one.id desc limit 50) as mail
      left join private.mail_deliveries as told on told.provider_id = mail.provider_id
    )
  );
end;
$$;
comment on function public.staff_mail_address(uuid, text) is
  'Server RPC: for staff, whether an address is suppressed, what was told of it and what became of its mails, the latest 50 of each.';
grant execute on function public.staff_mail_address(uuid, text) to service_role;

create function public.staff_mail_suppressions(staff uuid, before_id bigint, page_size integer)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  lines jsonb;
begin
  perform private.staff_required(staff);
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', held.id, 'address_hash', held.address_hash, 'scope', held.scope, 'cause', held.cause,
    'since', held.since, 'until', held.until
  ) order by held.id desc), '[]') into lines
  from (
    select * from private.mail_suppressions as one
    where (before_id is null or one.id < before_id) and (one.until is null or one.until > now())
    order by one.id desc limit page_size + 1
  ) as held;
  return jsonb_build_object(
    'suppressions', case when jsonb_array_length(lines) > page_size then lines - page_size else lines end,
    'next_cursor', case when jsonb_array_length(lines) > page_size then lines -> (page_size - 1) ->> 'id' end
  );
end;
$$;
comment on function public.staff_mail_suppressions(uuid, bigint, integer) is
  'Server RPC: {suppressions, next_cursor} for staff, what came last first.';
grant execute on function public.staff_mail_suppressions(uuid, bigint, integer) to service_role;

create function public.staff_mail_lift(staff uuid, reason text, address text)
returns void
language plpgsql
set search_path = ''
as $$
declare
  hash constant text := private.mail_address_hash(address);
begin
  perform private.staff_acts(staff, reason);
  if not exists (select from private.mail_suppressions as held where held.address_hash = hash) then
    perform private.problem(404, 'not_found', 'Nothing keeps mail from this address.');
  end if;
  insert into private.mail_feedback (source, address_hash, kind, occurred_at, detail)
  values ('staff:' || staff || ':' || clock_timestamp(), hash, 'lifted', clock_timestamp(), left(reason, 300));
  perform private.mail_suppression_derive(hash);
  perform private.audit_note('mail_suppressions.lift', hash);
end;
$$;
comment on function public.staff_mail_lift(uuid, text, text) is
  'Server RPC: for staff, forgets what was told of an address, so that mail goes to it again.';
grant execute on function public.staff_mail_lift(uuid, text, text) to service_role;

create or replace function public.webhook_event(stored_id bigint)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'provider', provider, 'delivery_key', event_id, 'type', type, 'payload', payload, 'targets', targets
  )
  from private.webhook_events
  where id = stored_id;
$$;
comment on function public.webhook_event(bigint) is
  'Server RPC: {provider, delivery_key, type, payload, targets} of a stored event; null when retention removed it.';
