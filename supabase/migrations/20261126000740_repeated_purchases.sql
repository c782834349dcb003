-- A purchase that is repeated under its key after a lost answer is the one that was begun, whatever has become
-- of it: it is read by the id that was noted, and neither refused because of itself nor begun again.

create function public.subscription_intent_read(user_id uuid, workspace_id uuid, intent_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select to_jsonb(intent) || jsonb_build_object('matches', true)
  -- The role may have gone since the purchase was begun.
  from (select private.billing_workspace(
    subscription_intent_read.user_id, subscription_intent_read.workspace_id
  ) as target offset 0) as asked
  join private.subscription_intents as intent on intent.workspace_id = asked.target
  where intent.id = subscription_intent_read.intent_id;
$$;
comment on function public.subscription_intent_read(uuid, uuid, uuid) is
  'Server RPC: a purchase as subscription_intent_open tells it, with its `state`, for the request that began it and is repeated; null when it is gone. Refuses whoever may not buy for the workspace.';
grant execute on function public.subscription_intent_read(uuid, uuid, uuid) to service_role;
