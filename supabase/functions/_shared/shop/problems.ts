/** The shop's errors: the part of the catalogue in problem.ts that is its own. */

/** Status and title of each code. */
export const shopProblems = {
  // Catalogue, cart, checkout
  category_cycle: [409, "A category cannot be below itself"],
  product_not_found: [404, "The product is not on sale"],
  category_not_found: [404, "The category does not exist"],
  price_list_not_found: [422, "The price list does not exist"],
  cart_empty: [409, "Nothing is in the cart"],
  item_unavailable: [409, "Something is not on sale"],
  out_of_stock: [409, "There is not enough in stock"],
  discount_invalid: [422, "The code is not good"],
  discount_not_applicable: [422, "The code is not for what is being bought"],
  discount_minimum: [422, "What is being bought does not come to the code's minimum"],
  discount_used_up: [409, "The code has been redeemed as often as it may"],
  shipping_required: [422, "A shipping rate is needed"],
  shipping_unavailable: [422, "The shipping rate is not for this order"],
  order_too_large: [422, "More than one payment can take"],
  order_too_small: [422, "Less than a card can be charged"],
  order_already_paid: [409, "The order has just been paid"],
  order_pending: [409, "Another checkout of yours is under way"],
  order_state_conflict: [409, "The order cannot become this as it stands"],
  variant_not_found: [404, "The variant is not on sale"],
  cart_line_not_found: [404, "The cart has no such line"],
  cart_limit_reached: [409, "The cart holds as much as it may"],
  cart_unavailable: [503, "Carts cannot be reached"],
  // Orders
  order_not_found: [404, "The order does not exist, or is not yours"],
  order_not_cancellable: [409, "The order can no longer be cancelled"],
  order_not_refundable: [409, "Nothing of the order is left to refund"],
  order_not_returnable: [409, "The order cannot be returned"],
  order_line_unknown: [422, "The order has no such line"],
  refund_exceeds_order: [422, "More than is left of the order"],
  return_not_found: [404, "The return does not exist"],
  // Catalogue files
  import_file_not_found: [404, "The file to import does not exist"],
  import_not_found: [404, "The import does not exist"],
  catalogue_import_running: [409, "Another import of the catalogue runs"],
  export_not_found: [404, "The export does not exist"],
  // Reviews
  review_not_found: [404, "The review does not exist"],
  review_not_allowed: [403, "Only who has bought a product reviews it"],
} as const satisfies Record<string, readonly [status: number, title: string]>;
