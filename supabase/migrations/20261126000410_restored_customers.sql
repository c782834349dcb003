-- After a restore Stripe has customers that no workspace knows: of a first purchase that is forgotten, or of
-- somebody whose whole account is. The first is linked again; the second is somebody who goes on paying for
-- nothing, which a person must hear of.

alter table private.billing_drifts drop constraint billing_drifts_kind_known;
alter table private.billing_drifts add constraint billing_drifts_kind_known check (kind in (
  'paid_not_active', 'active_not_paid', 'amount', 'missing', 'extra', 'differs', 'two_live', 'orphan'
));
comment on column private.billing_drifts.kind is
  'paid_not_active and active_not_paid: access does not follow payment; amount; missing: Stripe has it, we do not; extra: we have it, Stripe does not; differs: another field; two_live: Stripe truly holds two running subscriptions of one workspace; orphan: a subscription that runs and names a workspace that is not here or pays by another customer.';

create function public.reconciliation_strangers(customers text[])
returns setof text
language sql
stable
set search_path = ''
as $$
  select distinct named from unnest(customers) as named
  where not exists (
    select from private.billing_customers as known where known.stripe_customer_id = named
  );
$$;
comment on function public.reconciliation_strangers(text[]) is
  'Server RPC: those of Stripe''s customers that no workspace has.';
revoke execute on function public.reconciliation_strangers(text[]) from public;
grant execute on function public.reconciliation_strangers(text[]) to service_role;
