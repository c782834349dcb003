-- Payment details: cards on file, refunds and disputes as Stripe holds them, and purchases paid on
-- Stripe's own page.

create table public.payment_methods (
  id                       uuid primary key default gen_random_uuid(),
  workspace_id             uuid not null references public.workspaces (id) on delete cascade,
  stripe_payment_method_id text not null,
  type                     text not null,
  brand                    text,
  last4                    text,
  exp_month                smallint,
  exp_year                 smallint,
  created_at               timestamptz not null,
  updated_at               timestamptz not null default now(),
  constraint payment_methods_stripe_id_key unique (stripe_payment_method_id),
  constraint payment_methods_month check (exp_month between 1 and 12)
);
comment on table public.payment_methods is 'Cards and other means on file at Stripe; their numbers never reach us.';
comment on column public.payment_methods.brand is 'visa, mastercard …; null for what is not a card.';
create index payment_methods_workspace on public.payment_methods (workspace_id);
create index payment_methods_expiry on public.payment_methods (exp_year, exp_month);
create trigger payment_methods_touch before update on public.payment_methods
  for each row execute function private.touch();

alter table public.payments add column amount_refunded bigint not null default 0;
alter table public.payments add constraint payments_refunded_within_amount
  check (amount_refunded between 0 and amount);
comment on column public.payments.amount_refunded is 'How much of it went back, in minor units.';

create table public.refunds (
  id               uuid primary key default gen_random_uuid(),
  workspace_id     uuid not null references public.workspaces (id) on delete cascade,
  payment_id       uuid not null references public.payments (id) on delete cascade,
  stripe_refund_id text not null,
  status           text not null,
  amount           bigint not null,
  currency         text not null,
  reason           text,
  created_at       timestamptz not null,
  updated_at       timestamptz not null default now(),
  constraint refunds_stripe_id_key unique (stripe_refund_id),
  constraint refunds_status_known check (status in ('pending', 'requires_action', 'succeeded', 'failed', 'canceled')),
  constraint refunds_amount_positive check (amount > 0),
  constraint refunds_currency_iso check (currency ~ '^[A-Z]{3}$')
);
comment on table public.refunds is 'Money that went back; mirror of Stripe''s refunds.';
create index refunds_workspace on public.refunds (workspace_id, created_at desc);
create index refunds_payment on public.refunds (payment_id);
create trigger refunds_touch before update on public.refunds
  for each row execute function private.touch();

create table public.disputes (
  id                uuid primary key default gen_random_uuid(),
  workspace_id      uuid not null references public.workspaces (id) on delete cascade,
  payment_id        uuid not null references public.payments (id) on delete cascade,
  stripe_dispute_id text not null,
  status            text not null,
  amount            bigint not null,
  currency          text not null,
  reason            text not null,
  evidence_due_by   timestamptz,
  created_at        timestamptz not null,
  updated_at        timestamptz not null default now(),
  constraint disputes_stripe_id_key unique (stripe_dispute_id),
  constraint disputes_currency_iso check (currency ~ '^[A-Z]{3}$')
);
comment on table public.disputes is 'Payments that the card''s holder contests; mirror of Stripe''s disputes.';
comment on column public.disputes.status is 'Stripe''s own: needs_response, under_review, won, lost …';
create index disputes_workspace on public.disputes (workspace_id, created_at desc);
create index disputes_payment on public.disputes (payment_id);
create trigger disputes_touch before update on public.disputes
  for each row execute function private.touch();

alter table public.payment_methods enable row level security;
alter table public.refunds enable row level security;
alter table public.disputes enable row level security;
grant select on public.payment_methods, public.refunds, public.disputes to authenticated;
grant select, insert, update, delete on public.payment_methods, public.refunds, public.disputes to service_role;

create policy "Owners, admins and billing read payment methods" on public.payment_methods
  for select to authenticated
  using (workspace_id in (select private.my_workspace_ids(array['owner', 'admin', 'billing'])));
create policy "Owners, admins and billing read refunds" on public.refunds
  for select to authenticated
  using (workspace_id in (select private.my_workspace_ids(array['owner', 'admin', 'billing'])));
create policy "Owners, admins and billing read disputes" on public.disputes
  for select to authenticated
  using (workspace_id in (select private.my_workspace_ids(array['owner', 'admin', 'billing'])));

