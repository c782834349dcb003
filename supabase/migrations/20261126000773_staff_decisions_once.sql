-- What staff decide about the newest of a filter, they decide once a request. After a lost answer the filter
-- no longer finds those that were decided about: a repetition would discard the next hundred jobs as well.

create table private.staff_decisions (
  id         uuid primary key,
  answer     jsonb,
  created_at timestamptz not null default now()
);
comment on table private.staff_decisions is
  'What was answered to a decision of staff, kept in its own transaction: the same request again is answered with it.';
comment on column private.staff_decisions.id is 'The request.';
comment on column private.staff_decisions.answer is 'Null only within the transaction that decides.';
create index staff_decisions_created on private.staff_decisions (created_at);
alter table private.staff_decisions enable row level security;
grant select, insert, update, delete on private.staff_decisions to service_role;
insert into private.retention_rules (name, relation, condition, action, keep, description) values
  ('staff_decisions', 'private.staff_decisions', 'created_at < $1', 'delete', '2 days',
   'what was answered to decisions of staff, longer than an idempotency key lives');
insert into private.personal_data (relation, scope, owner_columns, omitted, note) values
  ('private.staff_decisions', 'none', '{}', '{}', 'ids of jobs, events and deliveries, gone after two days');

create function private.staff_decision(cause uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  -- Waits for an earlier attempt that is still at it.
  insert into private.staff_decisions (id) values (cause) on conflict do nothing;
  if found then
    return null;
  end if;
  return (select held.answer from private.staff_decisions as held where held.id = cause);
end;
$$;
comment on function private.staff_decision(uuid) is
  'What an earlier attempt of a request has decided; null where it is to be decided now, and answered by staff_decided.';
grant execute on function private.staff_decision(uuid) to service_role;

create function private.staff_decided(cause uuid, answer jsonb)
returns jsonb
language sql
set search_path = ''
as $$
  update private.staff_decisions as held set answer = staff_decided.answer where held.id = cause
  returning held.answer;
$$;
comment on function private.staff_decided(uuid, jsonb) is
  'Keeps the answer to a decision in the transaction that made it, and returns it.';
grant execute on function private.staff_decided(uuid, jsonb) to service_role;

alter function public.staff_jobs_decide(uuid, text, text, bigint[], jsonb, integer) set schema private;
comment on function private.staff_jobs_decide(uuid, text, text, bigint[], jsonb, integer) is
  'Retries or discards jobs for staff; the RPC of its name sees that a request does it once.';
create function public.staff_jobs_decide(
  staff uuid, reason text, decision text, ids bigint[], filter jsonb, most integer,
  cause uuid default gen_random_uuid()
)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  perform private.staff_acts(staff, reason);
  return coalesce(
    private.staff_decision(cause),
    private.staff_decided(cause, private.staff_jobs_decide(staff, reason, decision, ids, filter, most))
  );
end;
$$;
comment on function public.staff_jobs_decide(uuid, text, text, bigint[], jsonb, integer, uuid) is
  'Server RPC: retries or discards jobs, by their ids or up to `most` of a filter: {changed: [{id, state_before}]}, the same for the same cause. What runs, or is in another state than the action takes, is left out.';
grant execute on function public.staff_jobs_decide(uuid, text, text, bigint[], jsonb, integer, uuid) to service_role;

alter function public.staff_webhook_replay(uuid, text, bigint[], jsonb, integer) set schema private;
comment on function private.staff_webhook_replay(uuid, text, bigint[], jsonb, integer) is
  'Handles stored events anew for staff; the RPC of its name sees that a request does it once.';
create function public.staff_webhook_replay(
  staff uuid, reason text, ids bigint[], filter jsonb, most integer, cause uuid default gen_random_uuid()
)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  perform private.staff_acts(staff, reason);
  return coalesce(
    private.staff_decision(cause),
    private.staff_decided(cause, private.staff_webhook_replay(staff, reason, ids, filter, most))
  );
end;
$$;
comment on function public.staff_webhook_replay(uuid, text, bigint[], jsonb, integer, uuid) is
  'Server RPC: handles events anew, by their ids or up to `most` of a filter: {replayed: [{id, state_before, job_id}]}, the same for the same cause. Those that do not exist are left out.';
grant execute on function public.staff_webhook_replay(uuid, text, bigint[], jsonb, integer, uuid) to service_role;

alter function public.staff_webhook_resend(uuid, text, bigint[], jsonb, integer) set schema private;
comment on function private.staff_webhook_resend(uuid, text, bigint[], jsonb, integer) is
  'Sends deliveries anew for staff; the RPC of its name sees that a request does it once.';
create function public.staff_webhook_resend(
  staff uuid, reason text, ids bigint[], filter jsonb, most integer, cause uuid default gen_random_uuid()
)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  perform private.staff_acts(staff, reason);
  return coalesce(
    private.staff_decision(cause),
    private.staff_decided(cause, private.staff_webhook_resend(staff, reason, ids, filter, most))
  );
end;
$$;
comment on function public.staff_webhook_resend(uuid, text, bigint[], jsonb, integer, uuid) is
  'Server RPC: sends deliveries anew, by their ids or up to `most` of a filter, under the same event ids: {deliveries: [{id, state_before}]}, the same for the same cause. What does not exist or still waits is left out.';
grant execute on function public.staff_webhook_resend(uuid, text, bigint[], jsonb, integer, uuid) to service_role;

drop function public.staff_webhook_ping(uuid, text, uuid);
create function public.staff_webhook_ping(
  staff uuid, reason text, endpoint_id uuid, cause uuid default gen_random_uuid()
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  event text;
begin
  perform private.staff_acts(staff, reason);
  if not exists (select from public.webhook_endpoints as held where held.id = staff_webhook_ping.endpoint_id) then
    perform private.problem(404, 'webhook_endpoint_not_found', 'There is no such endpoint.');
  end if;
  event := private.webhook_emit(
    'webhook.ping', cause::text, jsonb_build_object('id', cause), staff_webhook_ping.endpoint_id
  );
  return (
    select jsonb_build_object('deliveries', jsonb_agg(jsonb_build_object('id', delivery.id, 'state_before', 'new')))
    from public.webhook_deliveries as delivery
    where delivery.endpoint_id = staff_webhook_ping.endpoint_id and delivery.event_id = event
  );
end;
$$;
comment on function public.staff_webhook_ping(uuid, text, uuid, uuid) is
  'Server RPC: sends a test to an endpoint, enabled or not, once a cause: {deliveries: [{id, state_before}]}.';
grant execute on function public.staff_webhook_ping(uuid, text, uuid, uuid) to service_role;
