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

create function private.uuid_or_null(value text)
returns uuid
language sql
immutable
set search_path = ''
as $$
  select case when value ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then value::uuid end;
$$;
comment on function private.uuid_or_null(text) is
  'An id out of Stripe''s metadata, where other software of the same account writes what it likes.';
grant execute on function private.uuid_or_null(text) to service_role;

create function private.plan_derive(plan text)
returns void
language plpgsql
set search_path = ''
as $$
declare
  product jsonb;
begin
  -- The same claims make the same plan in whatever order they came: one on sale first, then by id.
  select claim.record into product from private.plan_products as claim
  where claim.plan_id = plan
  order by (claim.record ->> 'active')::boolean desc, claim.product_id
  limit 1;
  if product is null then
    update public.plans set active = false, stripe_product_id = null where id = plan;
    return;
  end if;
  insert into public.plans as held (id, stripe_product_id, name, description, rank, active)
  values (plan, product ->> 'id', product ->> 'name', product ->> 'description',
          (product ->> 'rank')::smallint, (product ->> 'active')::boolean)
  on conflict on constraint plans_pkey do update
  set stripe_product_id = excluded.stripe_product_id, name = excluded.name,
      description = excluded.description, rank = excluded.rank, active = excluded.active;
  delete from public.plan_features as held
  where held.plan_id = plan and not (product -> 'features') ? held.feature;
  insert into public.plan_features (plan_id, feature, limit_value)
  select plan, feature.key, (feature.value #>> '{}')::bigint
  from jsonb_each(product -> 'features') as feature
  on conflict on constraint plan_features_pkey do update set limit_value = excluded.limit_value;
end;
$$;
comment on function private.plan_derive(text) is
  'Makes a plan what the products that name it say; without any, it is no longer on sale.';
grant execute on function private.plan_derive(text) to service_role;

create function private.stripe_apply_product(record jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  product constant text := record ->> 'id';
  -- A name that cannot be a plan's is somebody else's metadata.
  plan constant text := substring(record ->> 'plan_id' from '^[a-z][a-z0-9_]{0,39}$');
  former text;
begin
  -- One at a time: the rows of a plan follow from all its products, and the catalogue changes rarely.
  perform pg_advisory_xact_lock(hashtextextended('stripe catalogue', 0));
  select claim.plan_id into former from private.plan_products as claim where claim.product_id = product;
  if plan is null then
    delete from private.plan_products as claim where claim.product_id = product;
  else
    insert into private.plan_products (product_id, plan_id, record) values (product, plan, stripe_apply_product.record)
    on conflict on constraint plan_products_pkey do update
    set plan_id = excluded.plan_id, record = excluded.record;
  end if;
  if former <> plan or plan is null then
    perform private.plan_derive(former); -- First, since a product is at most one plan's.
  end if;
  if plan is not null then
    perform private.plan_derive(plan);
  end if;

  update public.prices as price set plan_id = plan
  where price.product_id = product and price.plan_id is distinct from plan;
  update public.subscriptions as held set plan_id = plan
  from public.prices as price
  where price.product_id = product and held.price_id = price.id and held.plan_id is distinct from plan;
end;
$$;
comment on function private.stripe_apply_product(jsonb) is 'Mirrors a product as the plan that its metadata names; `features` is {name: limit or null}.';
grant execute on function private.stripe_apply_product(jsonb) to service_role;

create function private.stripe_apply_price(record jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if record ->> 'interval' is null then
    update public.prices set active = false where id = record ->> 'id' and active;
    return;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('stripe catalogue', 0));
  insert into public.prices (
    id, product_id, plan_id, lookup_key, currency, unit_amount, "interval", interval_count, active, created_at
  )
  values (record ->> 'id', record ->> 'product_id',
          (select claim.plan_id from private.plan_products as claim where claim.product_id = stripe_apply_price.record ->> 'product_id'),
          record ->> 'lookup_key', record ->> 'currency',
          (record ->> 'unit_amount')::bigint, record ->> 'interval',
          (record ->> 'interval_count')::smallint, (record ->> 'active')::boolean,
          private.at(record -> 'created'))
  on conflict on constraint prices_pkey do update
  set product_id = excluded.product_id, plan_id = excluded.plan_id, lookup_key = excluded.lookup_key,
      currency = excluded.currency, unit_amount = excluded.unit_amount,
      "interval" = excluded."interval", interval_count = excluded.interval_count,
      active = excluded.active, created_at = excluded.created_at;
end;
$$;
comment on function private.stripe_apply_price(jsonb) is 'Mirrors a recurring price, whether its product names a plan or not (yet).';
grant execute on function private.stripe_apply_price(jsonb) to service_role;

create function private.stripe_apply_customer(record jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if (record ->> 'deleted')::boolean then
    -- Stripe has ended what it was subscribed to; the workspace gets another customer when it buys again.
    update public.subscriptions as held
    set status = 'canceled', ended_at = coalesce(held.ended_at, now())
    from private.billing_customers as customer
    where customer.stripe_customer_id = record ->> 'id' and held.workspace_id = customer.workspace_id
      and held.status not in ('canceled', 'incomplete_expired');
    update private.subscription_intents as intent
    set state = 'abandoned', closed_at = now()
    from private.billing_customers as customer
    where customer.stripe_customer_id = record ->> 'id' and intent.workspace_id = customer.workspace_id
      and intent.state = 'open';
    update private.billing_customers
    set stripe_customer_id = null, stripe_payment_method_id = null, generation = generation + 1
    where stripe_customer_id = record ->> 'id';
    return;
  end if;
  -- Made by us but not recorded, because we died in between: metadata is written with our secret key alone.
  update private.billing_customers
  set stripe_customer_id = record ->> 'id'
  where workspace_id = private.uuid_or_null(record ->> 'workspace_id') and stripe_customer_id is null
    and not exists (
      select from private.billing_customers as other where other.stripe_customer_id = record ->> 'id'
    );
  update private.billing_customers
  set stripe_payment_method_id = record ->> 'payment_method_id'
  where stripe_customer_id = record ->> 'id';
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
  bought_plan text;
begin
  if (record ->> 'deleted')::boolean then
    -- Stripe keeps ended subscriptions for good: this one was never its own.
    delete from public.subscriptions where stripe_subscription_id = record ->> 'id';
    return;
  end if;
  select workspace_id into owner_workspace from private.billing_customers
  where stripe_customer_id = record ->> 'customer_id';
  if owner_workspace is null then
    return; -- Another product's customer in the same Stripe account.
  end if;
  -- A change of the catalogue waits until it can see this subscription, and this one for the change. Not
  -- by locking the price's row: the plan's, which the insert below refers to, is locked the other way round.
  perform pg_advisory_xact_lock_shared(hashtextextended('stripe catalogue', 0));
  select price.plan_id into bought_plan from public.prices as price where price.id = record ->> 'price_id';
  insert into public.subscriptions (
    workspace_id, user_id, stripe_subscription_id, plan_id, price_id, status, quantity, currency,
    cancel_at_period_end, current_period_start, current_period_end, trial_end, cancel_at, canceled_at,
    ended_at, created_at, stripe_payment_method_id
  )
  values (
    owner_workspace,
    (select profile.id from public.profiles as profile
     where profile.id = private.uuid_or_null(record ->> 'user_id')),
    record ->> 'id',
    bought_plan, record ->> 'price_id', record ->> 'status', (record ->> 'quantity')::integer, record ->> 'currency',
    (record ->> 'cancel_at_period_end')::boolean, private.at(record -> 'current_period_start'),
    private.at(record -> 'current_period_end'), private.at(record -> 'trial_end'),
    private.at(record -> 'cancel_at'), private.at(record -> 'canceled_at'),
    private.at(record -> 'ended_at'), private.at(record -> 'created'), record ->> 'payment_method_id'
  )
  on conflict on constraint subscriptions_stripe_id_key do update
  set plan_id = excluded.plan_id, price_id = excluded.price_id, status = excluded.status,
      quantity = excluded.quantity, currency = excluded.currency,
      cancel_at_period_end = excluded.cancel_at_period_end,
      current_period_start = excluded.current_period_start,
      current_period_end = excluded.current_period_end, trial_end = excluded.trial_end,
      cancel_at = excluded.cancel_at, canceled_at = excluded.canceled_at, ended_at = excluded.ended_at,
      stripe_payment_method_id = excluded.stripe_payment_method_id;

  update private.subscription_intents
  set state = case
        when record ->> 'status' = 'incomplete' then 'open'
        when record ->> 'status' in ('incomplete_expired', 'canceled') then 'abandoned'
        else 'bought'
      end,
      closed_at = case when record ->> 'status' <> 'incomplete' then now() end,
      stripe_subscription_id = record ->> 'id'
  where state = 'open' and workspace_id = owner_workspace
    and (stripe_subscription_id = record ->> 'id' or id = private.uuid_or_null(record ->> 'intent_id'));
end;
$$;
comment on function private.stripe_apply_subscription(jsonb) is 'Mirrors a subscription, and tells the purchase that it came from what became of it.';
grant execute on function private.stripe_apply_subscription(jsonb) to service_role;

create function private.billing_contact(workspace_id uuid, subscription_id uuid default null)
returns uuid
language sql
stable
set search_path = ''
as $$
  -- Who bought it, as long as that user is still a member; else the workspace's first owner.
  select coalesce(
    (select held.user_id from public.subscriptions as held
     join public.workspace_members as member
       on member.workspace_id = held.workspace_id and member.user_id = held.user_id
     where held.id = billing_contact.subscription_id),
    (select member.user_id from public.workspace_members as member
     where member.workspace_id = billing_contact.workspace_id and member.role = 'owner'
     order by member.created_at, member.user_id limit 1)
  );
$$;
comment on function private.billing_contact(uuid, uuid) is 'Who gets the mails about a workspace''s billing.';
grant execute on function private.billing_contact(uuid, uuid) to service_role;

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
  -- One payment intent may stand in several entries of an invoice: the latest tells how it stands.
  select distinct on (payment ->> 'id')
         owner_workspace, mirrored.id, payment ->> 'id', payment ->> 'status',
         (payment ->> 'amount')::bigint, payment ->> 'currency',
         private.at(payment -> 'created'), private.at(payment -> 'paid_at')
  from jsonb_array_elements(record -> 'payments') as payment
  order by payment ->> 'id', (payment ->> 'created')::bigint desc
  on conflict on constraint payments_stripe_id_key do update
  set invoice_id = excluded.invoice_id, status = excluded.status, amount = excluded.amount,
      currency = excluded.currency, paid_at = excluded.paid_at;

  if mirrored.status = 'paid' and mirrored.amount_paid > 0 then
    select private.billing_contact(owner_workspace, mirrored.subscription_id) into recipient;
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
    when 'checkout_session' then perform private.stripe_apply_checkout_session(record);
    when 'payment_method' then perform private.stripe_apply_payment_method(record);
    when 'charge' then perform private.stripe_apply_charge(record);
    when 'dispute' then perform private.stripe_apply_dispute(record);
  end case;
  return true;
end;
$$;
comment on function public.stripe_apply(text, text, bigint, bigint, jsonb) is
  'Server RPC: writes a fetched Stripe object; false when somebody wrote since `expected_version` was read, then fetch again.';
grant execute on function public.stripe_apply(text, text, bigint, bigint, jsonb) to service_role;
