-- Deletion: a user goes for good, seven days after having confirmed by password or mail, step by step.
--
--   unconfirmed ──confirm──▶ scheduled ──7 days──▶ running: stripe ▶ files ▶ records ▶ user ──▶ done
--        │                     │   └──somebody else's work hangs on it──▶ blocked
--        └──────cancel─────────┴──▶ cancelled
--
-- Each step bears repetition and is noted when it is done: a worker that dies is followed by one that goes
-- on. The user's row at Auth goes last: it is what all the rest hangs on.
--
-- What the law makes one keep stays without the person: invoices, payments, refunds and subscriptions of
-- a closed workspace, with amounts, and neither names nor addresses nor links
-- (https://eur-lex.europa.eu/eli/reg/2016/679/oj, article 17, 3 b). The invoice itself, with the name that
-- it must bear, is kept by Stripe, where the customer is deleted.

create table public.account_deletions (
  id           uuid primary key default gen_random_uuid(),
  user_id      uuid not null,
  state        text not null default 'unconfirmed',
  step         text not null default 'stripe',
  requested_at timestamptz not null default private.now(),
  due_at       timestamptz,
  finished_at  timestamptz,
  constraint account_deletions_state_known check (
    state in ('unconfirmed', 'scheduled', 'running', 'blocked', 'cancelled', 'done')
  ),
  constraint account_deletions_step_known check (step in ('stripe', 'files', 'records', 'user')),
  constraint account_deletions_due_when_confirmed check (state in ('unconfirmed', 'cancelled') or due_at is not null),
  constraint account_deletions_finished check ((state in ('blocked', 'cancelled', 'done')) = (finished_at is not null))
);
comment on table public.account_deletions is 'Accounts to be deleted, and that some were: of a user who is gone nothing but the id.';
comment on column public.account_deletions.user_id is 'No foreign key: the row outlives the user.';
comment on column public.account_deletions.state is
  'unconfirmed: a mail was sent; scheduled: until due_at one may change one''s mind; running; blocked: others'' workspaces hang on the user; cancelled; done.';
comment on column public.account_deletions.step is 'What is to be done next while running.';
comment on column public.account_deletions.due_at is 'When it begins, on the business clock.';
create unique index account_deletions_one_under_way on public.account_deletions (user_id)
  where state in ('unconfirmed', 'scheduled', 'running');
create index account_deletions_user on public.account_deletions (user_id, requested_at desc);
create index account_deletions_finished_at on public.account_deletions (finished_at) where finished_at is not null;
alter table public.account_deletions enable row level security;
grant select on public.account_deletions to authenticated;
grant select, insert, update, delete on public.account_deletions to service_role;
create policy "Users read the deletion of their own account"
  on public.account_deletions for select to authenticated
  using (user_id = (select auth.uid()));

create table private.account_deletion_details (
  deletion_id      uuid primary key references public.account_deletions (id) on delete cascade,
  token_hash       text,
  token_expires_at timestamptz,
  email            text,
  locale           text,
  constraint account_deletion_details_token_expires check ((token_hash is null) = (token_expires_at is null))
);
comment on table private.account_deletion_details is 'What a deletion needs and nobody reads; gone when it is done.';
comment on column private.account_deletion_details.token_hash is 'SHA-256 of the token in the mail that asks to confirm.';
comment on column private.account_deletion_details.email is 'Where to tell that the account is gone, once nothing else knows it.';
alter table private.account_deletion_details enable row level security;
grant select, insert, update, delete on private.account_deletion_details to service_role;

insert into private.retention_rules (name, relation, condition, action, keep, description) values
  ('account_deletions', 'public.account_deletions', 'finished_at < private.now() - $2', 'delete', '3 years',
   'that an account was deleted, or was to be');
insert into private.schedule_rules (kind, every, at) values ('orphans_sweep', '1 day', '3 hours');

alter table private.personal_data add column erased boolean not null default true;
comment on column private.personal_data.erased is
  'Whether rows that name a workspace go when it is closed. What stays holds nothing of a person.';
update private.personal_data set erased = false where relation in (
  'public.workspaces', 'public.subscriptions', 'public.invoices', 'public.payments', 'public.refunds',
  'public.disputes', 'private.billing_customers', 'public.dunning_cases', 'public.audit_log'
);
insert into private.personal_data (relation, scope, owner_columns, omitted, note) values
  ('public.account_deletions', 'user', '{user_id}', '{}', 'that the account is to be deleted'),
  ('private.account_deletion_details', 'none', '{}', '{}', 'a hash, and the address that account.json holds');

create function private.workspaces_in_the_way(user_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', workspace.id, 'name', workspace.name, 'members', (
      select count(*) from public.workspace_members as other
      where other.workspace_id = workspace.id and other.user_id <> workspaces_in_the_way.user_id
    )
  ) order by workspace.name, workspace.id), '[]')
  from public.workspace_members as mine
  join public.workspaces as workspace on workspace.id = mine.workspace_id
  where mine.user_id = workspaces_in_the_way.user_id and mine.role = 'owner'
    and exists (
      select from public.workspace_members as other
      where other.workspace_id = workspace.id and other.user_id <> mine.user_id
    )
    and not exists (
      select from public.workspace_members as other
      where other.workspace_id = workspace.id and other.user_id <> mine.user_id and other.role = 'owner'
    );
