/** Reading the shop: one RPC a request, as whoever asks. */
import * as z from "zod";
import { type Db, rows } from "../../database.ts";
import { problem } from "../../problem.ts";
import {
  Facets,
  ProductCard,
  productCard,
  ProductPage,
  productPage,
  type StoredCard,
  type StoredPage,
} from "./product.ts";
import {
  type Place,
  type ProductsQuery,
  readAttributes,
  readCursor,
  type Reader,
  Sort,
  writeCursor,
} from "./query.ts";

/** A page of products. */
export const ProductList = z.object({
  products: z.array(ProductCard),
  /** What `cursor` is for the next page of the same query; null on the last one. */
  next_cursor: z.string().nullable(),
  sort: Sort,
  price_list: z.string(),
  currency: z.string(),
  /** Null unless asked for. */
  facets: Facets.nullable(),
  /** More than 1,000 match: the facets are those of the first 1,000. Null without facets. */
  facets_capped: z.boolean().nullable(),
});

interface StoredList {
  products: StoredCard[];
  next: Place | null;
  sort: z.infer<typeof Sort>;
  price_list: string;
  currency: string;
  facets: z.infer<typeof Facets> | null;
  facets_capped: boolean | null;
}

/** A page of the products on sale. @throws {Problem} `invalid_query`, `category_not_found`, `price_list_not_found` */
export async function listProducts(
  db: Db,
  query: z.output<typeof ProductsQuery>,
): Promise<z.infer<typeof ProductList>> {
  const { search, category, price_list, min_amount, max_amount, locale } = query;
  const sort = query.sort ?? (search === undefined ? "newest" : "relevance");
  if (sort === "relevance" && search === undefined) {
    throw problem("invalid_query", {
      errors: [{ pointer: "/sort", detail: "Relevance needs a search" }],
    });
  }
  const place = query.cursor === undefined ? undefined : readCursor(sort, query.cursor);
  const { products, next, ...list } = await rows(db.rpc("products_search", {
    ...(search !== undefined && { search }),
    ...(category !== undefined && { category }),
    ...(price_list !== undefined && { price_list }),
    ...(min_amount !== undefined && { min_amount: Number(min_amount) }),
    ...(max_amount !== undefined && { max_amount: Number(max_amount) }),
    ...(query.attributes !== undefined && { attributes: readAttributes(query.attributes) }),
    ...(place !== undefined && { after_key: place.key, after_id: place.id }),
    ...(query.page_size !== undefined && { page_size: Number(query.page_size) }),
    in_stock: query.in_stock === "true",
    facets: query.facets === "true",
    sort,
    locale,
  })) as unknown as StoredList;
  return {
    ...list,
    products: products.map(productCard),
    next_cursor: next && writeCursor(sort, next),
  };
}

/** One product on sale, by its slug or id. @throws {Problem} `product_not_found`, `price_list_not_found` */
export async function showProduct(
  db: Db,
  product: string,
  { locale, price_list }: z.output<typeof Reader>,
): Promise<z.infer<typeof ProductPage>> {
  const stored = await rows(
    db.rpc("product_show", { product, locale, ...(price_list !== undefined && { price_list }) }),
  );
  return productPage(stored as unknown as StoredPage);
}
