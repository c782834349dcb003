-- Dunning: what happens while a renewal is not paid, as rows. A case is opened by the first failure to
-- collect an invoice of a running subscription and closed by its payment (or by staff, or by the end of
-- the subscription); in between the steps of the policy are applied, each once a case.
--
-- A case is a function of three facts: when collecting first failed, when that was over, and the policy.
-- A step counts if it was due before the case was over. So events in any order, any number of times and
-- however late end in the same case, steps and mails. Before a step is applied Stripe is asked once more
-- (job dunning_step): whoever has just paid hears nothing.

alter table public.invoices
  add column billing_reason text,
  add column description text,
  add column attempt_count integer not null default 0,
  add column next_payment_attempt timestamptz,
  add column action_required boolean not null default false,
  add column voided_at timestamptz,
  add column marked_uncollectible_at timestamptz;
comment on column public.invoices.billing_reason is
  'Stripe''s own: subscription_create for a first invoice, subscription_cycle for a renewal …';
comment on column public.invoices.description is 'What it charges for first, in words.';
comment on column public.invoices.attempt_count is 'How often collecting it was tried.';
comment on column public.invoices.next_payment_attempt is 'When Stripe tries by itself again; null when it does not.';
comment on column public.invoices.action_required is 'The bank wants its payer to confirm the payment.';

create table public.dunning_policy (
  step     text primary key,
  "after"  interval,
  action   text not null,
  mail     text,
  constraint dunning_policy_step_format check (step ~ '^[a-z][a-z0-9_]{0,39}$'),
  constraint dunning_policy_action_known check (action in ('mail', 'read_only', 'locked', 'full')),
  -- Access comes back when the invoice is paid and not by the calendar.
  constraint dunning_policy_after_failure check ((action = 'full') = ("after" is null)),
  constraint dunning_policy_after_not_negative check ("after" >= interval '0'),
  constraint dunning_policy_mail_sent check (action <> 'mail' or mail is not null)
);
comment on table public.dunning_policy is
  'What happens when a renewal is not paid. Changed by a migration or an operator; open cases follow at once.';
comment on column public.dunning_policy."after" is
  'Counted from the first failure to collect the invoice; null for what follows its payment.';
comment on column public.dunning_policy.action is
  'mail: tells, no more; read_only and locked: what the workspace may still do; full: everything again.';
comment on column public.dunning_policy.mail is 'Name of a mail template; null to tell nobody.';
create unique index dunning_policy_one_recovery on public.dunning_policy (action) where action = 'full';

insert into public.dunning_policy (step, "after", action, mail) values
  ('payment_failed', interval '0 days', 'mail', 'payment_failed'),
  ('reminder', interval '3 days', 'mail', 'payment_reminder'),
  ('read_only', interval '7 days', 'read_only', 'access_read_only'),
  ('locked', interval '14 days', 'locked', 'access_locked'),
  ('recovered', null, 'full', 'access_restored');

create table public.dunning_cases (
  id              uuid primary key default gen_random_uuid(),
  workspace_id    uuid not null references public.workspaces (id) on delete cascade,
  invoice_id      uuid not null references public.invoices (id) on delete cascade,
  first_failed_at timestamptz not null,
  closed_at       timestamptz,
  outcome         text,
  access          text not null default 'full',
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now(),
  constraint dunning_cases_one_an_invoice unique (invoice_id),
  constraint dunning_cases_outcome_known check (outcome in ('paid', 'void', 'uncollectible', 'ended')),
  constraint dunning_cases_outcome_when_closed check ((outcome is null) = (closed_at is null)),
  constraint dunning_cases_closed_after_failure check (closed_at >= first_failed_at),
  constraint dunning_cases_access_known check (access in ('full', 'read_only', 'locked')),
  constraint dunning_cases_access_when_closed check (closed_at is null or access = 'full')
);
comment on table public.dunning_cases is 'Invoices of running subscriptions that could not be collected, one row each.';
comment on column public.dunning_cases.first_failed_at is 'Day 0: the earliest failure that Stripe told of.';
comment on column public.dunning_cases.outcome is
  'paid; void or uncollectible: staff asks for it no longer; ended: the subscription did.';
comment on column public.dunning_cases.access is 'What the steps so far leave of the workspace''s access; full again once closed.';
create index dunning_cases_workspace on public.dunning_cases (workspace_id, first_failed_at desc);
create index dunning_cases_restricting on public.dunning_cases (workspace_id) where access <> 'full';
create trigger dunning_cases_touch before update on public.dunning_cases
  for each row execute function private.touch();

