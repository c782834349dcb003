-- Returns: whoever bought asks, staff decide. Accepting opens the refund in the same transaction.

create table public.order_returns (
  id         uuid primary key default gen_random_uuid(),
  order_id   uuid not null references public.orders (id) on delete restrict,
  user_id    uuid references auth.users (id) on delete set null,
  state      text not null default 'requested',
  lines      jsonb not null default '[]',
  reason     text,
  answer     text,
  restock    boolean,
  refund_id  uuid references public.order_refunds (id) on delete restrict,
  created_at timestamptz not null default private.now(),
  decided_at timestamptz,
  constraint order_returns_state_known check (state in ('requested', 'accepted', 'rejected')),
  constraint order_returns_decided check ((state = 'requested') = (decided_at is null)),
  constraint order_returns_lines_list check (jsonb_typeof(lines) = 'array'),
  constraint order_returns_reason_length check (char_length(reason) between 1 and 1000),
  constraint order_returns_answer_length check (char_length(answer) between 1 and 500)
);
comment on table public.order_returns is 'What buyers want to send back, and what staff said to it.';
comment on column public.order_returns.lines is '[{order_item_id, quantity}].';
comment on column public.order_returns.reason is 'The buyer''s words; forgotten with the account.';
comment on column public.order_returns.answer is 'What staff said, which the buyer reads.';
create index order_returns_order on public.order_returns (order_id);
create index order_returns_user on public.order_returns (user_id);
create index order_returns_refund on public.order_returns (refund_id);
create index order_returns_waiting on public.order_returns (created_at) where state = 'requested';
alter table public.order_returns enable row level security;
grant select on public.order_returns to authenticated;
grant select, insert, update, delete on public.order_returns to service_role;
-- Staff read all by the endpoint `orders`, as they read orders.
create policy "Buyers read their own returns"
  on public.order_returns for select to authenticated using (user_id = (select auth.uid()));
insert into private.personal_data (relation, scope, owner_columns, omitted, note) values
  ('public.order_returns', 'user', '{user_id}', '{}', 'what was asked to be sent back');

create function public.order_return_ask(order_id uuid, buyer uuid, by_token boolean, lines jsonb, reason text)
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
  insert into public.order_returns (order_id, user_id, lines, reason)
  values (ordered.id, ordered.user_id, order_return_ask.lines, order_return_ask.reason)
  returning id into made;
  insert into public.order_events (order_id, kind) values (ordered.id, 'return_asked');
  return made;
end;
$$;
comment on function public.order_return_ask(uuid, uuid, boolean, jsonb, text) is
  'Server RPC: whoever bought asks to send lines [{order_item_id, quantity}] of a sent order back; the request''s id. The same lines again are the same request.';
grant execute on function public.order_return_ask(uuid, uuid, boolean, jsonb, text) to service_role;

create function public.order_return_decide(
  staff uuid, why text, return_id uuid, accept boolean, restock boolean, amount bigint, answer text
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  asked public.order_returns;
  ordered public.orders;
  refund uuid;
  decided constant text := case when accept then 'accepted' else 'rejected' end;
begin
  perform private.staff_acts(staff, why);
  -- The order first, as everybody locks it.
  select held.* into ordered from public.orders as held
  where held.id = (select one.order_id from public.order_returns as one where one.id = order_return_decide.return_id)
  for no key update;
  select * into asked from public.order_returns as one where one.id = order_return_decide.return_id for update;
  if asked.id is null then
    perform private.problem(404, 'return_not_found', 'There is no return of this id.');
  end if;
  if asked.state <> 'requested' then
    if asked.state <> decided then
      perform private.problem(409, 'order_state_conflict', 'The return was ' || asked.state || ' already.');
    end if;
    return jsonb_build_object('state', asked.state, 'refund_id', asked.refund_id, 'order_id', asked.order_id);
  end if;
  if accept and order_return_decide.amount is null and (
    select sum(part.net_amount + part.tax_amount) = 0 from private.order_refund_lines(asked.order_id, asked.lines) as part
  ) then
    -- It cost nothing: there is nothing to give back, and the goods come back all the same.
    if order_return_decide.restock then
      perform private.order_restock(asked.order_id, asked.lines);
    end if;
  elsif accept then
    refund := private.order_refund_open(
      asked.order_id, order_return_decide.amount, 'returned', asked.lines,
      coalesce(order_return_decide.restock, false), 'return:' || asked.id
    );
  end if;
  update public.order_returns as one
  set state = decided, answer = order_return_decide.answer, restock = case when accept then coalesce(order_return_decide.restock, false) end,
      refund_id = refund, decided_at = private.now()
  where one.id = asked.id;
  insert into public.order_events (order_id, kind) values (asked.order_id, 'return_' || decided);
  perform private.audit_note('order_returns.' || decided, asked.id::text);
  perform private.order_mail(asked.order_id, 'order_return', 'order_return:' || asked.id, jsonb_strip_nulls(jsonb_build_object(
    'accepted', accept,
    'refund', (select private.money(made.amount, made.currency) from public.order_refunds as made where made.id = refund),
    'answer', order_return_decide.answer
  )));
  return jsonb_build_object('state', decided, 'refund_id', refund, 'order_id', asked.order_id);
end;
$$;
comment on function public.order_return_decide(uuid, text, uuid, boolean, boolean, bigint, text) is
  'Server RPC: staff accept a return, which opens its refund (none where its lines cost nothing; `amount` less than they are worth, where something was damaged), or reject it: {state, refund_id, order_id}. Again is the same.';
grant execute on function public.order_return_decide(uuid, text, uuid, boolean, boolean, bigint, text) to service_role;
