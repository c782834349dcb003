/**
 * Every code of an error that an endpoint answers, with its status.
 * Generated from the endpoints' declarations by `deno task openapi`.
 */

export interface ProblemCodes {
  /** 400: The body is not valid JSON */
  invalid_json: 400;
  /** 400: The signature does not match */
  invalid_signature: 400;
  /** 400: Rows are counted exactly or not at all */
  count_not_offered: 400;
  /** 400: The event belongs to the other mode of Stripe */
  livemode_mismatch: 400;
  /** 401: Not signed in */
  unauthenticated: 401;
  /** 403: Not allowed */
  forbidden: 403;
  /** 404: Not found */
  not_found: 404;
  /** 405: Method not allowed */
  method_not_allowed: 405;
  /** 409: The first request with this Idempotency-Key still runs */
  idempotency_in_progress: 409;
  /** 412: It changed since you read it */
  precondition_failed: 412;
  /** 413: The body is too large */
  body_too_large: 413;
  /** 415: Unsupported content type */
  unsupported_media_type: 415;
  /** 422: The body is not what this endpoint takes */
  invalid_body: 422;
  /** 422: The query is not what this endpoint takes */
  invalid_query: 422;
  /** 422: A header is not what this endpoint takes */
  invalid_header: 422;
  /** 422: This Idempotency-Key belongs to another request */
  idempotency_key_reused: 422;
  /** 429: Too many requests */
  rate_limited: 429;
  /** 403: A second factor is required */
  second_factor_required: 403;
  /** 403: The API key lacks the scope */
  scope_missing: 403;
  /** 409: An API key of this name exists */
  api_key_name_taken: 409;
  /** 409: The workspace has as many API keys as it may */
  api_key_limit_reached: 409;
  /** 409: The API key was revoked */
  api_key_revoked: 409;
  /** 403: The captcha was not solved */
  captcha_failed: 403;
  /** 401: E-mail address or password is wrong */
  invalid_credentials: 401;
  /** 403: The e-mail address is not confirmed yet */
  email_not_confirmed: 403;
  /** 409: The e-mail address already has an account */
  email_taken: 409;
  /** 422: The password is too weak */
  weak_password: 422;
  /** 422: The redirect address is not on the allow list */
  redirect_not_allowed: 422;
  /** 404: The profile does not exist */
  profile_not_found: 404;
  /** 415: The file is not a PNG, JPEG or WebP image */
  unsupported_image: 415;
  /** 404: The workspace does not exist */
  workspace_not_found: 404;
  /** 409: Another workspace has this slug */
  slug_taken: 409;
  /** 409: No more workspaces can be made */
  workspace_limit: 409;
  /** 409: The workspace has a subscription */
  workspace_subscribed: 409;
  /** 409: A personal workspace stays its person's */
  personal_workspace: 409;
  /** 404: Nobody with this id is a member */
  member_not_found: 404;
  /** 409: Already a member of the workspace */
  already_member: 409;
  /** 409: The workspace would have no owner */
  last_owner: 409;
  /** 409: The plan has no seat left */
  seat_limit_reached: 409;
  /** 404: The invitation does not exist */
  invitation_not_found: 404;
  /** 403: The invitation is for another address */
  invitation_for_another: 403;
  /** 410: The invitation is no longer good */
  invitation_expired: 410;
  /** 409: The invitation is closed */
  invitation_closed: 409;
  /** 404: The price is not on sale */
  price_not_found: 404;
  /** 409: The workspace already has a subscription */
  subscription_exists: 409;
  /** 409: Another purchase for this workspace is under way */
  subscription_pending: 409;
  /** 404: The workspace has no subscription that runs */
  subscription_not_found: 404;
  /** 409: Several subscriptions run, and it was not said which one is meant */
  subscription_ambiguous: 409;
  /** 409: The subscription cannot be changed as it stands */
  subscription_not_changeable: 409;
  /** 422: The promotion code cannot be redeemed */
  promotion_code_invalid: 422;
  /** 422: This is not a quote that we made for you */
  quote_invalid: 422;
  /** 409: The quote no longer holds */
  quote_stale: 409;
  /** 409: The plan is not offered with a trial */
  trial_not_offered: 409;
  /** 409: There was a trial already */
  trial_used: 409;
  /** 409: The trial needs a card first */
  trial_needs_card: 409;
  /** 404: The checkout does not exist */
  checkout_not_found: 404;
  /** 402: The workspace's plan does not include this */
  plan_required: 402;
  /** 402: The plan's limit for this billing period is used up */
  quota_exceeded: 402;
  /** 402: The workspace is restricted until its invoices are paid */
  workspace_read_only: 402;
  /** 429: Too many payments were declined */
  too_many_declines: 429;
  /** 409: The billing address is not known yet */
  billing_details_required: 409;
  /** 404: The invoice does not exist */
  invoice_not_found: 404;
  /** 409: The invoice is not paid */
  invoice_not_paid: 409;
  /** 404: The payment does not exist */
  payment_not_found: 404;
  /** 409: The payment cannot be refunded */
  payment_not_refundable: 409;
  /** 422: More than is left of the payment */
  refund_exceeds_payment: 422;
  /** 402: The payment was declined */
  payment_declined: 402;
  /** 400: This link does not turn anything off */
  unsubscribe_link_invalid: 400;
  /** 403: It could not be confirmed that it is you */
  reauthentication_failed: 403;
  /** 409: Others are in workspaces that only you own */
  workspaces_need_owner: 409;
  /** 404: The account is not to be deleted */
  deletion_not_found: 404;
  /** 409: The deletion of the account runs already */
  deletion_running: 409;
  /** 404: The webhook endpoint does not exist */
  webhook_endpoint_not_found: 404;
  /** 409: A category cannot be below itself */
  category_cycle: 409;
  /** 404: The product is not on sale */
  product_not_found: 404;
  /** 404: The category does not exist */
  category_not_found: 404;
  /** 422: The price list does not exist */
  price_list_not_found: 422;
  /** 409: Nothing is in the cart */
  cart_empty: 409;
  /** 409: Something is not on sale */
  item_unavailable: 409;
  /** 409: There is not enough in stock */
  out_of_stock: 409;
  /** 422: The code is not good */
  discount_invalid: 422;
  /** 422: The code is not for what is being bought */
  discount_not_applicable: 422;
  /** 422: What is being bought does not come to the code's minimum */
  discount_minimum: 422;
  /** 409: The code has been redeemed as often as it may */
  discount_used_up: 409;
  /** 422: A shipping rate is needed */
  shipping_required: 422;
  /** 422: The shipping rate is not for this order */
  shipping_unavailable: 422;
  /** 422: More than one payment can take */
  order_too_large: 422;
  /** 422: Less than a card can be charged */
  order_too_small: 422;
  /** 409: The order has just been paid */
  order_already_paid: 409;
  /** 409: Another checkout of yours is under way */
  order_pending: 409;
  /** 409: The order cannot become this as it stands */
  order_state_conflict: 409;
  /** 404: The variant is not on sale */
  variant_not_found: 404;
  /** 404: The cart has no such line */
  cart_line_not_found: 404;
  /** 409: The cart holds as much as it may */
  cart_limit_reached: 409;
  /** 503: Carts cannot be reached */
  cart_unavailable: 503;
  /** 404: The order does not exist, or is not yours */
  order_not_found: 404;
  /** 409: The order can no longer be cancelled */
  order_not_cancellable: 409;
  /** 409: Nothing of the order is left to refund */
  order_not_refundable: 409;
  /** 409: The order cannot be returned */
  order_not_returnable: 409;
  /** 422: The order has no such line */
  order_line_unknown: 422;
  /** 422: More than is left of the order */
  refund_exceeds_order: 422;
  /** 404: The return does not exist */
  return_not_found: 404;
  /** 404: The file to import does not exist */
  import_file_not_found: 404;
  /** 404: The import does not exist */
  import_not_found: 404;
  /** 409: Another import of the catalogue runs */
  catalogue_import_running: 409;
  /** 404: The export does not exist */
  export_not_found: 404;
  /** 404: The review does not exist */
  review_not_found: 404;
  /** 403: Only who has bought a product reviews it */
  review_not_allowed: 403;
  /** 502: Stripe cannot be reached */
  payment_provider_unavailable: 502;
  /** 503: The captcha cannot be verified */
  captcha_unavailable: 503;
  /** 502: Supabase Auth cannot be reached */
  auth_unavailable: 502;
  /** 502: Supabase Storage cannot be reached */
  storage_unavailable: 502;
  /** 503: The database cannot be reached */
  database_unavailable: 503;
  /** 503: A part is not well */
  unhealthy: 503;
  /** 500: Something went wrong on our side */
  internal_error: 500;
}

/** A code of the catalogue; docs/errors.md says what it means and who may answer it. */
export type ProblemCode = keyof ProblemCodes;
