import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { changedFrom } from "../changes.ts";
import { invalid } from "../errors.ts";
import { newId } from "../ids.ts";
import { mergeMetadata } from "../metadata.ts";
import { page, paging, within } from "../pagination.ts";
import { operation, type Resource, retrieveOperation } from "../resource.ts";
import type { Documents, Wire } from "../wire.ts";

type Product = Documents["product"];

const fields = [
  "active",
  "description",
  "images",
  "marketing_features",
  "metadata",
  "name",
  "shippable",
  "statement_descriptor",
  "tax_code",
  "unit_label",
  "url",
] as const;

const create = operation<Stripe.ProductCreateParams>(
  "POST /v1/products",
  [...fields, "id"],
  createProduct,
);

const update = operation<Stripe.ProductUpdateParams>(
  "POST /v1/products/{id}",
  [...fields, "default_price"],
  (call, params, id) => {
    const product = call.need("product", id);
    const changes = given(product, params);
    if (params.default_price !== undefined) {
      const price = call.need("price", params.default_price, "default_price");
      if (price.product !== id) {
        throw invalid(`The price ${price.id} belongs to another product.`, {
          param: "default_price",
        });
      }
      changes.default_price = price.id;
    }
    if (changedFrom(product, { ...product, ...changes }) === undefined) return product;
    return call.update(product, { ...changes, updated: call.now() }, "product.updated");
  },
);

const del = operation("DELETE /v1/products/{id}", [], (call, _params, id) => {
  const product = call.need("product", id);
  if (call.store.all("price", { product: id }).length > 0) {
    throw invalid(
      "This product cannot be deleted because it has one or more user-created prices.",
    );
  }
  call.store.remove(id);
  call.emit("product.deleted", product);
  const deleted: Wire<Stripe.DeletedProduct> = { id, object: "product", deleted: true };
  return deleted;
});

const list = operation<Stripe.ProductListParams>(
  "GET /v1/products",
  [...paging, "active", "created", "ids"],
  (call, params) =>
    page(call, "product", "/v1/products", params, {
      where: { active: params.active, id: params.ids },
      filter: (product) => within(product.created, params.created),
    }),
);

/** Makes a product, also for a price that brings its own. */
export function createProduct(call: Call, params: Stripe.ProductCreateParams): Product {
  if (params.id !== undefined && call.store.find(params.id) !== undefined) {
    throw invalid("Product already exists.", { code: "resource_already_exists", param: "id" });
  }
  const product: Product = {
    id: params.id ?? newId("prod"),
    object: "product",
    active: true,
    created: call.now(),
    default_price: null,
    description: null,
    images: [],
    livemode: false,
    marketing_features: [],
    metadata: {},
    name: params.name,
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: null,
    tax_details: null,
    type: "service",
    unit_label: null,
    updated: call.now(),
    url: null,
  };
  return call.create({ ...product, ...given(product, params) }, "product.created");
}

function given(
  product: Product,
  params: Stripe.ProductCreateParams | Stripe.ProductUpdateParams,
): Partial<Product> {
  const changes: Partial<Product> = {};
  const nullable = [
    "description",
    "statement_descriptor",
    "tax_code",
    "unit_label",
    "url",
  ] as const;
  for (const field of nullable) {
    if (params[field] !== undefined) changes[field] = params[field] || null;
  }
  if (params.name !== undefined) changes.name = params.name;
  if (params.active !== undefined) changes.active = params.active;
  if (params.shippable !== undefined) changes.shippable = params.shippable;
  if (params.images !== undefined) changes.images = params.images || [];
  if (params.marketing_features !== undefined) {
    changes.marketing_features = params.marketing_features || [];
  }
  if (params.metadata !== undefined) {
    changes.metadata = mergeMetadata(product.metadata, params.metadata);
  }
  return changes;
}

export const products: Resource = {
  kinds: ["product"],
  operations: [create, update, retrieveOperation("product", "/v1/products"), del, list],
};