create table public.dunning_events (
  case_id    uuid not null references public.dunning_cases (id) on delete cascade,
  step       text not null,
  action     text not null,
  at         timestamptz not null,
  created_at timestamptz not null default now(),
  constraint dunning_events_pkey primary key (case_id, step),
  constraint dunning_events_action_known check (action in ('mail', 'read_only', 'locked', 'full'))
);
comment on table public.dunning_events is 'Steps of the policy that were applied to a case; each once. What they were, whatever becomes of the policy.';
comment on column public.dunning_events.at is 'When it was due, on the business clock.';

alter table public.dunning_policy enable row level security;
alter table public.dunning_cases enable row level security;
alter table public.dunning_events enable row level security;
grant select on public.dunning_policy, public.dunning_cases, public.dunning_events to authenticated;
grant select, insert, update, delete
  on public.dunning_policy, public.dunning_cases, public.dunning_events to service_role;

create policy "Users read the dunning policy" on public.dunning_policy
  for select to authenticated using (true);
create policy "Owners, admins, billing and staff read dunning cases" on public.dunning_cases
  for select to authenticated
  using (workspace_id in (select private.my_workspace_ids(array['owner', 'admin', 'billing']))
    or (select private.is_staff()));
create policy "Owners, admins, billing and staff read dunning events" on public.dunning_events
  for select to authenticated
  using (case_id in (
    select held.id from public.dunning_cases as held
    where held.workspace_id in (select private.my_workspace_ids(array['owner', 'admin', 'billing']))
  ) or (select private.is_staff()));

-- Replaces the answer that is always full. Definer, other than before: it reads cases.
create or replace function private.workspace_access(workspace uuid)
returns text
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(
    (select held.access from public.dunning_cases as held
     where held.workspace_id = workspace and held.access <> 'full'
     order by held.access = 'locked' desc limit 1),
    'full'
  );
$$;
comment on function private.workspace_access(uuid) is
  'What unpaid invoices leave of a workspace''s access. full; read_only: nothing new is used or metered; locked: as if nothing were paid for. Security definer: members without a billing role are bound by it, too, and read no case.';

create function private.dunning_mail(held public.dunning_cases, step text, template text)
returns void
language sql
set search_path = ''
as $$
  select private.enqueue_mail(
    told.template,
    private.billing_contact(held.workspace_id, invoice.subscription_id),
    jsonb_strip_nulls(
      jsonb_build_object(
        'amount', jsonb_build_object('amount', invoice.amount_due, 'currency', invoice.currency),
        'workspace', workspace.name, 'url', invoice.hosted_invoice_url
      ) || case when told.template = 'payment_action_required' then '{}'::jsonb else jsonb_build_object(
        'plan', plan.name,
        'next_attempt', case when invoice.next_payment_attempt > private.now() then invoice.next_payment_attempt end,
        'read_only_at', (
          select min(held.first_failed_at + coming."after") from public.dunning_policy as coming
          where coming.action = 'read_only' and held.first_failed_at + coming."after" > private.now()
        ),
        'locked_at', (
          select min(held.first_failed_at + coming."after") from public.dunning_policy as coming
          where coming.action = 'locked' and held.first_failed_at + coming."after" > private.now()
        )
      ) end
    ),
    -- By what the policy names, so that a first failure has one mail whichever of the two it is.
    dunning_mail.template || ':' || invoice.stripe_invoice_id || ':' || dunning_mail.step
  )
  from public.invoices as invoice
  join public.workspaces as workspace on workspace.id = invoice.workspace_id
  left join public.subscriptions as bought on bought.id = invoice.subscription_id
  left join public.plans as plan on plan.id = bought.plan_id,
    lateral (
      select case
        when dunning_mail.template = 'payment_failed' and invoice.action_required then 'payment_action_required'
        else dunning_mail.template
      end as template
    ) as told
  where invoice.id = held.invoice_id;
$$;
comment on function private.dunning_mail(public.dunning_cases, text, text) is
  'Enqueues the mail of one step of one case, once for good. A payment that waits for its payer''s bank did not fail: then the mail asks to confirm it.';
grant execute on function private.dunning_mail(public.dunning_cases, text, text) to service_role;

create function private.dunning_settle(invoice_id uuid, fresh boolean)
returns void
language plpgsql
set search_path = ''
as $$
declare
  held public.dunning_cases;
  owed public.invoices;
  over_at timestamptz;
  over_by text;
  due record;
  news boolean := false;
