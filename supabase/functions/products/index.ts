import * as z from "zod";
import { endpoint, methods } from "../_shared/endpoint.ts";
import { ProductPage } from "../_shared/shop/catalogue/product.ts";
import { ProductsQuery, Reader } from "../_shared/shop/catalogue/query.ts";
import { listProducts, ProductList, showProduct } from "../_shared/shop/catalogue/read.ts";

/** Prices and stock are shown this old at most; a checkout asks again. */
const cacheControl = "public, max-age=30, stale-while-revalidate=60";

/** The products on sale, for whoever looks: the list, searched and filtered, and one with all that its page shows. */
export default methods(
  endpoint({
    summary: "List the products on sale: search, filter, sort; a page at a time.",
    method: "GET",
    auth: "none",
    limit: "read",
    query: ProductsQuery,
    reply: ProductList,
    problems: ["category_not_found", "price_list_not_found"],
    cacheControl,
    etag: true,
  }, ({ db, query }) => listProducts(db, query)),
  endpoint({
    summary: "Show a product on sale, by its slug or id.",
    method: "GET",
    path: "/{product}",
    params: z.strictObject({ product: z.string().min(1).max(100) }),
    auth: "none",
    limit: "read",
    query: Reader,
    reply: z.object({ product: ProductPage }),
    problems: ["product_not_found", "price_list_not_found"],
    cacheControl,
    etag: true,
  }, async ({ db, params, query }) => ({ product: await showProduct(db, params.product, query) })),
);
