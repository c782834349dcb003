-- Terms of a subscription: its trial, its discount and what it changes to at its renewal, mirrored from
-- Stripe; and who has had a trial, which is ours to remember.

alter table public.subscriptions
  add column trial_start timestamptz,
  add column promotion_code text,
  add column coupon text,
  add column discount_ends_at timestamptz,
  add column next_price_id text,
  add column next_quantity integer,
  add column next_change_at timestamptz;
comment on column public.subscriptions.promotion_code is 'The code that its discount was given for, as customers type it; null for a coupon without one.';
comment on column public.subscriptions.coupon is 'Stripe''s id of the coupon that takes something off each invoice; null without a discount.';
comment on column public.subscriptions.discount_ends_at is 'From when on it no longer does; null for one that counts once or for good.';
comment on column public.subscriptions.next_price_id is 'The price that it changes to at next_change_at, by a Stripe subscription schedule; null when nothing is planned.';
comment on column public.subscriptions.next_quantity is 'The quantity that it changes to then.';

-- Trials. One a workspace, one a card.

create table private.workspace_trials (
  workspace_id           uuid primary key references public.workspaces (id) on delete cascade,
  intent_id              uuid references private.subscription_intents (id) on delete set null,
  stripe_subscription_id text,
  created_at             timestamptz not null default now()
);
comment on table private.workspace_trials is
  'Workspaces that have had a trial, or are buying one: written with the purchase, so that two at once are one. A purchase that was given up without a subscription gives it back.';
create index workspace_trials_intent on private.workspace_trials (intent_id);

create table private.card_trials (
  fingerprint            text not null,
  stripe_subscription_id text not null,
  trial_start            timestamptz not null,
  created_at             timestamptz not null default now(),
  constraint card_trials_pkey primary key (fingerprint, stripe_subscription_id)
);
comment on table private.card_trials is
  'Cards that were seen on a subscription during its trial. The earliest trial of a card counts, by Stripe''s times: whatever order the events come in, the same ones are repeated trials. Kept when a workspace goes, else a new one would be a new trial.';
comment on column private.card_trials.fingerprint is 'Stripe''s: the same for a card''s number wherever it is given; it tells nothing of the number.';

alter table private.workspace_trials enable row level security;
alter table private.card_trials enable row level security;
grant select, insert, update, delete on private.workspace_trials, private.card_trials to service_role;

alter table private.subscription_intents
  add column trial_days smallint,
  add column trial_needs_card boolean not null default false,
  add column promotion_code_id text,
  add column payment_method_id text,
  add constraint subscription_intents_trial_positive check (trial_days > 0);
comment on column private.subscription_intents.payment_method_id is
  'The card on file that a trial begins with. Kept, as all that Stripe is sent, so that each attempt sends the same.';

create function private.trial_used(workspace_id uuid)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select from private.workspace_trials as trial
    left join private.subscription_intents as intent on intent.id = trial.intent_id
    where trial.workspace_id = trial_used.workspace_id
      and (trial.stripe_subscription_id is not null or intent.state in ('open', 'bought'))
  );
$$;
comment on function private.trial_used(uuid) is 'Whether a workspace has had its trial, or is buying it.';
grant execute on function private.trial_used(uuid) to service_role;

create function public.card_trial_used(fingerprint text)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (select from private.card_trials as trial where trial.fingerprint = card_trial_used.fingerprint);
$$;
comment on function public.card_trial_used(text) is 'Server RPC: whether a card has had a trial, in whatever workspace.';
grant execute on function public.card_trial_used(text) to service_role;