begin
  select * into held from public.dunning_cases as one
  where one.invoice_id = dunning_settle.invoice_id
  for update;
  if held.id is null then
    return;
  end if;
  select * into owed from public.invoices as one where one.id = held.invoice_id;
  select greatest(ending.at, held.first_failed_at), ending.outcome into over_at, over_by
  from (values
    (case when owed.status = 'paid' then coalesce(owed.paid_at, private.now()) end, 'paid'),
    (owed.voided_at, 'void'),
    (owed.marked_uncollectible_at, 'uncollectible'),
    ((select bought.ended_at from public.subscriptions as bought where bought.id = owed.subscription_id), 'ended')
  ) as ending (at, outcome)
  where ending.at is not null
  order by ending.at, ending.outcome
  limit 1;

  if fresh then
    for due in
      select step.step, step.action, step.mail, held.first_failed_at + step."after" as at
      from public.dunning_policy as step
      where held.first_failed_at + step."after" <= least(private.now(), over_at)
        and not exists (
          select from public.dunning_events as done where done.case_id = held.id and done.step = step.step
        )
      order by step."after", step.step
    loop
      insert into public.dunning_events (case_id, step, action, at)
      values (held.id, due.step, due.action, due.at);
      news := true;
      if due.mail is not null then
        perform private.dunning_mail(held, due.step, due.mail);
      end if;
    end loop;
    if over_by = 'paid' then
      insert into public.dunning_events (case_id, step, action, at)
      select held.id, step.step, step.action, over_at
      from public.dunning_policy as step where step.action = 'full'
      on conflict on constraint dunning_events_pkey do nothing;
      news := news or found;
      -- The receipt tells of the payment; this mail of access that was taken and comes back. Sent also when
      -- an earlier failure is told so late that only now that much is known to have been taken.
      if news then
        perform private.dunning_mail(held, step.step, step.mail)
        from public.dunning_policy as step
        where step.action = 'full' and step.mail is not null and exists (
          select from public.dunning_events as done
          where done.case_id = held.id and done.action in ('read_only', 'locked')
        );
      end if;
    end if;
  end if;

  update public.dunning_cases as one
  set closed_at = over_at, outcome = over_by,
      access = case when over_at is not null then 'full' else coalesce((
        select done.action from public.dunning_events as done
        where done.case_id = held.id and done.action in ('read_only', 'locked')
        order by done.action = 'locked' desc limit 1
      ), 'full') end
  where one.id = held.id;

  -- Then look again: at the next step of an open case; at what is due already but was not looked at afresh.
  perform private.enqueue(
    'dunning_step', jsonb_build_object('invoice', owed.stripe_invoice_id),
    'dunning:' || owed.stripe_invoice_id || ':' || next_step.step || ':' || private.epoch(next_step.at),
    next_step.at
  )
  from (
    select step.step, held.first_failed_at + step."after" as at
    from public.dunning_policy as step
    where step."after" is not null
      and held.first_failed_at + step."after" <= coalesce(over_at, 'infinity')
      and not exists (
        select from public.dunning_events as done where done.case_id = held.id and done.step = step.step
      )
    order by step."after", step.step
    limit 1
  ) as next_step;
end;
$$;
comment on function private.dunning_settle(uuid, boolean) is
  'Brings an invoice''s case to what is known: closes it, applies the steps due, enqueues a look at the next. `fresh` says that the invoice was just fetched; otherwise no step is applied, since it may have been paid.';
grant execute on function private.dunning_settle(uuid, boolean) to service_role;

create function private.dunning_follow_invoice()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform private.dunning_settle(new.id, true);
  return null;
end;
$$;
comment on function private.dunning_follow_invoice() is
  'Trigger on invoices: a case follows its invoice in the transaction that mirrors it, so that a payment gives access back at once.';
create trigger invoices_dunning after update of status on public.invoices
  for each row execute function private.dunning_follow_invoice();

create function private.dunning_follow_subscription()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform private.dunning_settle(held.invoice_id, false)
  from public.dunning_cases as held
  join public.invoices as invoice on invoice.id = held.invoice_id
  where invoice.subscription_id = new.id;
  return null;
end;
$$;
comment on function private.dunning_follow_subscription() is
  'Trigger on subscriptions: what has ended is not dunned any longer.';
create trigger subscriptions_dunning after update of ended_at on public.subscriptions
  for each row when (old.ended_at is distinct from new.ended_at)
  execute function private.dunning_follow_subscription();

