/** The shop's kinds of jobs. */
import type { JobKind } from "../jobs/kind.ts";
import { cartTake } from "./jobs/cart-take.ts";
import { catalogueExport, catalogueFilesSweep } from "./jobs/catalogue-export.ts";
import { catalogueImport } from "./jobs/catalogue-import.ts";
import { orderEnd } from "./jobs/order-end.ts";
import { orderRefund } from "./jobs/order-refund.ts";
import { ordersSweep } from "./jobs/orders-sweep.ts";
import { productImagesRemove } from "./jobs/product-images.ts";
import { shopReconcile } from "./jobs/shop-reconcile.ts";

/** Handlers by kind, as `private.jobs.kind` names them. */
export const shopJobs: Record<string, JobKind> = {
  cart_take: cartTake,
  catalogue_export: catalogueExport,
  catalogue_files_sweep: catalogueFilesSweep,
  catalogue_import: catalogueImport,
  order_end: orderEnd,
  order_refund: orderRefund,
  orders_sweep: ordersSweep,
  product_images_remove: productImagesRemove,
  shop_reconcile: shopReconcile,
};
