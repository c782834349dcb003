-- What the checkout counts with: amounts that Stripe can charge, shares that add up, refusals that name
-- what they are about.

create function private.problem(status integer, code text, detail text, extra jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
  raise exception using errcode = 'PT' || status, message = code, detail = detail, hint = extra::text;
end;
$$;
comment on function private.problem(integer, text, text, jsonb) is
  'As private.problem, with further members of the problem''s body: PostgREST hands them on as the hint.';
grant execute on function private.problem(integer, text, text, jsonb) to authenticated, service_role;

create function private.charge_step(currency text)
returns bigint
language sql
immutable
set search_path = ''
as $$
  select case
    when currency in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 10
    when currency = 'MGA' then 100
    else 1
  end::bigint;
$$;
comment on function private.charge_step(text) is
  'Of how many minor units an amount must be a multiple for Stripe to charge it: as toStripeAmount() of _shared/money.ts. https://docs.stripe.com/currencies#special-cases';
grant execute on function private.charge_step(text) to authenticated, service_role;

create function private.prices_chargeable()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  step constant bigint := private.charge_step((
    select list.currency from public.price_lists as list where list.id = new.price_list_id
  ));
  written constant jsonb := to_jsonb(new);
begin
  if coalesce((written ->> 'unit_amount')::bigint % step, 0) <> 0 or coalesce((written ->> 'amount')::bigint % step, 0) <> 0 then
    raise exception using errcode = 'check_violation', constraint = tg_table_name || '_chargeable',
      message = 'Stripe charges this currency in multiples of ' || step || ' minor units';
  end if;
  return new;
end;
$$;
comment on function private.prices_chargeable() is
  'Trigger: an amount that Stripe cannot charge is refused when it is written, not rounded when it is paid.';
create trigger variant_prices_chargeable before insert or update of unit_amount, price_list_id on public.variant_prices
  for each row execute function private.prices_chargeable();
create trigger shipping_rates_chargeable before insert or update of amount, price_list_id on public.shipping_rates
  for each row execute function private.prices_chargeable();
create trigger discounts_chargeable before insert or update of amount, price_list_id on public.discounts
  for each row when (new.amount is not null) execute function private.prices_chargeable();

create function private.apportion(total bigint, weights bigint[])
returns bigint[]
language sql
immutable
set search_path = ''
as $$
  select array_agg(share.part + case when share.place <= share.missing then 1 else 0 end order by share.ordinality)
  from (
    select weight.ordinality, total * weight.value / whole.amount as part,
      row_number() over (order by total * weight.value % whole.amount desc, weight.ordinality) as place,
      total - sum(total * weight.value / whole.amount) over () as missing
    from unnest(weights) with ordinality as weight (value, ordinality),
      (select sum(value)::bigint as amount from unnest(weights) as value) as whole
  ) as share;
$$;
comment on function private.apportion(bigint, bigint[]) is
  'Splits a total by largest remainder, as apportion() of _shared/money.ts: parts add up, equal remainders go to the earlier. Total times the sum of the weights must fit a bigint.';
grant execute on function private.apportion(bigint, bigint[]) to service_role;

create function private.customer_key(user_id uuid, email text)
returns text
language sql
immutable
set search_path = ''
as $$
  select coalesce('user:' || user_id,
    'email:' || encode(sha256(convert_to(lower(btrim(email)), 'utf8')), 'hex'));
$$;
comment on function private.customer_key(uuid, text) is
  'Who a customer is to limits: user:<id>, for a guest email:<SHA-256 of the address>.';
grant execute on function private.customer_key(uuid, text) to service_role;
