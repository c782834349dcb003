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
