/** The shop's endpoints as the pages call them; docs/openapi.json has them in full. */
import { ProblemError, problemOf } from "../problem.ts";
import type { Supabase } from "../supabase.ts";

/** In minor units of the currency named beside it. */
type Amount = number;

export type Availability = "in_stock" | "few_left" | "out_of_stock";

export interface ProductCard {
  id: string;
  slug: string;
  name: string;
  min_amount: Amount;
  max_amount: Amount;
  currency: string;
  in_stock: boolean;
  image: { url: string; alt: string } | null;
}

export interface Variant {
  id: string;
  options: Record<string, unknown>;
  unit_amount: Amount | null;
  compare_at_amount: Amount | null;
  availability: Availability;
  few_left: number | null;
}

export interface Product {
  slug: string;
  name: string;
  description: string;
  currency: string;
  variants: Variant[];
  images: { url: string; alt: string; variant_id: string | null }[];
}

export type CartChange =
  | { kind: "price_up" | "price_down"; from_amount: Amount; to_amount: Amount }
  | { kind: "out_of_stock" | "not_on_sale" }
  | { kind: "fewer_left"; wanted: number; can_have: number | null }
  | { kind: "capped"; wanted: number; kept: number };

export interface CartLine {
  variant_id: string;
  quantity: number;
  item: {
    slug: string;
    name_en: string;
    name_fr: string;
    options: Record<string, unknown>;
    image: string | null;
    unit_amount: Amount;
    weight_grams: number;
  } | null;
  subtotal_amount: Amount;
  changes: CartChange[];
}

export interface Cart {
  cart_id: string | null;
  price_list: string;
  currency: string;
  lines: CartLine[];
  left_out: { variant_id: string; quantity: number }[];
  subtotal_amount: Amount;
  purchasable: boolean;
}

export interface Address {
  name: string;
  line1: string;
  line2?: string;
  city: string;
  state?: string;
  postal_code?: string;
  country: string;
}

/** What is bought is what is in the cart. */
export interface CheckoutWish {
  email?: string;
  shipping_address?: Address;
  shipping_rate_id?: string;
  discount_code?: string;
  locale: string;
  success_url: string;
  cancel_url: string;
}

export interface Checkout {
  checkout_url: string;
  session_id: string | null;
  order_id: string;
  /** A guest's proof; null for users. */
  order_token: string | null;
}

export interface OrderStatus {
  status: "open" | "complete" | "expired";
  payment_status: "paid" | "unpaid" | "no_payment_required";
  checkout_url: string | null;
  order: { id: string; number: string; status: string } | null;
}

export interface Order {
  id: string;
  number: string;
  status: string;
  customer_email: string | null;
  currency: string;
  subtotal_amount: Amount;
  discount_amount: Amount;
  discount_code: string | null;
  shipping_amount: Amount;
  tax_amount: Amount;
  total_amount: Amount;
  paid_amount: Amount;
  refunded_amount: Amount;
  shipping_rate: { name_en: string; name_fr: string } | null;
  shipping_address: { [Key in keyof Address]?: string | null } | null;
  carrier: string | null;
  tracking_number: string | null;
  tracking_url: string | null;
  created_at: string;
  paid_at: string | null;
  can_cancel: boolean;
  items: {
    id: string;
    name: string;
    sku: string;
    options: Record<string, string>;
    unit_amount: Amount;
    quantity: number;
    discount_amount: Amount;
    total_amount: Amount;
  }[];
}

/** What names an order: its id for the user who placed it, the token of its link for a guest. */
export type OrderName = { order_id: string } | { order_token: string };

interface Call {
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  body?: unknown;
  headers?: Record<string, string>;
  query?: Record<string, string>;
}

async function call<Reply>(supabase: Supabase, name: string, options: Call = {}): Promise<Reply> {
  const { method = "GET", body, headers = {}, query = {} } = options;
  const search = new URLSearchParams(query).toString();
  const { data, error } = await supabase.functions.invoke(search ? `${name}?${search}` : name, {
    method,
    headers,
    ...(body !== undefined && { body: body as Record<string, unknown> }),
  });
  if (error !== null) throw new ProblemError(await problemOf(error));
  return data;
}

/** A page of products; `cursor` is the page's before. @throws {ProblemError} */
export function listProducts(
  supabase: Supabase,
  locale: string,
  { search, cursor }: { search?: string; cursor?: string },
): Promise<{ products: ProductCard[]; next_cursor: string | null }> {
  return call(supabase, "products", {
    query: { locale, page_size: "24", ...(search && { search }), ...(cursor && { cursor }) },
  });
}

/** One product. @throws {ProblemError} `product_not_found` */
export async function readProduct(
  supabase: Supabase,
  locale: string,
  slug: string,
): Promise<Product> {
  const path = `products/${encodeURIComponent(slug)}`;
  return (await call<{ product: Product }>(supabase, path, { query: { locale } })).product;
}

/** Reads or changes the cart. @param cartId a guest's @throws {ProblemError} */
export async function askCart(
  supabase: Supabase,
  cartId: string | null,
  change: Pick<Call, "method" | "body"> & { key?: string } = {},
): Promise<Cart> {
  const { key, ...rest } = change;
  const headers = {
    ...(cartId !== null && { "x-cart-id": cartId }),
    ...(key !== undefined && { "idempotency-key": key }),
  };
  return (await call<{ cart: Cart }>(supabase, "cart", { ...rest, headers })).cart;
}

/** Places the order. @throws {ProblemError} */
export function startCheckout(
  supabase: Supabase,
  body: CheckoutWish,
  cartId: string | null,
  key: string,
): Promise<Checkout> {
  const headers = {
    "idempotency-key": key,
    ...(cartId !== null && { "x-cart-id": cartId }),
  };
  return call(supabase, "checkout-create", { method: "POST", body, headers });
}

/** What became of a checkout. @throws {ProblemError} */
export function checkoutStatus(
  supabase: Supabase,
  sessionId: string,
  token: string | undefined,
): Promise<OrderStatus> {
  const body = { session_id: sessionId, ...(token !== undefined && { order_token: token }) };
  return call(supabase, "checkout-status", { method: "POST", body });
}

/** An order. @throws {ProblemError} `order_not_found` */
export async function readOrder(supabase: Supabase, name: OrderName): Promise<Order> {
  return (await call<{ order: Order }>(supabase, "order", { query: { ...name } })).order;
}

/** Cancels an order that is not on its way yet. @throws {ProblemError} */
export async function cancelOrder(
  supabase: Supabase,
  name: OrderName,
  key: string,
): Promise<void> {
  await call(supabase, "order-cancel", {
    method: "POST",
    body: name,
    headers: { "idempotency-key": key },
  });
}
