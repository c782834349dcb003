-- Disputes of orders: the bank takes the money back, or asks first. Nothing is sent meanwhile.

create function private.order_apply_dispute(ordered public.orders, record jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  dispute constant text := record ->> 'id';
  now_is constant text := record ->> 'status';
  disputed constant bigint := (record ->> 'amount')::bigint;
  was text;
  taken boolean;
begin
  select known.status into was from private.order_disputes as known where known.stripe_dispute_id = dispute;
  insert into private.order_disputes as known (
    stripe_dispute_id, order_id, status, amount, currency, reason, evidence_due_by, created_at
  )
  values (dispute, ordered.id, now_is, disputed, record ->> 'currency', record ->> 'reason',
          private.at(record -> 'evidence_due_by'), private.at(record -> 'created'))
  on conflict on constraint order_disputes_pkey do update
  set status = excluded.status, amount = excluded.amount, reason = excluded.reason,
      evidence_due_by = excluded.evidence_due_by;
  taken := exists (
    select from private.money_movements as moved where moved.kind = 'dispute' and moved.stripe_id = dispute
  );
  -- An inquiry (warning_*) takes no money. Of one that is won before we heard of it nothing moved for us.
  if now_is in ('needs_response', 'under_review', 'lost') then
    perform private.order_money(ordered.id, 'dispute', -disputed, dispute, record ->> 'currency');
  elsif now_is = 'won' and taken then
    perform private.order_money(ordered.id, 'dispute_won', disputed, dispute, record ->> 'currency');
  end if;
  if was is distinct from now_is then
    insert into public.order_events (order_id, kind, note)
    values (ordered.id, 'dispute', case when now_is in ('won', 'lost') then now_is end);
    perform private.order_restand(ordered.id);
  end if;
end;
$$;
comment on function private.order_apply_dispute(public.orders, jsonb) is
  'What Stripe says of a dispute of an order, however often: the ledger and the status. Won, the order is again what it was; lost, the money is gone.';
grant execute on function private.order_apply_dispute(public.orders, jsonb) to service_role;

alter function private.stripe_apply_dispute(jsonb) rename to stripe_apply_payment_dispute;

create function private.stripe_apply_dispute(record jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  ordered public.orders;
begin
  perform private.stripe_apply_payment_dispute(stripe_apply_dispute.record);
  select * into ordered from public.orders as held
  where held.id = private.order_of_payment(
    stripe_apply_dispute.record ->> 'payment_id', stripe_apply_dispute.record ->> 'charge_id'
  )
  for no key update;
  if ordered.id is not null then
    perform private.order_apply_dispute(ordered, stripe_apply_dispute.record);
  end if;
end;
$$;
comment on function private.stripe_apply_dispute(jsonb) is 'Mirrors a dispute: of a payment, or of an order.';
grant execute on function private.stripe_apply_dispute(jsonb) to service_role;
