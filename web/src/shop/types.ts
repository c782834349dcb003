/** What the shop's endpoints answer with; docs/openapi.json has them in full. */
import type {
  CartGetReply,
  CheckoutStatusReply,
  OrderReply,
  ProductsGetReply,
  ProductsListReply,
} from "../../../client/src/mod.ts";

export type ProductList = ProductsListReply;
export type ProductCard = ProductList["products"][number];
export type Facets = NonNullable<ProductList["facets"]>;
export type Product = ProductsGetReply["product"];
export type Variant = Product["variants"][number];
export type Review = Product["reviews"][number];
export type Availability = Variant["availability"];
export type Cart = CartGetReply["cart"];
export type CartLine = Cart["lines"][number];
export type CartChange = CartLine["changes"][number];
export type Order = OrderReply["order"];
export type OrderItem = Order["items"][number];
export type OrderStatus = CheckoutStatusReply;

/** What names an order: its id for the user who placed it, the token of its link for a guest. */
export type OrderName = { order_id: string } | { order_token: string };
