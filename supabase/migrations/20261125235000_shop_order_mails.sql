-- Mails about orders: to the address that was given with the order, since a guest has no account.

create function private.money(amount bigint, currency text)
returns jsonb
language sql
immutable
set search_path = ''
as $$ select jsonb_build_object('amount', money.amount, 'currency', money.currency) $$;
comment on function private.money(bigint, text) is 'An amount as mails take it: {amount, currency}, in minor units.';
grant execute on function private.money(bigint, text) to service_role;

create function private.order_confirmation(ordered public.orders)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'ordered_at', coalesce(ordered.paid_at, ordered.created_at),
    'lines', (
      select jsonb_agg(jsonb_build_object(
        'name', case ordered.locale when 'fr' then line.name_fr else line.name_en end,
        'options', (
          select nullif(string_agg(chosen.value, ', ' order by chosen.key), '')
          from jsonb_each_text(line.options) as chosen
        ),
        'quantity', line.quantity,
        'unit', private.money(line.unit_amount, ordered.currency),
        'total', private.money(line.subtotal_amount, ordered.currency)
      ) order by line.position)
      from public.order_items as line where line.order_id = ordered.id
    ),
    'subtotal', private.money(ordered.subtotal_amount, ordered.currency),
    'discount', case when ordered.discount_amount > 0 then private.money(ordered.discount_amount, ordered.currency) end,
    'discount_code', case when ordered.discount_amount > 0 then ordered.discount_code end,
    'shipping', case when ordered.shipping_rate is not null then private.money(ordered.shipping_amount, ordered.currency) end,
    'tax', case when ordered.tax_amount > 0 then private.money(ordered.tax_amount, ordered.currency) end,
    'total', private.money(ordered.total_amount, ordered.currency),
    'delivery', case when ordered.shipping_rate is not null then jsonb_build_object(
      'name', ordered.shipping_rate ->> ('name_' || ordered.locale),
      'min_days', ordered.shipping_rate -> 'min_days',
      'max_days', ordered.shipping_rate -> 'max_days'
    ) end,
    'address', ordered.shipping_address
  );
$$;
comment on function private.order_confirmation(public.orders) is
  'What the confirmation says of an order: its lines in the buyer''s language, its amounts, where it goes.';
grant execute on function private.order_confirmation(public.orders) to service_role;

create function private.order_mail(order_id uuid, template text, cause text, extra jsonb default '{}')
returns bigint
language sql
set search_path = ''
as $$
  select private.enqueue(
    'mail_send',
    jsonb_strip_nulls(jsonb_build_object(
      'template', order_mail.template,
      'to', ordered.customer_email,
      'user_id', ordered.user_id,
      'locale', ordered.locale,
      'props', jsonb_build_object(
        -- The link is made where the mail is sent: a guest's carries a signature.
        'order_id', ordered.id,
        'guest', ordered.user_id is null,
        'number', ordered.number,
        'name', coalesce(
          (select profile.name from public.profiles as profile where profile.id = ordered.user_id),
          ordered.shipping_address ->> 'name'
        )
      ) || case order_mail.template
        when 'order_confirmed' then private.order_confirmation(ordered)
        when 'order_shipped' then jsonb_build_object(
          'shipped_at', ordered.shipped_at, 'carrier', ordered.carrier,
          'tracking_number', ordered.tracking_number, 'tracking_url', ordered.tracking_url,
          'address', ordered.shipping_address
        )
        when 'order_expired_paid' then jsonb_build_object('cancelled', ordered.status = 'cancelled')
        else '{}'
      end || order_mail.extra
    )),
    order_mail.cause
  )
  from public.orders as ordered
  where ordered.id = order_mail.order_id and ordered.customer_email is not null;
$$;
comment on function private.order_mail(uuid, text, text, jsonb) is
  'Enqueues one mail to whoever placed an order, in its language; once a cause, null when it was sent or nobody can be written to any more. `extra` adds to the template''s props: order_expired_paid {amount}, order_refunded {amount, refunded_at}, order_cancelled {refund?}, order_return {accepted, refund?, answer?}.';
grant execute on function private.order_mail(uuid, text, text, jsonb) to service_role;
