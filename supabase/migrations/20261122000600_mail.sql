-- Mail: a job a cause, addressed and localised when it is enqueued.

create function private.enqueue_mail(template text, user_id uuid, props jsonb, dedupe_key text)
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
      'locale', coalesce(profile.locale, 'en'),
      'props', jsonb_build_object('name', coalesce(profile.name, '')) || enqueue_mail.props
    ),
    enqueue_mail.dedupe_key
  )
  from auth.users as account
  left join public.profiles as profile on profile.id = account.id
  where account.id = enqueue_mail.user_id and account.email is not null;
$$;
comment on function private.enqueue_mail(text, uuid, jsonb, text) is
  'Enqueues one mail to a user in that user''s language; null when the cause already sent it or the user has no address. Security definer: reads the address in auth.users, where the service role has no grant.';
grant execute on function private.enqueue_mail(text, uuid, jsonb, text) to service_role;

create function public.mails_enqueue(user_id uuid, mails jsonb)
returns integer
language sql
set search_path = ''
as $$
  select count(private.enqueue(
    'mail_send',
    (mail - 'dedupe_key') || case when profile.id is null then '{}' else jsonb_build_object(
      'locale', profile.locale,
      'props', (mail -> 'props') || jsonb_build_object('name', profile.name)
    ) end,
    mail ->> 'dedupe_key'
  ))::integer
  from jsonb_array_elements(mails) as mail
  left join public.profiles as profile on profile.id = mails_enqueue.user_id;
$$;
comment on function public.mails_enqueue(uuid, jsonb) is
  'Server RPC: enqueues [{template, to, locale, props, dedupe_key}] to a user in one transaction; how many were new. Language and name are the profile''s; those given count while it is not there, which during a sign-up it is not yet to others.';
grant execute on function public.mails_enqueue(uuid, jsonb) to service_role;
