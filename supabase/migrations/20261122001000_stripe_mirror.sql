-- The writes of a Stripe sync: one transaction each, refused when somebody wrote since the fetch began.
-- `record` is what _shared/billing/records.ts makes of Stripe's object: names as in our tables, amounts
-- in ISO minor units, times in seconds since 1970.

create function private.at(seconds jsonb)
returns timestamptz
language sql
immutable
set search_path = ''
as $$ select to_timestamp((seconds #>> '{}')::double precision) $$;
comment on function private.at(jsonb) is 'A Stripe timestamp: whole seconds since 1970, or null.';
grant execute on function private.at(jsonb) to service_role;

create function private.stripe_apply_product(record jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if record ->> 'plan_id' is null then
    -- Not one of our plans, or no longer: what hangs on it stays, it is only not on sale.
    update public.plans set active = false where stripe_product_id = record ->> 'id' and active;
    return;
  end if;
  insert into public.plans as plan (id, stripe_product_id, name, description, rank, active)
  values (record ->> 'plan_id', record ->> 'id', record ->> 'name', record ->> 'description',
          (record ->> 'rank')::smallint, (record ->> 'active')::boolean)
  on conflict on constraint plans_pkey do update
  set stripe_product_id = excluded.stripe_product_id, name = excluded.name,
      description = excluded.description, rank = excluded.rank, active = excluded.active;
  delete from public.plan_features as held
  where held.plan_id = record ->> 'plan_id' and not (record -> 'features') ? held.feature;
  insert into public.plan_features (plan_id, feature, limit_value)
  select record ->> 'plan_id', feature.key, (feature.value #>> '{}')::bigint
  from jsonb_each(record -> 'features') as feature
  on conflict on constraint plan_features_pkey do update set limit_value = excluded.limit_value;
end;
$$;
comment on function private.stripe_apply_product(jsonb) is 'Mirrors a product that carries metadata.plan; `features` is {name: limit or null}.';
grant execute on function private.stripe_apply_product(jsonb) to service_role;

create function private.stripe_apply_price(record jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  owner_plan text;
begin
  select id into owner_plan from public.plans where stripe_product_id = record ->> 'product_id';
  if owner_plan is null or record ->> 'interval' is null then
    update public.prices set active = false where id = record ->> 'id' and active;
    return;
  end if;
  insert into public.prices (id, plan_id, lookup_key, currency, unit_amount, "interval", interval_count, active)
  values (record ->> 'id', owner_plan, record ->> 'lookup_key', record ->> 'currency',
          (record ->> 'unit_amount')::bigint, record ->> 'interval',
          (record ->> 'interval_count')::smallint, (record ->> 'active')::boolean)
  on conflict on constraint prices_pkey do update
  set plan_id = excluded.plan_id, lookup_key = excluded.lookup_key, currency = excluded.currency,
      unit_amount = excluded.unit_amount, "interval" = excluded."interval",
      interval_count = excluded.interval_count, active = excluded.active;
end;
$$;
comment on function private.stripe_apply_price(jsonb) is 'Mirrors a recurring price of one of our plans.';
grant execute on function private.stripe_apply_price(jsonb) to service_role;

create function private.stripe_apply_customer(record jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if (record ->> 'deleted')::boolean then
    return;
  end if;
  -- Made by us but not recorded, because we died in between: metadata is written with our secret key alone.
  update private.billing_customers
  set stripe_customer_id = record ->> 'id'
  where workspace_id = (record ->> 'workspace_id')::uuid and stripe_customer_id is null;
end;
$$;
comment on function private.stripe_apply_customer(jsonb) is 'Links a customer that Stripe has and we had not recorded yet.';
grant execute on function private.stripe_apply_customer(jsonb) to service_role;

create function private.stripe_apply_subscription(record jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  owner_workspace uuid;
begin
  select workspace_id into owner_workspace from private.billing_customers
  where stripe_customer_id = record ->> 'customer_id';
  if owner_workspace is null then
    return; -- Another product's customer in the same Stripe account.
  end if;
  insert into public.subscriptions (
    workspace_id, user_id, stripe_subscription_id, plan_id, price_id, status, quantity, currency,
    cancel_at_period_end, current_period_start, current_period_end, trial_end, cancel_at, canceled_at,
    ended_at, created_at
  )
  values (
    owner_workspace,
    (select profile.id from public.profiles as profile where profile.id = (record ->> 'user_id')::uuid),
    record ->> 'id',
    (select price.plan_id from public.prices as price where price.id = record ->> 'price_id'),
    record ->> 'price_id', record ->> 'status', (record ->> 'quantity')::integer, record ->> 'currency',
    (record ->> 'cancel_at_period_end')::boolean, private.at(record -> 'current_period_start'),
    private.at(record -> 'current_period_end'), private.at(record -> 'trial_end'),
    private.at(record -> 'cancel_at'), private.at(record -> 'canceled_at'),
    private.at(record -> 'ended_at'), private.at(record -> 'created')
  )
  on conflict on constraint subscriptions_stripe_id_key do update
  set plan_id = excluded.plan_id, price_id = excluded.price_id, status = excluded.status,
      quantity = excluded.quantity, currency = excluded.currency,
      cancel_at_period_end = excluded.cancel_at_period_end,
      current_period_start = excluded.current_period_start,
      current_period_end = excluded.current_period_end, trial_end = excluded.trial_end,
      cancel_at = excluded.cancel_at, canceled_at = excluded.canceled_at, ended_at = excluded.ended_at;

  update private.subscription_intents
  set state = case when record ->> 'status' in ('incomplete_expired', 'canceled') then 'abandoned' else 'bought' end,
      closed_at = now(), stripe_subscription_id = record ->> 'id'
  where state = 'open' and record ->> 'status' <> 'incomplete'
    and (stripe_subscription_id = record ->> 'id' or id = (record ->> 'intent_id')::uuid);
end;
$$;
comment on function private.stripe_apply_subscription(jsonb) is 'Mirrors a subscription and ends the purchase that it came from.';
grant execute on function private.stripe_apply_subscription(jsonb) to service_role;

create function private.stripe_apply_invoice(record jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  owner_workspace uuid;
  mirrored public.invoices;
  recipient uuid;
  bought text;
begin
  if (record ->> 'deleted')::boolean then
    delete from public.invoices where stripe_invoice_id = record ->> 'id'; -- Only a draft can be deleted.
    return;
  end if;
  select workspace_id into owner_workspace from private.billing_customers
  where stripe_customer_id = record ->> 'customer_id';
  if owner_workspace is null then
    return; -- Another product's customer in the same Stripe account.
  end if;

  insert into public.invoices (
    workspace_id, subscription_id, stripe_invoice_id, number, status, currency, subtotal, total,
    amount_due, amount_paid, period_start, period_end, hosted_invoice_url, invoice_pdf, created_at, paid_at
  )
  values (
    owner_workspace,
    (select held.id from public.subscriptions as held where held.stripe_subscription_id = record ->> 'subscription_id'),
    record ->> 'id', record ->> 'number', record ->> 'status', record ->> 'currency',
    (record ->> 'subtotal')::bigint, (record ->> 'total')::bigint,
    (record ->> 'amount_due')::bigint, (record ->> 'amount_paid')::bigint,
    private.at(record -> 'period_start'), private.at(record -> 'period_end'),
    record ->> 'hosted_invoice_url', record ->> 'invoice_pdf',
    private.at(record -> 'created'), private.at(record -> 'paid_at')
  )
  on conflict on constraint invoices_stripe_id_key do update
  set subscription_id = excluded.subscription_id, number = excluded.number, status = excluded.status,
      currency = excluded.currency, subtotal = excluded.subtotal, total = excluded.total,
      amount_due = excluded.amount_due, amount_paid = excluded.amount_paid,
      period_start = excluded.period_start, period_end = excluded.period_end,
      hosted_invoice_url = excluded.hosted_invoice_url, invoice_pdf = excluded.invoice_pdf,
      paid_at = excluded.paid_at
  returning * into mirrored;

  insert into public.payments (
    workspace_id, invoice_id, stripe_payment_id, status, amount, currency, created_at, paid_at
  )
  select owner_workspace, mirrored.id, payment ->> 'id', payment ->> 'status',
         (payment ->> 'amount')::bigint, payment ->> 'currency',
         private.at(payment -> 'created'), private.at(payment -> 'paid_at')
  from jsonb_array_elements(record -> 'payments') as payment
  on conflict on constraint payments_stripe_id_key do update
  set status = excluded.status, amount = excluded.amount, paid_at = excluded.paid_at;

  if mirrored.status = 'paid' and mirrored.amount_paid > 0 then
    select coalesce(
      (select held.user_id from public.subscriptions as held where held.id = mirrored.subscription_id),
      (select member.user_id from public.workspace_members as member
       where member.workspace_id = owner_workspace and member.role = 'owner'
       order by member.created_at limit 1)
    ) into recipient;
    select plan.name into bought
    from public.subscriptions as held join public.plans as plan on plan.id = held.plan_id
    where held.id = mirrored.subscription_id;
    perform private.enqueue_mail(
      'receipt', recipient,
      jsonb_strip_nulls(jsonb_build_object(
        'amount', jsonb_build_object('amount', mirrored.amount_paid, 'currency', mirrored.currency),
        'paid_at', coalesce(mirrored.paid_at, now()),
        'number', coalesce(mirrored.number, mirrored.stripe_invoice_id),
        'url', mirrored.hosted_invoice_url,
        'pdf_url', mirrored.invoice_pdf,
        'workspace', (select workspace.name from public.workspaces as workspace where workspace.id = owner_workspace),
        'plan', coalesce(bought, record ->> 'description', mirrored.number),
        'period', jsonb_build_object('start', mirrored.period_start, 'end', mirrored.period_end)
      )),
      'receipt:' || mirrored.stripe_invoice_id
    );
  end if;
end;
$$;
comment on function private.stripe_apply_invoice(jsonb) is 'Mirrors an invoice with its payments; the first time it is seen paid, enqueues the receipt.';
grant execute on function private.stripe_apply_invoice(jsonb) to service_role;

create function public.stripe_apply(
  object_type text, object_id text, expected_version bigint, seq bigint, record jsonb
)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  if not private.sync_accept('stripe', object_type, object_id, expected_version, seq) then
    return false;
  end if;
  case object_type
    when 'product' then perform private.stripe_apply_product(record);
    when 'price' then perform private.stripe_apply_price(record);
    when 'customer' then perform private.stripe_apply_customer(record);
    when 'subscription' then perform private.stripe_apply_subscription(record);
    when 'invoice' then perform private.stripe_apply_invoice(record);
  end case;
  return true;
end;
$$;
comment on function public.stripe_apply(text, text, bigint, bigint, jsonb) is
  'Server RPC: writes a fetched Stripe object; false when somebody wrote since `expected_version` was read, then fetch again.';
grant execute on function public.stripe_apply(text, text, bigint, bigint, jsonb) to service_role;
