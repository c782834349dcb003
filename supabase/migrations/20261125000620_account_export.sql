-- Export: everything about a user, in zip files that only the user reads, for seven days.
--
-- Which tables hold what of whom is data as well. Each table of the schema has a row here, one that is not
-- exported with the reason: tests/privacy/personal-data.test.ts fails for a table without one.

create table private.personal_data (
  relation      text primary key,
  scope         text not null,
  owner_columns text[] not null default '{}',
  omitted       text[] not null default '{}',
  note          text not null,
  constraint personal_data_scope_known check (scope in ('user', 'workspace', 'email', 'none')),
  constraint personal_data_owner_named check ((scope = 'none') = (owner_columns = '{}'))
);
comment on table private.personal_data is
  'What of each table an export of a user holds. Migrations write it, nobody else.';
comment on column private.personal_data.scope is
  'Whose rows: user (a column names the user), workspace (of the workspaces that the user owns), email (a column holds the user''s address), none (not exported).';
comment on column private.personal_data.owner_columns is 'The columns that name the user, the workspace or the address: one of them is enough.';
comment on column private.personal_data.omitted is 'Columns that no export holds: hashes, tokens, the inner state of a purchase.';
comment on column private.personal_data.note is 'What the rows are; why they are not exported.';
alter table private.personal_data enable row level security;
grant select on private.personal_data to service_role;

insert into private.personal_data (relation, scope, owner_columns, omitted, note) values
  ('public.profiles', 'user', '{id}', '{}', 'what the user told of himself'),
  ('public.workspace_members', 'user', '{user_id}', '{}', 'memberships'),
  ('public.workspaces', 'workspace', '{id}', '{}', 'owned workspaces'),
  ('public.subscriptions', 'workspace', '{workspace_id}', '{}', 'subscriptions of owned workspaces'),
  ('public.invoices', 'workspace', '{workspace_id}', '{}', 'invoices of owned workspaces, with links to their pages and PDFs'),
  ('public.payments', 'workspace', '{workspace_id}', '{}', 'payments of owned workspaces'),
  ('public.refunds', 'workspace', '{workspace_id}', '{}', 'refunds to owned workspaces'),
  ('public.disputes', 'workspace', '{workspace_id}', '{}', 'disputed payments of owned workspaces'),
  ('public.payment_methods', 'workspace', '{workspace_id}', '{}', 'cards on file of owned workspaces; never their numbers'),
  ('private.billing_customers', 'workspace', '{workspace_id}', '{generation}', 'owned workspaces as Stripe''s customers'),
  ('private.subscription_intents', 'workspace', '{workspace_id}', '{}', 'purchases begun'),
  ('private.subscription_changes', 'workspace', '{workspace_id}', '{attempt,locked_until}', 'changes of subscriptions of owned workspaces'),
  ('public.feature_overrides', 'workspace', '{workspace_id}', '{}', 'what staff gave to or took from owned workspaces'),
  ('public.workspace_invitations', 'email', '{email}', '{}', 'invitations to the user''s address; those the user sent are about others'),
  ('public.usage_counters', 'workspace', '{workspace_id}', '{}', 'what owned workspaces have used'),
  ('public.usage_records', 'workspace', '{workspace_id}', '{}', 'what owned workspaces have used, day by day'),
  ('public.workspace_api_keys', 'workspace', '{workspace_id}', '{}', 'keys of owned workspaces; of a key itself there is only a hash'),
  ('private.workspace_trials', 'workspace', '{workspace_id}', '{}', 'trials of owned workspaces'),
  ('public.dunning_cases', 'workspace', '{workspace_id}', '{}', 'unpaid invoices of owned workspaces'),
  ('public.audit_log', 'user', '{actor_id}', '{}', 'what the user did'),
  ('private.staff', 'user', '{user_id}', '{}', 'being one of those who operate the product'),
  ('public.account_exports', 'user', '{user_id}', '{cursor}', 'earlier exports'),
  ('public.plans', 'none', '{}', '{}', 'the catalogue, about nobody'),
  ('public.plan_features', 'none', '{}', '{}', 'the catalogue, about nobody'),
  ('public.prices', 'none', '{}', '{}', 'the catalogue, about nobody'),
  ('private.plan_products', 'none', '{}', '{}', 'the catalogue, about nobody'),
  ('private.jobs', 'none', '{}', '{}', 'work that follows from the rows exported; emptied when done'),
  ('private.webhook_events', 'none', '{}', '{}', 'Stripe''s copies of what the billing tables hold, gone after their retention'),
  ('private.invitation_tokens', 'none', '{}', '{}', 'hashes of what the mails of invitations hold'),
  ('private.usage_holds', 'none', '{}', '{}', 'calls under way; what they used is in usage_records'),
  ('private.usage_reports', 'none', '{}', '{}', 'sums of usage_records that Stripe was told'),
  ('private.second_factor_rules', 'none', '{}', '{}', 'rules, about nobody'),
  ('private.api_key_hashes', 'none', '{}', '{}', 'hashes of the keys that are exported'),
  ('private.card_trials', 'none', '{}', '{}', 'cards that have had a trial, by Stripe''s fingerprint, which names nobody'),
  ('public.dunning_policy', 'none', '{}', '{}', 'rules, about nobody'),
  ('public.dunning_events', 'none', '{}', '{}', 'which of these rules were applied to the dunning_cases that are exported'),
  ('private.webhook_event_changes', 'none', '{}', '{}', 'what such an event changed in the billing tables, gone with it'),
  ('private.sync_targets', 'none', '{}', '{}', 'counters about Stripe''s objects'),
  ('private.idempotency_keys', 'none', '{}', '{}', 'replies already given, gone after a day'),
  ('private.rate_limit_windows', 'none', '{}', '{}', 'hashes, gone after a day'),
  ('private.reconciliations', 'none', '{}', '{}', 'comparisons of all of Stripe with all of our rows'),
  ('private.reconciliation_seen', 'none', '{}', '{}', 'progress of such a comparison'),
  ('private.billing_drifts', 'none', '{}', '{}', 'findings of such a comparison, mended in the billing tables'),
  ('private.schedule_rules', 'none', '{}', '{}', 'the calendar, about nobody'),
  ('private.retention_rules', 'none', '{}', '{}', 'rules, about nobody'),
  ('private.personal_data', 'none', '{}', '{}', 'rules, about nobody');

