/** The shop's pages. */
export { CartShown } from "./cart.tsx";
export { CheckoutForm } from "./checkout.tsx";
export { OrderReturn } from "./order-return.tsx";
export { OrderShown } from "./order.tsx";
export { Orders } from "./orders.tsx";
export { ProductShown } from "./product.tsx";
export { Receipt } from "./receipt.tsx";
export { ShopList } from "./shop-list.tsx";
