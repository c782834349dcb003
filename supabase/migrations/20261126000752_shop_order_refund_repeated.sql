-- A refund that is asked for again is the one that was opened, also where the payment is disputed by now.

create or replace function public.order_refund(
  staff uuid, why text, order_id uuid, amount bigint, reason text, lines jsonb, restock boolean, cause text
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  ordered public.orders;
  refund uuid;
begin
  perform private.staff_acts(staff, why);
  ordered := private.order_for(order_refund.order_id, null, true);
  -- Opened already: whatever has come meanwhile refuses nothing, and it is no other act.
  select known.id into refund from public.order_refunds as known
  where known.cause = private.refund_cause(ordered.id, order_refund.cause);
  if refund is not null then
    return public.order_refund_read(refund);
  end if;
  if ordered.status = 'disputed' then
    perform private.problem(409, 'order_not_refundable', 'The payment is disputed: the bank decides about it.');
  end if;
  refund := private.order_refund_open(
    ordered.id, order_refund.amount, order_refund.reason, order_refund.lines, order_refund.restock,
    coalesce(order_refund.cause, gen_random_uuid()::text)
  );
  perform private.audit_note('orders.refund', ordered.id::text, null, jsonb_build_object(
    'refund', refund, 'amount', (select made.amount from public.order_refunds as made where made.id = refund),
    'currency', ordered.currency
  ));
  return public.order_refund_read(refund);
end;
$$;
