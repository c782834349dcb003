-- Webhooks out: what happened here, told to addresses that staff name. An event is written in the
-- transaction of its cause, one row and one job for each endpoint that wants it; the job sends it, signed by
-- Standard Webhooks, under the same id however often. https://www.standardwebhooks.com
--
-- A model adds an event by a row of public.webhook_event_types and a trigger that calls
-- private.webhook_emit(type, cause, data). Data is ids, states and amounts, never names or addresses: who
-- needs those reads them here, by a key that can be taken away.

create table public.webhook_event_types (
  type        text primary key,
  description text not null,
  constraint webhook_event_types_type_format check (type ~ '^[a-z][a-z_]*(\.[a-z][a-z_]*)+$' and char_length(type) <= 60)
);
comment on table public.webhook_event_types is 'Events that an endpoint can ask for. Migrations write them.';

create table public.webhook_endpoints (
  id              uuid primary key default gen_random_uuid(),
  url             text not null,
  description     text not null default '',
  events          text[] not null,
  enabled         boolean not null default true,
  disabled_reason text,
  failing_since   timestamptz,
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now(),
  -- http is for this machine alone, and the sender refuses it unless it is told that it is a local stack.
  constraint webhook_endpoints_url_https check (
    url ~ '^(https://[^/?#@\s]+|http://(127\.0\.0\.1|localhost)(:[0-9]+)?)([/?][^#\s]*)?$' and char_length(url) <= 2000
  ),
  constraint webhook_endpoints_description_length check (char_length(description) <= 500),
  constraint webhook_endpoints_events_some check (cardinality(events) between 1 and 100),
  constraint webhook_endpoints_disabled_for_reason check (disabled_reason is null or not enabled)
);
comment on table public.webhook_endpoints is 'Where events are told. Staff write them under RLS.';
comment on column public.webhook_endpoints.url is 'https; no name and password in it, no fragment.';
comment on column public.webhook_endpoints.events is 'Types of public.webhook_event_types; any other is refused.';
comment on column public.webhook_endpoints.disabled_reason is
  'Why it was disabled by itself; null when staff did it. Any update of `enabled` clears it.';
comment on column public.webhook_endpoints.failing_since is 'Since when nothing has reached it; null while it answers.';
create trigger webhook_endpoints_touch before update on public.webhook_endpoints
  for each row execute function private.touch();
create trigger webhook_endpoints_audit after insert or update or delete on public.webhook_endpoints
  for each row execute function private.audit('system', '', 'id', 'events', 'enabled', 'disabled_reason', '~url');

create table private.webhook_endpoint_secrets (
  endpoint_id     uuid primary key references public.webhook_endpoints (id) on delete cascade,
  secret          text not null,
  previous_secret text,
  previous_until  timestamptz,
  rotated_at      timestamptz not null default private.now(),
  constraint webhook_endpoint_secrets_secret_format check (secret ~ '^whsec_[A-Za-z0-9+/]+=*$'),
  constraint webhook_endpoint_secrets_previous_until check ((previous_secret is null) = (previous_until is null))
);
comment on table private.webhook_endpoint_secrets is
  'What events are signed with. Staff read theirs by webhook_endpoint_secret(), which the audit log notes.';
comment on column private.webhook_endpoint_secrets.previous_until is
  'Until when the secret before signs as well: each event then carries two signatures.';

