/**
 * The shop's pages on the site, as paths: what mails link to and Stripe's page leads back to. The pages
 * are in web/src/shop; whoever builds others changes the paths here. `sitePage` of redirects.ts makes
 * addresses of them.
 */

/** The list of products. */
export const shopPage = "/shop";
/** The cart. */
export const cartPage = "/cart";
/** Where address, shipping and discount are asked for. */
export const checkoutPage = "/checkout";
/** Where Stripe's page leads back to once it is paid; asks checkout-status. */
export const orderReturnPage = "/order/return";

/** A product's page. */
export function productPage(slug: string): string {
  return `/shop/${slug}`;
}

/** An order's page for the user who bought, signed in. */
export function orderPage(orderId: string): string {
  return `/orders/${orderId}`;
}

/** An order's page for a guest. @param token `signText("order", <order id>)` */
export function guestOrderPage(token: string): string {
  return `/order?token=${encodeURIComponent(token)}`;
}
