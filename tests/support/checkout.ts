/** Buying over SQL, as checkout-create and the sync of a session do it. */
import { asServer } from "./callers.ts";
import type { Sql } from "./database.ts";

/** What a variant has: `sold` by its ledger, whose sums must equal the counters. */
export async function stockOf(
  sql: Sql,
  variantId: string,
): Promise<{ on_hand: number; reserved: number; sold: number }> {
  const [row] = await sql<
    { on_hand: number; reserved: number; sold: number; agrees: boolean }[]
  >`
    select stock.on_hand, stock.reserved,
      coalesce(sum(-moved.on_hand_delta) filter (where moved.kind = 'sold'), 0)::int as sold,
      stock.on_hand = coalesce(sum(moved.on_hand_delta), 0) and stock.reserved = coalesce(sum(moved.reserved_delta), 0) as agrees
    from private.stock left join private.stock_movements as moved using (variant_id)
    where stock.variant_id = ${variantId} group by stock.variant_id`;
  if (row === undefined || !row.agrees) throw new Error(`the ledger of ${variantId} differs`);
  const { on_hand, reserved, sold } = row;
  return { on_hand, reserved, sold };
}

/** What is asked of public.order_place. */
export interface Asked {
  buyer?: string;
  userId?: string | null;
  email?: string;
  list?: string | null;
  items: { variant_id: string; quantity: number }[];
  address?: unknown;
  rate?: string | null;
  code?: string | null;
  successUrl?: string;
  addressHash?: string;
}

/** What it answers. */
export interface Placed {
  fresh: boolean;
  matches: boolean;
  order: {
    id: string;
    status: string;
    total_amount: number;
    expires_at: number;
    items: {
      quantity: number;
      unit_amount: number;
      discount_amount: number;
      total_amount: number;
    }[];
  };
}

/** Places an order as checkout-create does. */
export async function place(sql: Sql, asked: Asked): Promise<Placed> {
  const unique = crypto.randomUUID();
  const [row] = await asServer(sql, (call) =>
    call<{ placed: Placed }[]>`
    select public.order_place(
      buyer => ${asked.buyer ?? `guest:${unique}`}, user_id => ${asked.userId ?? null},
      email => ${asked.email ?? `${unique}@example.com`}, locale => 'en', price_list => ${
      asked.list ?? null
    }, items => ${sql.json(asked.items)}, shipping_address => ${
      asked.address === undefined ? null : sql.json(asked.address as never)
    }, shipping_rate_id => ${asked.rate ?? null}, discount_code => ${asked.code ?? null},
      success_url => ${asked.successUrl ?? "https://shop.example/thanks"},
      cancel_url => 'https://shop.example/cart', address_hash => ${asked.addressHash ?? null}
    ) as placed`);
  return row!.placed;
}

/** A session as Stripe has it, as checkoutSessionRecord() tells it. */
export function paidSession(
  order: { id: string; total_amount: number },
  more: Record<string, unknown> = {},
) {
  const unique = order.id.replaceAll("-", "");
  return {
    id: `cs_test_${unique}`,
    order_id: order.id,
    status: "complete",
    payment_status: "paid",
    currency: "EUR",
    amount_total: order.total_amount,
    amount_tax: 0,
    automatic_tax: false,
    payment_intent_id: `pi_${unique}`,
    payment_intent_status: "succeeded",
    charge_id: `ch_${unique}`,
    amount_received: order.total_amount,
    ...more,
  };
}

/** Applies a session as a sync does. */
export async function apply(sql: Sql, record: unknown): Promise<void> {
  await asServer(
    sql,
    (call) => call`select private.stripe_apply_checkout_session(${sql.json(record as never)})`,
  );
}