create table public.webhook_deliveries (
  id              bigint generated always as identity primary key,
  endpoint_id     uuid not null references public.webhook_endpoints (id) on delete cascade,
  event_id        text not null,
  type            text not null,
  payload         jsonb not null,
  state           text not null default 'pending',
  attempts        smallint not null default 0,
  replays         smallint not null default 0,
  last_status     smallint,
  last_error      text,
  last_excerpt    text,
  note            text,
  created_at      timestamptz not null default private.now(),
  last_attempt_at timestamptz,
  sending_until   timestamptz,
  finished_at     timestamptz,
  constraint webhook_deliveries_once_per_event unique (endpoint_id, event_id),
  constraint webhook_deliveries_state_known check (state in ('pending', 'delivered', 'failed')),
  constraint webhook_deliveries_finished_when_ended check ((state = 'pending') = (finished_at is null)),
  constraint webhook_deliveries_excerpt_short check (char_length(last_excerpt) <= 300)
);
comment on table public.webhook_deliveries is 'Each event for each endpoint that wants it, and what became of it. Staff read it.';
comment on column public.webhook_deliveries.event_id is 'webhook-id: the same at each attempt, each replay and each endpoint.';
comment on column public.webhook_deliveries.payload is '{type, timestamp, data}: the body that is sent.';
comment on column public.webhook_deliveries.attempts is 'Since it was written or replayed last; a result counts only for the attempt that it is of.';
comment on column public.webhook_deliveries.sending_until is 'An attempt is under way, until then at the latest, in real time.';
comment on column public.webhook_deliveries.last_excerpt is 'The first 300 characters of the last answer that was no success.';
comment on column public.webhook_deliveries.note is 'Why staff replayed it last.';
create index webhook_deliveries_sending on public.webhook_deliveries (endpoint_id) where sending_until is not null;
create index webhook_deliveries_finished on public.webhook_deliveries (finished_at);

alter table public.webhook_event_types enable row level security;
alter table public.webhook_endpoints enable row level security;
alter table private.webhook_endpoint_secrets enable row level security;
alter table public.webhook_deliveries enable row level security;
grant select on public.webhook_event_types, public.webhook_endpoints, public.webhook_deliveries to authenticated;
grant insert (id, url, description, events, enabled), update (url, description, events, enabled), delete
  on public.webhook_endpoints to authenticated;
grant select, insert, update, delete on public.webhook_event_types, public.webhook_endpoints,
  private.webhook_endpoint_secrets, public.webhook_deliveries to service_role;
create policy "Staff read event types"
  on public.webhook_event_types for select to authenticated using ((select private.is_staff()));
create policy "Staff read endpoints"
  on public.webhook_endpoints for select to authenticated using ((select private.is_staff()));
create policy "Staff insert" on public.webhook_endpoints for insert to authenticated
  with check ((select private.is_staff()));
create policy "Staff update" on public.webhook_endpoints for update to authenticated
  using ((select private.is_staff())) with check ((select private.is_staff()));
create policy "Staff delete" on public.webhook_endpoints for delete to authenticated
  using ((select private.is_staff()));
create policy "Staff read deliveries"
  on public.webhook_deliveries for select to authenticated using ((select private.is_staff()));

create function private.webhook_secret()
returns text
language sql
volatile
set search_path = ''
as $$
  -- 32 bytes out of four UUIDs, each with 122 random bits.
  select 'whsec_' || encode(sha256(
    uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
    || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
  ), 'base64');
$$;
comment on function private.webhook_secret() is 'A fresh secret as Standard Webhooks writes it.';

create function private.webhook_endpoint_written()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  unknown text;
begin
  select wanted into unknown from unnest(new.events) as wanted
  where wanted is null or not exists (select from public.webhook_event_types as known where known.type = wanted)
  limit 1;
  if found then
    perform private.problem(422, 'invalid_body', format('There is no event %s.', coalesce(unknown, 'null')));
  end if;
  return new;
end;
$$;
comment on function private.webhook_endpoint_written() is
  'Trigger: an endpoint asks for known events alone. Security definer: reads the list of them, whoever writes.';
-- Told after the policy, or strangers would learn which events there are.
create constraint trigger webhook_endpoints_events after insert or update of events on public.webhook_endpoints
  for each row execute function private.webhook_endpoint_written();

create function private.webhook_endpoint_gets_secret()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into private.webhook_endpoint_secrets (endpoint_id, secret) values (new.id, private.webhook_secret());
  return null;
end;
$$;
comment on function private.webhook_endpoint_gets_secret() is
  'Trigger: makes an endpoint''s secret. Security definer: staff write endpoints, not secrets.';
create trigger webhook_endpoints_secret after insert on public.webhook_endpoints
  for each row execute function private.webhook_endpoint_gets_secret();

