-- Rotating a secret can be repeated: who got no answer would otherwise end the secret that the receiver uses.

alter table private.webhook_endpoint_secrets add column rotation_id uuid;
comment on column private.webhook_endpoint_secrets.rotation_id is
  'The caller''s id of the rotation that made the secret: the same one again makes no other. Null where none was given.';

-- Another parameter makes another function: the old signature would stay beside it, and calls be ambiguous.
drop function public.webhook_endpoint_rotate(uuid, integer);
drop function private.webhook_endpoint_new_secret(uuid, integer);

create function private.webhook_endpoint_new_secret(endpoint_id uuid, overlap_hours integer, rotation_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  held private.webhook_endpoint_secrets;
begin
  perform private.only_staff();
  if overlap_hours is null or overlap_hours not between 0 and 168 then
    perform private.problem(422, 'invalid_body', 'overlap_hours is 0 to 168.');
  end if;
  -- Locked first: of two at once with one id the second finds what the first made.
  select * into held from private.webhook_endpoint_secrets as known
  where known.endpoint_id = webhook_endpoint_new_secret.endpoint_id
  for update;
  if held.endpoint_id is null then
    perform private.problem(404, 'webhook_endpoint_not_found', 'There is no such endpoint.');
  end if;
  -- Null is never the same as another: without an id each call rotates.
  if webhook_endpoint_new_secret.rotation_id = held.rotation_id then
    return private.webhook_endpoint_secret_of(held.endpoint_id);
  end if;
  update private.webhook_endpoint_secrets as known
  set previous_secret = case when overlap_hours > 0 then held.secret end,
      previous_until = case when overlap_hours > 0 then private.now() + make_interval(hours => overlap_hours) end,
      secret = private.webhook_secret(), rotated_at = private.now(),
      rotation_id = webhook_endpoint_new_secret.rotation_id
  where known.endpoint_id = held.endpoint_id;
  perform private.audit_note('webhook_endpoints.rotate', held.endpoint_id::text);
  return private.webhook_endpoint_secret_of(held.endpoint_id);
end;
$$;
comment on function private.webhook_endpoint_new_secret(uuid, integer, uuid) is
  'Gives an endpoint another secret, once for each rotation_id. Security definer: nobody else writes the table of secrets.';
grant execute on function private.webhook_endpoint_new_secret(uuid, integer, uuid) to authenticated;

create function public.webhook_endpoint_rotate(
  endpoint_id uuid, overlap_hours integer default 24, rotation_id uuid default null
)
returns jsonb
language sql
set search_path = ''
as $$
  select private.webhook_endpoint_new_secret(
    webhook_endpoint_rotate.endpoint_id,
    webhook_endpoint_rotate.overlap_hours,
    webhook_endpoint_rotate.rotation_id
  )
$$;
comment on function public.webhook_endpoint_rotate(uuid, integer, uuid) is
  'Client RPC for staff: a new secret: {secret, previous_signs_until}. Until then events carry both signatures, and who knows either believes them; 0 hours ends the old one at once. A third one ends the first. With the rotation_id of the latest one it makes no other and answers what that one made.';
grant execute on function public.webhook_endpoint_rotate(uuid, integer, uuid) to authenticated;
