-- Billing documents: credit notes as Stripe holds them, one list of all that an accountant files, refunds
-- by staff, and receipts sent again.

alter table public.invoices add column price_id text;
comment on column public.invoices.price_id is 'Of what it charges for first; its plan is what was bought, whatever the subscription is by now.';
create index invoices_price on public.invoices (price_id);

create table public.credit_notes (
  id                    uuid primary key default gen_random_uuid(),
  workspace_id          uuid not null references public.workspaces (id) on delete cascade,
  invoice_id            uuid not null references public.invoices (id) on delete cascade,
  stripe_credit_note_id text not null,
  number                text not null,
  status                text not null,
  reason                text,
  memo                  text,
  currency              text not null,
  subtotal              bigint not null,
  total                 bigint not null,
  stripe_refund_ids     text[] not null default '{}',
  pdf                   text,
  created_at            timestamptz not null,
  voided_at             timestamptz,
  updated_at            timestamptz not null default now(),
  constraint credit_notes_stripe_id_key unique (stripe_credit_note_id),
  constraint credit_notes_status_known check (status in ('issued', 'void')),
  constraint credit_notes_total_not_negative check (total >= 0),
  constraint credit_notes_currency_iso check (currency ~ '^[A-Z]{3}$')
);
comment on table public.credit_notes is 'What was taken off an invoice after it was issued; mirror of Stripe''s credit notes.';
comment on column public.credit_notes.total is 'Taxes included; a positive amount, in minor units.';
comment on column public.credit_notes.stripe_refund_ids is
  'The refunds that paid it back: the same money, so whoever adds up counts the note alone. Ids and no rows, since either may be mirrored first.';
create index credit_notes_workspace on public.credit_notes (workspace_id, created_at desc);
create index credit_notes_invoice on public.credit_notes (invoice_id);
create trigger credit_notes_touch before update on public.credit_notes
  for each row execute function private.touch();
create trigger credit_notes_audit after insert or update or delete on public.credit_notes
  for each row execute function private.audit(
    'stripe', 'workspace_id', 'stripe_credit_note_id', 'number', 'status', 'total', 'currency', 'reason'
  );
alter table public.credit_notes enable row level security;
grant select on public.credit_notes to authenticated;
grant select, insert, update, delete on public.credit_notes to service_role;
create policy "Owners, admins, billing and staff read credit notes" on public.credit_notes
  for select to authenticated
  using (workspace_id in (select private.my_workspace_ids(array['owner', 'admin', 'billing']))
    or (select private.is_staff()));

create view public.billing_documents with (security_invoker = true) as
select invoice.id, 'invoice' as kind, invoice.workspace_id, invoice.id as invoice_id, invoice.number,
       plan.name as plan, invoice.description, invoice.status, invoice.currency, invoice.total as amount,
       invoice.created_at, invoice.hosted_invoice_url as page_url, invoice.invoice_pdf as pdf_url
from public.invoices as invoice
left join public.prices as price on price.id = invoice.price_id
left join public.plans as plan on plan.id = price.plan_id
where invoice.status <> 'draft'
union all
select note.id, 'credit_note', note.workspace_id, note.invoice_id, note.number, plan.name, note.memo,
       note.status, note.currency, case when note.status = 'issued' then -note.total else 0 end,
       note.created_at, invoice.hosted_invoice_url, note.pdf
from public.credit_notes as note
join public.invoices as invoice on invoice.id = note.invoice_id
left join public.prices as price on price.id = invoice.price_id
left join public.plans as plan on plan.id = price.plan_id
union all
select refund.id, 'refund', refund.workspace_id, payment.invoice_id, invoice.number, plan.name,
       refund.reason, refund.status, refund.currency,
       case when refund.status in ('failed', 'canceled') then 0 else -refund.amount end,
       refund.created_at, invoice.hosted_invoice_url, null
from public.refunds as refund
join public.payments as payment on payment.id = refund.payment_id
left join public.invoices as invoice on invoice.id = payment.invoice_id
left join public.prices as price on price.id = invoice.price_id
left join public.plans as plan on plan.id = price.plan_id
where not exists (
  select from public.credit_notes as note
  where note.invoice_id = payment.invoice_id and note.status = 'issued'
    and refund.stripe_refund_id = any (note.stripe_refund_ids)
);
comment on view public.billing_documents is
  'Invoices, credit notes, and refunds that no credit note stands for: each amount of money once, what went back negative. Newest first by (created_at, id), which is also its keyset.';
grant select on public.billing_documents to authenticated, service_role;

