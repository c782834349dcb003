-- Buying a subscription: who may, whether one is there already, and what to resume.

create function private.billing_workspace(user_id uuid, workspace_id uuid)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
declare
  target constant uuid := coalesce(billing_workspace.workspace_id, (
    select workspace.id from public.workspaces as workspace
    where workspace.personal_of = billing_workspace.user_id
  ));
  held_role text;
begin
  select member.role into held_role from public.workspace_members as member
  where member.workspace_id = target and member.user_id = billing_workspace.user_id;
  if held_role is null then
    -- Whether another's workspace exists is not told.
    perform private.problem(404, 'workspace_not_found', 'No workspace of yours has this id.');
  end if;
  if held_role not in ('owner', 'admin', 'billing') then
    perform private.problem(403, 'forbidden', 'Only an owner, an admin or a billing member may buy or change a subscription.');
  end if;
  return target;
end;
$$;
comment on function private.billing_workspace(uuid, uuid) is
  'The workspace whose billing a user may handle; the personal one by default. Refuses with workspace_not_found or forbidden.';
grant execute on function private.billing_workspace(uuid, uuid) to service_role;

create function public.subscription_intent_open(
  user_id uuid,
  workspace_id uuid,
  price text,
  quantity integer,
  success_url text default null,
  cancel_url text default null
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
  if intent.id is null then
    insert into private.subscription_intents (
      workspace_id, user_id, price_id, quantity, success_url, cancel_url
    )
    values (
      target, subscription_intent_open.user_id, wanted.id, subscription_intent_open.quantity,
      subscription_intent_open.success_url, subscription_intent_open.cancel_url
    )
    returning * into intent;
  end if;
  return jsonb_build_object(
    'id', intent.id, 'workspace_id', target, 'user_id', intent.user_id,
    'price_id', intent.price_id, 'quantity', intent.quantity,
    'stripe_subscription_id', intent.stripe_subscription_id,
    'stripe_session_id', intent.stripe_session_id,
    'success_url', intent.success_url, 'cancel_url', intent.cancel_url,
    'matches', intent.price_id = wanted.id and intent.quantity = subscription_intent_open.quantity
      and intent.success_url is not distinct from subscription_intent_open.success_url
      and intent.cancel_url is not distinct from subscription_intent_open.cancel_url
  );
end;
$$;
comment on function public.subscription_intent_open(uuid, uuid, text, integer, text, text) is
  'Server RPC: the workspace''s purchase under way, opened if there was none: {id, workspace_id, user_id, price_id, quantity, stripe_subscription_id, stripe_session_id, success_url, cancel_url, matches}; `matches` is false when it is for something else than asked.';
grant execute on function public.subscription_intent_open(uuid, uuid, text, integer, text, text)
  to service_role;

create function public.subscription_intent_record(
  intent_id uuid, stripe_subscription_id text, stripe_session_id text default null
)
returns boolean
language sql
set search_path = ''
as $$
  with recorded as (
    update private.subscription_intents as intent
    set stripe_subscription_id =
          coalesce(subscription_intent_record.stripe_subscription_id, intent.stripe_subscription_id),
        stripe_session_id = coalesce(subscription_intent_record.stripe_session_id, intent.stripe_session_id)
    where intent.id = intent_id and intent.state = 'open'
    returning 1
  )
  select exists (select from recorded);
$$;
comment on function public.subscription_intent_record(uuid, text, text) is
  'Server RPC: notes which Stripe subscription or Checkout Session an intent became; false when it is no longer open.';
grant execute on function public.subscription_intent_record(uuid, text, text) to service_role;

create function public.subscription_intent_abandon(intent_id uuid)
returns void
language sql
set search_path = ''
as $$
  update private.subscription_intents set state = 'abandoned', closed_at = now()
  where id = intent_id and state = 'open';
$$;
comment on function public.subscription_intent_abandon(uuid) is
  'Server RPC: gives an intent up after Stripe has definitely refused or ended it.';
grant execute on function public.subscription_intent_abandon(uuid) to service_role;
