-- Anonymous users: who has no address yet has a profile and a personal workspace, but no Stripe customer.
-- Anyone makes such users by the thousand, and each would otherwise be a call to Stripe. The customer is
-- wanted once the user has an address: Auth writes it when an anonymous user has become a member.

create or replace function private.billing_customer_wanted(workspace_id uuid, email text, name text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into private.billing_customers (workspace_id, email, name)
  values (billing_customer_wanted.workspace_id, billing_customer_wanted.email, billing_customer_wanted.name)
  on conflict on constraint billing_customers_pkey do nothing;
  if billing_customer_wanted.email is null then
    return; -- Bought before there is an address, it is created by the purchase (billing/customers.ts).
  end if;
  perform private.enqueue(
    'stripe_customer_create',
    jsonb_build_object('workspace_id', billing_customer_wanted.workspace_id),
    'customer:' || billing_customer_wanted.workspace_id
  );
end;
$$;
comment on function private.billing_customer_wanted(uuid, text, text) is
  'Notes that a workspace needs a Stripe customer and, if there is an address for it, enqueues its creation, in the caller''s transaction.';

create function private.handle_user_addressed()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  personal uuid;
  display_name text;
begin
  select workspace.id, coalesce(nullif(profile.name, ''), private.display_name(split_part(new.email, '@', 1)))
  into personal, display_name
  from public.workspaces as workspace
  left join public.profiles as profile on profile.id = new.id
  where workspace.personal_of = new.id;
  if personal is null then
    return null;
  end if;
  -- One that exists at Stripe was created with what is noted here, and every repetition must send the same.
  update private.billing_customers as customer
  set email = new.email, name = display_name
  where customer.workspace_id = personal and customer.stripe_customer_id is null and customer.email is null;
  perform private.billing_customer_wanted(personal, new.email, display_name);
  return null;
end;
$$;
comment on function private.handle_user_addressed() is
  'Trigger on auth.users: the Stripe customer of a user who was anonymous and now has an address. Security definer: the auth service''s role owns no product table.';
create trigger on_auth_user_addressed after update of email on auth.users
  for each row when (old.email is null and new.email is not null)
  execute function private.handle_user_addressed();
