-- Buying a subscription: who may, whether one is there already, and what to resume.

create function public.subscription_intent_open(
  user_id uuid, workspace_id uuid, price text, quantity integer
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  target uuid := subscription_intent_open.workspace_id;
  wanted public.prices;
  live public.subscriptions;
  intent private.subscription_intents;
begin
  if target is null then
    select workspace.id into target from public.workspaces as workspace
    where workspace.personal_of = subscription_intent_open.user_id;
  end if;
  -- One at a time a workspace, members included: the row lock is held for this call alone.
  perform from public.workspaces as workspace where workspace.id = target for update;
  if not exists (
    select from public.workspace_members as member
    where member.workspace_id = target and member.user_id = subscription_intent_open.user_id
  ) then
    -- Whether another's workspace exists is not told.
    perform private.problem(404, 'workspace_not_found', 'No workspace of yours has this id.');
  end if;
  if not exists (
    select from public.workspace_members as member
    where member.workspace_id = target and member.user_id = subscription_intent_open.user_id
      and member.role in ('owner', 'admin', 'billing')
  ) then
    perform private.problem(403, 'forbidden', 'Only an owner, an admin or a billing member may buy for this workspace.');
  end if;

  select * into wanted from public.prices as offered
  where offered.active and (offered.id = price or offered.lookup_key = price)
  order by offered.id = price desc, offered.created_at desc
  limit 1;
  if wanted.id is null then
    perform private.problem(404, 'price_not_found', 'No price on sale has this id or lookup key; see the plans endpoint.');
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
    insert into private.subscription_intents (workspace_id, user_id, price_id, quantity)
    values (target, subscription_intent_open.user_id, wanted.id, subscription_intent_open.quantity)
    returning * into intent;
  end if;
  return jsonb_build_object(
    'id', intent.id, 'workspace_id', target, 'price_id', intent.price_id, 'quantity', intent.quantity,
    'stripe_subscription_id', intent.stripe_subscription_id,
    'matches', intent.price_id = wanted.id and intent.quantity = subscription_intent_open.quantity
  );
end;
$$;
comment on function public.subscription_intent_open(uuid, uuid, text, integer) is
  'Server RPC: the workspace''s purchase under way, opened if there was none: {id, workspace_id, price_id, quantity, stripe_subscription_id, matches}; `matches` is false when it is for something else than asked.';
grant execute on function public.subscription_intent_open(uuid, uuid, text, integer) to service_role;

create function public.subscription_intent_record(intent_id uuid, stripe_subscription_id text)
returns void
language sql
set search_path = ''
as $$
  update private.subscription_intents as intent
  set stripe_subscription_id = subscription_intent_record.stripe_subscription_id
  where intent.id = intent_id and intent.state = 'open';
$$;
comment on function public.subscription_intent_record(uuid, text) is
  'Server RPC: notes which Stripe subscription an intent became.';
grant execute on function public.subscription_intent_record(uuid, text) to service_role;

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
