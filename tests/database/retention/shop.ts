/** Rows of the shop, of an age. */
import { ago, names, type Samples } from "./sample.ts";

export const shopSamples: Samples = {
  shop_reconciliations: ({ sql }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        with run as (
          insert into private.shop_reconciliations (repair, cause, started_at)
          values (false, '${name}', ${ago("shop_reconciliations", age)}) returning id
        )
        insert into private.shop_drifts (reconciliation_id, kind, object_type, object_id)
        select id, 'shortage', 'variant', '${name}' from run`),
    // With what they found.
    left: async () => names(await sql`select object_id as name from private.shop_drifts` as never),
  }),
  order_requests: ({ sql }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        with placed as (
          insert into public.orders (price_list_id, currency, subtotal_amount, total_amount, expires_at)
          values ('eur', 'EUR', 100, 100, now()) returning id
        )
        insert into private.order_requests (order_id, buyer, asked_hash, request_hash, closed_at)
        select id, '${name}', '', '', ${ago("order_requests", age)} from placed`),
    left: async () => names(await sql`select buyer as name from private.order_requests` as never),
  }),
  order_acts: ({ sql }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        with placed as (
          insert into public.orders (customer_email, price_list_id, currency, subtotal_amount, total_amount, expires_at)
          values ('${name}', 'eur', 'EUR', 100, 100, now()) returning id
        )
        insert into private.order_acts (order_id, cause, acted_at)
        select id, gen_random_uuid(), ${ago("order_acts", age)} from placed`),
    left: async () =>
      names(
        await sql`
          select ordered.customer_email as name
          from private.order_acts join public.orders as ordered on ordered.id = order_id` as never,
      ),
  }),
  discount_redemptions: ({ sql }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        with placed as (
          insert into public.orders (price_list_id, currency, subtotal_amount, total_amount, expires_at)
          values ('eur', 'EUR', 100, 100, now()) returning id
        ), given as (
          insert into public.discounts (code, kind, basis_points)
          values (upper(left(md5(random()::text), 12)), 'percent', 1000) returning id
        )
        insert into private.discount_redemptions (order_id, discount_id, customer, created_at)
        select placed.id, given.id, '${name}', ${
        ago("discount_redemptions", age)
      } from placed, given`),
    left: async () =>
      names(await sql`select customer as name from private.discount_redemptions` as never),
  }),
  orders_of_deleted_accounts: ({ sql }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        insert into public.orders (
          customer_email, status, forget, price_list_id, currency, subtotal_amount, total_amount, expires_at,
          paid_at, updated_at
        )
        select '${name}', 'delivered', true, 'eur', 'EUR', 100, 100, now(), now(),
          ${ago("orders_of_deleted_accounts", age)}`),
    left: async () =>
      names(await sql`select customer_email as name from public.orders where forget` as never),
  }),
  orders_of_guests: ({ sql }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        insert into public.orders (
          customer_email, shipping_address, price_list_id, currency, subtotal_amount, total_amount, expires_at,
          created_at
        )
        values ('${name}', '{"name": "${name}"}', 'eur', 'EUR', 100, 100, now(), ${
        ago("orders_of_guests", age)
      })`),
    left: async () =>
      names(
        await sql`
          select shipping_address ->> 'name' as name from public.orders
          where shipping_address is not null and customer_email is not null` as never,
      ),
  }),
  order_returns_of_guests: ({ sql }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        with placed as (
          insert into public.orders (price_list_id, currency, subtotal_amount, total_amount, expires_at)
          values ('eur', 'EUR', 100, 100, now()) returning id
        )
        insert into public.order_returns (order_id, lines, reason, created_at)
        select id, '[]', '${name}', ${ago("order_returns_of_guests", age)} from placed`),
    left: async () =>
      names(
        await sql`
          select reason as name from public.order_returns where reason is not null` as never,
      ),
  }),
  catalogue_exports: ({ sql }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        insert into public.catalogue_exports (price_lists, cursor, state, expires_at)
        values ('{}', '"${name}"', 'expired', ${ago("catalogue_exports", age)})`),
    left: async () =>
      names(await sql`select cursor #>> '{}' as name from public.catalogue_exports` as never),
  }),
  catalogue_imports: ({ sql }) => ({
    insert: (name, age) =>
      sql.unsafe(`
        insert into public.catalogue_imports (path, file, dry_run, bytes_total, state, finished_at)
        values ('${name}', '{}', false, 1, 'done', ${ago("catalogue_imports", age)})`),
    left: async () => names(await sql`select path as name from public.catalogue_imports` as never),
  }),
};
