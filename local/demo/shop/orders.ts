/** What was bought over the weeks, by whom, and what became of it. */
import { createSocle } from "../../../client/src/mod.ts";
import type { AccountName } from "../accounts.ts";
import type { Act, World } from "../part.ts";
import { visitorsClient } from "../visitor.ts";
import {
  arrive,
  type Basket,
  type Bought,
  bought,
  buy,
  type Buyer,
  cancel,
  giveBack,
  makeGood,
  review,
  send,
  type Terms,
} from "./buying.ts";

/** The seed's own, by id. */
const rates = {
  parcel: "5eed0000-0000-4000-8000-000000000001",
  express: "5eed0000-0000-4000-8000-000000000002",
  free: "5eed0000-0000-4000-8000-000000000003",
} as const;

const lille = {
  name: "Hugo Lefèvre",
  line1: "14 rue des Tanneurs",
  city: "Lille",
  postal_code: "59800",
  country: "FR",
};
const lyon = {
  name: "Claire Dumas",
  line1: "3 place Bellecour",
  city: "Lyon",
  postal_code: "69002",
  country: "FR",
};
const gent = {
  name: "Tom Claes",
  line1: "Korenmarkt 7",
  city: "Gent",
  postal_code: "9000",
  country: "BE",
};

type BuyerName = Extract<AccountName, "subscriber" | "shopper"> | "guest";

async function buyerOf({ env, visitor }: World, name: BuyerName): Promise<Buyer> {
  if (name !== "guest") return await visitor(name);
  return { socle: createSocle(visitorsClient(env)), email: "tom@guest.example", locale: "en" };
}

/** Something that becomes of an order, so many days ago. */
interface Later {
  daysAgo: number;
  do(world: World, order: Bought): Promise<void>;
}

const sent = (daysAgo: number): Later => ({
  daysAgo,
  do: async ({ visitor }, order) => await send(await visitor("staff"), order),
});
const come = (daysAgo: number): Later => ({
  daysAgo,
  do: async ({ visitor }, order) => await arrive(await visitor("staff"), order),
});
const reviewed = (name: Exclude<BuyerName, "guest">, daysAgo: number): Later => ({
  daysAgo,
  do: async ({ visitor }, order) => await review(await visitor(name), order),
});

/** The acts of one order. The first of its basket is in no other of the buyer's. */
function order(
  name: BuyerName,
  daysAgo: number,
  basket: Basket,
  terms: Terms,
  ...later: Later[]
): Act[] {
  return [
    {
      daysAgo,
      do: async (world) => await buy(world, await buyerOf(world, name), basket, terms),
    },
    ...later.map((one) => ({
      daysAgo: one.daysAgo,
      async do(world: World) {
        await one.do(world, await bought(world, await buyerOf(world, name), basket));
      },
    })),
  ];
}

const parcelTo = (shipping_address: typeof lille) => ({
  shipping_address,
  shipping_rate_id: rates.parcel,
});
const freeTo = (shipping_address: typeof lille) => ({
  shipping_address,
  shipping_rate_id: rates.free,
});

export const orders: Act[] = [
  ...order(
    "shopper",
    46.2,
    { "BOWL-SAND": 2, "JUG-WHITE": 1, "NOTEBOOK-LINED": 3, "SPOONS-3": 1 },
    { ...freeTo(lille), discount_code: "BONJOUR" },
    sent(43.6),
    come(40.3),
    reviewed("shopper", 36.6),
  ),
  ...order(
    "subscriber",
    36.6,
    {
      "BOWL-NIGHT": 1,
      "TEAPOT-SAND": 1,
      "NOTEBOOK-DOTS": 2,
      "BAG-RAW": 1,
      "SCISSORS-1": 1,
      "POT-20-CM": 2,
    },
    freeTo(lyon),
    sent(33.2),
    come(29.5),
    reviewed("subscriber", 26.1),
  ),
  ...order(
    "shopper",
    29.5,
    { "JAR-1-L": 3, "MILL-1": 1 },
    parcelTo(lille),
    sent(26.1),
    come(23.4),
    reviewed("shopper", 17.5),
  ),
  ...order("guest", 26.1, { "STOOL-OAK": 1 }, freeTo(gent), sent(23.4), come(20.3)),
  ...order(
    "subscriber",
    23.4,
    { "CUTLERY-16": 1, "GLASSES-4": 1 },
    freeTo(lyon),
    sent(20.3),
    come(17.5),
    {
      daysAgo: 14.6,
      do: async ({ visitor }, order) =>
        await makeGood(await visitor("staff"), order, 1400, "Two of the four glasses were broken."),
    },
    reviewed("subscriber", 10.4),
  ),
  ...order("guest", 20.3, { "NAPKINS-NATURAL": 2 }, parcelTo(gent), sent(17.5), come(14.6)),
  ...order(
    "subscriber",
    17.5,
    { "SKETCH-A4": 2, "PENCILS-12": 1 },
    parcelTo(lyon),
    sent(14.6),
    come(10.4),
  ),
  ...order("shopper", 14.6, { "CLOCK-WHITE": 1 }, parcelTo(lille), {
    daysAgo: 12.3,
    do: async ({ visitor }, order) => await cancel(await visitor("shopper"), order),
  }),
  ...order(
    "shopper",
    12.3,
    { "BEANIE-GREY": 1, "SOCKS-43-46": 2 },
    parcelTo(lille),
    sent(10.4),
    come(6.2),
    {
      daysAgo: 2.2,
      do: async ({ visitor }, order) =>
        await giveBack(
          await visitor("shopper"),
          order,
          "SOCKS-43-46",
          "Une paire est trop grande.",
        ),
    },
  ),
  ...order("guest", 10.4, { "MIRROR-60": 1 }, freeTo(gent), sent(8.5), come(4.3)),
  ...order(
    "subscriber",
    8.5,
    { "GLOBE-20-CM": 1, "HOLDER-BRASS": 2 },
    { ...freeTo(lyon), discount_code: "LUMIERE20" },
    sent(6.2),
    come(3.4),
  ),
  ...order("shopper", 6.2, { "BATH-SAND": 2 }, parcelTo(lille), sent(4.3), come(1.1)),
  ...order("guest", 4.3, { "CALENDAR-12": 1, "WRAP-TERRACOTTA": 1 }, parcelTo(gent), sent(3.4)),
  ...order(
    "shopper",
    3.4,
    { "CANDLES-6": 2, "LAMP-BLACK": 1 },
    { shipping_address: lille, shipping_rate_id: rates.express, discount_code: "LUMIERE20" },
    sent(2.2),
  ),
  ...order("subscriber", 2.2, { "RUG-70-140": 1, "BASKET-MEDIUM": 1 }, freeTo(lyon), sent(1.1)),
  ...order("guest", 1.1, { "SCARF-MUSTARD": 1 }, parcelTo(gent)),
  ...order("shopper", 0.1, { "INK-SEPIA": 2, "PEN-FINE": 1 }, parcelTo(lille)),
];