create function private.webhook_endpoint_decided()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- Whoever says whether it is enabled has seen why it was not. What disables it by itself says why anew.
  if new.disabled_reason is not distinct from old.disabled_reason then
    new.disabled_reason := null;
  end if;
  if new.enabled then
    new.failing_since := null;
  end if;
  return new;
end;
$$;
comment on function private.webhook_endpoint_decided() is
  'Trigger: an endpoint that somebody enables begins anew, and one that somebody leaves disabled needs nobody any more.';
create trigger webhook_endpoints_decided before update of enabled on public.webhook_endpoints
  for each row execute function private.webhook_endpoint_decided();

create function private.webhook_enqueue(delivery_id bigint, replays smallint)
returns bigint
language sql
set search_path = ''
as $$
  -- Far more attempts than a delivery takes: workers that die, and waiting for others to the same endpoint,
  -- cost it none of its own.
  select private.enqueue(
    'webhook_send', jsonb_build_object('delivery_id', delivery_id),
    'delivery:' || delivery_id || ':' || replays, max_attempts => 10000::smallint
  );
$$;
comment on function private.webhook_enqueue(bigint, smallint) is 'Writes the job that sends a delivery.';
grant execute on function private.webhook_enqueue(bigint, smallint) to service_role;

create function private.webhook_emit(type text, cause text, data jsonb, only_endpoint uuid default null)
returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
  event constant text := 'evt_' || md5(webhook_emit.type || ' ' || webhook_emit.cause);
  body jsonb := jsonb_build_object(
    'type', webhook_emit.type,
    'timestamp', to_char(private.now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'data', webhook_emit.data
  );
  delivery bigint;
begin
  -- Receivers refuse what is large, and no event may fail its cause: then it tells where to look.
  if octet_length(body::text) > 65536 then
    body := jsonb_set(body, '{data}', jsonb_build_object('id', data -> 'id', 'truncated', true));
  end if;
  for delivery in
    insert into public.webhook_deliveries (endpoint_id, event_id, type, payload)
    select endpoint.id, event, webhook_emit.type, body
    from public.webhook_endpoints as endpoint
    where case when only_endpoint is null
      then endpoint.enabled and webhook_emit.type = any (endpoint.events)
      else endpoint.id = only_endpoint end
    order by endpoint.id
    on conflict on constraint webhook_deliveries_once_per_event do nothing
    returning id
  loop
    perform private.webhook_enqueue(delivery, 0::smallint);
  end loop;
  return event;
end;
$$;
comment on function private.webhook_emit(text, text, jsonb, uuid) is
  'Tells an event to each enabled endpoint that wants it, or to one alone, in the caller''s transaction; the same type and cause is one event. `data` has an `id`. Security definer: whatever causes an event may not write the log of them.';
grant execute on function private.webhook_emit(text, text, jsonb, uuid) to service_role;

create function public.webhook_delivery_begin(delivery_id bigint)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  -- Of a worker's ten: an endpoint that takes its ten seconds each time holds up nobody else.
  most_at_once constant integer := 3;
  delivery public.webhook_deliveries;
  endpoint public.webhook_endpoints;
begin
  select * into delivery from public.webhook_deliveries as held where held.id = delivery_id for update;
  if delivery.id is null or delivery.state <> 'pending' then
    return null;
  end if;
  select * into endpoint from public.webhook_endpoints as held where held.id = delivery.endpoint_id;
  -- A test is what one sends before enabling it.
  if not endpoint.enabled and delivery.type <> 'webhook.ping' then
    update public.webhook_deliveries as held
    set state = 'failed', finished_at = private.now(), last_error = 'the endpoint is disabled'
    where held.id = delivery_id;
    return null;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('webhooks to ' || endpoint.id, 0));
  if (
    select count(*) from public.webhook_deliveries as other
    where other.endpoint_id = endpoint.id and other.id <> delivery_id and other.sending_until > clock_timestamp()
  ) >= most_at_once then
    return jsonb_build_object('busy', true);
  end if;
  update public.webhook_deliveries as held
  set attempts = held.attempts + 1, last_attempt_at = private.now(),
      sending_until = clock_timestamp() + interval '30 seconds'
  where held.id = delivery_id;
  return jsonb_build_object(
    'attempt', delivery.attempts + 1, 'url', endpoint.url, 'event_id', delivery.event_id,
    'payload', delivery.payload,
    'secrets', (
      select jsonb_build_array(held.secret)
        || case when held.previous_until > private.now() then jsonb_build_array(held.previous_secret) else '[]' end
      from private.webhook_endpoint_secrets as held where held.endpoint_id = endpoint.id
    )
  );