$$;
comment on function private.workspaces_in_the_way(uuid) is
  'Workspaces that others are in and that only this user owns: [{id, name, members}].';
grant execute on function private.workspaces_in_the_way(uuid) to service_role;

create function public.account_deletion_ask(user_id uuid, token text, link text)
returns void
language plpgsql
set search_path = ''
as $$
declare
  asked public.account_deletions;
begin
  perform private.own_account(account_deletion_ask.user_id);
  insert into public.account_deletions (user_id) values (account_deletion_ask.user_id) on conflict do nothing;
  select * into asked from public.account_deletions as held
  where held.user_id = account_deletion_ask.user_id and held.state in ('unconfirmed', 'scheduled', 'running')
  for update;
  if asked.state is distinct from 'unconfirmed' then
    return; -- Confirmed already.
  end if;
  insert into private.account_deletion_details (deletion_id, token_hash, token_expires_at)
  values (asked.id, encode(sha256(convert_to(token, 'UTF8')), 'hex'), now() + interval '1 hour')
  on conflict on constraint account_deletion_details_pkey do update
  set token_hash = excluded.token_hash, token_expires_at = excluded.token_expires_at;
  perform private.enqueue_mail(
    'account_delete_confirm', account_deletion_ask.user_id, jsonb_build_object('url', link), null
  );
end;
$$;
comment on function public.account_deletion_ask(uuid, text, text) is
  'Server RPC: mails a link that confirms a deletion within an hour; a later one makes the earlier one worthless.';
grant execute on function public.account_deletion_ask(uuid, text, text) to service_role;

