/** The access matrix of what lists and searches of products read. */
import { everyRow, everything, type FunctionAccess, type TableAccess, words } from "../access.ts";
import { inActiveList } from "./shop.ts";

/** Everybody reads what is on sale; triggers write it. */
const shown = {
  anon: { select: everyRow },
  authenticated: { select: everyRow },
  service_role: everything,
} as const;

export const shopCatalogueTables: Record<string, TableAccess> = {
  "public.product_listings": {
    columns: words(
      "product_id price_list_id category_id min_amount max_amount rating_rank listed_at",
    ),
    ...shown,
    anon: { select: inActiveList },
    authenticated: { select: inActiveList },
    // Those of the products, made when their prices were written.
    samples: "sign-up",
  },
  "public.product_documents": {
    columns: words("product_id level document"),
    ...shown,
    samples: "sign-up",
  },
  "public.search_words": {
    columns: words("word"),
    ...shown,
    samples: ({ unique }) => [{ word: `word-${unique}` }],
  },
};

const trigger: FunctionAccess = { execute: [] };
const everybody: FunctionAccess = { execute: ["anon", "authenticated", "service_role"] };
const server: FunctionAccess = { execute: ["service_role"] };

export const shopCatalogueFunctions: Record<string, FunctionAccess> = {
  "private.bought_together(uuid,integer)": { ...everybody, definer: true },
  "private.categories_below(uuid)": everybody,
  "private.fold(text)": everybody,
  "private.in_stock_condition()": everybody,
  "private.listing_query(text,boolean,uuid[],boolean,boolean,boolean,boolean,integer)": everybody,
  "private.listings_follow_prices()": { ...trigger, definer: true },
  "private.listings_follow_products()": { ...trigger, definer: true },
  "private.listings_follow_variants()": { ...trigger, definer: true },
  "private.listings_refresh(uuid[],boolean)": server,
  "private.product_attributes(jsonb)": everybody,
  "private.product_cards(uuid[],price_lists,text)": everybody,
  "private.product_document(products)": server,
  "private.product_facets(uuid[],price_lists,text)": everybody,
  "private.product_level(products)": server,
  "private.products_related(products,text,integer)": everybody,
  "private.search_best(jsonb,tsquery,text,uuid[],bigint,bigint,boolean,integer,tid,integer)":
    everybody,
  "private.search_rest(tsquery,text,text,uuid[],bigint,bigint,boolean,tid,integer)": everybody,
  "private.few_listed(text,uuid[],bigint,bigint)": everybody,
  "private.is_frequent(tsquery,text)": everybody,
  "private.is_listed(product_listings,uuid[],bigint,bigint,boolean)": everybody,
  "private.level_prefix(integer)": everybody,
  "private.search_lexemes(text)": everybody,
  "private.search_nearest(text)": everybody,
  "private.search_terms(text)": everybody,
  "private.shop_price_list(text)": everybody,
  "private.tsquery_of(jsonb,text)": everybody,
  "private.tsquery_word(text)": everybody,
  "public.product_show(text,text,text)": everybody,
  "public.products_search(text,text,text,bigint,bigint,jsonb,boolean,text,text,uuid,integer,boolean,text)":
    everybody,
};
