/** The access matrix of the shop's catalogue, stock, orders, discounts and shipping. */
import {
  byStaff,
  everything,
  type FunctionAccess,
  mine,
  named,
  none,
  orStaff,
  type Owner,
  type Rows,
  serverOnly,
  type TableAccess,
  type Verbs,
  words,
} from "../access.ts";

/** The id of an owner's n-th sample of a kind, where another sample must name it. */
const idOf = ({ unique }: Pick<Owner, "unique">, n: number) =>
  `${unique}-0000-4000-8000-00000000000${n}`;

/** Staff write these columns; everybody reads the rows that `onSale` names. */
function catalogue(onSale: Rows, insert: string, update: string): Pick<
  TableAccess,
  "anon" | "authenticated" | "service_role"
> {
  return {
    anon: { select: onSale },
    authenticated: {
      select: orStaff(onSale),
      insert: { rows: byStaff, columns: words(insert) },
      ...(update !== "" && { update: { rows: byStaff, columns: words(update) } }),
      delete: byStaff,
    } satisfies Verbs,
    service_role: everything,
  };
}

const listOf = (kind: string, unique: string) =>
  `${kind}_${unique.replaceAll("-", "_").slice(0, 30)}`;

const productOnSale = named(
  "of products on sale",
  "product_id in (select id from public.products where active)",
);
const variantOnSale = named(
  "of variants on sale",
  `variant_id in (select variant.id from public.product_variants as variant
    join public.products as product on product.id = variant.product_id
    where variant.active and product.active)`,
);

/** Of a list that is not sold by any more, or not yet, nobody reads prices. */
export const inActiveList = named(
  "in active price lists",
  "price_list_id in (select id from public.price_lists where active)",
);

/** An order's amounts, as plain as can be. */
const amounts = { subtotal_amount: 100, total_amount: 100 };
const order = (userId: string | null) => ({
  user_id: userId,
  customer_email: "buyer@example.com",
  price_list_id: "eur",
  currency: "EUR",
  expires_at: "2026-01-02",
  ...amounts,
});