create function private.stripe_apply_checkout_session(record jsonb)
returns void
language sql
set search_path = ''
as $$
  -- Paid: its subscription's own sync closes the purchase. Expired: nothing was bought.
  update private.subscription_intents as intent
  set state = case when record ->> 'status' = 'expired' then 'abandoned' else intent.state end,
      closed_at = case when record ->> 'status' = 'expired' then now() else intent.closed_at end,
      stripe_session_id = record ->> 'id',
      stripe_subscription_id = coalesce(record ->> 'subscription_id', intent.stripe_subscription_id)
  from private.billing_customers as customer
  where intent.state = 'open' and customer.stripe_customer_id = record ->> 'customer_id'
    and intent.workspace_id = customer.workspace_id
    and (intent.stripe_session_id = record ->> 'id' or intent.id = private.uuid_or_null(record ->> 'intent_id'));
$$;
comment on function private.stripe_apply_checkout_session(jsonb) is 'Tells a purchase on Stripe''s page what became of it.';
grant execute on function private.stripe_apply_checkout_session(jsonb) to service_role;

create function private.stripe_apply_payment_method(record jsonb)
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
    -- Detached, or never ours.
    delete from public.payment_methods where stripe_payment_method_id = record ->> 'id';
    return;
  end if;
  insert into public.payment_methods (
    workspace_id, stripe_payment_method_id, type, brand, last4, exp_month, exp_year, created_at
  )
  values (owner_workspace, record ->> 'id', record ->> 'type', record ->> 'brand', record ->> 'last4',
          (record ->> 'exp_month')::smallint, (record ->> 'exp_year')::smallint, private.at(record -> 'created'))
  on conflict on constraint payment_methods_stripe_id_key do update
  set workspace_id = excluded.workspace_id, brand = excluded.brand, last4 = excluded.last4,
      exp_month = excluded.exp_month, exp_year = excluded.exp_year;
end;
$$;
comment on function private.stripe_apply_payment_method(jsonb) is 'Mirrors a card on file; one that was taken away goes.';
grant execute on function private.stripe_apply_payment_method(jsonb) to service_role;

create function private.stripe_apply_charge(record jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  paid public.payments;
  refund record;
begin
  select * into paid from public.payments where stripe_payment_id = record ->> 'payment_id';
  if paid.id is null then
    return; -- A payment of another product's in the same Stripe account.
  end if;
  update public.payments set amount_refunded = (record ->> 'amount_refunded')::bigint where id = paid.id;
  insert into public.refunds (
    workspace_id, payment_id, stripe_refund_id, status, amount, currency, reason, created_at
  )
  select paid.workspace_id, paid.id, given ->> 'id', given ->> 'status', (given ->> 'amount')::bigint,
         given ->> 'currency', given ->> 'reason', private.at(given -> 'created')
  from jsonb_array_elements(record -> 'refunds') as given
  on conflict on constraint refunds_stripe_id_key do update set status = excluded.status;

  for refund in
    select done.*, invoice.number as invoice_number, invoice.hosted_invoice_url, invoice.subscription_id,
           workspace.name as workspace_name
    from public.refunds as done
    join public.workspaces as workspace on workspace.id = done.workspace_id
    left join public.invoices as invoice on invoice.id = paid.invoice_id
    where done.payment_id = paid.id and done.status = 'succeeded'
  loop
    perform private.enqueue_mail(
      'refunded',
      private.billing_contact(refund.workspace_id, refund.subscription_id),
      jsonb_strip_nulls(jsonb_build_object(
        'amount', jsonb_build_object('amount', refund.amount, 'currency', refund.currency),
        'workspace', refund.workspace_name, 'number', refund.invoice_number,
        'refunded_at', refund.created_at, 'url', refund.hosted_invoice_url
      )),
      'refunded:' || refund.stripe_refund_id
    );
  end loop;
end;
$$;
comment on function private.stripe_apply_charge(jsonb) is 'Mirrors what was refunded of a payment; the first time a refund is seen done, enqueues its mail.';
grant execute on function private.stripe_apply_charge(jsonb) to service_role;

create function private.stripe_apply_dispute(record jsonb)
returns void
language sql
set search_path = ''
as $$
  insert into public.disputes (
    workspace_id, payment_id, stripe_dispute_id, status, amount, currency, reason, evidence_due_by, created_at
  )
  select paid.workspace_id, paid.id, record ->> 'id', record ->> 'status', (record ->> 'amount')::bigint,
         record ->> 'currency', record ->> 'reason', private.at(record -> 'evidence_due_by'),
         private.at(record -> 'created')
  from public.payments as paid
  where paid.stripe_payment_id = record ->> 'payment_id'
  on conflict on constraint disputes_stripe_id_key do update
  set status = excluded.status, amount = excluded.amount, reason = excluded.reason,
      evidence_due_by = excluded.evidence_due_by;
$$;
comment on function private.stripe_apply_dispute(jsonb) is 'Mirrors a dispute of one of our payments.';
grant execute on function private.stripe_apply_dispute(jsonb) to service_role;
