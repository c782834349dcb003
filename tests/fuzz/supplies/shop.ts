/** What is sold, and orders in each state that an order may be in. */
import { signText } from "../../../supabase/functions/_shared/signed-text.ts";
import { newGuestCart } from "../../../supabase/functions/_shared/shop/cart/cart-id.ts";
import { discount, onSale } from "../../support/products.ts";
import { insertOrder, insertPaidOrder, insertVariant } from "../../support/shop.ts";
import { call, operator, stripeSdk } from "../../support/stack.ts";
import { payPage } from "../../support/pay-page.ts";
import { checkout } from "../../support/shopping.ts";
import type { Ask, Supply } from "../world.ts";
import { billing } from "./billing.ts";

/** A payment that Stripe knows of, so that refunds of it succeed. */
async function paymentAtStripe({ world: { ground: { at } } }: Ask, amount: number) {
  const paid = await stripeSdk(at).paymentIntents.create({
    amount,
    currency: "eur",
    payment_method: "pm_card_visa",
    confirm: true,
  });
  return { paymentIntent: paid.id, charge: String(paid.latest_charge) };
}

/** An order of the user's, or a guest's: pending, paid, shipped, delivered, in review. */
async function anyOrder(ask: Ask): Promise<string> {
  const { world: { ground: { sql } }, user, pick } = ask;
  const lines = [
    { variant: await insertVariant(sql), quantity: 4 + pick % 5 },
    ...pick % 2 === 0 ? [{ variant: await insertVariant(sql, { unitAmount: 250 }) }] : [],
  ];
  const options = {
    userId: pick % 5 === 0 ? null : user.id,
    email: user.email,
    shipping: pick % 3 === 0 ? 490 : 0,
    discount: pick % 4 === 0 ? 199 : 0,
    lines,
  };
  if (pick % 6 === 0) return (await insertOrder(sql, options)).id;
  const total = lines.reduce(
    (sum, { variant, quantity = 1 }) => sum + variant.unitAmount * quantity,
    options.shipping - options.discount,
  );
  const order = await insertPaidOrder(sql, { ...options, ...await paymentAtStripe(ask, total) });
  const moves = [[], [], ["shipped"], ["shipped", "delivered"], ["fulfilling"]][pick % 5]!;
  for (const status of moves) {
    await sql`select public.order_advance(
      ${ask.world.ground.staff.id}, ${order.id}, ${status}, 'Post', null, null, null)`;
  }
  return order.id;
}

/** The order named in this request, else one of the user's. */
async function orderNamed(ask: Ask): Promise<string> {
  const named = ask.named.get("order") ?? ask.named.get("sent_order") ??
    ask.named.get("order of token");
  return String(named ?? await ask.world.supplied("order", ask.user, ask.pick, ask.named));
}

/** A checkout's session, open or paid: of an order, now and then of a subscription. */
async function session(ask: Ask): Promise<unknown> {
  const { world: { ground: { at, sql } }, user, pick } = ask;
  if (pick % 5 === 4) return await billing["session"]!.make(ask);
  const { variantId } = await onSale(sql, { stock: 5 });
  const made = await checkout(
    { token: user.token },
    { items: [{ variant_id: variantId, quantity: 1 }] },
    at,
  );
  if (made.status !== 200) throw new Error(`no checkout: ${JSON.stringify(made.body)}`);
  if (pick % 2 === 0) await payPage(made.body.checkout_url);
  return made.body.session_id;
}

