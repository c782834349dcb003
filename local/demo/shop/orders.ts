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

/** Orders, pays on Stripe's page by a good card, and comes back. */
async function buy(
  { admin, env }: World,
  { socle, locale }: Visitor,
  skus: Record<string, number>,
  rest: Pick<CheckoutCreateInput, "discount_code" | "shipping_address" | "shipping_rate_id">,
): Promise<Order> {
  const { data: variants } = await admin.from("product_variants").select("id, sku")
    .in("sku", Object.keys(skus)).throwOnError();
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

/** Sends an order; and lets it come. */
async function send(
  staff: Visitor,
  { id }: Order,
  tracking: string,
  arrives = true,
): Promise<void> {
  await staff.socle.orderShip({
    order_id: id,
    carrier: "Colissimo",
    tracking_number: tracking,
    tracking_url: `https://www.laposte.fr/outils/suivre-vos-envois?code=${tracking}`,
  });
  if (arrives) await staff.socle.orderShip({ order_id: id, status: "delivered" });
}

async function review({ supabase }: Visitor, { items }: Order): Promise<void> {
  const rows = items.flatMap(({ id, product_id, sku }) => {
    const words = reviewsOf[sku];
    return words === undefined || product_id === null
      ? []
      : [{ order_item_id: id, product_id, ...words }];
  });
  await supabase.from("reviews").insert(rows).throwOnError();
}

/** Buys and sells, where nothing was bought yet. */
export async function makeOrders(world: World): Promise<void> {
  const { shopper, subscriber, staff } = world;
  const { data: known } = await shopper.supabase.from("orders").select("id").throwOnError();
  if (known.length > 0) return;
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
  const socks = returned.items.find(({ sku }) => sku === "SOCKS-43-46")!;
  await shopper.socle.orderReturnRequest({
    order_id: returned.id,
    lines: [{ order_item_id: socks.id, quantity: 1 }],
    reason: "Une paire est trop grande.",
  });

  const cancelled = await buy(
    world,
    shopper,
    { "CLOCK-WHITE": 1 },
    { ...to, shipping_rate_id: rates.parcel },
  );
  await shopper.socle.orderCancel({ order_id: cancelled.id });

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