create table public.account_exports (
  id           uuid primary key default gen_random_uuid(),
  user_id      uuid not null references auth.users (id) on delete cascade,
  state        text not null default 'pending',
  cursor       jsonb not null default '{}',
  parts        smallint not null default 0,
  bytes        bigint not null default 0,
  requested_at timestamptz not null default private.now(),
  ready_at     timestamptz,
  expires_at   timestamptz,
  constraint account_exports_state_known check (state in ('pending', 'ready', 'expired')),
  constraint account_exports_ready_until check ((state = 'pending') = (expires_at is null))
);
comment on table public.account_exports is 'Exports that users asked for.';
comment on column public.account_exports.state is 'pending: being gathered; ready: to be downloaded until expires_at; expired: its files are gone.';
comment on column public.account_exports.cursor is 'Where gathering goes on: {relation, after}.';
comment on column public.account_exports.parts is 'How many zip files there are so far: <user>/<id>/part-001.zip … in the bucket `exports`.';
create unique index account_exports_one_pending on public.account_exports (user_id) where state = 'pending';
create index account_exports_user on public.account_exports (user_id, requested_at desc);
create index account_exports_ready on public.account_exports (expires_at) where state = 'ready';
create index account_exports_expired on public.account_exports (expires_at) where state = 'expired';
alter table public.account_exports enable row level security;
grant select on public.account_exports to authenticated;
grant select, insert, update, delete on public.account_exports to service_role;
create policy "Users read their own exports"
  on public.account_exports for select to authenticated
  using (user_id = (select auth.uid()));

insert into private.retention_rules (name, relation, condition, action, keep, description) values
  ('account_exports', 'public.account_exports', $$state = 'expired' and expires_at < private.now() - $2$$, 'delete',
   '90 days', 'that an export was asked for; its files go after 7 days, by the job exports_expire');
insert into private.schedule_rules (kind, every, at) values ('exports_expire', '1 day', '3 hours');

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('exports', 'exports', false, 52428800, array['application/zip'])
on conflict (id) do nothing;
create policy "Users read their own export files" on storage.objects
  for select to authenticated
  using (bucket_id = 'exports' and (storage.foldername(name))[1] = (select auth.uid())::text);

create function private.own_account(user_id uuid)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  -- A token is good for up to an hour, also when its user is gone.
  if not exists (select from public.profiles as profile where profile.id = own_account.user_id) then
    perform private.problem(404, 'profile_not_found', 'This account does not exist any more.');
  end if;
