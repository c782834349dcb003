-- Card testing by guests: they have no workspace, so what counts is where they come from.

create function public.card_attempt_begin_guest(address_hash text, tolerance integer default 1)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select case when until is null then jsonb_build_object('allowed', true)
    else jsonb_build_object('allowed', false,
      'retry_after_seconds', greatest(1, ceil(extract(epoch from until - private.now())))::integer) end
  from private.declines_until(null, card_attempt_begin_guest.address_hash, tolerance) as until;
$$;
comment on function public.card_attempt_begin_guest(text, integer) is
  'Server RPC: {allowed, retry_after_seconds}: whether a guest who comes from there may have Stripe try a card.';
grant execute on function public.card_attempt_begin_guest(text, integer) to service_role;

create function public.card_decline_record_guest(
  cause text, order_id text, card_hash text, code text, tolerance integer default 1
)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  declined constant uuid := private.uuid_or_null(card_decline_record_guest.order_id);
  origin constant text := (
    select request.address_hash from private.order_requests as request where request.order_id = declined
  );
begin
  if not exists (select from public.orders as held where held.id = declined) then
    return false; -- Another product's payment in the same Stripe account.
  end if;
  insert into private.card_declines (cause, card_hash, address_hash, code)
  values (card_decline_record_guest.cause, card_decline_record_guest.card_hash, origin,
          left(card_decline_record_guest.code, 100))
  on conflict on constraint card_declines_pkey do nothing;
  if not found or private.declines_until(null, origin, tolerance) is null then
    return false;
  end if;
  -- Whoever has the page goes on at Stripe, past every limit of ours.
  perform private.enqueue(
    'order_end', jsonb_build_object('order_id', declined), 'card_testing:' || card_decline_record_guest.cause
  );
  return true;
end;
$$;
comment on function public.card_decline_record_guest(text, text, text, text, integer) is
  'Server RPC: counts a guest''s declined payment once, for where his order came from; true when it was one too many, then the checkout is to be ended.';
grant execute on function public.card_decline_record_guest(text, text, text, text, integer) to service_role;

create function public.orders_pending_of(workspace_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(held.id), '[]')
  from public.orders as held
  join public.workspaces as workspace on workspace.personal_of = held.user_id
  where workspace.id = orders_pending_of.workspace_id and held.status = 'pending';
$$;
comment on function public.orders_pending_of(uuid) is 'Server RPC: the pending orders of whose personal workspace it is.';
grant execute on function public.orders_pending_of(uuid) to service_role;
