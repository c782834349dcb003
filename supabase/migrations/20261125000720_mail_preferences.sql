-- Mail preferences: what a user wants to be written to about. Transactional mails cannot be turned off and
-- have no topic; which topics there are, and which are on unless turned off, is _shared/mail/topics.ts.

create table public.mail_preferences (
  user_id    uuid not null default auth.uid() references auth.users (id) on delete cascade,
  topic      text not null,
  subscribed boolean not null,
  updated_at timestamptz not null default now(),
  constraint mail_preferences_pkey primary key (user_id, topic),
  constraint mail_preferences_topic_known check (topic in ('tips', 'product_news'))
);
comment on table public.mail_preferences is
  'What users have decided about topics of mail. No row: the topic''s default. Each decision is in the audit log, which proves a consent.';
create trigger mail_preferences_touch before update on public.mail_preferences
  for each row execute function private.touch();
create trigger mail_preferences_audit after insert or update or delete on public.mail_preferences
  for each row execute function private.audit('system', '', 'user_id', 'topic', 'subscribed');

alter table public.mail_preferences enable row level security;
grant select, insert, update, delete on public.mail_preferences to service_role;
grant select, insert (user_id, topic, subscribed), update (subscribed) on public.mail_preferences to authenticated;
create policy "Users read their own mail preferences, and staff"
  on public.mail_preferences for select to authenticated
  using (user_id = (select auth.uid()) or (select private.is_staff()));
create policy "Users decide about their own mail"
  on public.mail_preferences for insert to authenticated
  with check (user_id = (select auth.uid()));
create policy "Users change what they have decided"
  on public.mail_preferences for update to authenticated
  using (user_id = (select auth.uid()))
  with check (user_id = (select auth.uid()));

create function public.mail_preference_set(topic text, subscribed boolean)
returns void
language sql
set search_path = ''
as $$
  insert into public.mail_preferences (user_id, topic, subscribed)
  values ((select auth.uid()), mail_preference_set.topic, mail_preference_set.subscribed)
  on conflict on constraint mail_preferences_pkey do update set subscribed = excluded.subscribed;
$$;
comment on function public.mail_preference_set(text, boolean) is
  'Client RPC: decides whether the caller is written to about a topic.';
grant execute on function public.mail_preference_set(text, boolean) to authenticated, service_role;

create function public.mail_unsubscribe(user_id uuid, topic text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.act_as(user_id, 'by the link of a mail');
  -- Who has deleted the account meanwhile gets no mail either.
  insert into public.mail_preferences (user_id, topic, subscribed)
  select profile.id, mail_unsubscribe.topic, false
  from public.profiles as profile where profile.id = mail_unsubscribe.user_id
  on conflict on constraint mail_preferences_pkey do update set subscribed = false;
end;
$$;
comment on function public.mail_unsubscribe(uuid, text) is
  'Server RPC: ends a topic for a user, as often as it is asked for; its caller has checked the link''s signature.';
grant execute on function public.mail_unsubscribe(uuid, text) to service_role;

create function public.mail_gate(address text, user_id uuid, topic text, on_by_default boolean)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select case
    when stopped.cause is not null
      then jsonb_build_object('outcome', 'suppressed', 'reason', stopped.cause)
    when mail_gate.topic is not null and not coalesce(
      (select decided.subscribed from public.mail_preferences as decided
       where decided.user_id = mail_gate.user_id and decided.topic = mail_gate.topic),
      -- Nobody whom we do not know has asked for anything.
      on_by_default and exists (select from public.profiles as known where known.id = mail_gate.user_id)
    ) then jsonb_build_object('outcome', 'unsubscribed', 'reason', mail_gate.topic)
  end
  from (
    select private.mail_suppressed(private.mail_address_hash(address), mail_gate.topic is null) as cause
  ) as stopped;
$$;
comment on function public.mail_gate(text, uuid, text, boolean) is
  'Server RPC: why a mail is not sent, {outcome, reason}; null when it is. Without topic it is transactional.';
grant execute on function public.mail_gate(text, uuid, text, boolean) to service_role;

-- With the user's id, by which preferences are asked for at the moment of sending.
create or replace function private.enqueue_mail(template text, user_id uuid, props jsonb, dedupe_key text)
returns bigint
language sql
security definer
set search_path = ''
as $$
  select private.enqueue(
    'mail_send',
    jsonb_build_object(
      'template', enqueue_mail.template,
      'to', account.email,
      'user_id', account.id,
      'locale', coalesce(profile.locale, 'en'),
      'props', jsonb_build_object('name', coalesce(profile.name, '')) || enqueue_mail.props
    ),
    enqueue_mail.dedupe_key
  )
  from auth.users as account
  left join public.profiles as profile on profile.id = account.id
  where account.id = enqueue_mail.user_id and account.email is not null;
$$;

create index profiles_created on public.profiles (created_at);

create function public.getting_started_mails()
returns integer
language sql
set search_path = ''
as $$
  -- By the calendar and not by a job a sign-up: whom it goes to, where, and what it says is decided when
  -- it is sent, by what the user has done until then. Who has nothing left to be told gets nothing.
  select count(private.enqueue_mail(
    'getting_started', newcomer.id, jsonb_build_object('tips', newcomer.tips), 'getting_started:' || newcomer.id
  ))::integer
  from (
    select profile.id, array_remove(array[
      case when profile.avatar_url is null then 'profile' end,
      case when not exists (
        select from public.workspace_members as mine
        join public.workspace_members as other
          on other.workspace_id = mine.workspace_id and other.user_id <> mine.user_id
        where mine.user_id = profile.id
      ) then 'team' end
    ], null) as tips
    from public.profiles as profile
    where profile.created_at between private.now() - interval '7 days' and private.now() - interval '3 days'
      -- Their address is confirmed: they were welcomed. And not yet written to.
      and exists (
        select from private.jobs as job
        where job.kind = 'mail_send' and job.dedupe_key = 'welcome:' || profile.id
      )
      and not exists (
        select from private.jobs as job
        where job.kind = 'mail_send' and job.dedupe_key = 'getting_started:' || profile.id
      )
  ) as newcomer
  where newcomer.tips <> '{}';
$$;
comment on function public.getting_started_mails() is
  'Server RPC: enqueues the tips for those who signed up three to seven days ago and have not got them; how many.';
grant execute on function public.getting_started_mails() to service_role;

insert into private.schedule_rules (kind, every, at) values ('getting_started', '1 day', '8 hours');
