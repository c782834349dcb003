-- Ending a subscription at once and giving back what was paid for and not used: decided in one row, with
-- the job that sees it through wherever the request dies.

create table private.subscription_cancellations (
  id                     uuid primary key default gen_random_uuid(),
  workspace_id           uuid not null references public.workspaces (id) on delete cascade,
  user_id                uuid references auth.users (id) on delete set null,
  stripe_subscription_id text not null,
  currency               text not null,
  parts                  jsonb not null,
  created_at             timestamptz not null default now(),
  refunded_at            timestamptz,
  constraint subscription_cancellations_once unique (stripe_subscription_id),
  constraint subscription_cancellations_currency_iso check (currency ~ '^[A-Z]{3}$')
);
comment on table private.subscription_cancellations is
  'Subscriptions that were ended at once with a refund; the id is the root of Stripe''s idempotency keys.';
comment on column private.subscription_cancellations.parts is
  '[{invoice, refund, credit}]: what of each paid invoice goes back to the card, and what to the customer''s credit that had paid it, in Stripe''s units. Reckoned once, when it was decided.';
create index subscription_cancellations_workspace on private.subscription_cancellations (workspace_id);
create index subscription_cancellations_user on private.subscription_cancellations (user_id);
alter table private.subscription_cancellations enable row level security;
grant select, insert, update, delete on private.subscription_cancellations to service_role;

create function private.cancellation_as_json(cancellation private.subscription_cancellations)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', cancellation.id, 'stripe_subscription_id', cancellation.stripe_subscription_id,
    'currency', cancellation.currency, 'parts', cancellation.parts,
    'refunded', cancellation.refunded_at is not null
  );
$$;
comment on function private.cancellation_as_json(private.subscription_cancellations) is
  'A cancellation as the server RPCs give it: {id, stripe_subscription_id, currency, parts, refunded}.';
grant execute on function private.cancellation_as_json(private.subscription_cancellations) to service_role;

create function public.subscription_cancellation_open(
  user_id uuid, workspace_id uuid, stripe_subscription_id text, currency text, parts jsonb
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  target constant uuid := private.billing_workspace(
    subscription_cancellation_open.user_id, subscription_cancellation_open.workspace_id
  );
  cancellation private.subscription_cancellations;
begin
  perform private.act_as(subscription_cancellation_open.user_id, 'ended the subscription at once, with a refund');
  insert into private.subscription_cancellations (
    workspace_id, user_id, stripe_subscription_id, currency, parts
  )
  values (
    target, subscription_cancellation_open.user_id, subscription_cancellation_open.stripe_subscription_id,
    subscription_cancellation_open.currency, subscription_cancellation_open.parts
  )
  on conflict on constraint subscription_cancellations_once do nothing;
  -- The first decision counts: whoever comes second goes on with it.
  select * into cancellation from private.subscription_cancellations as decided
  where decided.stripe_subscription_id = subscription_cancellation_open.stripe_subscription_id;
  perform private.enqueue(
    'subscription_refund', jsonb_build_object('cancellation_id', cancellation.id),
    'subscription_refund:' || cancellation.id, private.now() + interval '1 minute'
  );
  return private.cancellation_as_json(cancellation);
end;
$$;
comment on function public.subscription_cancellation_open(uuid, uuid, text, text, jsonb) is
  'Server RPC: decides an end with a refund, and enqueues the job that finishes it should the request die; the cancellation.';
grant execute on function public.subscription_cancellation_open(uuid, uuid, text, text, jsonb) to service_role;

create function public.subscription_cancellation(cancellation_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select private.cancellation_as_json(decided) from private.subscription_cancellations as decided
  where decided.id = cancellation_id;
$$;
comment on function public.subscription_cancellation(uuid) is 'Server RPC: a cancellation; null for an unknown one.';
grant execute on function public.subscription_cancellation(uuid) to service_role;

create function public.subscription_cancellation_latest(
  user_id uuid, workspace_id uuid, subscription_id uuid default null
)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  target constant uuid := private.billing_workspace(
    subscription_cancellation_latest.user_id, subscription_cancellation_latest.workspace_id
  );
  decided private.subscription_cancellations;
begin
  select cancellation.* into decided from private.subscription_cancellations as cancellation
  join public.subscriptions as held on held.stripe_subscription_id = cancellation.stripe_subscription_id
  where cancellation.workspace_id = target and cancellation.created_at > now() - interval '24 hours'
    and (subscription_cancellation_latest.subscription_id is null
      or held.id = subscription_cancellation_latest.subscription_id)
  order by cancellation.created_at desc
  limit 1;
  return case when decided.id is not null then private.cancellation_as_json(decided) end;
end;
$$;
comment on function public.subscription_cancellation_latest(uuid, uuid, uuid) is
  'Server RPC: what was decided of late about a workspace''s (named) subscription, for a request that is repeated because its answer was lost; null when nothing was.';
grant execute on function public.subscription_cancellation_latest(uuid, uuid, uuid) to service_role;

create function public.subscription_cancellation_done(cancellation_id uuid)
returns void
language sql
set search_path = ''
as $$
  update private.subscription_cancellations as decided
  set refunded_at = coalesce(decided.refunded_at, now())
  where decided.id = cancellation_id;
$$;
comment on function public.subscription_cancellation_done(uuid) is
  'Server RPC: notes that everything that a cancellation gives back was given back.';
grant execute on function public.subscription_cancellation_done(uuid) to service_role;