create function private.dunning_follow_policy()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform private.dunning_settle(held.invoice_id, false)
  from public.dunning_cases as held
  where held.closed_at is null;
  return null;
end;
$$;
comment on function private.dunning_follow_policy() is 'Trigger on dunning_policy: open cases are looked at again at the new times.';
create trigger dunning_policy_followed after insert or update or delete on public.dunning_policy
  for each statement execute function private.dunning_follow_policy();

create function public.dunning_failed(stripe_invoice_id text, failed_at timestamptz)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  owed public.invoices;
begin
  -- Locked as its sync locks it: either sees the other's write, so no payment passes a case by.
  select * into owed from public.invoices as one
  where one.stripe_invoice_id = dunning_failed.stripe_invoice_id
  for no key update;
  -- A first invoice fails before its payer's eyes; one without a subscription gives no access.
  if owed.id is null or owed.subscription_id is null or owed.billing_reason = 'subscription_create' then
    return false;
  end if;
  perform from public.subscriptions as bought where bought.id = owed.subscription_id for no key update;
  -- Of several failures the earliest counts, whichever is told first: what was applied was due earlier, too.
  update public.dunning_events as done
  set at = done.at - (held.first_failed_at - dunning_failed.failed_at)
  from public.dunning_cases as held
  where held.invoice_id = owed.id and held.first_failed_at > dunning_failed.failed_at
    and done.case_id = held.id and done.action <> 'full';
  insert into public.dunning_cases as held (workspace_id, invoice_id, first_failed_at)
  values (owed.workspace_id, owed.id, dunning_failed.failed_at)
  on conflict on constraint dunning_cases_one_an_invoice do update
  set first_failed_at = excluded.first_failed_at
  where held.first_failed_at > excluded.first_failed_at;
  perform private.dunning_settle(owed.id, true);
  return true;
end;
$$;
comment on function public.dunning_failed(text, timestamptz) is
  'Server RPC: Stripe told that an invoice, mirrored just now, could not be collected; false when nobody is dunned for it.';
grant execute on function public.dunning_failed(text, timestamptz) to service_role;

create function public.dunning_advance(stripe_invoice_id text)
returns text
language plpgsql
set search_path = ''
as $$
begin
  perform private.dunning_settle(invoice.id, true)
  from public.invoices as invoice
  where invoice.stripe_invoice_id = dunning_advance.stripe_invoice_id;
  return (
    select case when held.closed_at is null then held.access else held.outcome end
    from public.dunning_cases as held
    join public.invoices as invoice on invoice.id = held.invoice_id
    where invoice.stripe_invoice_id = dunning_advance.stripe_invoice_id
  );
end;
$$;
comment on function public.dunning_advance(text) is
  'Server RPC: applies what is due of an invoice''s case, which was fetched just now; the access that it leaves, or how it ended.';
grant execute on function public.dunning_advance(text) to service_role;

create function public.dunning_timeline(workspace_id uuid)
returns table (
  invoice_id uuid, number text, amount_due bigint, currency text, hosted_invoice_url text,
  outcome text, step text, action text, at timestamptz, done boolean
)
language sql
stable
set search_path = ''
as $$
  select invoice.id, invoice.number, invoice.amount_due, invoice.currency, invoice.hosted_invoice_url,
         held.outcome, step.step, step.action, step.at, step.done
  from public.dunning_cases as held
  join public.invoices as invoice on invoice.id = held.invoice_id,
    lateral (
      select done.step, done.action, done.at, true as done
      from public.dunning_events as done where done.case_id = held.id
      union all
      select coming.step, coming.action, held.first_failed_at + coming."after", false
      from public.dunning_policy as coming
      where held.closed_at is null and coming."after" is not null
        and not exists (
          select from public.dunning_events as done where done.case_id = held.id and done.step = coming.step
        )
    ) as step
  where held.workspace_id = dunning_timeline.workspace_id
  order by held.first_failed_at desc, invoice.id, step.at, step.action = 'full', step.step;
$$;
comment on function public.dunning_timeline(uuid) is
  'Client RPC: past and coming steps of a workspace''s unpaid invoices, the latest invoice first; empty for who may not read its invoices.';
grant execute on function public.dunning_timeline(uuid) to authenticated, service_role;