create function public.account_deletion_schedule(user_id uuid, token text default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  in_the_way jsonb;
  held public.account_deletions;
begin
  perform private.own_account(account_deletion_schedule.user_id);
  select * into held from public.account_deletions as one
  where one.user_id = account_deletion_schedule.user_id and one.state in ('unconfirmed', 'scheduled', 'running')
  for update;
  if held.state in ('scheduled', 'running') then
    return '[]';
  end if;
  if token is not null and not exists (
    select from private.account_deletion_details as details
    where details.deletion_id = held.id and details.token_expires_at > now()
      and details.token_hash = encode(sha256(convert_to(token, 'UTF8')), 'hex')
  ) then
    perform private.problem(403, 'reauthentication_failed', 'This link is not valid any more: ask for another one.');
  end if;
  in_the_way := private.workspaces_in_the_way(account_deletion_schedule.user_id);
  if in_the_way <> '[]' then
    return in_the_way;
  end if;
  if held.id is null then
    insert into public.account_deletions (user_id) values (account_deletion_schedule.user_id)
    on conflict do nothing
    returning * into held;
    if held.id is null then
      return '[]'; -- The same request at the same moment.
    end if;
  end if;
  update public.account_deletions as one
  set state = 'scheduled', due_at = private.now() + interval '7 days'
  where one.id = held.id
  returning * into held;
  delete from private.account_deletion_details as details where details.deletion_id = held.id;
  perform private.act_as(account_deletion_schedule.user_id);
  perform private.audit_note('account.delete', held.id::text);
  perform private.enqueue('account_delete', jsonb_build_object('deletion_id', held.id), 'delete:' || held.id, held.due_at);
  perform private.enqueue_mail(
    'account_delete_scheduled', account_deletion_schedule.user_id,
    jsonb_build_object('due_at', held.due_at), 'delete_scheduled:' || held.id
  );
  return '[]';
end;
$$;
comment on function public.account_deletion_schedule(uuid, text) is
  'Server RPC: schedules the deletion of an account whose user has just given the password, or (token) opened the mail''s link; answers the workspaces that stand in the way, [{id, name, members}]. Refuses with reauthentication_failed.';
grant execute on function public.account_deletion_schedule(uuid, text) to service_role;

create function public.account_deletion_cancel(user_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
declare
  held public.account_deletions;
begin
  select * into held from public.account_deletions as one
  where one.user_id = account_deletion_cancel.user_id and one.state in ('unconfirmed', 'scheduled', 'running')
  for update;
  if held.id is null then
    perform private.problem(404, 'deletion_not_found', 'This account is not to be deleted.');
  end if;
  if held.state = 'running' then
    perform private.problem(409, 'deletion_running', 'The seven days are over and the deletion runs: it cannot be undone.');
  end if;
  update public.account_deletions as one set state = 'cancelled', finished_at = private.now() where one.id = held.id;
  delete from private.account_deletion_details as details where details.deletion_id = held.id;
  if held.state = 'scheduled' then
    perform private.act_as(account_deletion_cancel.user_id);
    perform private.audit_note('account.delete_cancel', held.id::text);
    perform private.enqueue_mail(
      'account_delete_cancelled', account_deletion_cancel.user_id, '{}', 'delete_cancelled:' || held.id
    );
  end if;
end;
$$;
comment on function public.account_deletion_cancel(uuid) is
  'Server RPC: the user has changed his mind. Refuses with deletion_not_found or deletion_running.';
grant execute on function public.account_deletion_cancel(uuid) to service_role;

create function public.account_deletion_step(deletion_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  held public.account_deletions;
  facts jsonb;
begin
  select * into held from public.account_deletions as one where one.id = account_deletion_step.deletion_id for update;
  if held.id is null or held.state not in ('scheduled', 'running') then
    return null;
  end if;
  if held.state = 'scheduled' then
    if held.due_at > private.now() then
      return null;
    end if;
    if private.workspaces_in_the_way(held.user_id) <> '[]' then
      -- Somebody joined, or the other owner left, in these seven days.
      update public.account_deletions as one set state = 'blocked', finished_at = private.now() where one.id = held.id;
      perform private.enqueue_mail('account_delete_blocked', held.user_id, jsonb_build_object(
        'workspaces', (
          select jsonb_agg(one ->> 'name') from jsonb_array_elements(private.workspaces_in_the_way(held.user_id)) as one
        )
      ), 'delete_blocked:' || held.id);
      return null;
    end if;
    facts := private.account_facts(held.user_id);
    insert into private.account_deletion_details (deletion_id, email, locale)
    values (held.id, facts ->> 'email', coalesce(
      (select profile.locale from public.profiles as profile where profile.id = held.user_id), 'en'
    ))
    on conflict on constraint account_deletion_details_pkey do update
    set email = excluded.email, locale = excluded.locale, token_hash = null, token_expires_at = null;
    update public.account_deletions as one set state = 'running' where one.id = held.id;
  end if;
  return jsonb_build_object(
    'user_id', held.user_id, 'step', held.step,
    'workspaces', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', mine.workspace_id, 'customer', customer.stripe_customer_id
      ) order by mine.workspace_id), '[]')
      from public.workspace_members as mine
      left join private.billing_customers as customer on customer.workspace_id = mine.workspace_id
      where mine.user_id = held.user_id and not exists (
        select from public.workspace_members as other
        where other.workspace_id = mine.workspace_id and other.user_id <> held.user_id
      )
    )
  );
