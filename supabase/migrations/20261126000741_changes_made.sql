-- A change that Stripe has made, and whose request died before it said so, is known by the quote's id in the
-- subscription's metadata or in its schedule's. Whatever takes its place there notes it first.

create function public.subscription_changes_made(stripe_subscription_id text, quote_ids text[])
returns void
language sql
set search_path = ''
as $$
  update private.subscription_changes as change
  set state = 'done', closed_at = coalesce(change.closed_at, now())
  where change.quote_id in (
      select private.uuid_or_null(named) from unnest(subscription_changes_made.quote_ids) as named
    )
    and change.stripe_subscription_id = subscription_changes_made.stripe_subscription_id
    and change.state <> 'done';
$$;
comment on function public.subscription_changes_made(text, text[]) is
  'Server RPC: notes that these quotes'' changes of a subscription are made, whatever was known of them; what each was invoiced by is found at Stripe.';
grant execute on function public.subscription_changes_made(text, text[]) to service_role;
