/** An order as its checkout sees it: what public.order_checkout tells. */
import type Stripe from "stripe";
import * as z from "zod";
import { type Db, rows } from "../../database.ts";

/** What a checkout needs. */
export interface CheckoutTools {
  admin: Db;
  stripe: Stripe;
}

/** A line of an order. Amounts in minor units of the order's currency. */
export interface CheckoutItem {
  variant_id: string | null;
  name_en: string;
  name_fr: string;
  options: Record<string, string>;
  quantity: number;
  unit_amount: number;
  discount_amount: number;
  total_amount: number;
  tax_code: string | null;
}

/** Where an order is sent. */
export const ShippingAddress = z.strictObject({
  name: z.string().trim().min(1).max(200),
  line1: z.string().trim().min(1).max(200),
  line2: z.string().trim().max(200).optional(),
  city: z.string().trim().min(1).max(100),
  state: z.string().trim().max(100).optional(),
  postal_code: z.string().trim().max(20).optional(),
  /** ISO 3166-1, two letters. */
  country: z.string().regex(/^[A-Z]{2}$/),
  phone: z.string().trim().max(30).optional(),
});

/** An order; times in seconds since 1970. */
export interface CheckoutOrder {
  id: string;
  number: string;
  status: string;
  /** Whether it was, whatever came after that. */
  paid: boolean;
  user_id: string | null;
  /** The buyer's personal workspace, whose Stripe customer pays; null for a guest. */
  workspace_id: string | null;
  email: string | null;
  locale: "en" | "fr";
  currency: string;
  total_amount: number;
  shipping_amount: number;
  shipping_rate: { name_en: string; name_fr: string } | null;
  shipping_address: z.infer<typeof ShippingAddress> | null;
  discount_code: string | null;
  stripe_session_id: string | null;
  expires_at: number;
  /** Whether its hold has come to its end by the clock: the session at Stripe decides. */
  over: boolean;
  created_at: number;
  success_url: string | null;
  cancel_url: string | null;
  taxed: boolean;
  items: CheckoutItem[];
}

/** The order as it is now; null for an unknown one. */
export async function readOrder(admin: Db, orderId: string): Promise<CheckoutOrder | null> {
  return await rows(admin.rpc("order_checkout", { order_id: orderId })) as CheckoutOrder | null;
}

/** Ends a pending order whose stock nobody can pay for any more. @returns whether it was pending */
export async function releaseOrder(
  admin: Db,
  order: CheckoutOrder,
  status: "cancelled" | "expired",
  reason: string,
): Promise<boolean> {
  return await rows(
    admin.rpc("order_release", { order_id: order.id, to_status: status, reason }),
  ) as boolean;
}
