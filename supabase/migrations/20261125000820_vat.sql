-- VAT: who is billed, with which tax id, and what tax an invoice holds. Stripe computes the tax and asks the
-- registers; these rows show what it holds (docs/vat.md).

alter table public.invoices
  add column tax bigint not null default 0,
  add column reverse_charge boolean not null default false;
comment on column public.invoices.tax is 'What of `total` is tax, in minor units, whether on top of prices or within them.';
comment on column public.invoices.reverse_charge is 'The customer, a business in another country of the Union, owes the tax.';

alter table public.credit_notes
  add column tax bigint not null default 0,
  add column refunded_amounts bigint[] not null default '{}';
update public.credit_notes as note
set refunded_amounts = array(
  select coalesce(refund.amount, 0)
  from unnest(note.stripe_refund_ids) with ordinality as held (id, place)
  left join public.refunds as refund on refund.stripe_refund_id = held.id
  order by held.place
);
alter table public.credit_notes add constraint credit_notes_amount_each_refund
  check (cardinality(refunded_amounts) = cardinality(stripe_refund_ids));
comment on column public.credit_notes.refunded_amounts is
  'How much of each refund it stands for: with tax, not every sum is a net amount and its tax in whole units.';
comment on column public.credit_notes.tax is 'What of `total` is tax.';

create table public.billing_details (
  workspace_id  uuid primary key references public.workspaces (id) on delete cascade,
  name          text,
  line1         text,
  line2         text,
  postal_code   text,
  city          text,
  state         text,
  country       text,
  tax_id_type   text,
  tax_id        text,
  tax_id_status text,
  updated_at    timestamptz not null default now(),
  constraint billing_details_country_iso check (country ~ '^[A-Z]{2}$'),
  constraint billing_details_status_known check (
    tax_id_status in ('pending', 'verified', 'unverified', 'unavailable')
  ),
  constraint billing_details_tax_id_whole check (
    (tax_id is null) = (tax_id_type is null) and (tax_id is null) = (tax_id_status is null)
  )
);
comment on table public.billing_details is 'Whom a workspace''s invoices are made out to; mirror of its Stripe customer.';
comment on column public.billing_details.country is 'ISO 3166-1 alpha-2; decides, with the tax id, which tax is due.';
comment on column public.billing_details.tax_id_type is 'Stripe''s own: eu_vat, gb_vat …';
comment on column public.billing_details.tax_id_status is
  'What the register says: pending, verified, unverified (then it is no longer used, and kept to be seen); unavailable where there is no register.';
create trigger billing_details_touch before update on public.billing_details
  for each row execute function private.touch();
create trigger billing_details_audit after insert or update or delete on public.billing_details
  for each row execute function private.audit(
    'stripe', 'workspace_id', 'workspace_id', 'country', 'tax_id_type', 'tax_id_status', '~tax_id', '~name', '~line1'
  );
alter table public.billing_details enable row level security;
grant select on public.billing_details to authenticated;
grant select, insert, update, delete on public.billing_details to service_role;
create policy "Owners, admins, billing and staff read billing details" on public.billing_details
  for select to authenticated
  using (workspace_id in (select private.my_workspace_ids(array['owner', 'admin', 'billing']))
    or (select private.is_staff()));