create function private.stripe_apply_credit_note(record jsonb)
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
    stripe_refund_ids, pdf, created_at, voided_at
  )
  values (
    credited.workspace_id, credited.id, record ->> 'id', record ->> 'number', record ->> 'status',
    record ->> 'reason', record ->> 'memo', record ->> 'currency', (record ->> 'subtotal')::bigint,
    (record ->> 'total')::bigint,
    array(select jsonb_array_elements_text(record -> 'refund_ids') order by 1),
    record ->> 'pdf', private.at(record -> 'created'), private.at(record -> 'voided_at')
  )
  on conflict on constraint credit_notes_stripe_id_key do update
  set number = excluded.number, status = excluded.status, reason = excluded.reason, memo = excluded.memo,
      subtotal = excluded.subtotal, total = excluded.total, stripe_refund_ids = excluded.stripe_refund_ids,
      pdf = excluded.pdf, voided_at = excluded.voided_at;
end;
$$;
comment on function private.stripe_apply_credit_note(jsonb) is 'Mirrors a credit note of one of our invoices.';
grant execute on function private.stripe_apply_credit_note(jsonb) to service_role;

create or replace function public.stripe_apply(
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
    when 'credit_note' then perform private.stripe_apply_credit_note(record);
  end case;
  return true;
end;
$$;

-- Refunds by staff. An intent is written before Stripe is asked, and counts as refunded until Stripe has
-- answered: so requests at once cannot give back more than was paid.

create table private.refund_intents (
  id               uuid primary key default gen_random_uuid(),
  payment_id       uuid not null references public.payments (id) on delete cascade,
  amount           bigint not null,
  state            text not null default 'open',
  cause            text,
  stripe_refund_id text,
  refusal          text,
  created_at       timestamptz not null default now(),
  closed_at        timestamptz,
  constraint refund_intents_amount_positive check (amount > 0),
  constraint refund_intents_state_known check (state in ('open', 'refunded', 'done', 'refused')),
  constraint refund_intents_closed_when_ended check ((state in ('done', 'refused')) = (closed_at is not null)),
  constraint refund_intents_once_per_cause unique (cause)
);
comment on table private.refund_intents is
  'Refunds that staff asked for; the id is Stripe''s idempotency key. open: Stripe may or may not have done it; refunded: mirrored, its credit note not yet issued; done; refused: nothing went back.';
comment on column private.refund_intents.cause is 'The request that asked, by its Idempotency-Key; null without one.';
create index refund_intents_payment on private.refund_intents (payment_id);
alter table private.refund_intents enable row level security;
grant select, insert, update, delete on private.refund_intents to service_role;

create function private.refund_intent(intent_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', intent.id, 'state', intent.state, 'amount', intent.amount, 'currency', payment.currency,
    'payment_id', payment.id, 'stripe_payment_id', payment.stripe_payment_id,
    'stripe_invoice_id', invoice.stripe_invoice_id, 'stripe_refund_id', intent.stripe_refund_id,
    'refusal', intent.refusal
  )
  from private.refund_intents as intent
  join public.payments as payment on payment.id = intent.payment_id
  left join public.invoices as invoice on invoice.id = payment.invoice_id
  where intent.id = intent_id;
$$;
comment on function private.refund_intent(uuid) is 'An intent with what Stripe must be told.';
grant execute on function private.refund_intent(uuid) to service_role;

create function public.refund_intent_open(
  staff uuid, payment_id uuid, amount bigint, reason text, cause text
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  paid public.payments;
  intent private.refund_intents;
  remaining bigint;
begin
  perform private.staff_acts(refund_intent_open.staff, refund_intent_open.reason);
  -- One at a time a payment.
  select * into paid from public.payments as one where one.id = refund_intent_open.payment_id for no key update;
  if paid.id is null then
    perform private.problem(404, 'payment_not_found', 'There is no payment of this id.');
  end if;
  select * into intent from private.refund_intents as known where known.cause = refund_intent_open.cause;
  if intent.id is not null then
    if intent.payment_id <> paid.id or intent.amount <> coalesce(refund_intent_open.amount, intent.amount) then
      perform private.problem(422, 'idempotency_key_reused', 'This Idempotency-Key has made another refund.');
    end if;
    return private.refund_intent(intent.id);
  end if;
  if paid.status <> 'succeeded' then
    perform private.problem(409, 'payment_not_refundable', 'Only a payment that succeeded can be refunded; this one is ' || paid.status || '.');
  end if;
  -- What Stripe has done is in amount_refunded from the transaction on in which its intent is no longer open.
  select paid.amount - paid.amount_refunded - coalesce(sum(pending.amount), 0) into remaining
  from private.refund_intents as pending
  where pending.payment_id = paid.id and pending.state = 'open';
  if remaining <= 0 then
    perform private.problem(409, 'payment_not_refundable', 'All of this payment was refunded.');
  end if;
  if refund_intent_open.amount > remaining then
    perform private.problem(422, 'refund_exceeds_payment',
      'Of this payment ' || remaining || ' ' || paid.currency || ' in minor units are left to refund.');
  end if;
  insert into private.refund_intents (payment_id, amount, cause)
  values (paid.id, coalesce(refund_intent_open.amount, remaining), refund_intent_open.cause)
  returning * into intent;
  perform private.audit_note(
    'payment.refund', paid.id::text, paid.workspace_id,
    jsonb_build_object('amount', intent.amount, 'currency', paid.currency, 'intent', intent.id)
  );
  -- Whoever asked may not live to see Stripe's answer.
  perform private.enqueue(
    'refund_finish', jsonb_build_object('intent', intent.id), 'refund:' || intent.id,
    private.now() + interval '3 minutes'
  );
  return private.refund_intent(intent.id);
end;
$$;
comment on function public.refund_intent_open(uuid, uuid, bigint, text, text) is
  'Server RPC: staff give back a payment, or `amount` of it (null: what is left): {id, state, amount, currency, payment_id, stripe_payment_id, stripe_invoice_id, stripe_refund_id, refusal}; the same cause gets the same intent.';
grant execute on function public.refund_intent_open(uuid, uuid, bigint, text, text) to service_role;

create function public.refund_intent_read(intent_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.refund_intent(intent_id) $$;
comment on function public.refund_intent_read(uuid) is 'Server RPC: an intent as refund_intent_open answers it; null when there is none.';
grant execute on function public.refund_intent_read(uuid) to service_role;

create function public.refund_intent_close(intent_id uuid, refusal text default null)
returns jsonb
language sql
set search_path = ''
as $$
  update private.refund_intents as intent
  set state = case when refund_intent_close.refusal is null then 'done' else 'refused' end,
      refusal = left(refund_intent_close.refusal, 500), closed_at = now()
  where intent.id = intent_id
    -- What went back cannot be refused any more, nor be done before it is seen to have gone back.
    and intent.state = case when refund_intent_close.refusal is null then 'refunded' else 'open' end;
  select private.refund_intent(intent_id);
$$;
comment on function public.refund_intent_close(uuid, text) is
  'Server RPC: nothing is left to do for an intent, or Stripe has definitely refused it; the intent as it is now.';
grant execute on function public.refund_intent_close(uuid, text) to service_role;

create or replace function private.stripe_apply_charge(record jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  paid public.payments;
  refund record;
begin
  -- Locked as refund_intent_open locks it: what is refunded and what is still asked for change together.
  select * into paid from public.payments where stripe_payment_id = record ->> 'payment_id' for no key update;
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

  update private.refund_intents as intent
  set state = 'refunded', stripe_refund_id = given ->> 'id'
  from jsonb_array_elements(record -> 'refunds') as given
  where intent.id = private.uuid_or_null(given ->> 'intent_id') and intent.payment_id = paid.id
    and intent.state = 'open';

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

-- Receipts: one place that writes them, whatever they are caused by.

create function private.receipt_mail(invoice_id uuid, recipient uuid, cause text)
returns bigint
language sql
set search_path = ''
as $$
  select private.enqueue_mail(
    'receipt', recipient,
    jsonb_strip_nulls(jsonb_build_object(
      'amount', jsonb_build_object('amount', invoice.amount_paid, 'currency', invoice.currency),
      'paid_at', coalesce(invoice.paid_at, now()),
      'number', coalesce(invoice.number, invoice.stripe_invoice_id),
      'url', invoice.hosted_invoice_url,
      'pdf_url', invoice.invoice_pdf,
      'workspace', workspace.name,
      'plan', coalesce(plan.name, bought.name, invoice.description, invoice.number),
      'period', jsonb_build_object('start', invoice.period_start, 'end', invoice.period_end)
    )),
    cause
  )
  from public.invoices as invoice
  join public.workspaces as workspace on workspace.id = invoice.workspace_id
  left join public.prices as price on price.id = invoice.price_id
  left join public.plans as plan on plan.id = price.plan_id
  left join public.subscriptions as held on held.id = invoice.subscription_id
  left join public.plans as bought on bought.id = held.plan_id
  where invoice.id = receipt_mail.invoice_id;
$$;
comment on function private.receipt_mail(uuid, uuid, text) is 'Enqueues the receipt of a paid invoice, once for each cause.';
grant execute on function private.receipt_mail(uuid, uuid, text) to service_role;

create function public.receipt_send(user_id uuid, invoice_id uuid, cause text)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  asked public.invoices;
begin
  perform private.act_as(receipt_send.user_id, null);
  select invoice.* into asked from public.invoices as invoice
  join public.workspace_members as member
    on member.workspace_id = invoice.workspace_id and member.user_id = receipt_send.user_id
  where invoice.id = receipt_send.invoice_id and member.role in ('owner', 'admin', 'billing');
  if asked.id is null then
    perform private.problem(404, 'invoice_not_found', 'No invoice of a workspace whose billing you handle has this id.');
  end if;
  if asked.status <> 'paid' or asked.amount_paid = 0 then
    perform private.problem(409, 'invoice_not_paid', 'A receipt is of a payment: this invoice has none.');
  end if;
  return private.receipt_mail(
    asked.id, receipt_send.user_id,
    'receipt:' || asked.stripe_invoice_id || ':again:' || receipt_send.cause
  ) is not null;
end;
$$;
comment on function public.receipt_send(uuid, uuid, text) is
  'Server RPC: sends the receipt of a paid invoice to a user who handles the workspace''s billing; once for each cause, false when this one has sent it.';
grant execute on function public.receipt_send(uuid, uuid, text) to service_role;

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
    marked_uncollectible_at, price_id
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
    private.at(record -> 'marked_uncollectible_at'), record ->> 'price_id'
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
      price_id = excluded.price_id
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

-- Reconciliation walks credit notes, too. Beside private.stripe_mirror and not in it: what compares kinds
-- of objects with each other is this one function.
alter table private.reconciliations drop constraint reconciliations_phase_known;
alter table private.reconciliations add constraint reconciliations_phase_known check (
  phase in ('product', 'price', 'subscription', 'invoice', 'charge', 'credit_note', 'done')
);

create function private.credit_notes_mirrored(ids text[])
returns table (id text, mirrored jsonb)
language sql
stable
set search_path = ''
as $$
  select note.stripe_credit_note_id, jsonb_build_object(
    'number', note.number, 'status', note.status, 'currency', note.currency, 'total', note.total)
  from public.credit_notes as note
  where note.stripe_credit_note_id = any (ids);
$$;
comment on function private.credit_notes_mirrored(text[]) is 'Our rows of Stripe credit notes, as private.stripe_mirror gives the others.';
grant execute on function private.credit_notes_mirrored(text[]) to service_role;

create or replace function public.reconciliation_compare(run_id bigint, object_type text, objects jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  ids constant text[] := array(select given ->> 'id' from jsonb_array_elements(objects) as given);
  held_as constant text[] := array(
    select coalesce(given ->> 'held_as', given ->> 'id') from jsonb_array_elements(objects) as given
  );
begin
  if run_id is not null then
    insert into private.reconciliation_seen (reconciliation_id, object_type, object_id)
    select run_id, reconciliation_compare.object_type, unnest(ids)
    on conflict on constraint reconciliation_seen_pkey do nothing;
  end if;
  return jsonb_build_object(
    'mirrored', (
      select coalesce(jsonb_object_agg(held.id, held.mirrored), '{}')
      from (
        select * from private.stripe_mirror(reconciliation_compare.object_type, held_as)
        union all
        select * from private.credit_notes_mirrored(held_as) where reconciliation_compare.object_type = 'credit_note'
      ) as held
    ),
    'on_their_way', (
      select coalesce(jsonb_agg(target.object_id), '[]')
      from private.sync_targets as target
      where target.provider = 'stripe' and target.object_type = reconciliation_compare.object_type
        and target.object_id = any (ids) and target.synced_seq < target.wanted_seq
    ),
    'customers', (
      select coalesce(jsonb_agg(customer.stripe_customer_id), '[]')
      from private.billing_customers as customer
      where customer.stripe_customer_id in (
        select given ->> 'customer_id' from jsonb_array_elements(objects) as given
      )
    )
  );
end;
$$;

create or replace function public.reconciliation_unseen(run_id bigint, object_type text, batch integer)
returns setof text
language sql
stable
set search_path = ''
as $$
  select held.id from (
    select claim.product_id as id, claim.created_at from private.plan_products as claim
    where object_type = 'product'
    union all
    select price.id, price.created_at from public.prices as price where object_type = 'price' and price.active
    union all
    select one.stripe_subscription_id, one.created_at from public.subscriptions as one
    where object_type = 'subscription'
    union all
    select invoice.stripe_invoice_id, invoice.created_at from public.invoices as invoice
    where object_type = 'invoice'
    union all
    select note.stripe_credit_note_id, note.created_at from public.credit_notes as note
    where object_type = 'credit_note'
  ) as held
  where held.created_at < (select run.started_at from private.reconciliations as run where run.id = run_id)
    and not exists (
      select from private.reconciliation_seen as seen
      where seen.reconciliation_id = run_id and seen.object_type = reconciliation_unseen.object_type
        and seen.object_id = held.id
    )
  order by held.id
  limit batch;
$$;
