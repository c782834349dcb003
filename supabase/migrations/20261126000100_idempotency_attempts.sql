-- Who claims a key names the attempt. A claim that was committed while its answer was lost (the database
-- restarted, a connection broke) then belongs to somebody who can give it up; before, the retry that a 503
-- asks for was refused with idempotency_in_progress until the lease of 150 seconds had run out.

drop function public.idempotency_begin(text, text, text, text, integer);
create function public.idempotency_begin(
  caller text, endpoint text, key text, request_hash text, lease_seconds integer,
  attempt uuid default gen_random_uuid()
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  held private.idempotency_keys;
  lease constant timestamptz := clock_timestamp() + make_interval(secs => lease_seconds);
begin
  insert into private.idempotency_keys as kept (caller, endpoint, key, request_hash, attempt, locked_until)
  values (idempotency_begin.caller, idempotency_begin.endpoint, idempotency_begin.key,
          idempotency_begin.request_hash, idempotency_begin.attempt, lease)
  on conflict on constraint idempotency_keys_pkey do update
    -- Taken over when it is older than a day, or when whoever ran under it died.
    set request_hash = excluded.request_hash, attempt = excluded.attempt, locked_until = lease,
        status = null, reply = null,
        created_at = case when kept.created_at < now() - interval '24 hours' then now() else kept.created_at end
    where kept.created_at < now() - interval '24 hours'
       or (kept.locked_until < clock_timestamp() and kept.request_hash = excluded.request_hash)
  returning * into held;
  if held.attempt = idempotency_begin.attempt then
    return jsonb_build_object('outcome', 'started', 'attempt', held.attempt);
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
comment on function public.idempotency_begin(text, text, text, text, integer, uuid) is
  'Server RPC: {outcome: started | replay | in_progress | mismatch}; with the kept status and reply on replay, the attempt on started. `attempt` is new for each request: by it idempotency_end gives up a claim whose answer was lost.';
grant execute on function public.idempotency_begin(text, text, text, text, integer, uuid) to service_role;
