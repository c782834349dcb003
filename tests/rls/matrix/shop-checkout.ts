/** The access matrix of the checkout: all of it is the server's, who places and settles orders. */
import type { FunctionAccess } from "../access.ts";

const trigger: FunctionAccess = { execute: [] };
const server: FunctionAccess = { execute: ["service_role"] };

export const shopCheckoutFunctions: Record<string, FunctionAccess> = {
  "private.apportion(bigint,bigint[])": server,
  "private.charge_step(text)": { execute: ["authenticated", "service_role"] },
  "private.customer_key(uuid,text)": server,
  "private.discount_redeem(uuid,uuid,uuid,text)": server,
  "private.discount_release(uuid)": server,
  "private.base_alert_measures()": server,
  "private.guest_holds_limit(text,jsonb)": server,
  "private.hash_of(jsonb)": server,
  "private.order_alert_measures()": server,
  "private.order_apply_session(jsonb)": server,
  "private.order_checkout(uuid)": server,
  "private.order_discount(text,text,text,jsonb)": server,
  "private.order_hold(uuid)": server,
  "private.order_lines(jsonb,text)": server,
  "private.order_note(uuid,text,text)": server,
  "private.order_paid(uuid)": server,
  "private.order_price(text,jsonb,text,uuid,text)": server,
  "private.order_release(uuid,text,text)": server,
  "private.order_review(uuid,text)": server,
  "private.order_review_ends()": { ...trigger, definer: true },
  "private.order_settle(orders,jsonb)": server,
  "private.order_settle_free(uuid)": server,
  "private.order_shipping(uuid,text,text,bigint,bigint)": server,
  "private.order_stock_release(uuid)": server,
  "private.order_stock_sell(uuid,boolean)": server,
  "private.order_write(uuid,uuid,text,text,price_lists,jsonb,jsonb,shipping_rates,jsonb)": server,
  "private.prices_chargeable()": trigger,
  "public.card_attempt_begin_guest(text,integer)": server,
  "public.card_decline_record_guest(text,text,text,text,integer)": server,
  "public.order_checkout(uuid)": server,
  "public.order_checkout_record(uuid,text)": server,
  "public.order_find(uuid,text)": server,
  "public.order_place(text,uuid,text,text,text,jsonb,jsonb,uuid,text,text,text,boolean,text,text,uuid)":
    server,
  "public.order_release(uuid,text,text)": server,
  "public.orders_pending_before(text,text)": server,
  "public.orders_pending_of(uuid)": server,
  "public.orders_to_look_at(integer)": server,
};