create function private.billing_details_mirror(workspace uuid, record jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  given constant jsonb := record -> 'details';
  offered constant jsonb := nullif(given -> 'tax_id', 'null');
  refused jsonb;
begin
  if given is null then
    return;
  end if;
  insert into public.billing_details as held (
    workspace_id, name, line1, line2, postal_code, city, state, country, tax_id_type, tax_id, tax_id_status
  )
  values (
    workspace, given ->> 'name', given ->> 'line1', given ->> 'line2', given ->> 'postal_code',
    given ->> 'city', given ->> 'state', given ->> 'country',
    offered ->> 'type', offered ->> 'value', offered ->> 'status'
  )
  on conflict on constraint billing_details_pkey do update
  set name = excluded.name, line1 = excluded.line1, line2 = excluded.line2,
      postal_code = excluded.postal_code, city = excluded.city, state = excluded.state,
      country = excluded.country,
      -- One that a register refused was taken off the customer by us: it stays to be seen, until another is given.
      tax_id_type = case when offered is null and held.tax_id_status = 'unverified' then held.tax_id_type else excluded.tax_id_type end,
      tax_id = case when offered is null and held.tax_id_status = 'unverified' then held.tax_id else excluded.tax_id end,
      tax_id_status = case when offered is null and held.tax_id_status = 'unverified' then held.tax_id_status else excluded.tax_id_status end;

  for refused in
    select one from jsonb_array_elements(coalesce(given -> 'refused', '[]')) as one
  loop
    perform private.enqueue(
      'tax_id_withdraw', jsonb_build_object('customer', record ->> 'id', 'tax_id', refused ->> 'id'),
      'tax_id:' || (refused ->> 'id')
    );
    perform private.enqueue_mail(
      'tax_id_refused', private.billing_contact(workspace),
      jsonb_build_object(
        'workspace', (select known.name from public.workspaces as known where known.id = workspace),
        'tax_id', refused ->> 'value'
      ),
      'tax_id_refused:' || (refused ->> 'id')
    );
  end loop;
end;
$$;
comment on function private.billing_details_mirror(uuid, jsonb) is
  'Mirrors whom a customer''s invoices are made out to. A tax id that its register refused is taken off the customer, so that the next invoice charges VAT, and told of once.';
grant execute on function private.billing_details_mirror(uuid, jsonb) to service_role;

create function public.billing_tax_id_forget(workspace_id uuid)
returns void
language sql
set search_path = ''
as $$
  update public.billing_details as held
  set tax_id = null, tax_id_type = null, tax_id_status = null
  where held.workspace_id = billing_tax_id_forget.workspace_id and held.tax_id_status = 'unverified';
$$;
comment on function public.billing_tax_id_forget(uuid) is 'Server RPC: forgets a tax id that its register refused, since its workspace gave none or another.';
grant execute on function public.billing_tax_id_forget(uuid) to service_role;

create or replace function private.stripe_apply_customer(record jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  owner_workspace uuid;
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
    delete from public.billing_details as held
    using private.billing_customers as customer
    where customer.stripe_customer_id = record ->> 'id' and held.workspace_id = customer.workspace_id;
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
  where stripe_customer_id = record ->> 'id'
  returning workspace_id into owner_workspace;
  if owner_workspace is not null then
    perform private.billing_details_mirror(owner_workspace, record);
  end if;
end;
$$;

create or replace function private.stripe_apply_invoice(record jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  owner_workspace uuid;
  mirrored public.invoices;
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
    amount_due, amount_paid, period_start, period_end, hosted_invoice_url, invoice_pdf, created_at, paid_at,
    billing_reason, description, attempt_count, next_payment_attempt, action_required, voided_at,
    marked_uncollectible_at, price_id, tax, reverse_charge
  )
  values (
    owner_workspace,
    (select held.id from public.subscriptions as held where held.stripe_subscription_id = record ->> 'subscription_id'),
    record ->> 'id', record ->> 'number', record ->> 'status', record ->> 'currency',
    (record ->> 'subtotal')::bigint, (record ->> 'total')::bigint,
    (record ->> 'amount_due')::bigint, (record ->> 'amount_paid')::bigint,
    private.at(record -> 'period_start'), private.at(record -> 'period_end'),
    record ->> 'hosted_invoice_url', record ->> 'invoice_pdf',
    private.at(record -> 'created'), private.at(record -> 'paid_at'),
    record ->> 'billing_reason', record ->> 'description',
    coalesce((record ->> 'attempt_count')::integer, 0), private.at(record -> 'next_payment_attempt'),
    coalesce((record ->> 'action_required')::boolean, false), private.at(record -> 'voided_at'),
    private.at(record -> 'marked_uncollectible_at'), record ->> 'price_id',
    coalesce((record ->> 'tax')::bigint, 0), coalesce((record ->> 'reverse_charge')::boolean, false)
  )
  on conflict on constraint invoices_stripe_id_key do update
  set subscription_id = excluded.subscription_id, number = excluded.number, status = excluded.status,
      currency = excluded.currency, subtotal = excluded.subtotal, total = excluded.total,
      amount_due = excluded.amount_due, amount_paid = excluded.amount_paid,
      period_start = excluded.period_start, period_end = excluded.period_end,
      hosted_invoice_url = excluded.hosted_invoice_url, invoice_pdf = excluded.invoice_pdf,
      paid_at = excluded.paid_at, billing_reason = excluded.billing_reason,
      description = excluded.description, attempt_count = excluded.attempt_count,
      next_payment_attempt = excluded.next_payment_attempt, action_required = excluded.action_required,
      voided_at = excluded.voided_at, marked_uncollectible_at = excluded.marked_uncollectible_at,
      price_id = excluded.price_id, tax = excluded.tax, reverse_charge = excluded.reverse_charge
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
    perform private.receipt_mail(
      mirrored.id, private.billing_contact(owner_workspace, mirrored.subscription_id),
      'receipt:' || mirrored.stripe_invoice_id
    );
  end if;
end;
$$;

create or replace function private.stripe_apply_credit_note(record jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  credited public.invoices;
begin
  if (record ->> 'deleted')::boolean then
    delete from public.credit_notes where stripe_credit_note_id = record ->> 'id'; -- Was never Stripe's own.
    return;
  end if;
  select * into credited from public.invoices where stripe_invoice_id = record ->> 'invoice_id';
  if credited.id is null then
    return; -- An invoice of another product's in the same Stripe account.
  end if;
  insert into public.credit_notes (
    workspace_id, invoice_id, stripe_credit_note_id, number, status, reason, memo, currency, subtotal, total,
    stripe_refund_ids, refunded_amounts, pdf, created_at, voided_at, tax
  )
  values (
    credited.workspace_id, credited.id, record ->> 'id', record ->> 'number', record ->> 'status',
    record ->> 'reason', record ->> 'memo', record ->> 'currency', (record ->> 'subtotal')::bigint,
    (record ->> 'total')::bigint,
    array(select paid ->> 'id' from jsonb_array_elements(record -> 'refunds') as paid order by paid ->> 'id'),
    array(select (paid ->> 'amount')::bigint from jsonb_array_elements(record -> 'refunds') as paid order by paid ->> 'id'),
    record ->> 'pdf', private.at(record -> 'created'), private.at(record -> 'voided_at'),
    coalesce((record ->> 'tax')::bigint, 0)
  )
  on conflict on constraint credit_notes_stripe_id_key do update
  set number = excluded.number, status = excluded.status, reason = excluded.reason, memo = excluded.memo,
      subtotal = excluded.subtotal, total = excluded.total, stripe_refund_ids = excluded.stripe_refund_ids,
      refunded_amounts = excluded.refunded_amounts,
      pdf = excluded.pdf, voided_at = excluded.voided_at, tax = excluded.tax;
end;
$$;
create or replace view public.billing_documents with (security_invoker = true) as
select invoice.id, 'invoice' as kind, invoice.workspace_id, invoice.id as invoice_id, invoice.number,
       plan.name as plan, invoice.description, invoice.status, invoice.currency, invoice.total as amount,
       invoice.created_at, invoice.hosted_invoice_url as page_url, invoice.invoice_pdf as pdf_url,
       invoice.tax
from public.invoices as invoice
left join public.prices as price on price.id = invoice.price_id
left join public.plans as plan on plan.id = price.plan_id
where invoice.status <> 'draft'
union all
select note.id, 'credit_note', note.workspace_id, note.invoice_id, note.number, plan.name, note.memo,
       note.status, note.currency, case when note.status = 'issued' then -note.total else 0 end,
       note.created_at, invoice.hosted_invoice_url, note.pdf,
       case when note.status = 'issued' then -note.tax else 0 end
from public.credit_notes as note
join public.invoices as invoice on invoice.id = note.invoice_id
left join public.prices as price on price.id = invoice.price_id
left join public.plans as plan on plan.id = price.plan_id
union all
select refund.id, 'refund', refund.workspace_id, payment.invoice_id, invoice.number, plan.name,
       refund.reason, refund.status, refund.currency,
       case when refund.status in ('failed', 'canceled') then 0
         else (credited.amount - refund.amount)::bigint end,
       refund.created_at, invoice.hosted_invoice_url, null,
       -- What was refunded without a note changes no tax that was invoiced.
       0::bigint
from public.refunds as refund
join public.payments as payment on payment.id = refund.payment_id
left join public.invoices as invoice on invoice.id = payment.invoice_id
left join public.prices as price on price.id = invoice.price_id
left join public.plans as plan on plan.id = price.plan_id,
  lateral (
    select coalesce(sum(link.amount), 0) as amount
    from public.credit_notes as note, unnest(note.stripe_refund_ids, note.refunded_amounts) as link (id, amount)
    where note.invoice_id = payment.invoice_id and note.status = 'issued' and link.id = refund.stripe_refund_id
  ) as credited
where refund.amount > credited.amount;
comment on column public.billing_documents.tax is 'What of `amount` is tax.';
