/** The access matrix of reviews. */
import { everything, type FunctionAccess, mine, none, type TableAccess, words } from "../access.ts";

export const reviewTables: Record<string, TableAccess> = {
  "public.reviews": {
    columns: words(`
      id product_id user_id order_item_id rating comment verified hidden_at hidden_reason created_at updated_at
    `),
    // Strangers read shown ones by product_reviews(), which tells nobody's id.
    anon: none,
    authenticated: {
      select: mine("user_id"),
      insert: { rows: mine("user_id"), columns: words("order_item_id product_id rating comment") },
      update: { rows: mine("user_id"), columns: words("rating comment") },
      delete: "user_id = $me and hidden_at is null",
    },
    staffReadBy: "endpoint",
    service_role: everything,
    samples: ({ userId, row }) => [{
      user_id: userId,
      product_id: row("public.products")["id"],
      order_item_id: row("public.order_items")["id"],
      rating: 4,
      comment: "Stands.",
    }],
  },
};

const trigger: FunctionAccess = { execute: [] };
const users: FunctionAccess = { execute: ["authenticated"] };

export const reviewFunctions: Record<string, FunctionAccess> = {
  "private.has_bought(uuid,uuid,uuid)": { execute: ["authenticated", "service_role"] },
  "private.microseconds(timestamp with time zone)": trigger,
  "private.public_name(text,text)": trigger,
  "private.rating_imbalances()": { execute: ["service_role"] },
  "private.ratings_follow()": { ...trigger, definer: true },
  "private.review_cursor(text)": trigger,
  "private.review_is_of_buyer()": { ...trigger, definer: true },
  "private.review_moderate(uuid,text)": { ...users, definer: true },
  "private.review_written()": trigger,
  "private.reviews_of_all(uuid,boolean,text,integer)": { ...users, definer: true },
  "private.reviews_of_order_follow()": { ...trigger, definer: true },
  "private.reviews_shown(uuid,text,integer)": {
    execute: ["anon", "authenticated", "service_role"],
    definer: true,
  },
  "public.product_reviews(uuid,text,integer)": {
    execute: ["anon", "authenticated", "service_role"],
  },
  "public.review_hide(uuid,text)": users,
  "public.review_show(uuid)": users,
  "public.staff_reviews(uuid,boolean,text,integer)": users,
};
