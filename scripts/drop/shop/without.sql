-- 1. Nobody's books go by accident. Where something was paid, somebody who has put the orders away says so
--    first, in the SQL editor: comment on table public.orders is 'put away';

do $$
declare
  paid bigint;
begin
  if to_regclass('public.orders') is null or obj_description('public.orders'::regclass) = 'put away' then
    return;
  end if;
  execute 'select count(*) from public.orders where paid_at is not null' into paid;
  if paid > 0 then
    raise exception 'cannot drop the shop: % orders were paid', paid
      using hint = 'Put them away as your law asks, then: comment on table public.orders is ''put away''';
  end if;
end;
$$;

-- 2. What is on its way. A kind of job that nobody knows any more would be a dead letter.

delete from private.jobs where state in ('pending', 'dead') and (
  kind in (
    'cart_take', 'catalogue_export', 'catalogue_files_sweep', 'catalogue_import', 'order_end', 'order_refund',
    'orders_sweep', 'product_images_remove', 'shop_reconcile'
  )
  or kind = 'mail_send' and starts_with(payload ->> 'template', 'order_')
);

-- 3. Its rows in tables of rules.

delete from private.schedule_rules where kind in ('catalogue_files_sweep', 'orders_sweep', 'shop_reconcile');
delete from private.alert_rules where measure in (
  'orders_in_review', 'orders_disputed', 'order_refunds_failed', 'unrepaired_shop_drifts',
  'seconds_since_shop_reconciliation'
);
do $$
declare
  known constant text := (
    select pg_get_constraintdef(held.oid) from pg_constraint as held where held.conname = 'alert_rules_measure_known'
  );
begin
  execute 'alter table private.alert_rules drop constraint alert_rules_measure_known, '
    'add constraint alert_rules_measure_known '
    || regexp_replace(
      known,
      ',? ?''(orders_in_review|orders_disputed|order_refunds_failed|unrepaired_shop_drifts|seconds_since_shop_reconciliation)''::text',
      '', 'g'
    );
end;
$$;

-- An endpoint that asked for nothing else has nothing to be told.
update public.webhook_endpoints as endpoint
set events = array(
  select wanted from unnest(endpoint.events) as wanted
  where wanted not in ('order.paid', 'order.shipped', 'order.refunded', 'stock.low')
)
where endpoint.events && array['order.paid', 'order.shipped', 'order.refunded', 'stock.low']
  and not endpoint.events <@ array['order.paid', 'order.shipped', 'order.refunded', 'stock.low'];
delete from public.webhook_endpoints
where events <@ array['order.paid', 'order.shipped', 'order.refunded', 'stock.low'];
delete from public.webhook_event_types where type in ('order.paid', 'order.shipped', 'order.refunded', 'stock.low');

-- 4. Shared functions in their form without it. Those that it took under another name have their own again.

do $$
begin
  if to_regprocedure('private.core_health()') is not null then
    drop function public.health();
    alter function private.core_health() rename to health;
    alter function private.health() set schema public;
    comment on function public.health() is
      'Server RPC: depth and age of the queue, dead letters, age of the oldest event that still waits.';
  end if;
  if to_regprocedure('private.alert_measures_but_orders()') is not null then
    drop function private.alert_measures();
    alter function private.alert_measures_but_orders() rename to alert_measures;
    comment on function private.alert_measures() is
      'What alert rules compare with their thresholds, each with details for people.';
    drop function private.core_alert_measures();
    alter function private.base_alert_measures() rename to core_alert_measures;
    comment on function private.core_alert_measures() is
      'What alert rules measure of the queue, the inbox, billing and mail, each with details for people.';
  end if;
  if to_regprocedure('private.stripe_apply_payment_charge(jsonb)') is not null then
    drop function private.stripe_apply_charge(jsonb);
    alter function private.stripe_apply_payment_charge(jsonb) rename to stripe_apply_charge;
    comment on function private.stripe_apply_charge(jsonb) is 'Mirrors what was refunded of a payment.';
  end if;
  if to_regprocedure('private.stripe_apply_payment_dispute(jsonb)') is not null then
    drop function private.stripe_apply_dispute(jsonb);
    alter function private.stripe_apply_payment_dispute(jsonb) rename to stripe_apply_dispute;
    comment on function private.stripe_apply_dispute(jsonb) is 'Mirrors a dispute of a payment.';
  end if;
end;
$$;

create or replace function private.stripe_apply_checkout_session(record jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
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
end;
$$;
comment on function private.stripe_apply_checkout_session(jsonb) is
  'Tells a purchase on Stripe''s page what became of it.';

create or replace function public.account_files(user_id uuid, after text, batch integer, shared boolean default true)
returns jsonb
language sql
stable
set search_path = ''
as $$
  -- By folder, as our policies have it, and by owner, as Storage notes who uploaded. Exports themselves are
  -- the user's as well.
  select coalesce(jsonb_agg(jsonb_build_object(
    'key', page.key, 'bucket', page.bucket_id, 'name', page.name, 'bytes', page.bytes
  ) order by page.key), '[]')
  from (
    select object.bucket_id, object.name, (object.bucket_id || '/' || object.name) collate "C" as key,
           coalesce((object.metadata ->> 'size')::bigint, 0) as bytes
    from storage.objects as object
    where (
        starts_with(object.name, account_files.user_id || '/')
        or (object.owner_id = account_files.user_id::text and (shared or not exists (
          select from public.workspace_members as other
          where other.workspace_id = private.uuid_or_null(split_part(object.name, '/', 1))
            and other.user_id <> account_files.user_id
        )))
      )
      and (object.bucket_id || '/' || object.name) collate "C" > coalesce(account_files.after, '')
    order by 3
    limit batch
  ) as page;
$$;

-- 5. Its files. Storage deletes files, SQL does not: a bucket that has some stays, closed to everybody.

drop policy if exists "Staff read product image files" on storage.objects;
drop policy if exists "Staff add image files to folders of products" on storage.objects;
drop policy if exists "Staff delete product image files" on storage.objects;
drop policy if exists "Staff read import files" on storage.objects;
drop policy if exists "Staff add import files to their own folder" on storage.objects;
drop policy if exists "Staff delete import files" on storage.objects;
drop policy if exists "Staff read export files" on storage.objects;
-- Hosted Storage refuses to delete by SQL, unless the transaction says that it is meant.
select set_config('storage.allow_delete_query', 'true', true);
delete from storage.buckets as bucket
where bucket.id in ('product-images', 'catalogue-imports', 'catalogue-exports')
  and not exists (select from storage.objects as object where object.bucket_id = bucket.id);
update storage.buckets set public = false where id in ('product-images', 'catalogue-imports', 'catalogue-exports');
