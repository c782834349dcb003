-- What endpoint() keeps for requests: idempotency keys, and the rate limits that hold when Redis is down.

create table private.idempotency_keys (
  caller       text not null,
  endpoint     text not null,
  key          text not null,
  request_hash text not null,
  attempt      uuid not null default gen_random_uuid(),
  locked_until timestamptz,
  status       smallint,
  reply        jsonb,
  created_at   timestamptz not null default now(),
  constraint idempotency_keys_pkey primary key (caller, endpoint, key),
  constraint idempotency_keys_done_or_locked check ((status is null) = (locked_until is not null))
);
comment on table private.idempotency_keys is
  'Replies kept for 24 hours by Idempotency-Key (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/).';
comment on column private.idempotency_keys.caller is 'Whose key it is: two callers may use the same one.';
comment on column private.idempotency_keys.request_hash is 'Another request under the same key is refused.';
comment on column private.idempotency_keys.attempt is 'Which request runs under the key; only that one may keep its reply.';
comment on column private.idempotency_keys.locked_until is 'While the request runs: after that it is taken for dead, and a retry runs anew.';
create index idempotency_keys_created on private.idempotency_keys (created_at);
alter table private.idempotency_keys enable row level security;
grant select, insert, update, delete on private.idempotency_keys to service_role;

create function public.idempotency_begin(
  caller text, endpoint text, key text, request_hash text, lease_seconds integer
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  held private.idempotency_keys;
  fresh constant uuid := gen_random_uuid();
  lease constant timestamptz := clock_timestamp() + make_interval(secs => lease_seconds);
begin
  insert into private.idempotency_keys as kept (caller, endpoint, key, request_hash, attempt, locked_until)
  values (idempotency_begin.caller, idempotency_begin.endpoint, idempotency_begin.key,
          idempotency_begin.request_hash, fresh, lease)
  on conflict on constraint idempotency_keys_pkey do update
    -- Taken over when it is older than a day, or when whoever ran under it died.
    set request_hash = excluded.request_hash, attempt = fresh, locked_until = lease,
        status = null, reply = null,
        created_at = case when kept.created_at < now() - interval '24 hours' then now() else kept.created_at end
    where kept.created_at < now() - interval '24 hours'
       or (kept.locked_until < clock_timestamp() and kept.request_hash = excluded.request_hash)
  returning * into held;
  if held.attempt = fresh then
    return jsonb_build_object('outcome', 'started', 'attempt', fresh);
  end if;

  select * into held from private.idempotency_keys as kept
  where kept.caller = idempotency_begin.caller and kept.endpoint = idempotency_begin.endpoint
    and kept.key = idempotency_begin.key;
  return case
    -- Released by its first request between the two statements: the caller may simply try again.
    when held.key is null then jsonb_build_object('outcome', 'in_progress')
    when held.request_hash <> idempotency_begin.request_hash then jsonb_build_object('outcome', 'mismatch')
    when held.status is null then jsonb_build_object('outcome', 'in_progress')
    else jsonb_build_object('outcome', 'replay', 'status', held.status, 'reply', held.reply)
  end;
end;
$$;
comment on function public.idempotency_begin(text, text, text, text, integer) is
  'Server RPC: {outcome: started | replay | in_progress | mismatch}; with the kept status and reply on replay, the attempt on started.';
grant execute on function public.idempotency_begin(text, text, text, text, integer) to service_role;

create function public.idempotency_end(
  caller text, endpoint text, key text, attempt uuid, status smallint, reply jsonb
)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  if idempotency_end.status is null then
    delete from private.idempotency_keys as kept
    where kept.caller = idempotency_end.caller and kept.endpoint = idempotency_end.endpoint
      and kept.key = idempotency_end.key and kept.attempt = idempotency_end.attempt
      and kept.status is null;
  else
    update private.idempotency_keys as kept
    set status = idempotency_end.status, reply = idempotency_end.reply, locked_until = null
    where kept.caller = idempotency_end.caller and kept.endpoint = idempotency_end.endpoint
      and kept.key = idempotency_end.key and kept.attempt = idempotency_end.attempt
      and kept.status is null;
  end if;
  return found;
end;
$$;
comment on function public.idempotency_end(text, text, text, uuid, smallint, jsonb) is
  'Server RPC: keeps the reply of a request, or with a null status frees its key; false when another attempt has taken over.';
grant execute on function public.idempotency_end(text, text, text, uuid, smallint, jsonb) to service_role;

-- Unlogged: a crash forgives at most one window.
create unlogged table private.rate_limit_windows (
  key          text not null,
  window_start timestamptz not null,
  hits         integer not null default 0,
  constraint rate_limit_windows_pkey primary key (key, window_start)
);
comment on table private.rate_limit_windows is
  'Fixed windows for the sign-in limits while Redis is down; keys are hashes, never addresses.';
create index rate_limit_windows_start on private.rate_limit_windows (window_start);
alter table private.rate_limit_windows enable row level security;
grant select, insert, update, delete on private.rate_limit_windows to service_role;

create function public.rate_limit_hit(key text, max_hits integer, window_seconds integer)
returns jsonb
language sql
set search_path = ''
as $$
  with hit as (
    insert into private.rate_limit_windows as counted (key, window_start, hits)
    values (
      rate_limit_hit.key,
      to_timestamp(floor(extract(epoch from now()) / window_seconds) * window_seconds),
      1
    )
    on conflict on constraint rate_limit_windows_pkey do update set hits = counted.hits + 1
    returning counted.hits, counted.window_start
  )
  select jsonb_build_object(
    'allowed', hits <= max_hits,
    'retry_after_seconds',
      greatest(1, ceil(extract(epoch from window_start - now()) + window_seconds))::integer
  )
  from hit;
$$;
comment on function public.rate_limit_hit(text, integer, integer) is
  'Server RPC: counts a request in the current fixed window: {allowed, retry_after_seconds}.';
grant execute on function public.rate_limit_hit(text, integer, integer) to service_role;

create function public.rate_limit_forget(key text)
returns void
language sql
set search_path = ''
as $$ delete from private.rate_limit_windows as counted where counted.key = rate_limit_forget.key $$;
comment on function public.rate_limit_forget(text) is
  'Server RPC: forgets what rate_limit_hit counted, after a success that clears the suspicion.';
grant execute on function public.rate_limit_forget(text) to service_role;
