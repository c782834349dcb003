-- Card testing: somebody tries stolen cards on our checkout to learn which ones pay. What gives it away
-- is declines: of one workspace, of many cards in it, of one card in many workspaces, of one address.
-- Counted here from Stripe's events, past limits that are rows; purchases are then refused for a while,
-- and the one under way is ended at Stripe, where the tester would go on without us.
--
-- Declines follow the business clock, as the invoices do that they are about. `tolerance` raises every
-- limit by a factor: RATE_LIMIT_MULTIPLIER, for stacks on which a test suite declines one card for everybody.

create table private.decline_limits (
  counted text primary key,
  declines integer not null,
  within   interval not null,
  constraint decline_limits_counted_known check (counted in ('workspace', 'workspace_cards', 'card', 'address')),
  constraint decline_limits_positive check (declines > 0 and within > interval '0')
);
comment on table private.decline_limits is 'How many declined payments are too many; operators change them.';
comment on column private.decline_limits.counted is
  'workspace: its declines; workspace_cards: its different cards that were declined; card: one card''s, in whatever workspaces; address: those of workspaces whose purchase came from one address.';
comment on column private.decline_limits.within is
  'How long a decline counts. Not longer than private.card_declines are kept.';
insert into private.decline_limits (counted, declines, within) values
  ('workspace', 8, '1 hour'), ('workspace_cards', 4, '1 day'), ('card', 6, '1 hour'), ('address', 12, '1 hour');
alter table private.decline_limits enable row level security;
grant select, insert, update, delete on private.decline_limits to service_role;

create table private.card_attempts (
  workspace_id uuid primary key references public.workspaces (id) on delete cascade,
  address_hash text not null,
  attempted_at timestamptz not null default private.now(),
  constraint card_attempts_hash check (address_hash ~ '^[0-9a-f]{64}$')
);
comment on table private.card_attempts is
  'From where each workspace last began what makes Stripe try a card: the payer''s own requests go to Stripe.';
comment on column private.card_attempts.address_hash is 'SHA-256 of the address, keyed: no address is kept.';
create index card_attempts_attempted on private.card_attempts (attempted_at);
alter table private.card_attempts enable row level security;
grant select, insert, update, delete on private.card_attempts to service_role;

create table private.card_declines (
  cause        text primary key,
  workspace_id uuid references public.workspaces (id) on delete set null,
  card_hash    text,
  address_hash text,
  code         text,
  declined_at  timestamptz not null default private.now(),
  constraint card_declines_hashes check (card_hash ~ '^[0-9a-f]{64}$' and address_hash ~ '^[0-9a-f]{64}$')
);
comment on table private.card_declines is 'Payments that a bank declined, as far as counting needs it.';
comment on column private.card_declines.cause is
  'What was declined: Stripe''s charge, or a set-up''s event. The same one, delivered again, counts once.';
comment on column private.card_declines.workspace_id is 'Null once the workspace is gone: what its card and address did stays counted.';
comment on column private.card_declines.card_hash is 'SHA-256, keyed, of Stripe''s fingerprint, which is the same wherever the card is given.';
create index card_declines_workspace on private.card_declines (workspace_id, declined_at desc);
create index card_declines_card on private.card_declines (card_hash, declined_at desc);
create index card_declines_address on private.card_declines (address_hash, declined_at desc);
create index card_declines_declined on private.card_declines (declined_at);
alter table private.card_declines enable row level security;
grant select, insert, update, delete on private.card_declines to service_role;

insert into private.retention_rules (name, relation, condition, keep, description) values
  ('card_declines', 'private.card_declines', 'declined_at < private.now() - $2', '2 days', 'declined payments, for counting them'),
  ('card_attempts', 'private.card_attempts', 'attempted_at < private.now() - $2', '2 days', 'from where purchases were begun, hashed');

