-- Webhook inbox: what a provider sends is stored before it is acknowledged, once for each event id,
-- together with the job that handles it and the objects it says to look at again.
--
-- A provider's event is a hint, not the truth: it raises its object's wanted_seq. A sync reads
-- wanted_seq and version, fetches the object, and writes where the version is still the same. So
-- duplicates, reordering and races all end in what the provider holds, and a burst costs one fetch.

create table private.webhook_events (
  id          bigint generated always as identity primary key,
  provider    text not null,
  event_id    text not null,
  type        text not null,
  payload     jsonb not null,
  targets     jsonb not null default '[]',
  received_at timestamptz not null default now(),
  handled_at  timestamptz,
  constraint webhook_events_once_per_delivery_key unique (provider, event_id)
);
comment on table private.webhook_events is 'Inbox: each event that a provider sent, stored before it is acknowledged.';
comment on column private.webhook_events.event_id is 'The provider''s own id of the event: the same event delivered twice is one row.';
comment on column private.webhook_events.targets is 'The objects to look at again, [{type, id, seq}]: seq is the wanted_seq that this event raised.';
comment on column private.webhook_events.handled_at is 'When its job had done everything that follows from it.';
create index webhook_events_unhandled on private.webhook_events (received_at) where handled_at is null;
create index webhook_events_handled on private.webhook_events (handled_at) where handled_at is not null;
alter table private.webhook_events enable row level security;
grant select, insert, update, delete on private.webhook_events to service_role;

create table private.sync_targets (
  provider    text not null,
  object_type text not null,
  object_id   text not null,
  wanted_seq  bigint not null default 0,
  synced_seq  bigint not null default 0,
  version     bigint not null default 0,
  synced_at   timestamptz,
  constraint sync_targets_pkey primary key (provider, object_type, object_id),
  constraint sync_targets_not_ahead check (synced_seq <= wanted_seq)
);
comment on table private.sync_targets is 'Objects mirrored from a provider: how often we were told to look, and up to which of these we have looked.';
comment on column private.sync_targets.wanted_seq is 'Raised by each event about the object.';
comment on column private.sync_targets.synced_seq is 'The wanted_seq that the latest written fetch had read beforehand.';
comment on column private.sync_targets.version is 'Raised by each write: a fetch older than another''s write is refused.';
create index sync_targets_behind on private.sync_targets (provider) where synced_seq < wanted_seq;
alter table private.sync_targets enable row level security;
grant select, insert, update, delete on private.sync_targets to service_role;

create function private.webhook_schedule(stored_id bigint, provider text, targets jsonb)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  wanted jsonb;
begin
  -- In key order, so that two events about the same objects cannot deadlock.
  with raised as (
    insert into private.sync_targets as target (provider, object_type, object_id, wanted_seq)
    select distinct webhook_schedule.provider, named.type, named.id, 1
    from jsonb_to_recordset(webhook_schedule.targets) as named (type text, id text)
    order by 2, 3
    on conflict on constraint sync_targets_pkey do update set wanted_seq = target.wanted_seq + 1
    returning target.object_type, target.object_id, target.wanted_seq
  )
  select coalesce(
    jsonb_agg(jsonb_build_object('type', object_type, 'id', object_id, 'seq', wanted_seq)), '[]'
  )
  into wanted
  from raised;
  update private.webhook_events as event
  set targets = wanted, handled_at = null
  where event.id = webhook_schedule.stored_id;
  return private.enqueue('webhook_handle', jsonb_build_object('event', stored_id));
end;
$$;
comment on function private.webhook_schedule(bigint, text, jsonb) is
  'Raises wanted_seq of an event''s objects and enqueues its handling, in the caller''s transaction.';
grant execute on function private.webhook_schedule(bigint, text, jsonb) to service_role;

