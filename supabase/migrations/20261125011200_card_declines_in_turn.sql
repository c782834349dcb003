-- Declines that come at once are counted one after the other: else each sees all but those beside it, and
-- none of them is the one too many.

create or replace function public.card_decline_record(
  cause text, stripe_customer_id text, card_hash text, code text, tolerance integer default 1
)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  workspace constant uuid := (
    select customer.workspace_id from private.billing_customers as customer
    where customer.stripe_customer_id = card_decline_record.stripe_customer_id
  );
  origin constant text := (
    select attempt.address_hash from private.card_attempts as attempt where attempt.workspace_id = workspace
  );
begin
  if workspace is null then
    return false; -- Another product's customer in the same Stripe account.
  end if;
  -- The workspace first, then where it calls from: always in this order, so that two cannot wait for each other.
  perform pg_advisory_xact_lock(hashtextextended('declines of ' || workspace, 0));
  if origin is not null then
    perform pg_advisory_xact_lock(hashtextextended('declines from ' || origin, 0));
  end if;
  insert into private.card_declines (cause, workspace_id, card_hash, address_hash, code)
  values (card_decline_record.cause, workspace, card_decline_record.card_hash, origin,
          left(card_decline_record.code, 100))
  on conflict on constraint card_declines_pkey do nothing;
  if not found or private.declines_until(workspace, origin, tolerance) is null then
    return false;
  end if;
  -- Whoever holds the client secret goes on at Stripe, past every limit of ours.
  perform private.enqueue(
    'card_testing_stop', jsonb_build_object('workspace_id', workspace), 'card_testing:' || card_decline_record.cause
  );
  return true;
end;
$$;
