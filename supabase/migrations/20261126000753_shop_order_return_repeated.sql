-- A return that is asked for again is the one that was asked for, also where staff have decided about it by now.

drop function public.order_return_ask(uuid, uuid, boolean, jsonb, text);
create function public.order_return_ask(
  order_id uuid, buyer uuid, by_token boolean, lines jsonb, reason text, return_id uuid default null
)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  ordered public.orders;
  wanted record;
  made uuid;
begin
  ordered := private.order_for(order_return_ask.order_id, buyer, by_token);
  perform private.act_as(buyer);
  -- What an earlier attempt has asked for, whatever staff have said to it since.
  select asked.id into made from public.order_returns as asked
  where asked.id = order_return_ask.return_id and asked.order_id = ordered.id;
  if made is not null then
    return made;
  end if;
  if private.order_base(ordered.id) not in ('shipped', 'delivered') or ordered.status in ('refunded', 'disputed') then
    perform private.problem(409, 'order_not_returnable', case
      when ordered.status in ('refunded', 'disputed') then 'The order is ' || ordered.status || '.'
      else 'Nothing of the order has been sent: it can be cancelled.' end);
  end if;
  -- The same again while nobody has decided: one request.
  select asked.id into made from public.order_returns as asked
  where asked.order_id = ordered.id and asked.state = 'requested' and asked.lines = order_return_ask.lines;
  if made is not null then
    return made;
  end if;
  for wanted in
    select one.order_item_id, sum(one.quantity) as quantity, max(line.quantity - line.refunded_quantity) as left_over,
      coalesce((
        select sum((other ->> 'quantity')::integer)
        from public.order_returns as waiting, jsonb_array_elements(waiting.lines) as other
        where waiting.order_id = ordered.id
          -- What cost nothing came back without a refund, by which it would be counted.
          and (waiting.state = 'requested' or waiting.state = 'accepted' and waiting.refund_id is null)
          and (other ->> 'order_item_id')::uuid = one.order_item_id
      ), 0) as asked
    from jsonb_to_recordset(order_return_ask.lines) as one (order_item_id uuid, quantity integer)
    left join public.order_items as line on line.id = one.order_item_id and line.order_id = ordered.id
    group by one.order_item_id
  loop
    if wanted.left_over is null then
      perform private.problem(422, 'order_line_unknown', 'No line of this order has this id.');
    elsif wanted.quantity < 1 or wanted.quantity > wanted.left_over - wanted.asked then
      perform private.problem(409, 'order_not_returnable', format(
        'Of line %s %s can still be sent back.', wanted.order_item_id, wanted.left_over - wanted.asked
      ));
    end if;
  end loop;
  insert into public.order_returns (id, order_id, user_id, lines, reason)
  values (coalesce(order_return_ask.return_id, gen_random_uuid()), ordered.id, ordered.user_id, order_return_ask.lines,
          order_return_ask.reason)
  returning id into made;
  insert into public.order_events (order_id, kind) values (ordered.id, 'return_asked');
  return made;
end;
$$;
comment on function public.order_return_ask(uuid, uuid, boolean, jsonb, text, uuid) is
  'Server RPC: whoever bought asks to send lines [{order_item_id, quantity}] of a sent order back; the request''s id. The same lines again are the same request until it is decided, and so is `return_id`, the id of a new one, for ever.';
grant execute on function public.order_return_ask(uuid, uuid, boolean, jsonb, text, uuid) to service_role;