/** Those of the shop. */
export const shopSupplies: Record<string, Supply> = {
  variant: {
    every: 6,
    async make({ world: { ground: { sql } }, pick }) {
      const stock = pick % 5 === 0 ? 0 : 10_000;
      return (await onSale(sql, { stock, price: pick % 11 === 0 ? null : 1000 + pick })).variantId;
    },
  },
  /** One that is in the user's cart. */
  cart_variant: {
    every: 4,
    async make(ask) {
      const { world: { ground: { at } }, user } = ask;
      const variant_id = await shopSupplies["variant"]!.make({ ...ask, pick: 1 });
      await call("POST", "cart", { on: at, token: user.token, body: { variant_id } });
      return variant_id;
    },
  },
  /** By slug or by id. */
  product: {
    every: 6,
    async make({ world: { ground: { sql } }, pick }) {
      const { productId } = await onSale(sql, { active: pick % 6 !== 0 });
      if (pick % 2 === 0) return productId;
      const [row] = await sql`select slug from public.products where id = ${productId}`;
      return row!["slug"];
    },
  },
  category: {
    every: 10,
    async make({ world: { ground: { sql } }, pick }) {
      const { categoryId } = await onSale(sql);
      if (pick % 2 === 0) return categoryId;
      const [row] = await sql`select slug from public.categories where id = ${categoryId}`;
      return row!["slug"];
    },
  },
  price_list: { every: 1, make: ({ pick }) => Promise.resolve(pick % 8 === 0 ? "usd" : "eur") },
  search: {
    every: 1,
    make: ({ pick }) =>
      Promise.resolve(["shirt", "chemise", "shrit", "shirt!", "Shirt -m", '"sh', "été"][pick % 7]),
  },
  attributes: {
    every: 1,
    make: ({ pick }) =>
      Promise.resolve(
        ['{"brand":["Acme"]}', "{}", '{"size":"M","colour":["red","blue"]}', '{"a":1,"b":true}'][
          pick % 4
        ],
      ),
  },
  products_cursor: {
    every: 3,
    async make({ world: { ground: { at, sql } } }) {
      await Promise.all([onSale(sql), onSale(sql), onSale(sql)]);
      const { body } = await call("GET", "products?page_size=1", { on: at });
      return body.next_cursor;
    },
  },
  order: { every: 3, make: anyOrder },
  /** One that was sent, which may come back. */
  sent_order: { every: 2, make: (ask) => anyOrder({ ...ask, pick: 1 + 30 * ask.pick + 2 }) },
  order_item: {
    every: 1,
    dependent: true,
    async make(ask) {
      const rows = await ask.world.ground.sql`
        select id from public.order_items where order_id = ${await orderNamed(ask)} order by id`;
      return rows[ask.pick % rows.length]?.["id"] ?? crypto.randomUUID();
    },
  },
  order_token: {
    every: 1,
    dependent: true,
    async make(ask) {
      const order = await orderNamed(ask);
      ask.named.set("order of token", order);
      return signText("order", order);
    },
  },
  order_number: {
    every: 1,
    dependent: true,
    async make(ask) {
      const [row] = await ask.world.ground.sql`
        select number from public.orders where id = ${await orderNamed(ask)}`;
      return row!["number"];
    },
  },
  orders_cursor: {
    every: 1,
    make: ({ pick }) =>
      Promise.resolve(
        btoa(JSON.stringify({
          created_at: new Date(Date.now() - pick * 1000).toISOString(),
          id: crypto.randomUUID(),
        })),
      ),
  },
  return: {
    every: 2,
    async make(ask) {
      const { world: { ground: { sql, staff } } } = ask;
      const order = await anyOrder({ ...ask, pick: 1 });
      for (const status of ["shipped", "delivered"]) {
        await sql`select public.order_advance(
          ${staff.id}, ${order}, ${status}, 'Post', null, null, null)`;
      }
      const [item] = await sql`select id from public.order_items where order_id = ${order}`;
      const lines = [{ order_item_id: item!["id"], quantity: 1 }];
      const [row] = await sql`
        select public.order_return_ask(${order}, null, true, ${
        sql.json(lines)
      }, 'too small') as id`;
      return row!["id"];
    },
  },
  order_session: { every: 12, make: session },
  cart: { every: 4, make: () => Promise.resolve(newGuestCart().id) },
  discount_code: {
    every: 10,
    async make({ world: { ground: { sql } }, pick }) {
      return (await discount(sql, pick % 4 === 0 ? { max_redemptions: 1 } : {})).code;
    },
  },
  shipping_rate: {
    every: 10,
    async make({ world: { ground: { sql } }, pick }) {
      const [row] = await sql`
        insert into public.shipping_rates (name_en, name_fr, price_list_id, amount, countries)
        values ('Parcel', 'Colis', 'eur', ${pick % 1000}, ${pick % 3 === 0 ? ["FR"] : null})
        returning id`;
      return row!["id"];
    },
  },
  /** A file in the bucket of imports. */
  import_path: {
    every: 8,
    async make({ world: { ground: { at, staff } } }) {
      const path = `${staff.id}/${crypto.randomUUID()}.csv`;
      const { error } = await operator(at).storage.from("catalogue-imports").upload(
        path,
        new TextEncoder().encode("sku,name_en\nA-1,Chair\n") as Uint8Array<ArrayBuffer>,
        { contentType: "text/csv" },
      );
      if (error !== null) throw error;
      return path;
    },
  },
  import: {
    every: 3,
    async make({ world: { ground: { sql, staff } }, pick }) {
      const running = pick % 3 === 0;
      const [row] = await sql`
        insert into public.catalogue_imports (
          created_by, path, file, dry_run, state, bytes_total, finished_at, problem
        ) values (${staff.id}, 'x.csv', '{}', true, ${running ? "cancelled" : "failed"}, 10, now(),
          ${running ? null : "import_file_changed"})
        returning id`;
      return row!["id"];
    },
  },
  export: {
    every: 5,
    async make({ world: { ground: { sql, staff } }, pick }) {
      const [row] = await sql`
        insert into public.catalogue_exports (created_by, state, price_lists, expires_at)
        values (${staff.id}, ${pick % 2 === 0 ? "ready" : "expired"}, '[]',
          now() + ${pick % 2 === 0 ? "1 hour" : "-1 hour"}::interval)
        returning id`;
      return row!["id"];
    },
  },
};

/** Which field of the shop's endpoints means what. */
export const shopFields: Record<string, string> = {
  variant_id: "variant",
  product: "product",
  category: "category",
  price_list: "price_list",
  search: "search",
  attributes: "attributes",
  discount_code: "discount_code",
  shipping_rate_id: "shipping_rate",
  order_id: "order",
  order_token: "order_token",
  order_item_id: "order_item",
  number: "order_number",
  return_id: "return",
  import_id: "import",
  export_id: "export",
  path: "import_path",
};

/** By function, or by address and method. */
export const shopFieldsOfEndpoints: Record<string, Record<string, string>> = {
  "orders": { id: "order", cursor: "orders_cursor", email: "email" },
  "products": { cursor: "products_cursor" },
  "order-return": { order_id: "sent_order" },
  "order-refund": { order_id: "sent_order" },
  "cart PATCH": { variant_id: "cart_variant" },
  "checkout-status": { session_id: "order_session" },
};
