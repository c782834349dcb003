/** Buying and selling by the ways that everybody takes; each step where it was not taken yet. */
import type { CheckoutCreateInput } from "../../../client/src/mod.ts";
import type { World } from "../part.ts";
import { until, type Visitor } from "../visitor.ts";
import { reviewsOf } from "./reviews.ts";

/** Who buys: a user, or with an address alone a guest. */
export type Buyer = Pick<Visitor, "socle" | "locale" | "email"> & Partial<Visitor>;

export type Basket = Record<string, number>;

export type Terms = Pick<
  CheckoutCreateInput,
  "discount_code" | "shipping_address" | "shipping_rate_id"
>;

/** The buyer's order of a SKU that no other of his orders has. An expired one was never bought. */
async function orderOf({ admin }: World, { id, email }: Buyer, sku: string) {
  const orders = admin.from("orders")
    .select(
      "id, status, refunded_amount, stripe_session_id, marker:order_items!inner (sku), items:order_items (id, sku, product_id)",
    )
    .eq("marker.sku", sku).neq("status", "expired")
    .order("created_at", { ascending: false }).limit(1);
  const { data } =
    await (id === undefined
      ? orders.is("user_id", null).eq("customer_email", email)
      : orders.eq("user_id", id)).throwOnError();
  return data[0];
}

/** An order that was paid. */
export async function bought(world: World, buyer: Buyer, basket: Basket) {
  const known = await orderOf(world, buyer, Object.keys(basket)[0]!);
  if (known === undefined || known.status === "pending") {
    throw new Error(`${buyer.email} has not bought ${Object.keys(basket)[0]}`);
  }
  return known;
}

export type Bought = Awaited<ReturnType<typeof bought>>;

/** Orders, pays on Stripe's page by a good card, and comes back if he is a user; whatever of it was not done yet. */
export async function buy(
  world: World,
  buyer: Buyer,
  basket: Basket,
  terms: Terms,
): Promise<void> {
  const { admin, env } = world;
  const { socle, locale, id, email } = buyer;
  const [marker] = Object.keys(basket);
  let known = await orderOf(world, buyer, marker!);
  const comeBack = async (sessionId: string) => {
    if (id !== undefined) await socle.checkoutStatus({ session_id: sessionId });
  };
  if (known?.status === "pending" && known.stripe_session_id !== null) {
    // It may be paid at Stripe already.
    await comeBack(known.stripe_session_id);
    known = await orderOf(world, buyer, marker!);
  }
  if (known !== undefined && known.status !== "pending") return;
  const { data: variants } = await admin.from("product_variants").select("id, sku")
    .in("sku", Object.keys(basket)).throwOnError();
  // Asked again for what is pending, it leads to the same page.
  const checkout = await socle.checkoutCreate({
    items: variants.map(({ id, sku }) => ({ variant_id: id, quantity: basket[sku]! })),
    locale,
    ...(id === undefined && { email }),
    success_url: `${env["SITE_URL"]}/order/return?session_id={CHECKOUT_SESSION_ID}`,
    cancel_url: `${env["SITE_URL"]}/cart`,
    ...terms,
  });
  const paid = await fetch(`${checkout.checkout_url}/pay`, {
    method: "POST",
    body: new URLSearchParams({ card_number: "4242424242424242" }),
    redirect: "manual",
  });
  await paid.body?.cancel();
  if (paid.status >= 400) throw new Error(`cannot pay: Stripe's page answered ${paid.status}`);
  await comeBack(checkout.session_id!);
  // Stripe tells it as well, and of a guest's it alone does.
  await until(`the order of ${marker} to be paid`, async () => {
    const order = await orderOf(world, buyer, marker!);
    return order?.status === "pending" ? undefined : order;
  });
}

/** Sends an order that is paid. */
export async function send({ socle }: Visitor, { id, status }: Bought): Promise<void> {
  if (status !== "paid") return;
  // As many digits as the carrier's, and an order's own.
  const tracking = `6A${BigInt(`0x${id.slice(0, 8)}`)}`.padEnd(13, "0");
  await socle.orderShip({
    order_id: id,
    carrier: "Colissimo",
    tracking_number: tracking,
    tracking_url: `https://www.laposte.fr/outils/suivre-vos-envois?code=${tracking}`,
  });
}

/** Notes that an order that was sent has come. */
export async function arrive({ socle }: Visitor, { id, status }: Bought): Promise<void> {
  if (status === "shipped") await socle.orderShip({ order_id: id, status: "delivered" });
}

/** What the buyer says of each thing, where he has not said it yet. */
export async function review({ supabase }: Visitor, { items }: Bought): Promise<void> {
  const { data: said } = await supabase.from("reviews").select("order_item_id")
    .in("order_item_id", items.map(({ id }) => id)).throwOnError();
  const rows = items.flatMap(({ id, product_id, sku }) => {
    const words = reviewsOf[sku];
    return words === undefined || product_id === null ||
        said.some(({ order_item_id }) => order_item_id === id)
      ? []
      : [{ order_item_id: id, product_id, ...words }];
  });
  await supabase.from("reviews").insert(rows).throwOnError();
}

/** Cancels an order that was not sent yet. */
export async function cancel({ socle }: Visitor, { id, status }: Bought): Promise<void> {
  if (status === "paid") await socle.orderCancel({ order_id: id });
}

/** Asks to send one of a SKU back, where nothing of the order was. */
export async function giveBack(
  { supabase, socle }: Visitor,
  { id, items }: Bought,
  sku: string,
  reason: string,
): Promise<void> {
  const { data: known } = await supabase.from("order_returns").select("id").eq("order_id", id)
    .throwOnError();
  if (known.length > 0) return;
  const item = items.find((one) => one.sku === sku)!;
  await socle.orderReturnRequest({
    order_id: id,
    lines: [{ order_item_id: item.id, quantity: 1 }],
    reason,
  });
}

/** Gives a part of the money back, where none was. */
export async function makeGood(
  { socle }: Visitor,
  { id, refunded_amount }: Bought,
  amount: number,
  reason: string,
): Promise<void> {
  if (refunded_amount === 0) await socle.orderRefund({ order_id: id, amount, reason });
}
