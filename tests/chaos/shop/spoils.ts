/** By invariant of the shop, what breaks it. */
import { type Spoil, unguarded } from "../spoil.ts";

/** Others may break with it: an order that is gone is gone in many ways. */
export const shopSpoils: Record<string, Spoil[]> = {
  "the shop was visited": [
    ({ sql }) =>
      unguarded(sql, "public.orders", () => sql`update public.orders set paid_at = null`),
    ({ sql }) =>
      unguarded(
        sql,
        "public.order_refunds",
        () => sql`update public.order_refunds set state = 'open', closed_at = null`,
      ),
    // What is enough for two minutes is not for thirty.
    (evidence) => evidence.minutes = 30,
  ],
  "no order or refund waits": [
    ({ sql }) =>
      unguarded(
        sql,
        "public.order_refunds",
        () => sql`update public.order_refunds set state = 'open', closed_at = null`,
      ),
    ({ sql }, { orderId }) =>
      unguarded(
        sql,
        "public.orders",
        () => sql`update public.orders set status = 'pending' where id = ${orderId}`,
      ),
  ],
  "paid orders were mailed": [
    ({ sql }) => sql`delete from private.jobs where dedupe_key like 'paid:%'`,
    ({ sql }) => sql`update private.jobs set state = 'dead' where dedupe_key like 'paid:%'`,
  ],
  "acknowledged orders exist": [
    ({ ledger }) =>
      ledger.orders.set("lost", { id: "lost", sessionId: "cs_lost", email: "", cancelled: false }),
    ({ ledger }, { orderId }) => ledger.orders.get(orderId)!.sessionId = "cs_another",
  ],
  "acknowledged cancellations hold": [
    ({ ledger }, { orderId }) => ledger.orders.get(orderId)!.cancelled = true,
  ],
  "acknowledged refunds are made, once": [
    ({ ledger }) => ledger.refunds.push({ id: crypto.randomUUID(), orderId: "o", amount: 1 }),
    ({ stripe }) => stripe.refunds.push({ ...stripe.refunds[0]!, id: "re_again" }),
    ({ stripe }) => stripe.refunds[0]!.amount = 1,
  ],
  "one charge an order": [
    ({ stripe }) => stripe.charges.push({ ...stripe.charges[1]!, id: "ch_twice" }),
  ],
  "money of orders is conserved": [
    ({ stripe }) => stripe.charges[1]!.amount_refunded = 0,
    ({ stripe }) => {
      stripe.sessions.push({ ...stripe.sessions[0]!, id: "cs_ownerless", payment_intent: "pi_x" });
      stripe.charges.push({
        ...stripe.charges[1]!,
        id: "ch_x",
        payment_intent: "pi_x",
        amount_refunded: 0,
      });
    },
  ],
  "paid orders are told so": [
    ({ sql }, { orderId }) =>
      unguarded(
        sql,
        "public.orders",
        () => sql`update public.orders set status = 'expired' where id = ${orderId}`,
      ),
  ],
  "stock is conserved": [
    ({ sql }) =>
      unguarded(
        sql,
        "private.stock",
        () => sql`update private.stock set on_hand = on_hand - 1`,
      ),
    ({ sql }) => sql`update private.stock set reserved = 1`,
  ],
  "stock follows orders, once": [
    ({ sql }, { orderId, variantId }) =>
      sql`select private.stock_change(${variantId}, 'sold', -1, 0, ${orderId})`,
  ],
  "the shop's ledgers balance": [
    ({ sql }) => sql`update private.stock set on_hand = on_hand - 1`,
    ({ sql }) => sql`update public.orders set refunded_amount = 0`,
  ],
  "redemptions are counted": [({ sql }) => sql`update public.discounts set redeemed = 1`],
};