create function public.webhook_store(
  provider text,
  event_id text,
  type text,
  payload jsonb,
  targets jsonb default '[]'
)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  stored_id bigint;
begin
  insert into private.webhook_events (provider, event_id, type, payload)
  values (webhook_store.provider, webhook_store.event_id, webhook_store.type, webhook_store.payload)
  on conflict on constraint webhook_events_once_per_delivery_key do nothing
  returning id into stored_id;
  if stored_id is not null then
    perform private.webhook_schedule(stored_id, webhook_store.provider, webhook_store.targets);
  end if;
  return stored_id;
end;
$$;
comment on function public.webhook_store(text, text, text, jsonb, jsonb) is
  'Server RPC: stores an event with the job that handles it; null when it was stored before. `targets` is [{type, id}].';
grant execute on function public.webhook_store(text, text, text, jsonb, jsonb) to service_role;

create function public.webhook_event_handled(stored_id bigint)
returns void
language sql
set search_path = ''
as $$
  update private.webhook_events set handled_at = now() where id = stored_id and handled_at is null;
$$;
comment on function public.webhook_event_handled(bigint) is 'Server RPC: notes that everything an event asks for is done.';
grant execute on function public.webhook_event_handled(bigint) to service_role;

create function public.webhook_event(stored_id bigint)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'provider', provider, 'type', type, 'payload', payload, 'targets', targets
  )
  from private.webhook_events
  where id = stored_id;
$$;
comment on function public.webhook_event(bigint) is
  'Server RPC: {provider, type, payload, targets} of a stored event; null when retention removed it.';
grant execute on function public.webhook_event(bigint) to service_role;

create function public.webhook_replay(stored_id bigint)
returns bigint
language sql
set search_path = ''
as $$
  select private.webhook_schedule(event.id, event.provider, event.targets)
  from private.webhook_events as event
  where event.id = stored_id;
$$;
comment on function public.webhook_replay(bigint) is
  'Server RPC: handles a stored event again, from the start; the new job''s id, null when there is no such event.';
grant execute on function public.webhook_replay(bigint) to service_role;

create function public.sync_want(provider text, object_type text, object_id text)
returns bigint
language sql
set search_path = ''
as $$
  insert into private.sync_targets as target (provider, object_type, object_id, wanted_seq)
  values (sync_want.provider, sync_want.object_type, sync_want.object_id, 1)
  on conflict on constraint sync_targets_pkey do update set wanted_seq = target.wanted_seq + 1
  returning target.wanted_seq;
$$;
comment on function public.sync_want(text, text, text) is
  'Server RPC: says that an object must be looked at again; the wanted_seq that a sync must reach.';
grant execute on function public.sync_want(text, text, text) to service_role;

create function public.sync_state(provider text, object_type text, object_id text)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object('wanted_seq', wanted_seq, 'synced_seq', synced_seq, 'version', version)
  from private.sync_targets as target
  where target.provider = sync_state.provider
    and target.object_type = sync_state.object_type
    and target.object_id = sync_state.object_id;
$$;
comment on function public.sync_state(text, text, text) is
  'Server RPC: {wanted_seq, synced_seq, version} to read before a fetch; null for an object never wanted.';
grant execute on function public.sync_state(text, text, text) to service_role;

create function private.sync_accept(
  provider text, object_type text, object_id text, expected_version bigint, seq bigint
)
returns boolean
language sql
set search_path = ''
as $$
  with accepted as (
    update private.sync_targets as target
    set version = target.version + 1,
        synced_seq = greatest(target.synced_seq, sync_accept.seq),
        synced_at = now()
    where target.provider = sync_accept.provider
      and target.object_type = sync_accept.object_type
      and target.object_id = sync_accept.object_id
      and target.version = sync_accept.expected_version
    returning 1
  )
  select exists (select from accepted);
$$;
comment on function private.sync_accept(text, text, text, bigint, bigint) is
  'Whether a fetch may be written: only if nobody wrote since its version was read. The row stays locked until the write commits.';
grant execute on function private.sync_accept(text, text, text, bigint, bigint) to service_role;
