-- Changing a subscription, looking at a checkout, and the mails that Stripe's events cause.

create function public.subscription_to_change(user_id uuid, workspace_id uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  target constant uuid := private.billing_workspace(
    subscription_to_change.user_id, subscription_to_change.workspace_id
  );
  held public.subscriptions;
begin
  select * into held from public.subscriptions as one
  where one.workspace_id = target and one.status in ('active', 'trialing', 'past_due', 'unpaid', 'paused')
  order by one.created_at desc, one.id
  limit 1;
  if held.id is null then
    perform private.problem(404, 'subscription_not_found', 'This workspace has no subscription that runs.');
  end if;
  return jsonb_build_object('workspace_id', target, 'stripe_subscription_id', held.stripe_subscription_id);
end;
$$;
comment on function public.subscription_to_change(uuid, uuid) is
  'Server RPC: {workspace_id, stripe_subscription_id} of the running subscription that a user may change.';
grant execute on function public.subscription_to_change(uuid, uuid) to service_role;

create function public.billing_workspace_for(user_id uuid, workspace_id uuid)
returns uuid
language sql
stable
set search_path = ''
as $$ select private.billing_workspace(user_id, workspace_id) $$;
comment on function public.billing_workspace_for(uuid, uuid) is
  'Server RPC: the workspace whose billing a user may handle; the personal one by default.';
grant execute on function public.billing_workspace_for(uuid, uuid) to service_role;

create function public.billing_customer_member(user_id uuid, stripe_customer_id text)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select from private.billing_customers as customer
    join public.workspace_members as member on member.workspace_id = customer.workspace_id
    where customer.stripe_customer_id = billing_customer_member.stripe_customer_id
      and member.user_id = billing_customer_member.user_id
      and member.role in ('owner', 'admin', 'billing')
  );
$$;
comment on function public.billing_customer_member(uuid, text) is
  'Server RPC: whether a user may handle the billing of a Stripe customer''s workspace.';
grant execute on function public.billing_customer_member(uuid, text) to service_role;

create function public.billing_mail(
  template text,
  stripe_customer_id text,
  stripe_subscription_id text,
  props jsonb,
  dedupe_key text
)
returns bigint
language sql
set search_path = ''
as $$
  select private.enqueue_mail(
    billing_mail.template,
    private.billing_contact(customer.workspace_id, held.id),
    jsonb_build_object('workspace', workspace.name)
      || case
        when billing_mail.stripe_subscription_id is null then '{}'::jsonb
        else jsonb_build_object('plan', coalesce(plan.name, held.price_id, billing_mail.stripe_subscription_id))
      end
      || billing_mail.props,
    billing_mail.dedupe_key
  )
  from private.billing_customers as customer
  join public.workspaces as workspace on workspace.id = customer.workspace_id
  left join public.subscriptions as held
    on held.stripe_subscription_id = billing_mail.stripe_subscription_id
  left join public.plans as plan on plan.id = held.plan_id
  where customer.stripe_customer_id = billing_mail.stripe_customer_id;
$$;
comment on function public.billing_mail(text, text, text, jsonb, text) is
  'Server RPC: enqueues a mail about billing to the workspace''s contact, with the workspace''s and the plan''s name; null when the customer is not ours or the cause was mailed before.';
grant execute on function public.billing_mail(text, text, text, jsonb, text) to service_role;

create function public.cards_expiring()
returns integer
language sql
set search_path = ''
as $$
  -- A card is good until the end of its month; what nothing runs on is not worth a mail.
  select count(private.enqueue_mail(
    'card_expiring',
    private.billing_contact(held.workspace_id, held.id),
    jsonb_build_object(
      'workspace', workspace.name, 'brand', card.brand, 'last4', card.last4,
      'exp_month', card.exp_month, 'exp_year', card.exp_year
    ),
    'card_expiring:' || card.stripe_payment_method_id || ':' || card.exp_year || '-' || card.exp_month
  ))::integer
  from public.subscriptions as held
  join private.billing_customers as customer on customer.workspace_id = held.workspace_id
  join public.workspaces as workspace on workspace.id = held.workspace_id
  join public.payment_methods as card
    on card.stripe_payment_method_id =
      coalesce(held.stripe_payment_method_id, customer.stripe_payment_method_id)
  where held.status in ('active', 'trialing', 'past_due') and not held.cancel_at_period_end and held.cancel_at is null
    and card.brand is not null and card.last4 is not null
    and make_date(card.exp_year, card.exp_month, 1) + interval '1 month'
      between private.now() and private.now() + interval '30 days';
$$;
comment on function public.cards_expiring() is
  'Server RPC: one mail for each card that a running subscription is paid with and that expires within 30 days; how many were new.';
grant execute on function public.cards_expiring() to service_role;