end;
$$;
comment on function public.account_deletion_step(uuid) is
  'Server RPC: begins a deletion that is due, or goes on: {user_id, step, workspaces: those that end with the user, [{id, customer}]}; null when there is nothing to do.';
grant execute on function public.account_deletion_step(uuid) to service_role;

create function public.account_deletion_advance(deletion_id uuid, done text, next text)
returns boolean
language sql
set search_path = ''
as $$
  with advanced as (
    update public.account_deletions as one set step = next
    where one.id = account_deletion_advance.deletion_id and one.state = 'running' and one.step = done
    returning 1
  )
  select exists (select from advanced);
$$;
comment on function public.account_deletion_advance(uuid, text, text) is 'Server RPC: notes that a step is done; false when another worker has noted it.';
grant execute on function public.account_deletion_advance(uuid, text, text) to service_role;

create function private.workspace_close(workspace uuid)
returns void
language plpgsql
set search_path = ''
as $$
declare
  erased text;
begin
  if not exists (select from public.invoices as invoice where invoice.workspace_id = workspace)
    and not exists (select from public.payments as payment where payment.workspace_id = workspace)
  then
    delete from public.workspaces as held where held.id = workspace;
    return;
  end if;
  -- What the law makes one keep stays, and nothing in it that says whose it was.
  for erased in
    select held.relation from private.personal_data as held
    where held.erased and exists (
      select from pg_catalog.pg_attribute as attribute
      where attribute.attrelid = held.relation::regclass and attribute.attname = 'workspace_id'
    )
    order by held.relation
  loop
    execute format('delete from %s where workspace_id = $1', erased) using workspace;
  end loop;
  update public.invoices as invoice set hosted_invoice_url = null, invoice_pdf = null where invoice.workspace_id = workspace;
  update public.subscriptions as held set user_id = null where held.workspace_id = workspace;
  update private.billing_customers as customer set email = null, name = null where customer.workspace_id = workspace;
  update public.workspaces as held
  set name = 'Closed', personal_of = null, slug = 'closed-' || replace(held.id::text, '-', '')
  where held.id = workspace;
end;
$$;
comment on function private.workspace_close(uuid) is
  'Ends a workspace with its last member: removed, or where it has been billed, left as books without a name.';
grant execute on function private.workspace_close(uuid) to service_role;

create function public.account_deletion_records(deletion_id uuid)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  held public.account_deletions;
  address constant text := (
    select details.email from private.account_deletion_details as details
    where details.deletion_id = account_deletion_records.deletion_id
  );
begin
  select * into held from public.account_deletions as one
  where one.id = account_deletion_records.deletion_id and one.state = 'running' and one.step = 'records' for update;
  if held.id is null then
    return false;
  end if;
  perform private.act_as(held.user_id, 'account deletion');
  perform private.workspace_close(mine.workspace_id)
  from public.workspace_members as mine
  where mine.user_id = held.user_id and not exists (
    select from public.workspace_members as other
    where other.workspace_id = mine.workspace_id and other.user_id <> held.user_id
  );
  delete from private.idempotency_keys as kept where kept.caller = 'user:' || held.user_id;
  -- Mails that wait or have failed: they hold the address, and nobody reads them any more.
  delete from private.jobs as job
  where job.kind = 'mail_send' and job.state in ('pending', 'dead') and job.payload ->> 'to' = address;
  update public.account_deletions as one set step = 'user' where one.id = held.id;
  return true;
end;
$$;
comment on function public.account_deletion_records(uuid) is
  'Server RPC: closes the workspaces that end with a user and removes what no foreign key does; once. False when it is done.';
grant execute on function public.account_deletion_records(uuid) to service_role;

create function public.account_deletion_finish(deletion_id uuid)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  held public.account_deletions;
begin
  update public.account_deletions as one set state = 'done', finished_at = private.now()
  where one.id = account_deletion_finish.deletion_id and one.state = 'running' and one.step = 'user'
  returning * into held;
  if held.id is null then
    return false;
  end if;
  perform private.enqueue('mail_send', jsonb_build_object(
    'template', 'account_deleted', 'to', details.email, 'locale', details.locale, 'props', '{}'::jsonb
  ), 'deleted:' || held.id)
  from private.account_deletion_details as details
  where details.deletion_id = held.id and details.email is not null;
  delete from private.account_deletion_details as details where details.deletion_id = held.id;
  return true;
