/** What the shopper and the subscriber bought, and what became of it. */
import type { CheckoutCreateInput, OrderReply } from "../../../client/src/mod.ts";
import type { World } from "../part.ts";
import type { Visitor } from "../visitor.ts";
import { reviewsOf } from "./reviews.ts";

type Order = OrderReply["order"];

/** The seed's own, by id. */
const rates = {
  parcel: "5eed0000-0000-4000-8000-000000000001",
  express: "5eed0000-0000-4000-8000-000000000002",
  free: "5eed0000-0000-4000-8000-000000000003",
} as const;

const addresses = {
  shopper: {
    name: "Hugo Lefèvre",
    line1: "14 rue des Tanneurs",
    city: "Lille",
    postal_code: "59800",
    country: "FR",
  },
  subscriber: {
    name: "Claire Dumas",
    line1: "3 place Bellecour",
    city: "Lyon",
    postal_code: "69002",
    country: "FR",
  },
} as const;

/** The buyer's order of a SKU that no other of these orders has. An expired one was never bought. */
async function orderOf({ admin }: World, { id }: Visitor, sku: string) {
  const { data } = await admin.from("orders")
    .select("id, status, stripe_session_id, order_items!inner (sku)")
    .eq("user_id", id).eq("order_items.sku", sku).neq("status", "expired")
    .order("created_at", { ascending: false }).limit(1).throwOnError();
  return data[0];
}

/** Orders, pays on Stripe's page by a good card, and comes back; whatever of it was not done yet. */
async function buy(
  world: World,
  buyer: Visitor,
  skus: Record<string, number>,
  rest: Pick<CheckoutCreateInput, "discount_code" | "shipping_address" | "shipping_rate_id">,
): Promise<Order> {
  const { admin, env } = world;
  const { socle, locale } = buyer;
  const [marker] = Object.keys(skus);
  let known = await orderOf(world, buyer, marker!);
  if (known?.status === "pending" && known.stripe_session_id !== null) {
    // It may be paid at Stripe already.
    await socle.checkoutStatus({ session_id: known.stripe_session_id });
    known = await orderOf(world, buyer, marker!);
  }
  if (known !== undefined && known.status !== "pending") {
    return (await socle.order({ order_id: known.id })).order;
  }
  const { data: variants } = await admin.from("product_variants").select("id, sku")
    .in("sku", Object.keys(skus)).throwOnError();
  // Asked again for what is pending, it leads to the same page.
  const checkout = await socle.checkoutCreate({
    items: variants.map(({ id, sku }) => ({ variant_id: id, quantity: skus[sku]! })),
    locale,
    success_url: `${env["SITE_URL"]}/order/return?session_id={CHECKOUT_SESSION_ID}`,
    cancel_url: `${env["SITE_URL"]}/cart`,
    ...rest,
  });
  const paid = await fetch(`${checkout.checkout_url}/pay`, {
    method: "POST",
    body: new URLSearchParams({ card_number: "4242424242424242" }),
    redirect: "manual",
  });
  await paid.body?.cancel();
  if (paid.status >= 400) throw new Error(`cannot pay: Stripe's page answered ${paid.status}`);
  await socle.checkoutStatus({ session_id: checkout.session_id! });
  return (await socle.order({ order_id: checkout.order_id })).order;
}

/** Sends an order that is paid; and lets it come. */
async function send(
  staff: Visitor,
  { id, status }: Order,
  tracking: string,
  arrives = true,
): Promise<void> {
  const toSend = status === "paid";
  if (toSend) {
    await staff.socle.orderShip({
      order_id: id,
      carrier: "Colissimo",
      tracking_number: tracking,
      tracking_url: `https://www.laposte.fr/outils/suivre-vos-envois?code=${tracking}`,
    });
  }
  if (arrives && (toSend || status === "shipped")) {
    await staff.socle.orderShip({ order_id: id, status: "delivered" });
  }
}

/** What the buyer says of each thing, where he has not said it yet. */
async function review({ supabase }: Visitor, { items }: Order): Promise<void> {
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

/** Asks to send one of a SKU back, where nothing of the order was. */
async function giveBack(
  { supabase, socle }: Visitor,
  { id, items }: Order,
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

/** Buys and sells; each step is taken where it was not yet. */
export async function makeOrders(world: World): Promise<void> {
  const { shopper, subscriber, staff } = world;
  const to = { shipping_address: addresses.shopper };

  const first = await buy(
    world,
    shopper,
    { "BOWL-SAND": 2, "JUG-WHITE": 1, "NOTEBOOK-LINED": 3, "SPOONS-3": 1 },
    { ...to, shipping_rate_id: rates.free, discount_code: "BONJOUR" },
  );
  await send(staff, first, "6A12345678901");
  await review(shopper, first);

  const returned = await buy(
    world,
    shopper,
    { "SOCKS-43-46": 2, "BEANIE-GREY": 1 },
    { ...to, shipping_rate_id: rates.parcel },
  );
  await send(staff, returned, "6A12345678902");
  await giveBack(shopper, returned, "SOCKS-43-46", "Une paire est trop grande.");

  const cancelled = await buy(
    world,
    shopper,
    { "CLOCK-WHITE": 1 },
    { ...to, shipping_rate_id: rates.parcel },
  );
  if (cancelled.status === "paid") await shopper.socle.orderCancel({ order_id: cancelled.id });

  const onItsWay = await buy(
    world,
    shopper,
    { "LAMP-BLACK": 1, "CANDLES-6": 2 },
    { ...to, shipping_rate_id: rates.express, discount_code: "LUMIERE20" },
  );
  await send(staff, onItsWay, "6A12345678903", false);
  await buy(world, shopper, { "PEN-FINE": 1, "INK-SEPIA": 2 }, {
    ...to,
    shipping_rate_id: rates.parcel,
  });

  const other = await buy(
    world,
    subscriber,
    {
      "BOWL-NIGHT": 1,
      "TEAPOT-SAND": 1,
      "NOTEBOOK-DOTS": 2,
      "BAG-RAW": 1,
      "SCISSORS-1": 1,
      "POT-20-CM": 2,
    },
    { shipping_address: addresses.subscriber, shipping_rate_id: rates.free },
  );
  await send(staff, other, "6A12345678904");
  await review(subscriber, other);
}
