-- What staff do with webhooks: read and rotate secrets, send a test, send events anew.

create function private.webhook_endpoint_secret_of(endpoint_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  held private.webhook_endpoint_secrets;
begin
  perform private.only_staff();
  select * into held from private.webhook_endpoint_secrets as known
  where known.endpoint_id = webhook_endpoint_secret_of.endpoint_id;
  if held.endpoint_id is null then
    perform private.problem(404, 'webhook_endpoint_not_found', 'There is no such endpoint.');
  end if;
  perform private.audit_note('webhook_endpoints.secret_read', held.endpoint_id::text);
  return jsonb_build_object(
    'secret', held.secret,
    'previous_signs_until', case when held.previous_until > private.now() then held.previous_until end
  );
end;
$$;
comment on function private.webhook_endpoint_secret_of(uuid) is
  'An endpoint''s secret, for staff. Security definer: nobody else reads the table of secrets.';
grant execute on function private.webhook_endpoint_secret_of(uuid) to authenticated;

create function public.webhook_endpoint_secret(endpoint_id uuid)
returns jsonb
language sql
set search_path = ''
as $$ select private.webhook_endpoint_secret_of(webhook_endpoint_secret.endpoint_id) $$;
comment on function public.webhook_endpoint_secret(uuid) is
  'Client RPC for staff: {secret, previous_signs_until} of an endpoint. Noted in the audit log.';
grant execute on function public.webhook_endpoint_secret(uuid) to authenticated;

create function private.webhook_endpoint_new_secret(endpoint_id uuid, overlap_hours integer)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.only_staff();
  if overlap_hours is null or overlap_hours not between 0 and 168 then
    perform private.problem(422, 'invalid_body', 'overlap_hours is 0 to 168.');
  end if;
  update private.webhook_endpoint_secrets as held
  set previous_secret = case when overlap_hours > 0 then held.secret end,
      previous_until = case when overlap_hours > 0 then private.now() + make_interval(hours => overlap_hours) end,
      secret = private.webhook_secret(), rotated_at = private.now()
  where held.endpoint_id = webhook_endpoint_new_secret.endpoint_id;
  if not found then
    perform private.problem(404, 'webhook_endpoint_not_found', 'There is no such endpoint.');
  end if;
  perform private.audit_note('webhook_endpoints.rotate', endpoint_id::text);
  return private.webhook_endpoint_secret_of(endpoint_id);
end;
$$;
comment on function private.webhook_endpoint_new_secret(uuid, integer) is
  'Gives an endpoint another secret. Security definer: nobody else writes the table of secrets.';
grant execute on function private.webhook_endpoint_new_secret(uuid, integer) to authenticated;

create function public.webhook_endpoint_rotate(endpoint_id uuid, overlap_hours integer default 24)
returns jsonb
language sql
set search_path = ''
as $$
  select private.webhook_endpoint_new_secret(
    webhook_endpoint_rotate.endpoint_id, webhook_endpoint_rotate.overlap_hours
  )
$$;
comment on function public.webhook_endpoint_rotate(uuid, integer) is
  'Client RPC for staff: a new secret: {secret, previous_signs_until}. Until then events carry both signatures, and who knows either believes them; 0 hours ends the old one at once. A third one ends the first.';
grant execute on function public.webhook_endpoint_rotate(uuid, integer) to authenticated;

create function public.staff_webhook_ping(staff uuid, reason text, endpoint_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  cause constant text := gen_random_uuid()::text;
  event text;
begin
  perform private.staff_acts(staff, reason);
  if not exists (select from public.webhook_endpoints as held where held.id = staff_webhook_ping.endpoint_id) then
    perform private.problem(404, 'webhook_endpoint_not_found', 'There is no such endpoint.');
  end if;
  event := private.webhook_emit(
    'webhook.ping', cause, jsonb_build_object('id', cause), staff_webhook_ping.endpoint_id
  );
  return (
    select jsonb_build_object('deliveries', jsonb_agg(jsonb_build_object('id', delivery.id, 'state_before', 'new')))
    from public.webhook_deliveries as delivery
    where delivery.endpoint_id = staff_webhook_ping.endpoint_id and delivery.event_id = event
  );
end;
$$;
comment on function public.staff_webhook_ping(uuid, text, uuid) is
  'Server RPC: sends a test to an endpoint, enabled or not: {deliveries: [{id, state_before}]}.';
grant execute on function public.staff_webhook_ping(uuid, text, uuid) to service_role;

create function private.webhook_deliveries_found(filter jsonb, before_id bigint, most integer)
returns setof public.webhook_deliveries
language sql
stable
set search_path = ''
as $$
  select delivery.* from public.webhook_deliveries as delivery
  where (before_id is null or delivery.id < before_id)
    and (filter ->> 'endpoint_id' is null or delivery.endpoint_id = (filter ->> 'endpoint_id')::uuid)
    and (filter ->> 'event_id' is null or delivery.event_id = filter ->> 'event_id')
    and (filter ->> 'type' is null or delivery.type = filter ->> 'type')
    and (filter ->> 'state' is null or delivery.state = filter ->> 'state')
    and (filter ->> 'since' is null or delivery.created_at >= (filter ->> 'since')::timestamptz)
    and (filter ->> 'until' is null or delivery.created_at < (filter ->> 'until')::timestamptz)
  order by delivery.id desc
  limit most;
$$;
comment on function private.webhook_deliveries_found(jsonb, bigint, integer) is
  'Deliveries, newest first, of a filter {endpoint_id, event_id, type, state, since, until}.';
grant execute on function private.webhook_deliveries_found(jsonb, bigint, integer) to authenticated, service_role;

create function public.webhook_deliveries_page(filter jsonb default '{}', before_id bigint default null, page_size integer default 50)
returns jsonb
language sql
stable
set search_path = ''
as $$
  with page as (
    select * from private.webhook_deliveries_found(filter, before_id, least(greatest(page_size, 1), 100))
  )
  select jsonb_build_object(
    'deliveries', coalesce((select jsonb_agg(to_jsonb(page) order by page.id desc) from page), '[]'),
    'next_cursor', (
      select min(page.id)::text from page having count(*) = least(greatest(page_size, 1), 100)
    )
  );
$$;
comment on function public.webhook_deliveries_page(jsonb, bigint, integer) is
  'Client RPC: deliveries, newest first, 1 to 100 a page, as RLS lets the caller read them: {deliveries, next_cursor}.';
grant execute on function public.webhook_deliveries_page(jsonb, bigint, integer) to authenticated, service_role;

create function public.staff_webhook_resend(staff uuid, reason text, ids bigint[], filter jsonb, most integer)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  delivery public.webhook_deliveries;
  chosen constant bigint[] := coalesce(ids, array(
    select found.id from private.webhook_deliveries_found(filter, null, most) as found
  ));
  resent jsonb := '[]';
begin
  perform private.staff_acts(staff, reason);
  -- In the order in which they happened.
  for delivery in
    select * from public.webhook_deliveries as held where held.id = any (chosen) order by held.id for update
  loop
    -- What still waits is on its way by itself.
    continue when delivery.state = 'pending';
    update public.webhook_deliveries as held
    set state = 'pending', finished_at = null, attempts = 0, replays = held.replays + 1, note = reason
    where held.id = delivery.id;
    perform private.webhook_enqueue(delivery.id, (delivery.replays + 1)::smallint);
    perform private.audit_note('webhook_deliveries.replay', delivery.id::text);
    resent := resent || jsonb_build_object('id', delivery.id, 'state_before', delivery.state);
  end loop;
  return jsonb_build_object('deliveries', resent);
end;
$$;
comment on function public.staff_webhook_resend(uuid, text, bigint[], jsonb, integer) is
  'Server RPC: sends deliveries anew, by their ids or up to `most` of a filter, under the same event ids: {deliveries: [{id, state_before}]}. What does not exist or still waits is left out.';
grant execute on function public.staff_webhook_resend(uuid, text, bigint[], jsonb, integer) to service_role;