export const shopTables: Record<string, TableAccess> = {
  "public.price_lists": {
    columns: words("id currency is_default active created_at updated_at"),
    ...catalogue("active", "id currency is_default active", "is_default active"),
    samples: ({ unique }) => [
      { id: listOf("list", unique), currency: "EUR" },
      { id: listOf("old", unique), currency: "EUR", active: false },
    ],
  },
  "public.categories": {
    columns: words("id parent_id slug name_en name_fr position active created_at updated_at"),
    ...catalogue(
      "active",
      "id parent_id slug name_en name_fr position active",
      "parent_id slug name_en name_fr position active",
    ),
    samples: ({ unique }) => [
      { slug: `category-${unique}`, name_en: "Category", name_fr: "Catégorie" },
      { slug: `hidden-${unique}`, name_en: "Hidden", name_fr: "Cachée", active: false },
    ],
  },
  "public.products": {
    columns: words(`
      id slug category_id name_en name_fr description_en description_fr attributes tax_code active
      rating_count rating_sum created_at updated_at
    `),
    ...catalogue(
      "active",
      "id slug category_id name_en name_fr description_en description_fr attributes tax_code active",
      "slug category_id name_en name_fr description_en description_fr attributes tax_code active",
    ),
    samples: ({ unique, row }) => {
      const product = {
        category_id: row("public.categories")["id"],
        name_en: "Chair",
        name_fr: "Chaise",
      };
      return [
        { ...product, slug: `chair-${unique}` },
        { ...product, slug: `old-chair-${unique}`, active: false, id: idOf({ unique }, 1) },
      ];
    },
  },
  "public.product_variants": {
    columns: words(`
      id product_id sku options weight_grams low_stock position active created_at updated_at
    `),
    ...catalogue(
      `active and ${productOnSale}`,
      "id product_id sku options weight_grams low_stock position active",
      "sku options weight_grams low_stock position active",
    ),
    samples: ({ unique, row }) => {
      const product_id = row("public.products")["id"];
      return [
        { product_id, sku: `sku-${unique}` },
        { product_id, sku: `old-${unique}`, active: false, id: idOf({ unique }, 2) },
      ];
    },
  },
  "public.variant_prices": {
    columns: words(
      "variant_id price_list_id unit_amount compare_at_amount created_at updated_at",
    ),
    ...catalogue(
      `${variantOnSale} and ${inActiveList}`,
      "variant_id price_list_id unit_amount compare_at_amount",
      "unit_amount compare_at_amount",
    ),
    samples: ({ row, unique }) => [{
      variant_id: row("public.product_variants")["id"],
      price_list_id: "eur",
      unit_amount: 100,
    }, {
      variant_id: idOf({ unique }, 2),
      price_list_id: "eur",
      unit_amount: 100,
    }, {
      variant_id: row("public.product_variants")["id"],
      price_list_id: listOf("old", unique),
      unit_amount: 100,
    }],
  },
  "public.product_images": {
    columns: words(
      "id product_id variant_id path alt_en alt_fr position created_at updated_at",
    ),
    ...catalogue(
      productOnSale,
      "id product_id variant_id path alt_en alt_fr position",
      "variant_id alt_en alt_fr position",
    ),
    samples: ({ row, unique }) => [{
      product_id: row("public.products")["id"],
      path: `${row("public.products")["id"]}/${idOf({ unique }, 5)}.png`,
    }, {
      product_id: idOf({ unique }, 1),
      path: `${idOf({ unique }, 1)}/${idOf({ unique }, 6)}.png`,
    }],
  },
  "public.variant_availability": {
    columns: words("variant_id product_id on_sale band few_left updated_at"),
    anon: { select: variantOnSale },
    authenticated: { select: orStaff(variantOnSale) },
    service_role: everything,
    samples: "sign-up",
  },
  "private.stock": {
    columns: words("variant_id on_hand reserved shortage updated_at"),
    ...serverOnly,
    samples: "sign-up",
  },
  "private.stock_movements": {
    columns: words(`
      id variant_id kind on_hand_delta reserved_delta shortage_delta order_id actor_id note created_at
      request_id
    `),
    ...serverOnly,
    service_role: {
      select: "true",
      insert: {
        rows: "true",
        columns: words(`
          variant_id kind on_hand_delta reserved_delta shortage_delta order_id actor_id note created_at id
          request_id
        `),
      },
    },
    samples: ({ row }) => [{
      variant_id: row("public.product_variants")["id"],
      kind: "adjusted",
      on_hand_delta: 1,
    }],
  },
  "private.order_transitions": {
    columns: words("from_status to_status"),
    ...serverOnly,
    service_role: { select: "true" },
    samples: "sign-up",
  },
  "public.orders": {
    columns: words(`
      id number user_id customer_email locale status status_before price_list_id currency subtotal_amount
      discount_amount shipping_amount tax_amount total_amount paid_amount refunded_amount disputed_amount
      discount_code shipping_rate shipping_address stripe_session_id stripe_payment_intent_id expires_at
      paid_at carrier tracking_number tracking_url shipped_at delivered_at created_at updated_at forget
    `),
    anon: none,
    authenticated: { select: mine("user_id") },
    staffReadBy: "endpoint",
    service_role: everything,
    // A paid one first: who has bought may review.
    samples: ({ userId }) => [{ ...order(userId), status: "paid" }, order(null)],
  },
  "public.order_items": {
    columns: words(`
      id order_id user_id variant_id product_id position sku name_en name_fr options tax_code unit_amount quantity
      subtotal_amount discount_amount total_amount refunded_quantity refunded_amount restocked_quantity
      created_at
    `),
    anon: none,
    authenticated: { select: mine("user_id") },
    staffReadBy: "endpoint",
    service_role: everything,
    samples: ({ userId, row, unique }) => [{
      order_id: row("public.orders")["id"],
      user_id: userId,
      variant_id: row("public.product_variants")["id"],
      product_id: row("public.products")["id"],
      position: 1,
      sku: `sku-${unique}`,
      name_en: "Chair",
      name_fr: "Chaise",
      unit_amount: 100,
      quantity: 1,
      ...amounts,
    }],
  },
  "public.order_events": {
    columns: words("id order_id kind from_status to_status note created_at user_id"),
    anon: none,
    authenticated: { select: mine("user_id") },
    staffReadBy: "endpoint",
    service_role: {
      select: "true",
      insert: {
        rows: "true",
        columns: words("id order_id kind from_status to_status note created_at user_id"),
      },
    },
    samples: ({ row }) => [{ order_id: row("public.orders")["id"], kind: "note" }],
  },
  "public.order_refunds": {
    columns: words(`
      id order_id user_id amount currency reason lines shipping_amount restock state stripe_refund_id
      stripe_payment_intent_id cause created_at closed_at
    `),
    anon: none,
    authenticated: { select: mine("user_id") },
    staffReadBy: "endpoint",
    service_role: everything,
    samples: ({ userId, row, unique }) => [{
      order_id: row("public.orders")["id"],
      user_id: userId,
      amount: 100,
      currency: "EUR",
      reason: "goodwill",
      cause: unique,
    }],
  },
  "private.order_requests": {
    columns: words(
      "order_id buyer asked_hash request_hash success_url cancel_url taxed cart address_hash look_at closed_at",
    ),
    ...serverOnly,
    samples: ({ row, unique }) => [{
      order_id: row("public.orders")["id"],
      buyer: unique,
      asked_hash: unique,
      request_hash: unique,
    }],
  },
  "private.money_movements": {
    columns: words("id order_id kind amount currency stripe_id created_at"),
    ...serverOnly,
    service_role: {
      select: "true",
      insert: {
        rows: "true",
        columns: words("id order_id kind amount currency stripe_id created_at"),
      },
    },
    samples: ({ row, unique }) => [{
      order_id: row("public.orders")["id"],
      kind: "charge",
      amount: 100,
      currency: "EUR",
      stripe_id: `ch_${unique}`,
    }],
  },
  "public.shipping_rates": {
    columns: words(`
      id name_en name_fr price_list_id amount countries min_weight max_weight min_total max_total min_days
      max_days position active created_at updated_at
    `),
    ...catalogue(
      "active",
      `id name_en name_fr price_list_id amount countries min_weight max_weight min_total max_total min_days
       max_days position active`,
      `name_en name_fr amount countries min_weight max_weight min_total max_total min_days max_days position
       active`,
    ),
    samples: () => {
      const rate = { name_en: "Parcel", name_fr: "Colis", price_list_id: "eur", amount: 500 };
      return [rate, { ...rate, active: false }];
    },
  },
  "public.discounts": {
    columns: words(`
      id code kind basis_points amount price_list_id minimum_amount max_redemptions max_per_customer redeemed
      starts_at ends_at active created_at updated_at
    `),
    anon: none,
    authenticated: {
      select: byStaff,
      insert: {
        rows: byStaff,
        columns: words(`
          id code kind basis_points amount price_list_id minimum_amount max_redemptions max_per_customer
          starts_at ends_at active
        `),
      },
      update: {
        rows: byStaff,
        columns: words(`
          basis_points amount minimum_amount max_redemptions max_per_customer starts_at ends_at active
        `),
      },
      delete: byStaff,
    },
    service_role: everything,
    samples: ({ unique }) => [{
      code: `CODE-${unique.toUpperCase()}`,
      kind: "percent",
      basis_points: 1000,
    }],
  },
  "public.discount_scopes": {
    columns: words("id discount_id product_id category_id"),
    anon: none,
    authenticated: {
      select: byStaff,
      insert: { rows: byStaff, columns: words("id discount_id product_id category_id") },
      delete: byStaff,
    },
    service_role: everything,
    samples: ({ row }) => [{
      discount_id: row("public.discounts")["id"],
      product_id: row("public.products")["id"],
    }],
  },
  "private.discount_redemptions": {
    columns: words("order_id discount_id customer email released_at created_at"),
    ...serverOnly,
    samples: ({ row, unique }) => [{
      order_id: row("public.orders")["id"],
      discount_id: row("public.discounts")["id"],
      customer: unique,
    }],
  },
};

const trigger: FunctionAccess = { execute: [] };
const everybody: FunctionAccess = { execute: ["anon", "authenticated", "service_role"] };
const server: FunctionAccess = { execute: ["service_role"] };

export const shopFunctions: Record<string, FunctionAccess> = {
  "private.availability_follow()": { ...trigger, definer: true },
  "private.category_stays_tree()": trigger,
  "private.ledger_keep()": trigger,
  "private.order_event()": { ...trigger, definer: true },
  "private.order_number()": server,
  "private.order_transition()": trigger,
  "private.product_on_sale(uuid)": everybody,
  "private.stock_change(uuid,text,integer,integer,uuid,text,uuid,integer)": server,
  "private.variant_gets_stock()": { ...trigger, definer: true },
  "private.variant_on_sale(uuid)": everybody,
  "private.variants_change_bands()": { ...trigger, definer: true },
};
