-- Quotes: what a change of a running subscription costs is signed, and then charged exactly so, once.
-- The quote itself is no row: whoever only looks leaves nothing behind. Its use is one.

create table private.subscription_changes (
  quote_id               uuid primary key,
  workspace_id           uuid not null references public.workspaces (id) on delete cascade,
  user_id                uuid references auth.users (id) on delete set null,
  stripe_subscription_id text not null,
  state                  text not null default 'open',
  attempt                smallint not null default 0,
  locked_until           timestamptz not null,
  stripe_invoice_id      text,
  created_at             timestamptz not null default now(),
  closed_at              timestamptz,
  constraint subscription_changes_state_known check (state in ('open', 'done', 'refused')),
  constraint subscription_changes_closed_when_ended check ((state = 'open') = (closed_at is null))
);
comment on table private.subscription_changes is
  'Uses of quotes. One open row a subscription: two changes never run beside each other, so what was checked is what is changed.';
comment on column private.subscription_changes.attempt is
  'Counts definite refusals, a declined card for one: Stripe would repeat its refusal under the same idempotency key, so each attempt has its own.';
comment on column private.subscription_changes.locked_until is
  'Real time: until then a call to Stripe may be under way, and nobody else may change the subscription.';
comment on column private.subscription_changes.stripe_invoice_id is 'What the change was charged or credited by; null where nothing was due.';
create unique index subscription_changes_one_open on private.subscription_changes (stripe_subscription_id)
  where state = 'open';
create index subscription_changes_workspace on private.subscription_changes (workspace_id);
create index subscription_changes_user on private.subscription_changes (user_id);
alter table private.subscription_changes enable row level security;
grant select, insert, update, delete on private.subscription_changes to service_role;

-- Which of several is meant must be said: to take the newest, or the first that Stripe lists, changes the
-- wrong one for whoever has two.
drop function public.subscription_to_change(uuid, uuid);
create function public.subscription_to_change(
  user_id uuid, workspace_id uuid, subscription_id uuid default null
)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  target constant uuid := private.billing_workspace(
    subscription_to_change.user_id, subscription_to_change.workspace_id
  );
  running public.subscriptions[];
begin
  select array_agg(one order by one.created_at, one.id) into running from public.subscriptions as one
  where one.workspace_id = target and one.status in ('active', 'trialing', 'past_due', 'unpaid', 'paused')
    and (subscription_to_change.subscription_id is null or one.id = subscription_to_change.subscription_id);
  if running is null then
    perform private.problem(404, 'subscription_not_found', 'This workspace has no subscription that runs.');
  end if;
  if cardinality(running) > 1 then
    perform private.problem(409, 'subscription_ambiguous',
      'Several subscriptions run: say which by subscription_id, one of '
        || (select string_agg(one.id::text, ', ' order by one.created_at, one.id) from unnest(running) as one) || '.');
  end if;
  return jsonb_build_object(
    'workspace_id', target,
    'id', running[1].id,
    'stripe_subscription_id', running[1].stripe_subscription_id,
    'now', private.epoch(private.now())
  );
end;
$$;
comment on function public.subscription_to_change(uuid, uuid, uuid) is
  'Server RPC: {workspace_id, id, stripe_subscription_id, now} of the running subscription that a user may change; with several, the one that is named. `now`: the business clock, in seconds.';
grant execute on function public.subscription_to_change(uuid, uuid, uuid) to service_role;

create function public.subscription_change_begin(
  quote_id uuid,
  user_id uuid,
  workspace_id uuid,
  stripe_subscription_id text,
  lease_seconds integer
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  -- The role may have gone since the quote was made.
  target constant uuid := private.billing_workspace(
    subscription_change_begin.user_id, subscription_change_begin.workspace_id
  );
  lease constant timestamptz := clock_timestamp() + make_interval(secs => lease_seconds);
  other private.subscription_changes;
  held private.subscription_changes;
  known boolean;
begin
  perform private.act_as(subscription_change_begin.user_id, 'a quoted change of the subscription');
  perform from public.workspaces as workspace where workspace.id = target for no key update;

  select * into other from private.subscription_changes as change
  where change.stripe_subscription_id = subscription_change_begin.stripe_subscription_id
    and change.state = 'open' and change.quote_id <> subscription_change_begin.quote_id;
  if other.quote_id is not null then
    if other.locked_until > clock_timestamp() then
      return jsonb_build_object('state', 'busy');
    end if;
    -- Whoever made it died. If Stripe did it all the same, its quote's next use finds that out.
    update private.subscription_changes as change set state = 'refused', closed_at = now()
    where change.quote_id = other.quote_id;
  end if;

  select * into held from private.subscription_changes as change
  where change.quote_id = subscription_change_begin.quote_id;
  known := held.quote_id is not null;
  if held.state = 'done' then
    return jsonb_build_object('state', 'done', 'stripe_invoice_id', held.stripe_invoice_id);
  end if;
  insert into private.subscription_changes as change (
    quote_id, workspace_id, user_id, stripe_subscription_id, locked_until
  )
  values (
    subscription_change_begin.quote_id, target, subscription_change_begin.user_id,
    subscription_change_begin.stripe_subscription_id, lease
  )
  on conflict on constraint subscription_changes_pkey do update
  set state = 'open', closed_at = null, locked_until = lease,
      attempt = case when change.state = 'refused' then change.attempt + 1 else change.attempt end
  returning * into held;
  return jsonb_build_object('state', 'open', 'attempt', held.attempt, 'known', known);
end;
$$;
comment on function public.subscription_change_begin(uuid, uuid, uuid, text, integer) is
  'Server RPC: begins or goes on with the use of a quote: {state: busy} while another change of the subscription runs, {state: done, stripe_invoice_id} when it was used, else {state: open, attempt, known}.';
grant execute on function public.subscription_change_begin(uuid, uuid, uuid, text, integer) to service_role;

create function public.subscription_change_end(
  quote_id uuid, attempt smallint, state text, stripe_invoice_id text default null
)
returns void
language sql
set search_path = ''
as $$
  update private.subscription_changes as change
  set state = subscription_change_end.state, closed_at = now(),
      stripe_invoice_id = subscription_change_end.stripe_invoice_id
  where change.quote_id = subscription_change_end.quote_id
    and change.attempt = subscription_change_end.attempt and change.state = 'open';
$$;
comment on function public.subscription_change_end(uuid, smallint, text, text) is
  'Server RPC: ends an attempt to use a quote as `done` or `refused`; one that another attempt has replaced changes nothing.';
grant execute on function public.subscription_change_end(uuid, smallint, text, text) to service_role;
