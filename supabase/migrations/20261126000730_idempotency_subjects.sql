-- A request that chooses what it acts on ("the subscription that runs") notes its choice under its key before
-- it acts. A repetition after a lost answer then means the same one: not refused because nothing runs any
-- more, and never done to another that has come meanwhile.

alter table private.idempotency_keys add column subject text;
comment on column private.idempotency_keys.subject is
  'What the request acts on, where it had to choose: noted before it acts, and kept until the key is free for others, so that a repetition acts on the same.';

create or replace function public.idempotency_begin(
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
    -- Taken over when it is older than a day, or when whoever ran under it died or gave it up.
    set request_hash = excluded.request_hash, attempt = excluded.attempt, locked_until = lease,
        status = null, reply = null,
        subject = case when kept.created_at < now() - interval '24 hours' then null else kept.subject end,
        created_at = case when kept.created_at < now() - interval '24 hours' then now() else kept.created_at end
    where kept.created_at < now() - interval '24 hours'
       or (kept.locked_until < clock_timestamp() and kept.request_hash = excluded.request_hash)
  returning * into held;
  if held.attempt = idempotency_begin.attempt then
    return jsonb_build_object('outcome', 'started', 'attempt', held.attempt, 'subject', held.subject);
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
  'Server RPC: {outcome: started | replay | in_progress | mismatch}; with the kept status and reply on replay; on started the attempt, and the subject that an earlier attempt noted or null. `attempt` is new for each request: by it idempotency_end gives up a claim whose answer was lost.';

create function public.idempotency_note_subject(
  caller text, endpoint text, key text, attempt uuid, subject text
)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  update private.idempotency_keys as kept
  set subject = idempotency_note_subject.subject
  where kept.caller = idempotency_note_subject.caller and kept.endpoint = idempotency_note_subject.endpoint
    and kept.key = idempotency_note_subject.key and kept.attempt = idempotency_note_subject.attempt
    and kept.status is null;
  return found;
end;
$$;
comment on function public.idempotency_note_subject(text, text, text, uuid, text) is
  'Server RPC: notes what a request is about to act on; false when another attempt has taken over, and this one must not act.';
grant execute on function public.idempotency_note_subject(text, text, text, uuid, text) to service_role;

create or replace function public.idempotency_end(
  caller text, endpoint text, key text, attempt uuid, status smallint, reply jsonb
)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  if idempotency_end.status is not null then
    update private.idempotency_keys as kept
    set status = idempotency_end.status, reply = idempotency_end.reply, locked_until = null
    where kept.caller = idempotency_end.caller and kept.endpoint = idempotency_end.endpoint
      and kept.key = idempotency_end.key and kept.attempt = idempotency_end.attempt
      and kept.status is null;
    return found;
  end if;
  delete from private.idempotency_keys as kept
  where kept.caller = idempotency_end.caller and kept.endpoint = idempotency_end.endpoint
    and kept.key = idempotency_end.key and kept.attempt = idempotency_end.attempt
    and kept.status is null and kept.subject is null;
  if found then
    return true;
  end if;
  -- What it chose to act on it may have acted on: free for the same request alone, which acts on the same.
  update private.idempotency_keys as kept
  set locked_until = '-infinity'
  where kept.caller = idempotency_end.caller and kept.endpoint = idempotency_end.endpoint
    and kept.key = idempotency_end.key and kept.attempt = idempotency_end.attempt
    and kept.status is null;
  return found;
end;
$$;
comment on function public.idempotency_end(text, text, text, uuid, smallint, jsonb) is
  'Server RPC: keeps the reply of a request, or with a null status frees its key, for the same request alone where a subject was noted; false when another attempt has taken over.';

drop function public.subscription_to_change(uuid, uuid, uuid);
create function public.subscription_to_change(
  user_id uuid, workspace_id uuid, subscription_id uuid default null, or_ended boolean default false
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
  found public.subscriptions[];
begin
  select array_agg(one order by one.created_at, one.id) into found from public.subscriptions as one
  where one.workspace_id = target
    and (subscription_to_change.subscription_id is null or one.id = subscription_to_change.subscription_id)
    and (one.status in ('active', 'trialing', 'past_due', 'unpaid', 'paused')
      or subscription_to_change.or_ended and subscription_to_change.subscription_id is not null);
  if found is null then
    perform private.problem(404, 'subscription_not_found', 'This workspace has no subscription that runs.');
  end if;
  if cardinality(found) > 1 then
    perform private.problem(409, 'subscription_ambiguous',
      'Several subscriptions run: say which by subscription_id, one of '
        || (select string_agg(one.id::text, ', ' order by one.created_at, one.id) from unnest(found) as one) || '.');
  end if;
  return jsonb_build_object(
    'workspace_id', target,
    'id', found[1].id,
    'stripe_subscription_id', found[1].stripe_subscription_id,
    'now', private.epoch(private.now())
  );
end;
$$;
comment on function public.subscription_to_change(uuid, uuid, uuid, boolean) is
  'Server RPC: {workspace_id, id, stripe_subscription_id, now} of the running subscription that a user may change; with several, the one that is named. `or_ended`: the one that is named, also once it has ended, for a request that is repeated. `now`: the business clock, in seconds.';
grant execute on function public.subscription_to_change(uuid, uuid, uuid, boolean) to service_role;