end;
$$;
comment on function public.webhook_delivery_begin(bigint) is
  'Server RPC: begins an attempt: {attempt, url, event_id, payload, secrets: the present one first}; {busy} while enough others are under way to its endpoint; null when there is nothing to send any more.';
grant execute on function public.webhook_delivery_begin(bigint) to service_role;

create function public.webhook_delivery_end(
  delivery_id bigint, attempt integer, status integer, error text, excerpt text, final boolean
)
returns text
language plpgsql
set search_path = ''
as $$
declare
  -- About ten hours by the queue's backoff.
  most constant integer := 20;
  patience constant interval := interval '3 days';
  good constant boolean := coalesce(status between 200 and 299, false);
  ended public.webhook_deliveries;
begin
  update public.webhook_deliveries as held
  set state = case when good then 'delivered' when final or status = 410 or held.attempts >= most then 'failed'
        else 'pending' end,
      finished_at = case when good or final or status = 410 or held.attempts >= most then private.now() end,
      sending_until = null, last_status = status, last_error = case when not good then left(error, 500) end,
      last_excerpt = case when not good then left(excerpt, 300) end
  where held.id = delivery_id and held.state = 'pending' and held.attempts = attempt
  returning * into ended;
  if ended.id is null then
    return 'superseded';
  end if;
  if good then
    update public.webhook_endpoints as endpoint set failing_since = null
    where endpoint.id = ended.endpoint_id and endpoint.failing_since is not null;
  else
    update public.webhook_endpoints as endpoint set failing_since = private.now()
    where endpoint.id = ended.endpoint_id and endpoint.failing_since is null;
    update public.webhook_endpoints as endpoint
    set enabled = false, disabled_reason = case
      when status = 410 then 'answered 410 Gone'
      else 'nothing reached it for ' || extract(day from patience) || ' days: ' || left(error, 200)
    end
    where endpoint.id = ended.endpoint_id and endpoint.enabled
      and (status = 410 or endpoint.failing_since <= private.now() - patience);
  end if;
  return ended.state;
end;
$$;
comment on function public.webhook_delivery_end(bigint, integer, integer, text, text, boolean) is
  'Server RPC: ends an attempt; answers the delivery''s state, pending when it is to be tried again, or `superseded`. An endpoint that is gone, or fails for days, is disabled.';
grant execute on function public.webhook_delivery_end(bigint, integer, integer, text, text, boolean) to service_role;

insert into public.webhook_event_types (type, description) values
  ('webhook.ping', 'A test that staff sent; any endpoint gets it, whatever it asks for.');

insert into private.retention_rules (name, relation, condition, keep, description) values
  ('webhook_deliveries', 'public.webhook_deliveries', 'finished_at < private.now() - $2', '30 days',
   'events that were told to endpoints, or could not be');
insert into private.retention_reasons (relation, reason) values
  ('public.webhook_event_types', 'rules, as many as migrations write'),
  ('public.webhook_endpoints', 'as many as staff write'),
  ('private.webhook_endpoint_secrets', 'goes with its endpoint in public.webhook_endpoints');
insert into private.personal_data (relation, scope, owner_columns, omitted, note) values
  ('public.webhook_event_types', 'none', '{}', '{}', 'rules, about nobody'),
  ('public.webhook_endpoints', 'none', '{}', '{}', 'addresses of programs, about nobody'),
  ('private.webhook_endpoint_secrets', 'none', '{}', '{}', 'secrets of programs, about nobody'),
  ('public.webhook_deliveries', 'none', '{}', '{}', 'ids and amounts of what happened; names and addresses are in none');