end;
$$;
comment on function private.own_account(uuid) is 'Refuses with profile_not_found where the user is gone.';
grant execute on function private.own_account(uuid) to service_role;

create function public.account_export_start(user_id uuid)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  export_id uuid;
begin
  perform private.own_account(account_export_start.user_id);
  insert into public.account_exports (user_id) values (account_export_start.user_id)
  on conflict do nothing
  returning id into export_id;
  if export_id is null then
    return (
      select held.id from public.account_exports as held
      where held.user_id = account_export_start.user_id and held.state = 'pending'
    );
  end if;
  perform private.act_as(account_export_start.user_id);
  perform private.audit_note('account.export', export_id::text);
  perform private.enqueue('account_export', jsonb_build_object('export_id', export_id), 'export:' || export_id || ':0');
  return export_id;
end;
$$;
comment on function public.account_export_start(uuid) is
  'Server RPC: begins an export, or names the one that is under way.';
grant execute on function public.account_export_start(uuid) to service_role;

create function private.account_facts(user_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'id', account.id, 'email', account.email, 'phone', account.phone, 'created_at', account.created_at,
    'email_confirmed_at', account.email_confirmed_at, 'last_sign_in_at', account.last_sign_in_at,
    'providers', account.raw_app_meta_data -> 'providers', 'user_metadata', account.raw_user_meta_data
  )
  from auth.users as account
  where account.id = account_facts.user_id;
$$;
comment on function private.account_facts(uuid) is
  'What Auth knows of a user, without anything that signs in. Security definer: reads auth.users, where the service role has no grant.';
grant execute on function private.account_facts(uuid) to service_role;

create function public.account_export_step(export_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'user_id', export.user_id, 'cursor', export.cursor, 'parts', export.parts,
    'account', private.account_facts(export.user_id),
    'locale', coalesce(profile.locale, 'en'),
    'relations', (
      select jsonb_agg(held.relation order by held.relation)
      from private.personal_data as held where held.scope <> 'none'
    )
  )
  from public.account_exports as export
  left join public.profiles as profile on profile.id = export.user_id
  where export.id = export_id and export.state = 'pending';
$$;
comment on function public.account_export_step(uuid) is
  'Server RPC: {user_id, cursor, parts, account, locale, relations} of an export that is being gathered; null when it is not.';
grant execute on function public.account_export_step(uuid) to service_role;

create function public.account_export_rows(user_id uuid, relation text, after text, batch integer)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  rule private.personal_data;
  key text;
  owned text;
  page jsonb;