end;
$$;
comment on function public.account_deletion_finish(uuid) is
  'Server RPC: after Auth has deleted the user: tells the address, and forgets it.';
grant execute on function public.account_deletion_finish(uuid) to service_role;

-- Users also go another way: in the dashboard, where nothing asks for the seven days. Stripe would go on
-- charging a card whose owner can no longer sign in, and files would stay.

create function private.billing_orphaned()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_table_name = 'workspaces' then
    -- Its rows are still there: afterwards nothing knows the customer.
    perform private.enqueue('billing_close', jsonb_build_object('customer', customer.stripe_customer_id))
    from private.billing_customers as customer
    where customer.workspace_id = old.id and customer.stripe_customer_id is not null;
    return old;
  end if;
  if exists (select from public.workspaces as workspace where workspace.id = old.workspace_id) and not exists (
    select from public.workspace_members as member
    where member.workspace_id = old.workspace_id and member.role = 'owner'
  ) then
    perform private.enqueue('billing_close', jsonb_build_object('workspace', old.workspace_id));
  end if;
  return null;
end;
$$;
comment on function private.billing_orphaned() is
  'Trigger: what nobody owns any more is not charged for. Security definer: whoever deletes, Auth''s own role as well, enqueues the job.';
create trigger workspaces_billing_orphaned before delete on public.workspaces
  for each row execute function private.billing_orphaned();
create trigger workspace_members_billing_orphaned after delete on public.workspace_members
  for each row when (old.role = 'owner') execute function private.billing_orphaned();

create function private.files_orphaned()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.enqueue('files_remove', jsonb_build_object('user_id', old.id));
  return null;
end;
$$;
comment on function private.files_orphaned() is
  'Trigger on auth.users: a user''s files go after him, by the storage API: deleting their rows would leave the bytes. Security definer: Auth''s own role may not enqueue jobs.';
create trigger on_auth_user_deleted after delete on auth.users
  for each row execute function private.files_orphaned();

create function public.workspace_owners(workspace_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'customer', customer.stripe_customer_id,
    'owners', (select count(*) from public.workspace_members as member
      where member.workspace_id = customer.workspace_id and member.role = 'owner'),
    'members', (select count(*) from public.workspace_members as member
      where member.workspace_id = customer.workspace_id)
  )
  from private.billing_customers as customer
  where customer.workspace_id = workspace_owners.workspace_id;
$$;
comment on function public.workspace_owners(uuid) is
  'Server RPC: {customer, owners, members} of a workspace; null for one that Stripe does not know.';
grant execute on function public.workspace_owners(uuid) to service_role;

create function public.orphaned_subscriptions(batch integer)
returns setof uuid
language sql
stable
set search_path = ''
as $$
  select distinct held.workspace_id from public.subscriptions as held
  where held.status not in ('canceled', 'incomplete_expired') and not held.cancel_at_period_end
    and not exists (
      select from public.workspace_members as member
      where member.workspace_id = held.workspace_id and member.role = 'owner'
    )
  order by 1
  limit batch;
$$;
comment on function public.orphaned_subscriptions(integer) is
  'Server RPC: workspaces that nobody owns and that are still charged for.';
grant execute on function public.orphaned_subscriptions(integer) to service_role;

create function public.orphaned_files(batch integer)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('bucket', page.bucket_id, 'name', page.name)), '[]')
  from (
    select object.bucket_id, object.name from storage.objects as object
    where object.bucket_id in ('avatars', 'exports')
      and not exists (
        select from public.profiles as profile
        where profile.id = private.uuid_or_null(split_part(object.name, '/', 1))
      )
    order by object.bucket_id, object.name
    limit batch
  ) as page;
$$;
comment on function public.orphaned_files(integer) is
  'Server RPC: files in folders of users who are gone, [{bucket, name}]: uploaded with a token that outlived its user, or left by a deletion elsewhere.';
grant execute on function public.orphaned_files(integer) to service_role;
