/** The headers of the shop, which browsers send and read. */

/** The header that a guest's cart id comes and goes in. */
export const cartIdHeader = "x-cart-id";

/** All of them. */
export const shopHeaders = [cartIdHeader];
