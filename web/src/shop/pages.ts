/** The shop's pages. */
import "./shop.css";
export { CartShown } from "./cart/cart.tsx";
export { CheckoutForm } from "./checkout/checkout.tsx";
export { OrderReturn } from "./checkout/order-return.tsx";
export { ShopList } from "./list/shop-list.tsx";
export { IncompleteLink } from "./order/incomplete-link.tsx";
export { OrderShown } from "./order/order.tsx";
export { Orders } from "./order/orders.tsx";
export { Receipt } from "./order/receipt.tsx";
export { ProductShown } from "./product/product.tsx";