create function private.declines_until(workspace uuid, address_hash text, tolerance integer)
returns timestamptz
language sql
stable
set search_path = ''
as $$
  -- Refused until the first of the last so many declines counts no more.
  select max(full_window.until)
  from private.decline_limits as held
  cross join lateral (
    select counted.declined_at + held.within as until
    from (
      select one.declined_at from private.card_declines as one
      where held.counted = 'workspace' and one.workspace_id = workspace
      union all
      select max(one.declined_at) from private.card_declines as one
      where held.counted = 'workspace_cards' and one.workspace_id = workspace and one.card_hash is not null
        and one.declined_at > private.now() - held.within
      group by one.card_hash
      union all
      select one.declined_at from private.card_declines as one
      where held.counted = 'address' and one.address_hash = declines_until.address_hash
    ) as counted
    where counted.declined_at > private.now() - held.within
    order by counted.declined_at desc
    offset held.declines * tolerance - 1 limit 1
  ) as full_window
  where held.counted <> 'card'
  union all
  select max(full_window.until)
  from private.decline_limits as held
  cross join (
    select distinct mine.card_hash from private.card_declines as mine
    where mine.workspace_id = workspace and mine.card_hash is not null
      and mine.declined_at > private.now() - (select card.within from private.decline_limits as card where card.counted = 'card')
  ) as tried
  cross join lateral (
    select one.declined_at + held.within as until from private.card_declines as one
    where one.card_hash = tried.card_hash and one.declined_at > private.now() - held.within
    order by one.declined_at desc
    offset held.declines * tolerance - 1 limit 1
  ) as full_window
  where held.counted = 'card'
  order by 1 desc nulls last
  limit 1;
$$;
comment on function private.declines_until(uuid, text, integer) is
  'Until when a workspace, or whoever comes from an address, has too many declines; null when it has not.';
grant execute on function private.declines_until(uuid, text, integer) to service_role;

create function public.card_attempt_begin(
  user_id uuid, workspace_id uuid, address_hash text, tolerance integer default 1
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  target constant uuid := private.billing_workspace(card_attempt_begin.user_id, card_attempt_begin.workspace_id);
  until constant timestamptz := private.declines_until(
    target, card_attempt_begin.address_hash, tolerance
  );
begin
  if until is not null then
    return jsonb_build_object(
      'allowed', false, 'retry_after_seconds', greatest(1, ceil(extract(epoch from until - private.now())))::integer
    );
  end if;
  insert into private.card_attempts as held (workspace_id, address_hash)
  values (target, card_attempt_begin.address_hash)
  on conflict on constraint card_attempts_pkey do update
  set address_hash = excluded.address_hash, attempted_at = private.now();
  return jsonb_build_object('allowed', true);
end;
$$;
comment on function public.card_attempt_begin(uuid, uuid, text, integer) is
  'Server RPC: {allowed, retry_after_seconds}: whether a user may have Stripe try a card for a workspace (the personal one by default), and notes from where. Refuses as private.billing_workspace.';
grant execute on function public.card_attempt_begin(uuid, uuid, text, integer) to service_role;

create function public.card_decline_record(
  cause text, stripe_customer_id text, card_hash text, code text, tolerance integer default 1
)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  workspace constant uuid := (
    select customer.workspace_id from private.billing_customers as customer
    where customer.stripe_customer_id = card_decline_record.stripe_customer_id
  );
  origin constant text := (
    select attempt.address_hash from private.card_attempts as attempt where attempt.workspace_id = workspace
  );
begin
  if workspace is null then
    return false; -- Another product's customer in the same Stripe account.
  end if;
  insert into private.card_declines (cause, workspace_id, card_hash, address_hash, code)
  values (card_decline_record.cause, workspace, card_decline_record.card_hash, origin,
          left(card_decline_record.code, 100))
  on conflict on constraint card_declines_pkey do nothing;
  if not found or private.declines_until(workspace, origin, tolerance) is null then
    return false;
  end if;
  -- Whoever holds the client secret goes on at Stripe, past every limit of ours.
  perform private.enqueue(
    'card_testing_stop', jsonb_build_object('workspace_id', workspace), 'card_testing:' || card_decline_record.cause
  );
  return true;
end;
$$;
comment on function public.card_decline_record(text, text, text, text, integer) is
  'Server RPC: counts a declined payment once; true when it was one too many, then the purchase under way is to be ended.';
grant execute on function public.card_decline_record(text, text, text, text, integer) to service_role;

create function public.subscription_intent_of(workspace_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select to_jsonb(intent) || jsonb_build_object('matches', true)
  from private.subscription_intents as intent
  where intent.workspace_id = subscription_intent_of.workspace_id and intent.state = 'open';
$$;
comment on function public.subscription_intent_of(uuid) is
  'Server RPC: the workspace''s purchase under way, as subscription_intent_open tells it; null when there is none.';
grant execute on function public.subscription_intent_of(uuid) to service_role;