begin
  select * into rule from private.personal_data as held
  where held.relation = account_export_rows.relation and held.scope <> 'none';
  if rule.relation is null then
    raise exception 'cannot export %: private.personal_data does not say how', account_export_rows.relation;
  end if;
  select string_agg(format('one.%I::text', attribute.attname), $k$ || ' ' || $k$ order by named.place) into key
  from pg_catalog.pg_index as index
  cross join unnest(index.indkey) with ordinality as named (number, place)
  join pg_catalog.pg_attribute as attribute
    on attribute.attrelid = index.indrelid and attribute.attnum = named.number
  where index.indrelid = rule.relation::regclass and index.indisprimary;
  select string_agg(case rule.scope
      when 'user' then format('one.%I = $1', named)
      when 'email' then format('lower(one.%I) = (select lower(private.account_facts($1) ->> ''email''))', named)
      else format('one.%I in (select member.workspace_id from public.workspace_members as member '
        'where member.user_id = $1 and member.role = ''owner'')', named)
    end, ' or ') into owned
  from unnest(rule.owner_columns) as named;
  execute format(
    'select jsonb_build_object(''rows'', coalesce(jsonb_agg(page.row order by page.key), ''[]''), '
      '''next'', case when count(*) = $4 then max(page.key) end) '
    'from (select to_jsonb(one) - $2 as row, (%1$s) collate "C" as key from %2$s as one '
      'where (%3$s) and (%1$s) collate "C" > $3 order by 2 limit $4) as page',
    key, rule.relation, owned
  ) into page using account_export_rows.user_id, rule.omitted, coalesce(account_export_rows.after, ''), batch;
  return page;
end;
$$;
comment on function public.account_export_rows(uuid, text, text, integer) is
  'Server RPC: a page of a user''s rows of a table: {rows, next: what to go on after, null at the end}.';
grant execute on function public.account_export_rows(uuid, text, text, integer) to service_role;

create function public.account_files(user_id uuid, after text, batch integer, shared boolean default true)
returns jsonb
language sql
stable
set search_path = ''
as $$
  -- By folder, as our policies have it, and by owner, as Storage notes who uploaded. Exports themselves are
  -- the user's as well.
  select coalesce(jsonb_agg(jsonb_build_object(
    'key', page.key, 'bucket', page.bucket_id, 'name', page.name, 'bytes', page.bytes
  ) order by page.key), '[]')
  from (
    select object.bucket_id, object.name, (object.bucket_id || '/' || object.name) collate "C" as key,
           coalesce((object.metadata ->> 'size')::bigint, 0) as bytes
    from storage.objects as object
    where (
        starts_with(object.name, account_files.user_id || '/')
        or (object.owner_id = account_files.user_id::text and (shared or not exists (
          select from public.workspace_members as other
          where other.workspace_id = private.uuid_or_null(split_part(object.name, '/', 1))
            and other.user_id <> account_files.user_id
        )))
      )
      and (object.bucket_id || '/' || object.name) collate "C" > coalesce(account_files.after, '')
    order by 3
    limit batch
  ) as page;
$$;
comment on function public.account_files(uuid, text, integer, boolean) is
  'Server RPC: a page of a user''s files in all buckets: [{key: what to go on after, bucket, name, bytes}]; without `shared`, not those in the folder of a workspace that others are in.';
grant execute on function public.account_files(uuid, text, integer, boolean) to service_role;

create function public.account_export_advance(export_id uuid, part smallint, cursor jsonb, bytes bigint)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  update public.account_exports as export
  set cursor = account_export_advance.cursor, parts = part, bytes = export.bytes + account_export_advance.bytes
  where export.id = export_id and export.state = 'pending' and export.parts = part - 1;
  if not found then
    return false;
  end if;
  -- A part a request: each is up to a second of the two that one may take.
  perform private.enqueue(
    'account_export', jsonb_build_object('export_id', export_id), 'export:' || export_id || ':' || part,
    private.now() + interval '2 seconds'
  );
  return true;
end;
$$;
comment on function public.account_export_advance(uuid, smallint, jsonb, bigint) is
  'Server RPC: notes that a part is stored and where to go on, and enqueues that; false when another attempt has done so.';
grant execute on function public.account_export_advance(uuid, smallint, jsonb, bigint) to service_role;

create function public.account_export_finish(export_id uuid, part smallint, bytes bigint, links jsonb)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  done public.account_exports;
begin
  update public.account_exports as export
  set state = 'ready', cursor = '{}', parts = part, bytes = export.bytes + account_export_finish.bytes,
      ready_at = private.now(), expires_at = private.now() + interval '7 days'
  where export.id = export_id and export.state = 'pending' and export.parts = part - 1
  returning * into done;
  if done.id is null then
    return false;
  end if;
  perform private.enqueue_mail(
    'account_export', done.user_id,
    jsonb_build_object('links', links, 'expires_at', done.expires_at), 'export:' || export_id
  );
  return true;
end;
$$;
comment on function public.account_export_finish(uuid, smallint, bigint, jsonb) is
  'Server RPC: notes that the last part is stored, and enqueues the mail with the links; false when another attempt has done so.';
grant execute on function public.account_export_finish(uuid, smallint, bigint, jsonb) to service_role;

create function public.account_exports_over(batch integer)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', over.id, 'user_id', over.user_id, 'parts', over.parts)), '[]')
  from (
    select export.id, export.user_id, export.parts from public.account_exports as export
    where export.state = 'ready' and export.expires_at <= private.now()
    order by export.expires_at
    limit batch
  ) as over;
$$;
comment on function public.account_exports_over(integer) is
  'Server RPC: exports whose files must go: [{id, user_id, parts}].';
grant execute on function public.account_exports_over(integer) to service_role;

create function public.account_export_expire(export_id uuid)
returns void
language sql
set search_path = ''
as $$
  update public.account_exports set state = 'expired', bytes = 0 where id = export_id and state = 'ready';
$$;
comment on function public.account_export_expire(uuid) is 'Server RPC: notes that an export''s files are gone.';
grant execute on function public.account_export_expire(uuid) to service_role;