create or replace function private.stripe_apply_invoice(record jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  owner_workspace uuid;
  mirrored public.invoices;
  recipient uuid;
  bought text;
begin
  if (record ->> 'deleted')::boolean then
    delete from public.invoices where stripe_invoice_id = record ->> 'id'; -- Only a draft can be deleted.
    return;
  end if;
  select workspace_id into owner_workspace from private.billing_customers
  where stripe_customer_id = record ->> 'customer_id';
  if owner_workspace is null then
    return; -- Another product's customer in the same Stripe account.
  end if;

  insert into public.invoices (
    workspace_id, subscription_id, stripe_invoice_id, number, status, currency, subtotal, total,
    amount_due, amount_paid, period_start, period_end, hosted_invoice_url, invoice_pdf, created_at, paid_at,
    billing_reason, description, attempt_count, next_payment_attempt, action_required, voided_at,
    marked_uncollectible_at
  )
  values (
    owner_workspace,
    (select held.id from public.subscriptions as held where held.stripe_subscription_id = record ->> 'subscription_id'),
    record ->> 'id', record ->> 'number', record ->> 'status', record ->> 'currency',
    (record ->> 'subtotal')::bigint, (record ->> 'total')::bigint,
    (record ->> 'amount_due')::bigint, (record ->> 'amount_paid')::bigint,
    private.at(record -> 'period_start'), private.at(record -> 'period_end'),
    record ->> 'hosted_invoice_url', record ->> 'invoice_pdf',
    private.at(record -> 'created'), private.at(record -> 'paid_at'),
    record ->> 'billing_reason', record ->> 'description',
    coalesce((record ->> 'attempt_count')::integer, 0), private.at(record -> 'next_payment_attempt'),
    coalesce((record ->> 'action_required')::boolean, false), private.at(record -> 'voided_at'),
    private.at(record -> 'marked_uncollectible_at')
  )
  on conflict on constraint invoices_stripe_id_key do update
  set subscription_id = excluded.subscription_id, number = excluded.number, status = excluded.status,
      currency = excluded.currency, subtotal = excluded.subtotal, total = excluded.total,
      amount_due = excluded.amount_due, amount_paid = excluded.amount_paid,
      period_start = excluded.period_start, period_end = excluded.period_end,
      hosted_invoice_url = excluded.hosted_invoice_url, invoice_pdf = excluded.invoice_pdf,
      paid_at = excluded.paid_at, billing_reason = excluded.billing_reason,
      description = excluded.description, attempt_count = excluded.attempt_count,
      next_payment_attempt = excluded.next_payment_attempt, action_required = excluded.action_required,
      voided_at = excluded.voided_at, marked_uncollectible_at = excluded.marked_uncollectible_at
  returning * into mirrored;

  insert into public.payments (
    workspace_id, invoice_id, stripe_payment_id, status, amount, currency, created_at, paid_at
  )
  -- One payment intent may stand in several entries of an invoice: the latest tells how it stands.
  select distinct on (payment ->> 'id')
         owner_workspace, mirrored.id, payment ->> 'id', payment ->> 'status',
         (payment ->> 'amount')::bigint, payment ->> 'currency',
         private.at(payment -> 'created'), private.at(payment -> 'paid_at')
  from jsonb_array_elements(record -> 'payments') as payment
  order by payment ->> 'id', (payment ->> 'created')::bigint desc
  on conflict on constraint payments_stripe_id_key do update
  set invoice_id = excluded.invoice_id, status = excluded.status, amount = excluded.amount,
      currency = excluded.currency, paid_at = excluded.paid_at;

  if mirrored.status = 'paid' and mirrored.amount_paid > 0 then
    select private.billing_contact(owner_workspace, mirrored.subscription_id) into recipient;
    select plan.name into bought
    from public.subscriptions as held join public.plans as plan on plan.id = held.plan_id
    where held.id = mirrored.subscription_id;
    perform private.enqueue_mail(
      'receipt', recipient,
      jsonb_strip_nulls(jsonb_build_object(
        'amount', jsonb_build_object('amount', mirrored.amount_paid, 'currency', mirrored.currency),
        'paid_at', coalesce(mirrored.paid_at, now()),
        'number', coalesce(mirrored.number, mirrored.stripe_invoice_id),
        'url', mirrored.hosted_invoice_url,
        'pdf_url', mirrored.invoice_pdf,
        'workspace', (select workspace.name from public.workspaces as workspace where workspace.id = owner_workspace),
        'plan', coalesce(bought, mirrored.description, mirrored.number),
        'period', jsonb_build_object('start', mirrored.period_start, 'end', mirrored.period_end)
      )),
      'receipt:' || mirrored.stripe_invoice_id
    );
  end if;
end;
$$;