drop function public.subscription_intent_open(uuid, uuid, text, integer, text, text);
create function public.subscription_intent_open(
  user_id uuid,
  workspace_id uuid,
  price text,
  quantity integer,
  success_url text default null,
  cancel_url text default null,
  trial_days integer default null,
  trial_needs_card boolean default false,
  promotion_code_id text default null,
  payment_method_id text default null
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  target constant uuid := private.billing_workspace(
    subscription_intent_open.user_id, subscription_intent_open.workspace_id
  );
  wanted public.prices;
  live public.subscriptions;
  intent private.subscription_intents;
  matches boolean;
begin
  -- One at a time a workspace, whoever of its members asks: the row lock is held for this call alone.
  -- Not `for update`, for which every mirrored row that refers to the workspace would have to wait.
  perform from public.workspaces as workspace where workspace.id = target for no key update;

  select * into wanted from public.prices as offered
  where offered.active and (offered.id = price or offered.lookup_key = price)
    and exists (select from public.plans as plan where plan.id = offered.plan_id and plan.active)
  order by offered.id = price desc, offered.created_at desc
  limit 1;
  if wanted.id is null then
    perform private.problem(404, 'price_not_found', 'No price on sale has this id or lookup key; see the plans endpoint.');
  end if;

  -- https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
  if wanted.unit_amount * subscription_intent_open.quantity > 99999999 then
    perform private.problem(422, 'invalid_body',
      'One payment takes at most eight digits: ask for a smaller quantity.');
  end if;

  select * into live from public.subscriptions as held
  where held.workspace_id = target and held.status in ('active', 'trialing', 'past_due', 'unpaid', 'paused')
  limit 1;
  if live.id is not null then
    perform private.problem(409, 'subscription_exists',
      'This workspace already has a subscription that is ' || live.status || '.');
  end if;

  select * into intent from private.subscription_intents as open_one
  where open_one.workspace_id = target and open_one.state = 'open';
  -- The card of a trial is ours to find, not the caller's to ask for.
  matches := intent.id is null or (
    intent.price_id = wanted.id and intent.quantity = subscription_intent_open.quantity
      and intent.success_url is not distinct from subscription_intent_open.success_url
      and intent.cancel_url is not distinct from subscription_intent_open.cancel_url
      and intent.trial_days is not distinct from subscription_intent_open.trial_days
      and intent.promotion_code_id is not distinct from subscription_intent_open.promotion_code_id
  );
  if intent.id is null then
    if subscription_intent_open.trial_days is not null and private.trial_used(target) then
      perform private.problem(409, 'trial_used', 'This workspace has had its trial: subscribe without one.');
    end if;
    insert into private.subscription_intents (
      workspace_id, user_id, price_id, quantity, success_url, cancel_url, trial_days, trial_needs_card,
      promotion_code_id, payment_method_id
    )
    values (
      target, subscription_intent_open.user_id, wanted.id, subscription_intent_open.quantity,
      subscription_intent_open.success_url, subscription_intent_open.cancel_url,
      subscription_intent_open.trial_days, subscription_intent_open.trial_needs_card,
      subscription_intent_open.promotion_code_id, subscription_intent_open.payment_method_id
    )
    returning * into intent;
    if intent.trial_days is not null then
      insert into private.workspace_trials (workspace_id, intent_id) values (target, intent.id)
      on conflict on constraint workspace_trials_pkey do update set intent_id = excluded.intent_id;
    end if;
  end if;
  return jsonb_build_object(
    'id', intent.id, 'workspace_id', target, 'user_id', intent.user_id,
    'price_id', intent.price_id, 'quantity', intent.quantity,
    'stripe_subscription_id', intent.stripe_subscription_id,
    'stripe_session_id', intent.stripe_session_id,
    'success_url', intent.success_url, 'cancel_url', intent.cancel_url,
    'trial_days', intent.trial_days, 'trial_needs_card', intent.trial_needs_card,
    'promotion_code_id', intent.promotion_code_id,
    'payment_method_id', intent.payment_method_id,
    'matches', matches
  );
end;
$$;
comment on function public.subscription_intent_open(uuid, uuid, text, integer, text, text, integer, boolean, text, text) is
  'Server RPC: the workspace''s purchase under way, opened if there was none: {id, workspace_id, user_id, price_id, quantity, stripe_subscription_id, stripe_session_id, success_url, cancel_url, trial_days, trial_needs_card, promotion_code_id, payment_method_id, matches}; `matches` is false when it is for something else than asked. Refuses a second trial with trial_used.';
grant execute on function public.subscription_intent_open(uuid, uuid, text, integer, text, text, integer, boolean, text, text)
  to service_role;

create or replace function private.stripe_apply_subscription(record jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  owner_workspace uuid;
  bought_plan text;
begin
  if (record ->> 'deleted')::boolean then
    -- Stripe keeps ended subscriptions for good: this one was never its own.
    delete from public.subscriptions where stripe_subscription_id = record ->> 'id';
    return;
  end if;
  select workspace_id into owner_workspace from private.billing_customers
  where stripe_customer_id = record ->> 'customer_id';
  if owner_workspace is null then
    return; -- Another product's customer in the same Stripe account.
  end if;
  -- A change of the catalogue waits until it can see this subscription, and this one for the change. Not
  -- by locking the price's row: the plan's, which the insert below refers to, is locked the other way round.
  perform pg_advisory_xact_lock_shared(hashtextextended('stripe catalogue', 0));
  select price.plan_id into bought_plan from public.prices as price where price.id = record ->> 'price_id';
  insert into public.subscriptions (
    workspace_id, user_id, stripe_subscription_id, plan_id, price_id, status, quantity, currency,
    cancel_at_period_end, current_period_start, current_period_end, trial_start, trial_end, cancel_at,
    canceled_at, ended_at, created_at, stripe_payment_method_id, promotion_code, coupon, discount_ends_at,
    next_price_id, next_quantity, next_change_at
  )
  values (
    owner_workspace,
    (select profile.id from public.profiles as profile
     where profile.id = private.uuid_or_null(record ->> 'user_id')),
    record ->> 'id',
    bought_plan, record ->> 'price_id', record ->> 'status', (record ->> 'quantity')::integer, record ->> 'currency',
    (record ->> 'cancel_at_period_end')::boolean, private.at(record -> 'current_period_start'),
    private.at(record -> 'current_period_end'), private.at(record -> 'trial_start'),
    private.at(record -> 'trial_end'), private.at(record -> 'cancel_at'), private.at(record -> 'canceled_at'),
    private.at(record -> 'ended_at'), private.at(record -> 'created'), record ->> 'payment_method_id',
    record ->> 'promotion_code', record ->> 'coupon', private.at(record -> 'discount_ends_at'),
    record ->> 'next_price_id', (record ->> 'next_quantity')::integer, private.at(record -> 'next_change_at')
  )
  on conflict on constraint subscriptions_stripe_id_key do update
  set plan_id = excluded.plan_id, price_id = excluded.price_id, status = excluded.status,
      quantity = excluded.quantity, currency = excluded.currency,
      cancel_at_period_end = excluded.cancel_at_period_end,
      current_period_start = excluded.current_period_start,
      current_period_end = excluded.current_period_end, trial_start = excluded.trial_start,
      trial_end = excluded.trial_end,
      cancel_at = excluded.cancel_at, canceled_at = excluded.canceled_at, ended_at = excluded.ended_at,
      stripe_payment_method_id = excluded.stripe_payment_method_id,
      promotion_code = excluded.promotion_code, coupon = excluded.coupon,
      discount_ends_at = excluded.discount_ends_at, next_price_id = excluded.next_price_id,
      next_quantity = excluded.next_quantity, next_change_at = excluded.next_change_at;

  update private.subscription_intents
  set state = case
        when record ->> 'status' = 'incomplete' then 'open'
        when record ->> 'status' in ('incomplete_expired', 'canceled') then 'abandoned'
        else 'bought'
      end,
      closed_at = case when record ->> 'status' <> 'incomplete' then now() end,
      stripe_subscription_id = record ->> 'id'
  where state = 'open' and workspace_id = owner_workspace
    and (stripe_subscription_id = record ->> 'id' or id = private.uuid_or_null(record ->> 'intent_id'));

  if record ->> 'trial_start' is not null then
    insert into private.workspace_trials (workspace_id, stripe_subscription_id)
    values (owner_workspace, record ->> 'id')
    on conflict on constraint workspace_trials_pkey do update
    set stripe_subscription_id = coalesce(private.workspace_trials.stripe_subscription_id, excluded.stripe_subscription_id);
  end if;
  if record ->> 'status' = 'trialing' and record ->> 'card_fingerprint' is not null then
    perform private.card_trial_seen(
      record ->> 'card_fingerprint', record ->> 'id', private.at(record -> 'trial_start')
    );
  end if;
end;
$$;

create function private.card_trial_seen(
  fingerprint text, stripe_subscription_id text, trial_start timestamptz
)
returns void
language plpgsql
set search_path = ''
as $$
begin
  -- Two that show one card at once each see the other's row: else neither would be the second.
  perform pg_advisory_xact_lock(hashtextextended('card trial ' || fingerprint, 0));
  insert into private.card_trials (fingerprint, stripe_subscription_id, trial_start)
  values (card_trial_seen.fingerprint, card_trial_seen.stripe_subscription_id, card_trial_seen.trial_start)
  on conflict on constraint card_trials_pkey do nothing;
  perform private.enqueue(
    'trial_end',
    jsonb_build_object('stripe_subscription_id', repeated.stripe_subscription_id),
    'trial_end:' || repeated.stripe_subscription_id
  )
  from (
    select trial.stripe_subscription_id from private.card_trials as trial
    where trial.fingerprint = card_trial_seen.fingerprint
    order by trial.trial_start, trial.stripe_subscription_id
    offset 1
  ) as repeated
  join public.subscriptions as held on held.stripe_subscription_id = repeated.stripe_subscription_id
  where held.status = 'trialing';
end;
$$;
comment on function private.card_trial_seen(text, text, timestamptz) is
  'Notes a card on a subscription in its trial; of several trials of one card, all but the earliest are ended by a job.';
grant execute on function private.card_trial_seen(text, text, timestamptz) to service_role;

create or replace function private.stripe_mirror(object_type text, ids text[])
returns table (id text, mirrored jsonb)
language sql
stable
set search_path = ''
as $$
  -- Of several products that name one plan, the plan's row is one's; the others are kept as claims alone.
  select claim.product_id, jsonb_build_object(
    'plan_id', claim.plan_id,
    'name', coalesce(plan.name, claim.record ->> 'name'),
    'active', coalesce(plan.active, (claim.record ->> 'active')::boolean))
  from private.plan_products as claim
  left join public.plans as plan on plan.stripe_product_id = claim.product_id
  where object_type = 'product' and claim.product_id = any (ids)
  union all
  select price.id, jsonb_build_object(
    'unit_amount', price.unit_amount, 'currency', price.currency, 'interval', price."interval",
    'lookup_key', price.lookup_key, 'active', price.active)
  from public.prices as price
  where object_type = 'price' and price.id = any (ids)
  union all
  select held.stripe_subscription_id, jsonb_build_object(
    'status', held.status, 'price_id', held.price_id, 'quantity', held.quantity,
    'cancel_at_period_end', held.cancel_at_period_end,
    'current_period_end', private.epoch(held.current_period_end),
    'trial_start', private.epoch(held.trial_start), 'trial_end', private.epoch(held.trial_end),
    'promotion_code', held.promotion_code, 'coupon', held.coupon,
    'discount_ends_at', private.epoch(held.discount_ends_at),
    'next_price_id', held.next_price_id, 'next_quantity', held.next_quantity,
    'next_change_at', private.epoch(held.next_change_at))
  from public.subscriptions as held
  where object_type = 'subscription' and held.stripe_subscription_id = any (ids)
  union all
  select invoice.stripe_invoice_id, jsonb_build_object(
    'status', invoice.status, 'currency', invoice.currency, 'total', invoice.total,
    'amount_due', invoice.amount_due, 'amount_paid', invoice.amount_paid,
    'paid', (
      select coalesce(sum(payment.amount), 0) from public.payments as payment
      where payment.invoice_id = invoice.id and payment.status = 'succeeded'
    ))
  from public.invoices as invoice
  where object_type = 'invoice' and invoice.stripe_invoice_id = any (ids)
  union all
  select payment.stripe_payment_id, jsonb_build_object('amount_refunded', payment.amount_refunded)
  from public.payments as payment
  where object_type = 'charge' and payment.stripe_payment_id = any (ids);
$$;

create or replace function public.billing_mail(
  template text,
  stripe_customer_id text,
  stripe_subscription_id text,
  props jsonb,
  dedupe_key text
)
returns bigint
language sql
set search_path = ''
as $$
  -- A mail about a change names the plans of the event, not the one that it has when the mail is made.
  select private.enqueue_mail(
    billing_mail.template,
    private.billing_contact(customer.workspace_id, held.id),
    jsonb_build_object('workspace', workspace.name)
      || case
        when billing_mail.stripe_subscription_id is null then '{}'::jsonb
        else jsonb_build_object('plan', coalesce(
          named.name, billing_mail.props ->> 'price_id', plan.name, held.price_id, billing_mail.stripe_subscription_id
        ))
      end
      || case
        when billing_mail.props ? 'previous_price_id'
          then jsonb_build_object('previous_plan', coalesce(former.name, billing_mail.props ->> 'previous_price_id'))
        else '{}'::jsonb
      end
      || (billing_mail.props - 'price_id' - 'previous_price_id'),
    billing_mail.dedupe_key
  )
  from private.billing_customers as customer
  join public.workspaces as workspace on workspace.id = customer.workspace_id
  left join public.subscriptions as held
    on held.stripe_subscription_id = billing_mail.stripe_subscription_id
  left join public.plans as plan on plan.id = held.plan_id
  left join public.prices as price on price.id = billing_mail.props ->> 'price_id'
  left join public.plans as named on named.id = price.plan_id
  left join public.prices as former_price on former_price.id = billing_mail.props ->> 'previous_price_id'
  left join public.plans as former on former.id = former_price.plan_id
  where customer.stripe_customer_id = billing_mail.stripe_customer_id;
$$;
comment on function public.billing_mail(text, text, text, jsonb, text) is
  'Server RPC: enqueues a mail about billing to the workspace''s contact, with the workspace''s and the plan''s name (that of props.price_id where given, and of previous_price_id); null when the customer is not ours or the cause was mailed before.';
