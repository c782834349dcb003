/**
 * What each method takes, answers and may refuse by.
 * Generated from the endpoints' declarations by `deno task openapi`.
 */

import type { Call, CallOptions } from "./call-options.ts";

/** The argument of a method that takes nothing. */
export type NoInput = Record<string, never>;

/** The endpoints as methods; what is refused is thrown as a SocleError. */
export interface Socle {
  /**
   * Keep one's account after all.
   *
   * `DELETE /functions/v1/account-delete`. A signed-in user.
   * At most 60 in 60 seconds.
   */
  accountDeleteCancel(
    input?: AccountDeleteCancelInput,
    options?: CallOptions<never>,
  ): Call<AccountDeleteCancelReply, AccountDeleteCancelCode>;
  /**
   * Read whether and when one's account is to be deleted.
   *
   * `GET /functions/v1/account-delete`. A signed-in user.
   * At most 300 in 60 seconds.
   */
  accountDeleteGet(
    input?: AccountDeleteGetInput,
    options?: CallOptions<never>,
  ): Call<AccountDeleteGetReply, AccountDeleteGetCode>;
  /**
   * Ask for the deletion of one's account, by password or by the link of a mail.
   *
   * `POST /functions/v1/account-delete`. A signed-in user.
   * At most 10 in 3600 seconds.
   */
  accountDeleteRequest(
    input?: AccountDeleteRequestInput,
    options?: CallOptions<never>,
  ): Call<AccountDeleteRequestReply, AccountDeleteRequestCode>;
  /**
   * Read how one's latest export stands, with links to its files.
   *
   * `GET /functions/v1/account-export`. A signed-in user.
   * At most 300 in 60 seconds.
   */
  accountExportGet(
    input?: AccountExportGetInput,
    options?: CallOptions<never>,
  ): Call<AccountExportGetReply, AccountExportGetCode>;
  /**
   * Ask for a copy of everything held about oneself; a mail tells when it is ready.
   *
   * `POST /functions/v1/account-export`. A signed-in user.
   * Sent with an Idempotency-Key.
   * At most 5 in 86400 seconds.
   */
  accountExportRequest(
    input?: AccountExportRequestInput,
    options?: CallOptions<"idempotencyKey">,
  ): Call<AccountExportRequestReply, AccountExportRequestCode>;
  /**
   * Tell operators what is not well.
   *
   * `POST /functions/v1/alerts-run`. Holders of the secret key: servers alone.
   */
  alertsRun(
    input?: AlertsRunInput,
    options?: CallOptions<never>,
  ): Call<AlertsRunReply, AlertsRunCode>;
  /**
   * Create an API key of a workspace; the key is told this once.
   *
   * `POST /functions/v1/api-key-create`. A signed-in user.
   * At most 20 in 3600 seconds.
   */
  apiKeyCreate(
    input: ApiKeyCreateInput,
    options?: CallOptions<never>,
  ): Call<ApiKeyCreateReply, ApiKeyCreateCode>;
  /**
   * Sign in with an e-mail address and a password.
   *
   * `POST /functions/v1/auth-login`. Whoever has the publishable key.
   * At most 60 in 900 seconds.
   */
  authLogin(
    input: AuthLoginInput,
    options?: CallOptions<never>,
  ): Call<AuthLoginReply, AuthLoginCode>;
  /**
   * Ask for a mail to choose a new password.
   *
   * `POST /functions/v1/auth-password-reset`. Whoever has the publishable key.
   * At most 20 in 3600 seconds.
   */
  authPasswordReset(
    input: AuthPasswordResetInput,
    options?: CallOptions<never>,
  ): Call<AuthPasswordResetReply, AuthPasswordResetCode>;
  /**
   * Sign up with an e-mail address and a password.
   *
   * `POST /functions/v1/auth-signup`. Whoever has the publishable key.
   * At most 20 in 3600 seconds.
   */
  authSignup(
    input: AuthSignupInput,
    options?: CallOptions<never>,
  ): Call<AuthSignupReply, AuthSignupCode>;
  /**
   * Upload one's avatar.
   *
   * `POST /functions/v1/avatar-upload`. A signed-in user.
   * At most 20 in 60 seconds.
   */
  avatarUpload(
    input: AvatarUploadInput,
    options?: CallOptions<never>,
  ): Call<AvatarUploadReply, AvatarUploadCode>;
  /**
   * Read whom a workspace's invoices are made out to.
   *
   * `GET /functions/v1/billing-details`. A signed-in user.
   * At most 300 in 60 seconds.
   */
  billingDetailsGet(
    input?: BillingDetailsGetInput,
    options?: CallOptions<never>,
  ): Call<BillingDetailsGetReply, BillingDetailsGetCode>;
  /**
   * Write whom a workspace's invoices are made out to, from the next one on.
   *
   * `PUT /functions/v1/billing-details`. A signed-in user.
   * At most 20 in 60 seconds.
   */
  billingDetailsReplace(
    input: BillingDetailsReplaceInput,
    options?: CallOptions<never>,
  ): Call<BillingDetailsReplaceReply, BillingDetailsReplaceCode>;
  /**
   * Open Stripe's billing portal.
   *
   * `POST /functions/v1/billing-portal`. A signed-in user.
   * At most 20 in 60 seconds.
   */
  billingPortal(
    input: BillingPortalInput,
    options?: CallOptions<never>,
  ): Call<BillingPortalReply, BillingPortalCode>;
  /**
   * Compare Stripe with the database, and mend what differs.
   *
   * `POST /functions/v1/billing-reconcile`. Holders of the secret key: servers alone.
   */
  billingReconcile(
    input?: BillingReconcileInput,
    options?: CallOptions<never>,
  ): Call<BillingReconcileReply, BillingReconcileCode>;
  /**
   * Add units of a variant to the cart.
   *
   * `POST /functions/v1/cart`. Guests and signed-in users.
   * Sent with an Idempotency-Key.
   * At most 120 in 60 seconds.
   */
  cartAdd(
    input: CartAddInput,
    options?: CallOptions<"idempotencyKey" | "cartId">,
  ): Call<CartAddReply, CartAddCode>;
  /**
   * Read the cart, with prices and availability as they are now.
   *
   * `GET /functions/v1/cart`. Guests and signed-in users.
   * At most 300 in 60 seconds.
   */
  cartGet(input?: CartGetInput, options?: CallOptions<"cartId">): Call<CartGetReply, CartGetCode>;
  /**
   * Take a line out of the cart, or all lines.
   *
   * `DELETE /functions/v1/cart`. Guests and signed-in users.
   * At most 120 in 60 seconds.
   */
  cartRemove(
    input: CartRemoveInput,
    options?: CallOptions<"cartId">,
  ): Call<CartRemoveReply, CartRemoveCode>;
  /**
   * Set the quantity of a line of the cart; 0 takes it out.
   *
   * `PATCH /functions/v1/cart`. Guests and signed-in users.
   * At most 120 in 60 seconds.
   */
  cartSet(input: CartSetInput, options?: CallOptions<"cartId">): Call<CartSetReply, CartSetCode>;
  /**
   * Read how an export stands, with links to its files once it is ready.
   *
   * `GET /functions/v1/catalogue-export`. Staff.
   * At most 300 in 60 seconds.
   */
  catalogueExportGet(
    input: CatalogueExportGetInput,
    options?: CallOptions<never>,
  ): Call<CatalogueExportGetReply, CatalogueExportGetCode>;
  /**
   * Begin to export the catalogue, or name the export that is under way.
   *
   * `POST /functions/v1/catalogue-export`. Staff.
   * Sent with an Idempotency-Key.
   * At most 60 in 60 seconds.
   */
  catalogueExportStart(
    input?: CatalogueExportStartInput,
    options?: CallOptions<"idempotencyKey">,
  ): Call<CatalogueExportStartReply, CatalogueExportStartCode>;
  /**
   * Cancel an import; what it has written stays.
   *
   * `DELETE /functions/v1/catalogue-import`. Staff.
   * At most 60 in 60 seconds.
   */
  catalogueImportCancel(
    input: CatalogueImportCancelInput,
    options?: CallOptions<never>,
  ): Call<CatalogueImportCancelReply, CatalogueImportCancelCode>;
  /**
   * Read how an import stands, with its first hundred errors.
   *
   * `GET /functions/v1/catalogue-import`. Staff.
   * At most 300 in 60 seconds.
   */
  catalogueImportGet(
    input: CatalogueImportGetInput,
    options?: CallOptions<never>,
  ): Call<CatalogueImportGetReply, CatalogueImportGetCode>;
  /**
   * Begin to import a CSV file of the catalogue, or try what it would do.
   *
   * `POST /functions/v1/catalogue-import`. Staff.
   * Sent with an Idempotency-Key.
   * At most 60 in 60 seconds.
   */
  catalogueImportStart(
    input: CatalogueImportStartInput,
    options?: CallOptions<"idempotencyKey">,
  ): Call<CatalogueImportStartReply, CatalogueImportStartCode>;
  /**
   * Order what is in the cart, and pay on Stripe's checkout page.
   *
   * `POST /functions/v1/checkout-create`. Guests and signed-in users.
   * Sent with an Idempotency-Key.
   * At most 20 in 60 seconds.
   */
  checkoutCreate(
    input: CheckoutCreateInput,
    options?: CallOptions<"idempotencyKey" | "cartId">,
  ): Call<CheckoutCreateReply, CheckoutCreateCode>;
  /**
   * Ask what became of a checkout.
   *
   * `POST /functions/v1/checkout-status`. Guests and signed-in users.
   * At most 20 in 60 seconds.
   */
  checkoutStatus(
    input: CheckoutStatusInput,
    options?: CallOptions<never>,
  ): Call<CheckoutStatusReply, CheckoutStatusCode>;
  /**
   * Leave a workspace with what its plan includes of a feature.
   *
   * `DELETE /functions/v1/feature-override`. Staff.
   * At most 60 in 60 seconds.
   */
  featureOverrideLift(
    input: FeatureOverrideLiftInput,
    options?: CallOptions<never>,
  ): Call<FeatureOverrideLiftReply, FeatureOverrideLiftCode>;
  /**
   * Give a workspace a feature beside its plan, or take one from it.
   *
   * `PUT /functions/v1/feature-override`. Staff.
   * At most 60 in 60 seconds.
   */
  featureOverrideSet(
    input: FeatureOverrideSetInput,
    options?: CallOptions<never>,
  ): Call<FeatureOverrideSetReply, FeatureOverrideSetCode>;
  /**
   * Tell whether everything is well.
   *
   * `GET /functions/v1/health`. Anybody.
   * At most 300 in 60 seconds.
   */
  health(input?: HealthInput, options?: CallOptions<never>): Call<HealthReply, HealthCode>;
  /**
   * Give jobs a new life, or discard them.
   *
   * `POST /functions/v1/jobs`. Staff.
   * Sent with an Idempotency-Key.
   * At most 60 in 60 seconds.
   */
  jobsDecide(
    input: JobsDecideInput,
    options?: CallOptions<"idempotencyKey">,
  ): Call<JobsDecideReply, JobsDecideCode>;
  /**
   * List jobs, newest first.
   *
   * `GET /functions/v1/jobs`. Staff.
   * At most 300 in 60 seconds.
   */
  jobsList(input?: JobsListInput, options?: CallOptions<never>): Call<JobsListReply, JobsListCode>;
  /**
   * Run the jobs that are due.
   *
   * `POST /functions/v1/jobs-run`. Holders of the secret key: servers alone.
   */
  jobsRun(input?: JobsRunInput, options?: CallOptions<never>): Call<JobsRunReply, JobsRunCode>;
  /**
   * Send mail to an address again.
   *
   * `POST /functions/v1/mail-suppressions`. Staff.
   * At most 60 in 60 seconds.
   */
  mailSuppressionsLift(
    input: MailSuppressionsLiftInput,
    options?: CallOptions<never>,
  ): Call<MailSuppressionsLiftReply, MailSuppressionsLiftCode>;
  /**
   * List suppressed addresses, or with `address` look into one.
   *
   * `GET /functions/v1/mail-suppressions`. Staff.
   * At most 300 in 60 seconds.
   */
  mailSuppressionsList(
    input?: MailSuppressionsListInput,
    options?: CallOptions<never>,
  ): Call<MailSuppressionsListReply, MailSuppressionsListCode>;
  /**
   * Turn a topic of mail off by the link of a mail (RFC 8058).
   *
   * `POST /functions/v1/mail-unsubscribe`. Anybody.
   */
  mailUnsubscribe(
    input: MailUnsubscribeInput,
    options?: CallOptions<never>,
  ): Call<MailUnsubscribeReply, MailUnsubscribeCode>;
  /**
   * Read an order, as the user who placed it or by its signed link.
   *
   * `GET /functions/v1/order`. Guests and signed-in users.
   * At most 300 in 60 seconds.
   */
  order(input?: OrderInput, options?: CallOptions<never>): Call<OrderReply, OrderCode>;
  /**
   * Cancel an order that is not packed yet.
   *
   * `POST /functions/v1/order-cancel`. Guests and signed-in users.
   * Sent with an Idempotency-Key.
   * At most 20 in 60 seconds.
   */
  orderCancel(
    input?: OrderCancelInput,
    options?: CallOptions<"idempotencyKey" | "cartId">,
  ): Call<OrderCancelReply, OrderCancelCode>;
  /**
   * Refund an order, whole, by amount or by line.
   *
   * `POST /functions/v1/order-refund`. Staff.
   * Sent with an Idempotency-Key.
   * At most 20 in 60 seconds.
   */
  orderRefund(
    input: OrderRefundInput,
    options?: CallOptions<"idempotencyKey">,
  ): Call<OrderRefundReply, OrderRefundCode>;
  /**
   * Accept or reject a return.
   *
   * `PATCH /functions/v1/order-return`. Staff.
   * Sent with an Idempotency-Key.
   * At most 60 in 60 seconds.
   */
  orderReturnDecide(
    input: OrderReturnDecideInput,
    options?: CallOptions<"idempotencyKey">,
  ): Call<OrderReturnDecideReply, OrderReturnDecideCode>;
  /**
   * Ask to send lines of an order back.
   *
   * `POST /functions/v1/order-return`. Guests and signed-in users.
   * Sent with an Idempotency-Key.
   * At most 60 in 60 seconds.
   */
  orderReturnRequest(
    input: OrderReturnRequestInput,
    options?: CallOptions<"idempotencyKey" | "cartId">,
  ): Call<OrderReturnRequestReply, OrderReturnRequestCode>;
  /**
   * Mark an order as being packed, sent or delivered.
   *
   * `POST /functions/v1/order-ship`. Staff.
   * Sent with an Idempotency-Key.
   * At most 60 in 60 seconds.
   */
  orderShip(
    input: OrderShipInput,
    options?: CallOptions<"idempotencyKey">,
  ): Call<OrderShipReply, OrderShipCode>;
  /**
   * Accept an order in review, cancel one that is not sent, or confirm one again by mail.
   *
   * `POST /functions/v1/orders`. Staff.
   * Sent with an Idempotency-Key.
   * At most 60 in 60 seconds.
   */
  ordersDecide(
    input: OrdersDecideInput,
    options?: CallOptions<"idempotencyKey">,
  ): Call<OrdersDecideReply, OrdersDecideCode>;
  /**
   * List orders, newest first, or read one with its ledger.
   *
   * `GET /functions/v1/orders`. Staff.
   * At most 300 in 60 seconds.
   */
  ordersList(
    input?: OrdersListInput,
    options?: CallOptions<never>,
  ): Call<OrdersListReply, OrdersListCode>;
  /**
   * Refund a payment, whole or in part.
   *
   * `POST /functions/v1/payment-refund`. Staff.
   * Sent with an Idempotency-Key.
   * At most 20 in 60 seconds.
   */
  paymentRefund(
    input: PaymentRefundInput,
    options?: CallOptions<"idempotencyKey">,
  ): Call<PaymentRefundReply, PaymentRefundCode>;
  /**
   * List the plans on sale.
   *
   * `GET /functions/v1/plans`. Anybody.
   * At most 300 in 60 seconds.
   */
  plans(input?: PlansInput, options?: CallOptions<never>): Call<PlansReply, PlansCode>;
  /**
   * Show a product on sale, by its slug or id.
   *
   * `GET /functions/v1/products/{product}`. Anybody.
   * At most 300 in 60 seconds.
   */
  productsGet(
    input: ProductsGetInput,
    options?: CallOptions<never>,
  ): Call<ProductsGetReply, ProductsGetCode>;
  /**
   * List the products on sale: search, filter, sort; a page at a time.
   *
   * `GET /functions/v1/products`. Anybody.
   * At most 300 in 60 seconds.
   */
  productsList(
    input?: ProductsListInput,
    options?: CallOptions<never>,
  ): Call<ProductsListReply, ProductsListCode>;
  /**
   * Mail the receipt of a paid invoice again.
   *
   * `POST /functions/v1/receipt-send`. A signed-in user.
   * Sent with an Idempotency-Key.
   * At most 10 in 3600 seconds.
   */
  receiptSend(
    input: ReceiptSendInput,
    options?: CallOptions<"idempotencyKey">,
  ): Call<ReceiptSendReply, ReceiptSendCode>;
  /**
   * Compare orders with Stripe and with the ledgers, and mend what can be mended.
   *
   * `POST /functions/v1/shop-reconcile`. Holders of the secret key: servers alone.
   */
  shopReconcile(
    input?: ShopReconcileInput,
    options?: CallOptions<never>,
  ): Call<ShopReconcileReply, ShopReconcileCode>;
  /**
   * End a workspace's subscription.
   *
   * `POST /functions/v1/subscription-cancel`. A signed-in user.
   * Sent with an Idempotency-Key.
   * At most 20 in 60 seconds.
   */
  subscriptionCancel(
    input?: SubscriptionCancelInput,
    options?: CallOptions<"idempotencyKey">,
  ): Call<SubscriptionCancelReply, SubscriptionCancelCode>;
  /**
   * Start a subscription on Stripe's checkout page.
   *
   * `POST /functions/v1/subscription-checkout`. A signed-in user.
   * Sent with an Idempotency-Key.
   * At most 20 in 60 seconds.
   */
  subscriptionCheckout(
    input: SubscriptionCheckoutInput,
    options?: CallOptions<"idempotencyKey">,
  ): Call<SubscriptionCheckoutReply, SubscriptionCheckoutCode>;
  /**
   * Start a workspace's subscription.
   *
   * `POST /functions/v1/subscription-create`. A signed-in user.
   * Sent with an Idempotency-Key.
   * At most 20 in 60 seconds.
   */
  subscriptionCreate(
    input: SubscriptionCreateInput,
    options?: CallOptions<"idempotencyKey">,
  ): Call<SubscriptionCreateReply, SubscriptionCreateCode>;
  /**
   * Pause a workspace's subscription.
   *
   * `POST /functions/v1/subscription-pause`. A signed-in user.
   * Sent with an Idempotency-Key.
   * At most 20 in 60 seconds.
   */
  subscriptionPause(
    input?: SubscriptionPauseInput,
    options?: CallOptions<"idempotencyKey">,
  ): Call<SubscriptionPauseReply, SubscriptionPauseCode>;
  /**
   * Quote a change of a workspace's subscription.
   *
   * `POST /functions/v1/subscription-preview`. A signed-in user.
   * At most 20 in 60 seconds.
   */
  subscriptionPreview(
    input?: SubscriptionPreviewInput,
    options?: CallOptions<never>,
  ): Call<SubscriptionPreviewReply, SubscriptionPreviewCode>;
  /**
   * Resume a workspace's paused subscription.
   *
   * `POST /functions/v1/subscription-resume`. A signed-in user.
   * Sent with an Idempotency-Key.
   * At most 20 in 60 seconds.
   */
  subscriptionResume(
    input?: SubscriptionResumeInput,
    options?: CallOptions<"idempotencyKey">,
  ): Call<SubscriptionResumeReply, SubscriptionResumeCode>;
  /**
   * Let a subscription go on that was to end.
   *
   * `POST /functions/v1/subscription-uncancel`. A signed-in user.
   * Sent with an Idempotency-Key.
   * At most 20 in 60 seconds.
   */
  subscriptionUncancel(
    input?: SubscriptionUncancelInput,
    options?: CallOptions<"idempotencyKey">,
  ): Call<SubscriptionUncancelReply, SubscriptionUncancelCode>;
  /**
   * Call off the change planned for the renewal.
   *
   * `POST /functions/v1/subscription-unschedule`. A signed-in user.
   * Sent with an Idempotency-Key.
   * At most 20 in 60 seconds.
   */
  subscriptionUnschedule(
    input?: SubscriptionUnscheduleInput,
    options?: CallOptions<"idempotencyKey">,
  ): Call<SubscriptionUnscheduleReply, SubscriptionUnscheduleCode>;
  /**
   * Change a workspace's subscription as quoted.
   *
   * `POST /functions/v1/subscription-update`. A signed-in user.
   * Sent with an Idempotency-Key.
   * At most 20 in 60 seconds.
   */
  subscriptionUpdate(
    input: SubscriptionUpdateInput,
    options?: CallOptions<"idempotencyKey">,
  ): Call<SubscriptionUpdateReply, SubscriptionUpdateCode>;
  /**
   * Read one's profile and subscription.
   *
   * `GET /functions/v1/user-profile`. A signed-in user.
   * At most 300 in 60 seconds.
   */
  userProfileGet(
    input?: UserProfileGetInput,
    options?: CallOptions<never>,
  ): Call<UserProfileGetReply, UserProfileGetCode>;
  /**
   * Replace what one may write of one's profile.
   *
   * `PUT /functions/v1/user-profile`. A signed-in user.
   * At most 60 in 60 seconds.
   */
  userProfileReplace(
    input: UserProfileReplaceInput,
    options?: CallOptions<"ifMatch">,
  ): Call<UserProfileReplaceReply, UserProfileReplaceCode>;
  /**
   * Change some fields of one's profile.
   *
   * `PATCH /functions/v1/user-profile`. A signed-in user.
   * At most 60 in 60 seconds.
   */
  userProfileUpdate(
    input?: UserProfileUpdateInput,
    options?: CallOptions<"ifMatch">,
  ): Call<UserProfileUpdateReply, UserProfileUpdateCode>;
  /**
   * List what was told to webhook endpoints, newest first.
   *
   * `GET /functions/v1/webhook-deliveries`. Staff.
   * At most 300 in 60 seconds.
   */
  webhookDeliveriesList(
    input?: WebhookDeliveriesListInput,
    options?: CallOptions<never>,
  ): Call<WebhookDeliveriesListReply, WebhookDeliveriesListCode>;
  /**
   * Send deliveries anew, or a test to an endpoint.
   *
   * `POST /functions/v1/webhook-deliveries`. Staff.
   * Sent with an Idempotency-Key.
   * At most 60 in 60 seconds.
   */
  webhookDeliveriesSend(
    input: WebhookDeliveriesSendInput,
    options?: CallOptions<"idempotencyKey">,
  ): Call<WebhookDeliveriesSendReply, WebhookDeliveriesSendCode>;
  /**
   * List what providers sent, or with `id` look into one event.
   *
   * `GET /functions/v1/webhook-events`. Staff.
   * At most 300 in 60 seconds.
   */
  webhookEventsList(
    input?: WebhookEventsListInput,
    options?: CallOptions<never>,
  ): Call<WebhookEventsListReply, WebhookEventsListCode>;
  /**
   * Handle stored events anew.
   *
   * `POST /functions/v1/webhook-events`. Staff.
   * Sent with an Idempotency-Key.
   * At most 60 in 60 seconds.
   */
  webhookEventsReplay(
    input: WebhookEventsReplayInput,
    options?: CallOptions<"idempotencyKey">,
  ): Call<WebhookEventsReplayReply, WebhookEventsReplayCode>;
  /**
   * Accept an invitation into a workspace.
   *
   * `POST /functions/v1/workspace-accept`. A signed-in user.
   * Sent with an Idempotency-Key.
   * At most 60 in 60 seconds.
   */
  workspaceAccept(
    input?: WorkspaceAcceptInput,
    options?: CallOptions<"idempotencyKey">,
  ): Call<WorkspaceAcceptReply, WorkspaceAcceptCode>;
  /**
   * Delete a shared workspace.
   *
   * `DELETE /functions/v1/workspace`. A signed-in user.
   * At most 60 in 60 seconds.
   */
  workspaceDelete(
    input: WorkspaceDeleteInput,
    options?: CallOptions<never>,
  ): Call<WorkspaceDeleteReply, WorkspaceDeleteCode>;
  /**
   * Read a workspace, its members and its subscription.
   *
   * `GET /functions/v1/workspace`. A signed-in user.
   * Or a workspace's key with `workspace:read`.
   * At most 300 in 60 seconds.
   */
  workspaceGet(
    input?: WorkspaceGetInput,
    options?: CallOptions<never>,
  ): Call<WorkspaceGetReply, WorkspaceGetCode>;
  /**
   * Invite somebody into a workspace by mail, or send the invitation again.
   *
   * `POST /functions/v1/workspace-invite`. A signed-in user.
   * Sent with an Idempotency-Key.
   * At most 60 in 3600 seconds.
   */
  workspaceInvite(
    input: WorkspaceInviteInput,
    options?: CallOptions<"idempotencyKey">,
  ): Call<WorkspaceInviteReply, WorkspaceInviteCode>;
  /**
   * Rename a workspace.
   *
   * `PATCH /functions/v1/workspace`. A signed-in user.
   * Or a workspace's key with `workspace:write`.
   * At most 60 in 60 seconds.
   */
  workspaceUpdate(
    input: WorkspaceUpdateInput,
    options?: CallOptions<never>,
  ): Call<WorkspaceUpdateReply, WorkspaceUpdateCode>;
}

export type AccountDeleteCancelInput = NoInput;
export type AccountDeleteCancelReply = {
  deletion: {
    /** uuid */
    id: string;
    state: "unconfirmed" | "scheduled" | "running" | "blocked" | "cancelled";
    requested_at: string;
    due_at: string | null;
  } | null;
};
export type AccountDeleteCancelCode =
  | "invalid_json"
  | "unauthenticated"
  | "method_not_allowed"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "rate_limited"
  | "profile_not_found"
  | "deletion_not_found"
  | "deletion_running"
  | "database_unavailable"
  | "internal_error";

export type AccountDeleteGetInput = NoInput;
export type AccountDeleteGetReply = {
  deletion: {
    /** uuid */
    id: string;
    state: "unconfirmed" | "scheduled" | "running" | "blocked" | "cancelled";
    requested_at: string;
    due_at: string | null;
  } | null;
};
export type AccountDeleteGetCode =
  | "unauthenticated"
  | "method_not_allowed"
  | "body_too_large"
  | "rate_limited"
  | "profile_not_found"
  | "database_unavailable"
  | "internal_error";

export type AccountDeleteRequestInput = {
  /** at least 1 characters, at most 1000 characters */
  password?: string | undefined;
  /** at least 1 characters, at most 100 characters */
  token?: string | undefined;
};
export type AccountDeleteRequestReply = {
  deletion: {
    /** uuid */
    id: string;
    state: "unconfirmed" | "scheduled" | "running" | "blocked" | "cancelled";
    requested_at: string;
    due_at: string | null;
  } | null;
};
export type AccountDeleteRequestCode =
  | "invalid_json"
  | "unauthenticated"
  | "method_not_allowed"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "rate_limited"
  | "second_factor_required"
  | "profile_not_found"
  | "reauthentication_failed"
  | "workspaces_need_owner"
  | "auth_unavailable"
  | "database_unavailable"
  | "internal_error";

export type AccountExportGetInput = NoInput;
export type AccountExportGetReply = {
  export: {
    /** uuid */
    id: string;
    state: "pending" | "ready" | "expired";
    requested_at: string;
    ready_at: string | null;
    expires_at: string | null;
    files: (string)[];
  } | null;
};
export type AccountExportGetCode =
  | "unauthenticated"
  | "method_not_allowed"
  | "body_too_large"
  | "rate_limited"
  | "profile_not_found"
  | "storage_unavailable"
  | "database_unavailable"
  | "internal_error";

export type AccountExportRequestInput = NoInput;
export type AccountExportRequestReply = {
  export: {
    /** uuid */
    id: string;
    state: "pending" | "ready" | "expired";
    requested_at: string;
    ready_at: string | null;
    expires_at: string | null;
    files: (string)[];
  } | null;
};
export type AccountExportRequestCode =
  | "invalid_json"
  | "unauthenticated"
  | "method_not_allowed"
  | "idempotency_in_progress"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_header"
  | "idempotency_key_reused"
  | "rate_limited"
  | "second_factor_required"
  | "profile_not_found"
  | "storage_unavailable"
  | "database_unavailable"
  | "internal_error";

export type AlertsRunInput = NoInput;
export type AlertsRunReply = {
  told: number;
  failed: number;
};
export type AlertsRunCode =
  | "invalid_json"
  | "unauthenticated"
  | "method_not_allowed"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "database_unavailable"
  | "internal_error";

export type ApiKeyCreateInput = {
  /** uuid */
  workspace_id: string;
  /** at least 1 characters, at most 100 characters */
  name: string;
  /** default `"member"` */
  role?: "admin" | "member" | "billing" | undefined;
  /** at least 1 items, at most 20 items */
  scopes: ("workspace:read" | "workspace:write")[];
  /** default `90` */
  expires_in_days?: number | null | undefined;
};
export type ApiKeyCreateReply = {
  key: string;
  api_key: {
    /** uuid */
    id: string;
    /** uuid */
    workspace_id: string;
    name: string;
    prefix: string;
    role: "admin" | "member" | "billing";
    scopes: ("workspace:read" | "workspace:write")[];
    expires_at: string | null;
    created_at: string;
  };
};
export type ApiKeyCreateCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "rate_limited"
  | "second_factor_required"
  | "api_key_name_taken"
  | "api_key_limit_reached"
  | "workspace_not_found"
  | "plan_required"
  | "workspace_read_only"
  | "database_unavailable"
  | "internal_error";

export type AuthLoginInput = {
  /** email, at most 254 characters */
  email: string;
  /** at least 1 characters, at most 1000 characters */
  password: string;
};
export type AuthLoginReply = {
  user: {
    /** uuid */
    id: string;
    email: string;
    name: string;
  };
  session: {
    access_token: string;
    refresh_token: string;
    token_type: string;
    expires_in: number;
    expires_at?: number | undefined;
  };
  deletion_due_at: string | null;
};
export type AuthLoginCode =
  | "invalid_json"
  | "unauthenticated"
  | "method_not_allowed"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "rate_limited"
  | "invalid_credentials"
  | "email_not_confirmed"
  | "auth_unavailable"
  | "database_unavailable"
  | "internal_error";

export type AuthPasswordResetInput = {
  /** email, at most 254 characters */
  email: string;
  /** at most 2000 characters */
  redirect_to?: string | undefined;
  /** at least 1 characters, at most 2048 characters */
  captcha_token?: string | undefined;
};
export type AuthPasswordResetReply = Record<string, never>;
export type AuthPasswordResetCode =
  | "invalid_json"
  | "unauthenticated"
  | "method_not_allowed"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "rate_limited"
  | "captcha_failed"
  | "redirect_not_allowed"
  | "database_unavailable"
  | "internal_error";

export type AuthSignupInput = {
  /** email, at most 254 characters */
  email: string;
  /** at least 8 characters */
  password: string;
  /** at least 1 characters, at most 100 characters */
  name: string;
  /** default `"en"` */
  locale?: "en" | "fr" | undefined;
  /** at least 1 characters, at most 2048 characters */
  captcha_token?: string | undefined;
};
export type AuthSignupReply = {
  user: {
    /** uuid */
    id: string;
    email: string;
    name: string;
  };
  session: {
    access_token: string;
    refresh_token: string;
    token_type: string;
    expires_in: number;
    expires_at?: number | undefined;
  } | null;
};
export type AuthSignupCode =
  | "invalid_json"
  | "unauthenticated"
  | "method_not_allowed"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "rate_limited"
  | "captcha_failed"
  | "email_taken"
  | "weak_password"
  | "auth_unavailable"
  | "database_unavailable"
  | "internal_error";

export type AvatarUploadInput = { file: Blob };
export type AvatarUploadReply = {
  /** uri */
  url: string;
};
export type AvatarUploadCode =
  | "unauthenticated"
  | "method_not_allowed"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "rate_limited"
  | "profile_not_found"
  | "unsupported_image"
  | "storage_unavailable"
  | "database_unavailable"
  | "internal_error";

export type BillingDetailsGetInput = {
  /** uuid */
  workspace_id?: string | undefined;
};
export type BillingDetailsGetReply = {
  billing_details: {
    /** uuid */
    workspace_id: string;
    name: string | null;
    address: {
      line1: string | null;
      line2: string | null;
      postal_code: string | null;
      city: string | null;
      state: string | null;
      country: string | null;
    };
    tax_id: {
      type: string;
      value: string;
      status: "pending" | "verified" | "unverified" | "unavailable";
    } | null;
  };
};
export type BillingDetailsGetCode =
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "body_too_large"
  | "invalid_query"
  | "rate_limited"
  | "workspace_not_found"
  | "database_unavailable"
  | "internal_error";

export type BillingDetailsReplaceInput = {
  /** uuid */
  workspace_id?: string | undefined;
  /** at least 1 characters, at most 150 characters */
  name: string;
  address: {
    /** at least 1 characters, at most 200 characters */
    line1: string;
    /** default `null` */
    line2?: string | null | undefined;
    /** at least 1 characters, at most 20 characters */
    postal_code: string;
    /** at least 1 characters, at most 100 characters */
    city: string;
    /** default `null` */
    state?: string | null | undefined;
    country: string;
  };
  tax_id: {
    type: "eu_vat" | "gb_vat" | "ch_vat" | "no_vat" | "us_ein";
    /** at least 1 characters, at most 40 characters */
    value: string;
  } | null;
};
export type BillingDetailsReplaceReply = {
  billing_details: {
    /** uuid */
    workspace_id: string;
    name: string | null;
    address: {
      line1: string | null;
      line2: string | null;
      postal_code: string | null;
      city: string | null;
      state: string | null;
      country: string | null;
    };
    tax_id: {
      type: string;
      value: string;
      status: "pending" | "verified" | "unverified" | "unavailable";
    } | null;
  };
};
export type BillingDetailsReplaceCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "rate_limited"
  | "second_factor_required"
  | "workspace_not_found"
  | "payment_provider_unavailable"
  | "database_unavailable"
  | "internal_error";

export type BillingPortalInput = {
  /** at most 2000 characters */
  return_url: string;
  /** uuid */
  workspace_id?: string | undefined;
};
export type BillingPortalReply = {
  /** uri */
  url: string;
};
export type BillingPortalCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "rate_limited"
  | "second_factor_required"
  | "redirect_not_allowed"
  | "workspace_not_found"
  | "too_many_declines"
  | "payment_provider_unavailable"
  | "database_unavailable"
  | "internal_error";

export type BillingReconcileInput = {
  /** default `false` */
  repair?: boolean | undefined;
  /** above 0 */
  run_id?: number | undefined;
  /** date-time */
  lost_since?: string | undefined;
};
export type BillingReconcileReply = {
  run_id: number;
  done: boolean;
  checked: number;
  drifts: ({
    kind:
      | "paid_not_active"
      | "active_not_paid"
      | "amount"
      | "missing"
      | "extra"
      | "differs"
      | "two_live"
      | "orphan";
    object_type: string;
    object_id: string;
    detail: { [Name in string]: unknown };
    repaired: boolean;
  })[];
};
export type BillingReconcileCode =
  | "invalid_json"
  | "unauthenticated"
  | "not_found"
  | "method_not_allowed"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "payment_provider_unavailable"
  | "database_unavailable"
  | "internal_error";

export type CartAddInput =
  & ({
    /** at most 40 characters */
    price_list?: string | undefined;
  })
  & ({
    /** uuid */
    variant_id: string;
    /** from 1, to 999, default `1` */
    quantity?: number | undefined;
  });
export type CartAddReply = {
  cart: {
    cart_id: string | null;
    price_list: string;
    currency: string;
    lines: ({
      /** uuid */
      variant_id: string;
      quantity: number;
      unit_amount_when_added: number;
      item: {
        /** uuid */
        product_id: string;
        slug: string;
        sku: string;
        name_en: string;
        name_fr: string;
        options: { [Name in string]: unknown };
        weight_grams: number;
        image: string | null;
        unit_amount: number;
        compare_at_amount: number | null;
        availability: "in_stock" | "few_left" | "out_of_stock";
        few_left: number | null;
      } | null;
      enough: boolean;
      subtotal_amount: number;
      changes: ({
        kind: "price_up";
        from_amount: number;
        to_amount: number;
      } | {
        kind: "price_down";
        from_amount: number;
        to_amount: number;
      } | {
        kind: "out_of_stock";
      } | {
        kind: "fewer_left";
        wanted: number;
        can_have: number | null;
      } | {
        kind: "not_on_sale";
      } | {
        kind: "capped";
        wanted: number;
        kept: number;
      })[];
    })[];
    left_out: ({
      /** uuid */
      variant_id: string;
      quantity: number;
    })[];
    subtotal_amount: number;
    purchasable: boolean;
  };
};
export type CartAddCode =
  | "invalid_json"
  | "unauthenticated"
  | "method_not_allowed"
  | "idempotency_in_progress"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_query"
  | "invalid_header"
  | "idempotency_key_reused"
  | "rate_limited"
  | "price_list_not_found"
  | "variant_not_found"
  | "cart_limit_reached"
  | "cart_unavailable"
  | "database_unavailable"
  | "internal_error";

export type CartGetInput = {
  /** at most 40 characters */
  price_list?: string | undefined;
};
export type CartGetReply = {
  cart: {
    cart_id: string | null;
    price_list: string;
    currency: string;
    lines: ({
      /** uuid */
      variant_id: string;
      quantity: number;
      unit_amount_when_added: number;
      item: {
        /** uuid */
        product_id: string;
        slug: string;
        sku: string;
        name_en: string;
        name_fr: string;
        options: { [Name in string]: unknown };
        weight_grams: number;
        image: string | null;
        unit_amount: number;
        compare_at_amount: number | null;
        availability: "in_stock" | "few_left" | "out_of_stock";
        few_left: number | null;
      } | null;
      enough: boolean;
      subtotal_amount: number;
      changes: ({
        kind: "price_up";
        from_amount: number;
        to_amount: number;
      } | {
        kind: "price_down";
        from_amount: number;
        to_amount: number;
      } | {
        kind: "out_of_stock";
      } | {
        kind: "fewer_left";
        wanted: number;
        can_have: number | null;
      } | {
        kind: "not_on_sale";
      } | {
        kind: "capped";
        wanted: number;
        kept: number;
      })[];
    })[];
    left_out: ({
      /** uuid */
      variant_id: string;
      quantity: number;
    })[];
    subtotal_amount: number;
    purchasable: boolean;
  };
};
export type CartGetCode =
  | "unauthenticated"
  | "method_not_allowed"
  | "body_too_large"
  | "invalid_query"
  | "invalid_header"
  | "rate_limited"
  | "price_list_not_found"
  | "cart_unavailable"
  | "database_unavailable"
  | "internal_error";

export type CartRemoveInput =
  & ({
    /** at most 40 characters */
    price_list?: string | undefined;
  })
  & ({
    variant_id: string | "all";
  });
export type CartRemoveReply = {
  cart: {
    cart_id: string | null;
    price_list: string;
    currency: string;
    lines: ({
      /** uuid */
      variant_id: string;
      quantity: number;
      unit_amount_when_added: number;
      item: {
        /** uuid */
        product_id: string;
        slug: string;
        sku: string;
        name_en: string;
        name_fr: string;
        options: { [Name in string]: unknown };
        weight_grams: number;
        image: string | null;
        unit_amount: number;
        compare_at_amount: number | null;
        availability: "in_stock" | "few_left" | "out_of_stock";
        few_left: number | null;
      } | null;
      enough: boolean;
      subtotal_amount: number;
      changes: ({
        kind: "price_up";
        from_amount: number;
        to_amount: number;
      } | {
        kind: "price_down";
        from_amount: number;
        to_amount: number;
      } | {
        kind: "out_of_stock";
      } | {
        kind: "fewer_left";
        wanted: number;
        can_have: number | null;
      } | {
        kind: "not_on_sale";
      } | {
        kind: "capped";
        wanted: number;
        kept: number;
      })[];
    })[];
    left_out: ({
      /** uuid */
      variant_id: string;
      quantity: number;
    })[];
    subtotal_amount: number;
    purchasable: boolean;
  };
};
export type CartRemoveCode =
  | "invalid_json"
  | "unauthenticated"
  | "method_not_allowed"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_query"
  | "invalid_header"
  | "rate_limited"
  | "price_list_not_found"
  | "cart_unavailable"
  | "database_unavailable"
  | "internal_error";

export type CartSetInput =
  & ({
    /** at most 40 characters */
    price_list?: string | undefined;
  })
  & ({
    /** uuid */
    variant_id: string;
    /** from 0, to 999 */
    quantity: number;
  });
export type CartSetReply = {
  cart: {
    cart_id: string | null;
    price_list: string;
    currency: string;
    lines: ({
      /** uuid */
      variant_id: string;
      quantity: number;
      unit_amount_when_added: number;
      item: {
        /** uuid */
        product_id: string;
        slug: string;
        sku: string;
        name_en: string;
        name_fr: string;
        options: { [Name in string]: unknown };
        weight_grams: number;
        image: string | null;
        unit_amount: number;
        compare_at_amount: number | null;
        availability: "in_stock" | "few_left" | "out_of_stock";
        few_left: number | null;
      } | null;
      enough: boolean;
      subtotal_amount: number;
      changes: ({
        kind: "price_up";
        from_amount: number;
        to_amount: number;
      } | {
        kind: "price_down";
        from_amount: number;
        to_amount: number;
      } | {
        kind: "out_of_stock";
      } | {
        kind: "fewer_left";
        wanted: number;
        can_have: number | null;
      } | {
        kind: "not_on_sale";
      } | {
        kind: "capped";
        wanted: number;
        kept: number;
      })[];
    })[];
    left_out: ({
      /** uuid */
      variant_id: string;
      quantity: number;
    })[];
    subtotal_amount: number;
    purchasable: boolean;
  };
};
export type CartSetCode =
  | "invalid_json"
  | "unauthenticated"
  | "method_not_allowed"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_query"
  | "invalid_header"
  | "rate_limited"
  | "price_list_not_found"
  | "cart_line_not_found"
  | "cart_unavailable"
  | "database_unavailable"
  | "internal_error";

export type CatalogueExportGetInput = {
  /** uuid */
  export_id: string;
};
export type CatalogueExportGetReply = {
  export: {
    /** uuid */
    id: string;
    state: "running" | "ready" | "expired";
    rows_done: number;
    bytes: number;
    created_at: string;
    ready_at: string | null;
    expires_at: string | null;
    files: (string)[];
  };
};
export type CatalogueExportGetCode =
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "body_too_large"
  | "invalid_query"
  | "rate_limited"
  | "second_factor_required"
  | "export_not_found"
  | "storage_unavailable"
  | "database_unavailable"
  | "internal_error";

export type CatalogueExportStartInput = NoInput;
export type CatalogueExportStartReply = {
  export: {
    /** uuid */
    id: string;
    state: "running" | "ready" | "expired";
    rows_done: number;
    bytes: number;
    created_at: string;
    ready_at: string | null;
    expires_at: string | null;
    files: (string)[];
  };
};
export type CatalogueExportStartCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "idempotency_in_progress"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_header"
  | "idempotency_key_reused"
  | "rate_limited"
  | "second_factor_required"
  | "export_not_found"
  | "storage_unavailable"
  | "database_unavailable"
  | "internal_error";

export type CatalogueImportCancelInput = {
  /** uuid */
  import_id: string;
};
export type CatalogueImportCancelReply = {
  import: {
    /** uuid */
    id: string;
    path: string;
    dry_run: boolean;
    state: "running" | "done" | "failed" | "cancelled";
    bytes_total: number;
    bytes_done: number;
    rows_done: number;
    file_rows: number | null;
    created: number;
    updated: number;
    unchanged: number;
    failed: number;
    problem: string | null;
    created_at: string;
    finished_at: string | null;
  };
  errors: ({
    line: number;
    column_name: string;
    problem: string;
  })[];
};
export type CatalogueImportCancelCode =
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "body_too_large"
  | "invalid_query"
  | "rate_limited"
  | "second_factor_required"
  | "import_not_found"
  | "database_unavailable"
  | "internal_error";

export type CatalogueImportGetInput = {
  /** uuid */
  import_id: string;
};
export type CatalogueImportGetReply = {
  import: {
    /** uuid */
    id: string;
    path: string;
    dry_run: boolean;
    state: "running" | "done" | "failed" | "cancelled";
    bytes_total: number;
    bytes_done: number;
    rows_done: number;
    file_rows: number | null;
    created: number;
    updated: number;
    unchanged: number;
    failed: number;
    problem: string | null;
    created_at: string;
    finished_at: string | null;
  };
  errors: ({
    line: number;
    column_name: string;
    problem: string;
  })[];
};
export type CatalogueImportGetCode =
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "body_too_large"
  | "invalid_query"
  | "rate_limited"
  | "second_factor_required"
  | "import_not_found"
  | "database_unavailable"
  | "internal_error";

export type CatalogueImportStartInput = {
  /** at least 1 characters, at most 300 characters */
  path: string;
  /** default `false` */
  dry_run?: boolean | undefined;
};
export type CatalogueImportStartReply = {
  import: {
    /** uuid */
    id: string;
    path: string;
    dry_run: boolean;
    state: "running" | "done" | "failed" | "cancelled";
    bytes_total: number;
    bytes_done: number;
    rows_done: number;
    file_rows: number | null;
    created: number;
    updated: number;
    unchanged: number;
    failed: number;
    problem: string | null;
    created_at: string;
    finished_at: string | null;
  };
  errors: ({
    line: number;
    column_name: string;
    problem: string;
  })[];
};
export type CatalogueImportStartCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "idempotency_in_progress"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_header"
  | "idempotency_key_reused"
  | "rate_limited"
  | "second_factor_required"
  | "import_file_not_found"
  | "import_not_found"
  | "catalogue_import_running"
  | "database_unavailable"
  | "internal_error";

export type CheckoutCreateInput = {
  /** at least 1 items, at most 99 items */
  items?: ({
    /** uuid */
    variant_id: string;
    /** from 1, to 1000 */
    quantity: number;
  })[] | undefined;
  /** email, at most 254 characters */
  email?: string | undefined;
  shipping_address?: {
    /** at least 1 characters, at most 200 characters */
    name: string;
    /** at least 1 characters, at most 200 characters */
    line1: string;
    /** at most 200 characters */
    line2?: string | undefined;
    /** at least 1 characters, at most 100 characters */
    city: string;
    /** at most 100 characters */
    state?: string | undefined;
    /** at most 20 characters */
    postal_code?: string | undefined;
    country: string;
    /** at most 30 characters */
    phone?: string | undefined;
  } | undefined;
  /** uuid */
  shipping_rate_id?: string | undefined;
  /** at least 1 characters, at most 40 characters */
  discount_code?: string | undefined;
  /** at least 1 characters, at most 40 characters */
  price_list?: string | undefined;
  /** default `"en"` */
  locale?: "en" | "fr" | undefined;
  /** at most 2000 characters */
  success_url: string;
  /** at most 2000 characters */
  cancel_url: string;
  /** at least 1 characters, at most 2048 characters */
  captcha_token?: string | undefined;
};
export type CheckoutCreateReply = {
  /** uri */
  checkout_url: string;
  session_id: string | null;
  /** uuid */
  order_id: string;
  order_number: string;
  order_token: string | null;
  /** date-time */
  expires_at: string;
};
export type CheckoutCreateCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "idempotency_in_progress"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_header"
  | "idempotency_key_reused"
  | "rate_limited"
  | "captcha_failed"
  | "redirect_not_allowed"
  | "workspace_not_found"
  | "too_many_declines"
  | "price_list_not_found"
  | "cart_empty"
  | "item_unavailable"
  | "out_of_stock"
  | "discount_invalid"
  | "discount_not_applicable"
  | "discount_minimum"
  | "discount_used_up"
  | "shipping_required"
  | "shipping_unavailable"
  | "order_too_large"
  | "order_too_small"
  | "order_already_paid"
  | "order_pending"
  | "cart_unavailable"
  | "payment_provider_unavailable"
  | "captcha_unavailable"
  | "database_unavailable"
  | "internal_error";

export type CheckoutStatusInput = {
  session_id: string;
  /** at most 200 characters */
  order_token?: string | undefined;
};
export type CheckoutStatusReply = {
  session_id: string;
  status: "open" | "complete" | "expired";
  checkout_url: string | null;
  payment_status: "paid" | "unpaid" | "no_payment_required";
  subscription: {
    /** uuid */
    id: string;
    /** uuid */
    workspace_id: string;
    stripe_subscription_id: string;
    plan_id: string | null;
    price_id: string | null;
    status:
      | "active"
      | "canceled"
      | "incomplete"
      | "incomplete_expired"
      | "past_due"
      | "paused"
      | "trialing"
      | "unpaid";
    quantity: number;
    cancel_at_period_end: boolean;
    cancel_at: string | null;
    current_period_start: string | null;
    current_period_end: string | null;
    trial_end: string | null;
    promotion_code: string | null;
    next_price_id: string | null;
    next_quantity: number | null;
    next_change_at: string | null;
  } | null;
  order: {
    /** uuid */
    id: string;
    number: string;
    status: string;
    currency: string;
    total_amount: number;
    items: ({
      name_en: string;
      name_fr: string;
      options: { [Name in string]: string };
      quantity: number;
      total_amount: number;
    })[];
  } | null;
};
export type CheckoutStatusCode =
  | "invalid_json"
  | "unauthenticated"
  | "method_not_allowed"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "rate_limited"
  | "checkout_not_found"
  | "payment_provider_unavailable"
  | "database_unavailable"
  | "internal_error";

export type FeatureOverrideLiftInput = {
  /** uuid */
  workspace_id: string;
  feature: string;
  /** at least 1 characters, at most 500 characters */
  reason: string;
};
export type FeatureOverrideLiftReply = {
  removed: boolean;
};
export type FeatureOverrideLiftCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "rate_limited"
  | "second_factor_required"
  | "database_unavailable"
  | "internal_error";

export type FeatureOverrideSetInput = {
  /** uuid */
  workspace_id: string;
  feature: string;
  enabled: boolean;
  /** default `null` */
  limit?: number | null | undefined;
  /** default `null` */
  expires_at?: string | null | undefined;
  /** at least 1 characters, at most 500 characters */
  reason: string;
};
export type FeatureOverrideSetReply = {
  override: {
    /** uuid */
    workspace_id: string;
    feature: string;
    enabled: boolean;
    limit: number | null;
    expires_at: string | null;
    reason: string;
  };
};
export type FeatureOverrideSetCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "rate_limited"
  | "second_factor_required"
  | "workspace_not_found"
  | "database_unavailable"
  | "internal_error";

export type HealthInput = NoInput;
export type HealthReply = {
  status: "ok" | "unhealthy";
  database: "ok" | "down";
  redis: "ok" | "down";
  due_jobs: number;
  oldest_due_job_seconds: number;
  dead_jobs: number;
  oldest_unhandled_event_seconds: number;
  shop_drifts: number;
};
export type HealthCode =
  | "method_not_allowed"
  | "body_too_large"
  | "rate_limited"
  | "database_unavailable"
  | "unhealthy"
  | "internal_error";

export type JobsDecideInput = {
  action: "retry" | "discard";
  /** at least 5 characters, at most 500 characters */
  reason: string;
  /** at least 1 items, at most 500 items */
  ids?: (number)[] | undefined;
  filter?: {
    /** at least 1 characters, at most 60 characters */
    kind?: string | undefined;
    state?: "due" | "waiting" | "running" | "dead" | "discarded" | "succeeded" | undefined;
  } | undefined;
  /** from 1, to 500, default `100` */
  most?: number | undefined;
};
export type JobsDecideReply = {
  changed: ({
    /** above 0 */
    id: number;
    state_before: "due" | "waiting" | "running" | "dead" | "discarded" | "succeeded";
  })[];
};
export type JobsDecideCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "idempotency_in_progress"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_header"
  | "idempotency_key_reused"
  | "rate_limited"
  | "second_factor_required"
  | "database_unavailable"
  | "internal_error";

export type JobsListInput = {
  /** at least 1 characters, at most 60 characters */
  kind?: string | undefined;
  state?: "due" | "waiting" | "running" | "dead" | "discarded" | "succeeded" | undefined;
  cursor?: number | string | undefined;
  page_size?: number | string | undefined;
};
export type JobsListReply = {
  jobs: ({
    /** above 0 */
    id: number;
    kind: string;
    cause: string | null;
    state: "due" | "waiting" | "running" | "dead" | "discarded" | "succeeded";
    attempts: number;
    max_attempts: number;
    run_at: string;
    locked_until: string | null;
    last_error: string | null;
    note: string | null;
    created_at: string;
    finished_at: string | null;
    payload: { [Name in string]: unknown };
  })[];
  next_cursor: string | null;
};
export type JobsListCode =
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "body_too_large"
  | "invalid_query"
  | "rate_limited"
  | "second_factor_required"
  | "database_unavailable"
  | "internal_error";

export type JobsRunInput = NoInput;
export type JobsRunReply = {
  claimed: number;
  succeeded: number;
  failed: number;
};
export type JobsRunCode =
  | "invalid_json"
  | "unauthenticated"
  | "method_not_allowed"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "database_unavailable"
  | "internal_error";

export type MailSuppressionsLiftInput = {
  /** email, at most 254 characters */
  address: string;
  /** at least 5 characters, at most 500 characters */
  reason: string;
};
export type MailSuppressionsLiftReply = {
  lifted: true;
};
export type MailSuppressionsLiftCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "not_found"
  | "method_not_allowed"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "rate_limited"
  | "second_factor_required"
  | "database_unavailable"
  | "internal_error";

export type MailSuppressionsListInput = {
  cursor?: number | string | undefined;
  page_size?: number | string | undefined;
  /** email, at most 254 characters */
  address?: string | undefined;
};
export type MailSuppressionsListReply = {
  suppressions: ({
    scope: "all" | "non_transactional";
    cause: "hard_bounce" | "soft_bounces" | "complaint" | "provider";
    since: string;
    until: string | null;
    /** above 0 */
    id: number;
    address_hash: string;
  })[];
  next_cursor: string | null;
} | {
  address: {
    address_hash: string;
    suppression: {
      scope: "all" | "non_transactional";
      cause: "hard_bounce" | "soft_bounces" | "complaint" | "provider";
      since: string;
      until: string | null;
    } | null;
    feedback: ({
      kind: "hard_bounce" | "soft_bounce" | "complaint" | "provider" | "lifted";
      occurred_at: string;
      detail: string | null;
    })[];
    mails: ({
      template: string;
      purpose: "transactional" | "tips" | "product_news";
      outcome: "sent" | "suppressed" | "unsubscribed";
      reason: string | null;
      provider_id: string | null;
      delivery: string | null;
      created_at: string;
    })[];
  };
};
export type MailSuppressionsListCode =
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "body_too_large"
  | "invalid_query"
  | "rate_limited"
  | "second_factor_required"
  | "database_unavailable"
  | "internal_error";

export type MailUnsubscribeInput =
  & ({
    /** at least 1 characters, at most 300 characters */
    token: string;
  })
  & ({
    "List-Unsubscribe": "One-Click";
  });
export type MailUnsubscribeReply = {
  topic: "tips" | "product_news";
  subscribed: false;
};
export type MailUnsubscribeCode =
  | "method_not_allowed"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_query"
  | "unsubscribe_link_invalid"
  | "database_unavailable"
  | "internal_error";

export type OrderInput = {
  /** uuid */
  order_id?: string | undefined;
  /** at least 1 characters, at most 200 characters */
  order_token?: string | undefined;
};
export type OrderReply = {
  order: {
    /** uuid */
    id: string;
    number: string;
    status:
      | "pending"
      | "paid"
      | "fulfilling"
      | "shipped"
      | "delivered"
      | "cancelled"
      | "expired"
      | "partially_refunded"
      | "refunded"
      | "disputed"
      | "review";
    locale: "en" | "fr";
    customer_email: string | null;
    currency: string;
    subtotal_amount: number;
    discount_amount: number;
    discount_code: string | null;
    shipping_amount: number;
    tax_amount: number;
    total_amount: number;
    paid_amount: number;
    refunded_amount: number;
    shipping_rate: {
      name_en: string;
      name_fr: string;
      min_days?: number | null | undefined;
      max_days?: number | null | undefined;
    } | null;
    shipping_address: {
      name?: string | null | undefined;
      line1?: string | null | undefined;
      line2?: string | null | undefined;
      city?: string | null | undefined;
      state?: string | null | undefined;
      postal_code?: string | null | undefined;
      country?: string | null | undefined;
      phone?: string | null | undefined;
    } | null;
    carrier: string | null;
    tracking_number: string | null;
    tracking_url: string | null;
    created_at: string;
    paid_at: string | null;
    shipped_at: string | null;
    delivered_at: string | null;
    expires_at: string;
    can_cancel: boolean;
    can_return: boolean;
    items: ({
      /** uuid */
      id: string;
      product_id: string | null;
      variant_id: string | null;
      sku: string;
      name: string;
      options: { [Name in string]: string };
      unit_amount: number;
      quantity: number;
      subtotal_amount: number;
      discount_amount: number;
      total_amount: number;
      refunded_quantity: number;
      refunded_amount: number;
    })[];
    events: ({
      kind: string;
      from_status:
        | "pending"
        | "paid"
        | "fulfilling"
        | "shipped"
        | "delivered"
        | "cancelled"
        | "expired"
        | "partially_refunded"
        | "refunded"
        | "disputed"
        | "review"
        | null;
      to_status:
        | "pending"
        | "paid"
        | "fulfilling"
        | "shipped"
        | "delivered"
        | "cancelled"
        | "expired"
        | "partially_refunded"
        | "refunded"
        | "disputed"
        | "review"
        | null;
      note: string | null;
      created_at: string;
    })[];
    refunds: ({
      /** uuid */
      id: string;
      state: "open" | "done" | "failed";
      /** above 0 */
      amount: number;
      currency: string;
      reason:
        | "cancelled"
        | "returned"
        | "goodwill"
        | "late_payment"
        | "paid_twice"
        | "review"
        | "stripe";
      lines: ({
        /** uuid */
        order_item_id: string;
        /** above 0 */
        quantity: number;
        amount: number;
        tax_amount: number;
      })[];
      shipping_amount: number;
      restock: boolean;
      stripe_refund_id: string | null;
      created_at: string;
    })[];
    returns: ({
      /** uuid */
      id: string;
      state: "requested" | "accepted" | "rejected";
      lines: ({
        /** uuid */
        order_item_id: string;
        quantity: number;
      })[];
      reason: string | null;
      answer: string | null;
      refund_id: string | null;
      created_at: string;
      decided_at: string | null;
    })[];
  };
};
export type OrderCode =
  | "unauthenticated"
  | "method_not_allowed"
  | "body_too_large"
  | "invalid_query"
  | "rate_limited"
  | "order_not_found"
  | "database_unavailable"
  | "internal_error";

export type OrderCancelInput = {
  /** uuid */
  order_id?: string | undefined;
  /** at least 1 characters, at most 200 characters */
  order_token?: string | undefined;
};
export type OrderCancelReply = {
  order: {
    /** uuid */
    id: string;
    number: string;
    status:
      | "pending"
      | "paid"
      | "fulfilling"
      | "shipped"
      | "delivered"
      | "cancelled"
      | "expired"
      | "partially_refunded"
      | "refunded"
      | "disputed"
      | "review";
    locale: "en" | "fr";
    customer_email: string | null;
    currency: string;
    subtotal_amount: number;
    discount_amount: number;
    discount_code: string | null;
    shipping_amount: number;
    tax_amount: number;
    total_amount: number;
    paid_amount: number;
    refunded_amount: number;
    shipping_rate: {
      name_en: string;
      name_fr: string;
      min_days?: number | null | undefined;
      max_days?: number | null | undefined;
    } | null;
    shipping_address: {
      name?: string | null | undefined;
      line1?: string | null | undefined;
      line2?: string | null | undefined;
      city?: string | null | undefined;
      state?: string | null | undefined;
      postal_code?: string | null | undefined;
      country?: string | null | undefined;
      phone?: string | null | undefined;
    } | null;
    carrier: string | null;
    tracking_number: string | null;
    tracking_url: string | null;
    created_at: string;
    paid_at: string | null;
    shipped_at: string | null;
    delivered_at: string | null;
    expires_at: string;
    can_cancel: boolean;
    can_return: boolean;
    items: ({
      /** uuid */
      id: string;
      product_id: string | null;
      variant_id: string | null;
      sku: string;
      name: string;
      options: { [Name in string]: string };
      unit_amount: number;
      quantity: number;
      subtotal_amount: number;
      discount_amount: number;
      total_amount: number;
      refunded_quantity: number;
      refunded_amount: number;
    })[];
    events: ({
      kind: string;
      from_status:
        | "pending"
        | "paid"
        | "fulfilling"
        | "shipped"
        | "delivered"
        | "cancelled"
        | "expired"
        | "partially_refunded"
        | "refunded"
        | "disputed"
        | "review"
        | null;
      to_status:
        | "pending"
        | "paid"
        | "fulfilling"
        | "shipped"
        | "delivered"
        | "cancelled"
        | "expired"
        | "partially_refunded"
        | "refunded"
        | "disputed"
        | "review"
        | null;
      note: string | null;
      created_at: string;
    })[];
    refunds: ({
      /** uuid */
      id: string;
      state: "open" | "done" | "failed";
      /** above 0 */
      amount: number;
      currency: string;
      reason:
        | "cancelled"
        | "returned"
        | "goodwill"
        | "late_payment"
        | "paid_twice"
        | "review"
        | "stripe";
      lines: ({
        /** uuid */
        order_item_id: string;
        /** above 0 */
        quantity: number;
        amount: number;
        tax_amount: number;
      })[];
      shipping_amount: number;
      restock: boolean;
      stripe_refund_id: string | null;
      created_at: string;
    })[];
    returns: ({
      /** uuid */
      id: string;
      state: "requested" | "accepted" | "rejected";
      lines: ({
        /** uuid */
        order_item_id: string;
        quantity: number;
      })[];
      reason: string | null;
      answer: string | null;
      refund_id: string | null;
      created_at: string;
      decided_at: string | null;
    })[];
  };
};
export type OrderCancelCode =
  | "invalid_json"
  | "unauthenticated"
  | "method_not_allowed"
  | "idempotency_in_progress"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_header"
  | "idempotency_key_reused"
  | "rate_limited"
  | "order_not_found"
  | "order_not_cancellable"
  | "payment_provider_unavailable"
  | "database_unavailable"
  | "internal_error";

export type OrderRefundInput = {
  /** uuid */
  order_id: string;
  /** above 0, to 99999999999 */
  amount?: number | undefined;
  /** at least 1 items, at most 500 items */
  lines?: ({
    /** uuid */
    order_item_id: string;
    /** from 1, to 100000 */
    quantity: number;
  })[] | undefined;
  /** default `false` */
  shipping?: boolean | undefined;
  /** default `false` */
  restock?: boolean | undefined;
  /** default `"goodwill"` */
  kind?: "cancelled" | "returned" | "goodwill" | "review" | undefined;
  /** at least 5 characters, at most 500 characters */
  reason: string;
};
export type OrderRefundReply = {
  refund: {
    /** uuid */
    id: string;
    state: "open" | "done" | "failed";
    /** above 0 */
    amount: number;
    currency: string;
    reason:
      | "cancelled"
      | "returned"
      | "goodwill"
      | "late_payment"
      | "paid_twice"
      | "review"
      | "stripe";
    lines: ({
      /** uuid */
      order_item_id: string;
      /** above 0 */
      quantity: number;
      amount: number;
      tax_amount: number;
    })[];
    shipping_amount: number;
    restock: boolean;
    stripe_refund_id: string | null;
    created_at: string;
    failure: string | null;
  };
};
export type OrderRefundCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "idempotency_in_progress"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_header"
  | "idempotency_key_reused"
  | "rate_limited"
  | "second_factor_required"
  | "order_not_found"
  | "order_not_refundable"
  | "order_line_unknown"
  | "refund_exceeds_order"
  | "database_unavailable"
  | "internal_error";

export type OrderReturnDecideInput = {
  /** uuid */
  return_id: string;
  decision: "accept" | "reject";
  /** default `false` */
  restock?: boolean | undefined;
  /** above 0, to 99999999999 */
  amount?: number | undefined;
  /** at least 1 characters, at most 500 characters */
  answer?: string | undefined;
  /** at least 5 characters, at most 500 characters */
  reason: string;
};
export type OrderReturnDecideReply = {
  order: {
    /** uuid */
    id: string;
    number: string;
    status:
      | "pending"
      | "paid"
      | "fulfilling"
      | "shipped"
      | "delivered"
      | "cancelled"
      | "expired"
      | "partially_refunded"
      | "refunded"
      | "disputed"
      | "review";
    locale: "en" | "fr";
    customer_email: string | null;
    currency: string;
    subtotal_amount: number;
    discount_amount: number;
    discount_code: string | null;
    shipping_amount: number;
    tax_amount: number;
    total_amount: number;
    paid_amount: number;
    refunded_amount: number;
    shipping_rate: {
      name_en: string;
      name_fr: string;
      min_days?: number | null | undefined;
      max_days?: number | null | undefined;
    } | null;
    shipping_address: {
      name?: string | null | undefined;
      line1?: string | null | undefined;
      line2?: string | null | undefined;
      city?: string | null | undefined;
      state?: string | null | undefined;
      postal_code?: string | null | undefined;
      country?: string | null | undefined;
      phone?: string | null | undefined;
    } | null;
    carrier: string | null;
    tracking_number: string | null;
    tracking_url: string | null;
    created_at: string;
    paid_at: string | null;
    shipped_at: string | null;
    delivered_at: string | null;
    expires_at: string;
    can_cancel: boolean;
    can_return: boolean;
    items: ({
      /** uuid */
      id: string;
      product_id: string | null;
      variant_id: string | null;
      sku: string;
      name: string;
      options: { [Name in string]: string };
      unit_amount: number;
      quantity: number;
      subtotal_amount: number;
      discount_amount: number;
      total_amount: number;
      refunded_quantity: number;
      refunded_amount: number;
    })[];
    events: ({
      kind: string;
      from_status:
        | "pending"
        | "paid"
        | "fulfilling"
        | "shipped"
        | "delivered"
        | "cancelled"
        | "expired"
        | "partially_refunded"
        | "refunded"
        | "disputed"
        | "review"
        | null;
      to_status:
        | "pending"
        | "paid"
        | "fulfilling"
        | "shipped"
        | "delivered"
        | "cancelled"
        | "expired"
        | "partially_refunded"
        | "refunded"
        | "disputed"
        | "review"
        | null;
      note: string | null;
      created_at: string;
    })[];
    refunds: ({
      /** uuid */
      id: string;
      state: "open" | "done" | "failed";
      /** above 0 */
      amount: number;
      currency: string;
      reason:
        | "cancelled"
        | "returned"
        | "goodwill"
        | "late_payment"
        | "paid_twice"
        | "review"
        | "stripe";
      lines: ({
        /** uuid */
        order_item_id: string;
        /** above 0 */
        quantity: number;
        amount: number;
        tax_amount: number;
      })[];
      shipping_amount: number;
      restock: boolean;
      stripe_refund_id: string | null;
      created_at: string;
      failure: string | null;
    })[];
    returns: ({
      /** uuid */
      id: string;
      state: "requested" | "accepted" | "rejected";
      lines: ({
        /** uuid */
        order_item_id: string;
        quantity: number;
      })[];
      reason: string | null;
      answer: string | null;
      refund_id: string | null;
      created_at: string;
      decided_at: string | null;
    })[];
    user_id: string | null;
    status_before:
      | "pending"
      | "paid"
      | "fulfilling"
      | "shipped"
      | "delivered"
      | "cancelled"
      | "expired"
      | "partially_refunded"
      | "refunded"
      | "disputed"
      | "review"
      | null;
    disputed_amount: number;
    left_amount: number;
    stripe_session_id: string | null;
    stripe_payment_intent_id: string | null;
    money: ({
      kind: "charge" | "refund" | "refund_failed" | "dispute" | "dispute_won";
      amount: number;
      currency: string;
      stripe_id: string;
      created_at: string;
    })[];
    disputes: ({
      stripe_dispute_id: string;
      status: string;
      amount: number;
      currency: string;
      reason: string | null;
      evidence_due_by: string | null;
      created_at: string;
    })[];
  };
};
export type OrderReturnDecideCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "idempotency_in_progress"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_header"
  | "idempotency_key_reused"
  | "rate_limited"
  | "second_factor_required"
  | "order_state_conflict"
  | "order_not_refundable"
  | "refund_exceeds_order"
  | "return_not_found"
  | "database_unavailable"
  | "internal_error";

export type OrderReturnRequestInput = {
  /** uuid */
  order_id?: string | undefined;
  /** at least 1 characters, at most 200 characters */
  order_token?: string | undefined;
  /** at least 1 items, at most 500 items */
  lines: ({
    /** uuid */
    order_item_id: string;
    /** from 1, to 100000 */
    quantity: number;
  })[];
  /** at least 1 characters, at most 1000 characters */
  reason: string;
};
export type OrderReturnRequestReply = {
  /** uuid */
  return_id: string;
  order: {
    /** uuid */
    id: string;
    number: string;
    status:
      | "pending"
      | "paid"
      | "fulfilling"
      | "shipped"
      | "delivered"
      | "cancelled"
      | "expired"
      | "partially_refunded"
      | "refunded"
      | "disputed"
      | "review";
    locale: "en" | "fr";
    customer_email: string | null;
    currency: string;
    subtotal_amount: number;
    discount_amount: number;
    discount_code: string | null;
    shipping_amount: number;
    tax_amount: number;
    total_amount: number;
    paid_amount: number;
    refunded_amount: number;
    shipping_rate: {
      name_en: string;
      name_fr: string;
      min_days?: number | null | undefined;
      max_days?: number | null | undefined;
    } | null;
    shipping_address: {
      name?: string | null | undefined;
      line1?: string | null | undefined;
      line2?: string | null | undefined;
      city?: string | null | undefined;
      state?: string | null | undefined;
      postal_code?: string | null | undefined;
      country?: string | null | undefined;
      phone?: string | null | undefined;
    } | null;
    carrier: string | null;
    tracking_number: string | null;
    tracking_url: string | null;
    created_at: string;
    paid_at: string | null;
    shipped_at: string | null;
    delivered_at: string | null;
    expires_at: string;
    can_cancel: boolean;
    can_return: boolean;
    items: ({
      /** uuid */
      id: string;
      product_id: string | null;
      variant_id: string | null;
      sku: string;
      name: string;
      options: { [Name in string]: string };
      unit_amount: number;
      quantity: number;
      subtotal_amount: number;
      discount_amount: number;
      total_amount: number;
      refunded_quantity: number;
      refunded_amount: number;
    })[];
    events: ({
      kind: string;
      from_status:
        | "pending"
        | "paid"
        | "fulfilling"
        | "shipped"
        | "delivered"
        | "cancelled"
        | "expired"
        | "partially_refunded"
        | "refunded"
        | "disputed"
        | "review"
        | null;
      to_status:
        | "pending"
        | "paid"
        | "fulfilling"
        | "shipped"
        | "delivered"
        | "cancelled"
        | "expired"
        | "partially_refunded"
        | "refunded"
        | "disputed"
        | "review"
        | null;
      note: string | null;
      created_at: string;
    })[];
    refunds: ({
      /** uuid */
      id: string;
      state: "open" | "done" | "failed";
      /** above 0 */
      amount: number;
      currency: string;
      reason:
        | "cancelled"
        | "returned"
        | "goodwill"
        | "late_payment"
        | "paid_twice"
        | "review"
        | "stripe";
      lines: ({
        /** uuid */
        order_item_id: string;
        /** above 0 */
        quantity: number;
        amount: number;
        tax_amount: number;
      })[];
      shipping_amount: number;
      restock: boolean;
      stripe_refund_id: string | null;
      created_at: string;
    })[];
    returns: ({
      /** uuid */
      id: string;
      state: "requested" | "accepted" | "rejected";
      lines: ({
        /** uuid */
        order_item_id: string;
        quantity: number;
      })[];
      reason: string | null;
      answer: string | null;
      refund_id: string | null;
      created_at: string;
      decided_at: string | null;
    })[];
  };
};
export type OrderReturnRequestCode =
  | "invalid_json"
  | "unauthenticated"
  | "method_not_allowed"
  | "idempotency_in_progress"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_header"
  | "idempotency_key_reused"
  | "rate_limited"
  | "order_not_found"
  | "order_not_returnable"
  | "order_line_unknown"
  | "database_unavailable"
  | "internal_error";

export type OrderShipInput = {
  /** uuid */
  order_id: string;
  /** default `"shipped"` */
  status?: "fulfilling" | "shipped" | "delivered" | undefined;
  /** at least 1 characters, at most 100 characters */
  carrier?: string | undefined;
  /** at least 1 characters, at most 100 characters */
  tracking_number?: string | undefined;
  /** uri, at most 1000 characters */
  tracking_url?: string | undefined;
  /** at least 5 characters, at most 500 characters */
  reason?: string | undefined;
};
export type OrderShipReply = {
  order: {
    /** uuid */
    id: string;
    number: string;
    status:
      | "pending"
      | "paid"
      | "fulfilling"
      | "shipped"
      | "delivered"
      | "cancelled"
      | "expired"
      | "partially_refunded"
      | "refunded"
      | "disputed"
      | "review";
    locale: "en" | "fr";
    customer_email: string | null;
    currency: string;
    subtotal_amount: number;
    discount_amount: number;
    discount_code: string | null;
    shipping_amount: number;
    tax_amount: number;
    total_amount: number;
    paid_amount: number;
    refunded_amount: number;
    shipping_rate: {
      name_en: string;
      name_fr: string;
      min_days?: number | null | undefined;
      max_days?: number | null | undefined;
    } | null;
    shipping_address: {
      name?: string | null | undefined;
      line1?: string | null | undefined;
      line2?: string | null | undefined;
      city?: string | null | undefined;
      state?: string | null | undefined;
      postal_code?: string | null | undefined;
      country?: string | null | undefined;
      phone?: string | null | undefined;
    } | null;
    carrier: string | null;
    tracking_number: string | null;
    tracking_url: string | null;
    created_at: string;
    paid_at: string | null;
    shipped_at: string | null;
    delivered_at: string | null;
    expires_at: string;
    can_cancel: boolean;
    can_return: boolean;
    items: ({
      /** uuid */
      id: string;
      product_id: string | null;
      variant_id: string | null;
      sku: string;
      name: string;
      options: { [Name in string]: string };
      unit_amount: number;
      quantity: number;
      subtotal_amount: number;
      discount_amount: number;
      total_amount: number;
      refunded_quantity: number;
      refunded_amount: number;
    })[];
    events: ({
      kind: string;
      from_status:
        | "pending"
        | "paid"
        | "fulfilling"
        | "shipped"
        | "delivered"
        | "cancelled"
        | "expired"
        | "partially_refunded"
        | "refunded"
        | "disputed"
        | "review"
        | null;
      to_status:
        | "pending"
        | "paid"
        | "fulfilling"
        | "shipped"
        | "delivered"
        | "cancelled"
        | "expired"
        | "partially_refunded"
        | "refunded"
        | "disputed"
        | "review"
        | null;
      note: string | null;
      created_at: string;
    })[];
    refunds: ({
      /** uuid */
      id: string;
      state: "open" | "done" | "failed";
      /** above 0 */
      amount: number;
      currency: string;
      reason:
        | "cancelled"
        | "returned"
        | "goodwill"
        | "late_payment"
        | "paid_twice"
        | "review"
        | "stripe";
      lines: ({
        /** uuid */
        order_item_id: string;
        /** above 0 */
        quantity: number;
        amount: number;
        tax_amount: number;
      })[];
      shipping_amount: number;
      restock: boolean;
      stripe_refund_id: string | null;
      created_at: string;
      failure: string | null;
    })[];
    returns: ({
      /** uuid */
      id: string;
      state: "requested" | "accepted" | "rejected";
      lines: ({
        /** uuid */
        order_item_id: string;
        quantity: number;
      })[];
      reason: string | null;
      answer: string | null;
      refund_id: string | null;
      created_at: string;
      decided_at: string | null;
    })[];
    user_id: string | null;
    status_before:
      | "pending"
      | "paid"
      | "fulfilling"
      | "shipped"
      | "delivered"
      | "cancelled"
      | "expired"
      | "partially_refunded"
      | "refunded"
      | "disputed"
      | "review"
      | null;
    disputed_amount: number;
    left_amount: number;
    stripe_session_id: string | null;
    stripe_payment_intent_id: string | null;
    money: ({
      kind: "charge" | "refund" | "refund_failed" | "dispute" | "dispute_won";
      amount: number;
      currency: string;
      stripe_id: string;
      created_at: string;
    })[];
    disputes: ({
      stripe_dispute_id: string;
      status: string;
      amount: number;
      currency: string;
      reason: string | null;
      evidence_due_by: string | null;
      created_at: string;
    })[];
  };
};
export type OrderShipCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "idempotency_in_progress"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_header"
  | "idempotency_key_reused"
  | "rate_limited"
  | "second_factor_required"
  | "order_state_conflict"
  | "order_not_found"
  | "database_unavailable"
  | "internal_error";

export type OrdersDecideInput = {
  /** uuid */
  order_id: string;
  action: "accept" | "cancel" | "confirm";
  /** at least 5 characters, at most 500 characters */
  reason: string;
};
export type OrdersDecideReply = {
  order: {
    /** uuid */
    id: string;
    number: string;
    status:
      | "pending"
      | "paid"
      | "fulfilling"
      | "shipped"
      | "delivered"
      | "cancelled"
      | "expired"
      | "partially_refunded"
      | "refunded"
      | "disputed"
      | "review";
    locale: "en" | "fr";
    customer_email: string | null;
    currency: string;
    subtotal_amount: number;
    discount_amount: number;
    discount_code: string | null;
    shipping_amount: number;
    tax_amount: number;
    total_amount: number;
    paid_amount: number;
    refunded_amount: number;
    shipping_rate: {
      name_en: string;
      name_fr: string;
      min_days?: number | null | undefined;
      max_days?: number | null | undefined;
    } | null;
    shipping_address: {
      name?: string | null | undefined;
      line1?: string | null | undefined;
      line2?: string | null | undefined;
      city?: string | null | undefined;
      state?: string | null | undefined;
      postal_code?: string | null | undefined;
      country?: string | null | undefined;
      phone?: string | null | undefined;
    } | null;
    carrier: string | null;
    tracking_number: string | null;
    tracking_url: string | null;
    created_at: string;
    paid_at: string | null;
    shipped_at: string | null;
    delivered_at: string | null;
    expires_at: string;
    can_cancel: boolean;
    can_return: boolean;
    items: ({
      /** uuid */
      id: string;
      product_id: string | null;
      variant_id: string | null;
      sku: string;
      name: string;
      options: { [Name in string]: string };
      unit_amount: number;
      quantity: number;
      subtotal_amount: number;
      discount_amount: number;
      total_amount: number;
      refunded_quantity: number;
      refunded_amount: number;
    })[];
    events: ({
      kind: string;
      from_status:
        | "pending"
        | "paid"
        | "fulfilling"
        | "shipped"
        | "delivered"
        | "cancelled"
        | "expired"
        | "partially_refunded"
        | "refunded"
        | "disputed"
        | "review"
        | null;
      to_status:
        | "pending"
        | "paid"
        | "fulfilling"
        | "shipped"
        | "delivered"
        | "cancelled"
        | "expired"
        | "partially_refunded"
        | "refunded"
        | "disputed"
        | "review"
        | null;
      note: string | null;
      created_at: string;
    })[];
    refunds: ({
      /** uuid */
      id: string;
      state: "open" | "done" | "failed";
      /** above 0 */
      amount: number;
      currency: string;
      reason:
        | "cancelled"
        | "returned"
        | "goodwill"
        | "late_payment"
        | "paid_twice"
        | "review"
        | "stripe";
      lines: ({
        /** uuid */
        order_item_id: string;
        /** above 0 */
        quantity: number;
        amount: number;
        tax_amount: number;
      })[];
      shipping_amount: number;
      restock: boolean;
      stripe_refund_id: string | null;
      created_at: string;
      failure: string | null;
    })[];
    returns: ({
      /** uuid */
      id: string;
      state: "requested" | "accepted" | "rejected";
      lines: ({
        /** uuid */
        order_item_id: string;
        quantity: number;
      })[];
      reason: string | null;
      answer: string | null;
      refund_id: string | null;
      created_at: string;
      decided_at: string | null;
    })[];
    user_id: string | null;
    status_before:
      | "pending"
      | "paid"
      | "fulfilling"
      | "shipped"
      | "delivered"
      | "cancelled"
      | "expired"
      | "partially_refunded"
      | "refunded"
      | "disputed"
      | "review"
      | null;
    disputed_amount: number;
    left_amount: number;
    stripe_session_id: string | null;
    stripe_payment_intent_id: string | null;
    money: ({
      kind: "charge" | "refund" | "refund_failed" | "dispute" | "dispute_won";
      amount: number;
      currency: string;
      stripe_id: string;
      created_at: string;
    })[];
    disputes: ({
      stripe_dispute_id: string;
      status: string;
      amount: number;
      currency: string;
      reason: string | null;
      evidence_due_by: string | null;
      created_at: string;
    })[];
  };
};
export type OrdersDecideCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "idempotency_in_progress"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_header"
  | "idempotency_key_reused"
  | "rate_limited"
  | "second_factor_required"
  | "out_of_stock"
  | "order_state_conflict"
  | "order_not_found"
  | "order_not_cancellable"
  | "payment_provider_unavailable"
  | "database_unavailable"
  | "internal_error";

export type OrdersListInput = {
  /** uuid */
  id?: string | undefined;
  status?:
    | "pending"
    | "paid"
    | "fulfilling"
    | "shipped"
    | "delivered"
    | "cancelled"
    | "expired"
    | "partially_refunded"
    | "refunded"
    | "disputed"
    | "review"
    | undefined;
  number?: string | undefined;
  /** at least 3 characters, at most 254 characters */
  email?: string | undefined;
  /** date-time */
  from?: string | undefined;
  /** date-time */
  to?: string | undefined;
  returns?: "waiting" | undefined;
  /** at most 200 characters */
  cursor?: string | undefined;
  page_size?: number | string | undefined;
};
export type OrdersListReply = {
  orders: ({
    /** uuid */
    id: string;
    number: string;
    status:
      | "pending"
      | "paid"
      | "fulfilling"
      | "shipped"
      | "delivered"
      | "cancelled"
      | "expired"
      | "partially_refunded"
      | "refunded"
      | "disputed"
      | "review";
    customer_email: string | null;
    user_id: string | null;
    currency: string;
    total_amount: number;
    refunded_amount: number;
    created_at: string;
    paid_at: string | null;
    returns_waiting: boolean;
  })[];
  next_cursor: string | null;
  order: {
    /** uuid */
    id: string;
    number: string;
    status:
      | "pending"
      | "paid"
      | "fulfilling"
      | "shipped"
      | "delivered"
      | "cancelled"
      | "expired"
      | "partially_refunded"
      | "refunded"
      | "disputed"
      | "review";
    locale: "en" | "fr";
    customer_email: string | null;
    currency: string;
    subtotal_amount: number;
    discount_amount: number;
    discount_code: string | null;
    shipping_amount: number;
    tax_amount: number;
    total_amount: number;
    paid_amount: number;
    refunded_amount: number;
    shipping_rate: {
      name_en: string;
      name_fr: string;
      min_days?: number | null | undefined;
      max_days?: number | null | undefined;
    } | null;
    shipping_address: {
      name?: string | null | undefined;
      line1?: string | null | undefined;
      line2?: string | null | undefined;
      city?: string | null | undefined;
      state?: string | null | undefined;
      postal_code?: string | null | undefined;
      country?: string | null | undefined;
      phone?: string | null | undefined;
    } | null;
    carrier: string | null;
    tracking_number: string | null;
    tracking_url: string | null;
    created_at: string;
    paid_at: string | null;
    shipped_at: string | null;
    delivered_at: string | null;
    expires_at: string;
    can_cancel: boolean;
    can_return: boolean;
    items: ({
      /** uuid */
      id: string;
      product_id: string | null;
      variant_id: string | null;
      sku: string;
      name: string;
      options: { [Name in string]: string };
      unit_amount: number;
      quantity: number;
      subtotal_amount: number;
      discount_amount: number;
      total_amount: number;
      refunded_quantity: number;
      refunded_amount: number;
    })[];
    events: ({
      kind: string;
      from_status:
        | "pending"
        | "paid"
        | "fulfilling"
        | "shipped"
        | "delivered"
        | "cancelled"
        | "expired"
        | "partially_refunded"
        | "refunded"
        | "disputed"
        | "review"
        | null;
      to_status:
        | "pending"
        | "paid"
        | "fulfilling"
        | "shipped"
        | "delivered"
        | "cancelled"
        | "expired"
        | "partially_refunded"
        | "refunded"
        | "disputed"
        | "review"
        | null;
      note: string | null;
      created_at: string;
    })[];
    refunds: ({
      /** uuid */
      id: string;
      state: "open" | "done" | "failed";
      /** above 0 */
      amount: number;
      currency: string;
      reason:
        | "cancelled"
        | "returned"
        | "goodwill"
        | "late_payment"
        | "paid_twice"
        | "review"
        | "stripe";
      lines: ({
        /** uuid */
        order_item_id: string;
        /** above 0 */
        quantity: number;
        amount: number;
        tax_amount: number;
      })[];
      shipping_amount: number;
      restock: boolean;
      stripe_refund_id: string | null;
      created_at: string;
      failure: string | null;
    })[];
    returns: ({
      /** uuid */
      id: string;
      state: "requested" | "accepted" | "rejected";
      lines: ({
        /** uuid */
        order_item_id: string;
        quantity: number;
      })[];
      reason: string | null;
      answer: string | null;
      refund_id: string | null;
      created_at: string;
      decided_at: string | null;
    })[];
    user_id: string | null;
    status_before:
      | "pending"
      | "paid"
      | "fulfilling"
      | "shipped"
      | "delivered"
      | "cancelled"
      | "expired"
      | "partially_refunded"
      | "refunded"
      | "disputed"
      | "review"
      | null;
    disputed_amount: number;
    left_amount: number;
    stripe_session_id: string | null;
    stripe_payment_intent_id: string | null;
    money: ({
      kind: "charge" | "refund" | "refund_failed" | "dispute" | "dispute_won";
      amount: number;
      currency: string;
      stripe_id: string;
      created_at: string;
    })[];
    disputes: ({
      stripe_dispute_id: string;
      status: string;
      amount: number;
      currency: string;
      reason: string | null;
      evidence_due_by: string | null;
      created_at: string;
    })[];
  } | null;
};
export type OrdersListCode =
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "body_too_large"
  | "invalid_query"
  | "rate_limited"
  | "second_factor_required"
  | "order_not_found"
  | "database_unavailable"
  | "internal_error";

export type PaymentRefundInput = {
  /** uuid */
  payment_id: string;
  /** above 0, to 99999999999 */
  amount?: number | undefined;
  /** at least 5 characters, at most 500 characters */
  reason: string;
};
export type PaymentRefundReply = {
  refund: {
    stripe_refund_id: string;
    /** uuid */
    payment_id: string;
    /** above 0 */
    amount: number;
    currency: string;
  };
};
export type PaymentRefundCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "idempotency_in_progress"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_header"
  | "idempotency_key_reused"
  | "rate_limited"
  | "second_factor_required"
  | "payment_not_found"
  | "payment_not_refundable"
  | "refund_exceeds_payment"
  | "payment_provider_unavailable"
  | "database_unavailable"
  | "internal_error";

export type PlansInput = NoInput;
export type PlansReply = {
  plans: ({
    id: string;
    name: string;
    description: string | null;
    per_seat: boolean;
    features: ({
      feature: string;
      limit: number | null;
    })[];
    prices: ({
      id: string;
      lookup_key: string | null;
      currency: string;
      unit_amount: number;
      interval: "day" | "week" | "month" | "year";
      interval_count: number;
    })[];
    trial: {
      days: number;
      needs_card: boolean;
    } | null;
  })[];
};
export type PlansCode =
  | "method_not_allowed"
  | "body_too_large"
  | "rate_limited"
  | "database_unavailable"
  | "internal_error";

export type ProductsGetInput =
  & ({
    /** at least 1 characters, at most 100 characters */
    product: string;
  })
  & ({
    /** default `"en"` */
    locale?: "en" | "fr" | undefined;
    price_list?: string | undefined;
  });
export type ProductsGetReply = {
  product: {
    /** uuid */
    id: string;
    slug: string;
    name: string;
    description: string;
    categories: ({
      /** uuid */
      id: string;
      slug: string;
      name: string;
    })[];
    attributes: { [Name in string]: unknown };
    created_at: string;
    price_list: string;
    currency: string;
    rating: {
      count: number;
      average: number | null;
    };
    variants: ({
      /** uuid */
      id: string;
      sku: string;
      options: { [Name in string]: unknown };
      weight_grams: number;
      unit_amount: number | null;
      compare_at_amount: number | null;
      availability: "in_stock" | "few_left" | "out_of_stock";
      few_left: number | null;
    })[];
    images: ({
      url: string;
      alt: string;
      variant_id: string | null;
    })[];
    reviews: ({
      /** uuid */
      id: string;
      rating: number;
      comment: string;
      created_at: string;
      author_name: string | null;
      avatar_url: string | null;
      verified: boolean;
    })[];
    reviews_next_cursor: string | null;
    related: ({
      /** uuid */
      id: string;
      slug: string;
      name: string;
      category: {
        /** uuid */
        id: string;
        slug: string;
        name: string;
      } | null;
      attributes: { [Name in string]: unknown };
      min_amount: number;
      max_amount: number;
      currency: string;
      in_stock: boolean;
      image: {
        url: string;
        alt: string;
      } | null;
      rating: {
        count: number;
        average: number | null;
      };
      created_at: string;
    })[];
  };
};
export type ProductsGetCode =
  | "not_found"
  | "method_not_allowed"
  | "body_too_large"
  | "invalid_query"
  | "rate_limited"
  | "product_not_found"
  | "price_list_not_found"
  | "database_unavailable"
  | "internal_error";

export type ProductsListInput = {
  /** default `"en"` */
  locale?: "en" | "fr" | undefined;
  price_list?: string | undefined;
  /** at least 1 characters, at most 200 characters */
  search?: string | undefined;
  /** at least 1 characters, at most 100 characters */
  category?: string | undefined;
  min_amount?: number | string | undefined;
  max_amount?: number | string | undefined;
  /** at most 4000 characters */
  attributes?: string | undefined;
  in_stock?: boolean | undefined;
  sort?: "relevance" | "price_asc" | "price_desc" | "newest" | "rating" | undefined;
  facets?: boolean | undefined;
  page_size?: number | string | undefined;
  /** at most 200 characters */
  cursor?: string | undefined;
};
export type ProductsListReply = {
  products: ({
    /** uuid */
    id: string;
    slug: string;
    name: string;
    category: {
      /** uuid */
      id: string;
      slug: string;
      name: string;
    } | null;
    attributes: { [Name in string]: unknown };
    min_amount: number;
    max_amount: number;
    currency: string;
    in_stock: boolean;
    image: {
      url: string;
      alt: string;
    } | null;
    rating: {
      count: number;
      average: number | null;
    };
    created_at: string;
  })[];
  next_cursor: string | null;
  sort: "relevance" | "price_asc" | "price_desc" | "newest" | "rating";
  price_list: string;
  currency: string;
  facets: {
    products: number;
    in_stock: number;
    price: {
      min_amount: number;
      max_amount: number;
      currency: string;
    } | null;
    categories: ({
      /** uuid */
      id: string;
      slug: string;
      name: string;
      parent_id: string | null;
      count: number;
    })[];
    attributes: ({
      name: string;
      values: ({
        value: string;
        count: number;
      })[];
    })[];
  } | null;
  facets_capped: boolean | null;
};
export type ProductsListCode =
  | "method_not_allowed"
  | "body_too_large"
  | "invalid_query"
  | "rate_limited"
  | "category_not_found"
  | "price_list_not_found"
  | "database_unavailable"
  | "internal_error";

export type ReceiptSendInput = {
  /** uuid */
  invoice_id: string;
};
export type ReceiptSendReply = {
  queued: boolean;
};
export type ReceiptSendCode =
  | "invalid_json"
  | "unauthenticated"
  | "method_not_allowed"
  | "idempotency_in_progress"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_header"
  | "idempotency_key_reused"
  | "rate_limited"
  | "invoice_not_found"
  | "invoice_not_paid"
  | "database_unavailable"
  | "internal_error";

export type ShopReconcileInput = {
  /** default `false` */
  repair?: boolean | undefined;
  /** above 0 */
  run_id?: number | undefined;
  /** date-time */
  lost_since?: string | undefined;
};
export type ShopReconcileReply = {
  run_id: number;
  done: boolean;
  checked: number;
  drifts: ({
    kind: string;
    object_type: string;
    object_id: string;
    order_id: string | null;
    detail: { [Name in string]: unknown };
    repaired: boolean;
  })[];
};
export type ShopReconcileCode =
  | "invalid_json"
  | "unauthenticated"
  | "not_found"
  | "method_not_allowed"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "payment_provider_unavailable"
  | "database_unavailable"
  | "internal_error";

export type SubscriptionCancelInput = {
  /** uuid */
  workspace_id?: string | undefined;
  /** uuid */
  subscription_id?: string | undefined;
  /** default `true` */
  at_period_end?: boolean | undefined;
  /** default `"none"` */
  refund?: "none" | "unused" | undefined;
};
export type SubscriptionCancelReply = {
  subscription: {
    /** uuid */
    id: string;
    /** uuid */
    workspace_id: string;
    stripe_subscription_id: string;
    plan_id: string | null;
    price_id: string | null;
    status:
      | "active"
      | "canceled"
      | "incomplete"
      | "incomplete_expired"
      | "past_due"
      | "paused"
      | "trialing"
      | "unpaid";
    quantity: number;
    cancel_at_period_end: boolean;
    cancel_at: string | null;
    current_period_start: string | null;
    current_period_end: string | null;
    trial_end: string | null;
    promotion_code: string | null;
    next_price_id: string | null;
    next_quantity: number | null;
    next_change_at: string | null;
  };
  refund: {
    amount: number;
    currency: string;
    status: "done" | "pending";
  } | null;
};
export type SubscriptionCancelCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "idempotency_in_progress"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_header"
  | "idempotency_key_reused"
  | "rate_limited"
  | "second_factor_required"
  | "workspace_not_found"
  | "subscription_not_found"
  | "subscription_ambiguous"
  | "subscription_not_changeable"
  | "payment_provider_unavailable"
  | "database_unavailable"
  | "internal_error";

export type SubscriptionCheckoutInput = {
  /** at least 1 characters, at most 200 characters */
  price_id: string;
  /** uuid */
  workspace_id?: string | undefined;
  /** from 1, to 10000, default `1` */
  quantity?: number | undefined;
  /** at least 1 characters, at most 100 characters */
  promotion_code?: string | undefined;
  /** default `false` */
  trial?: boolean | undefined;
  /** at most 2000 characters */
  success_url: string;
  /** at most 2000 characters */
  cancel_url: string;
};
export type SubscriptionCheckoutReply = {
  /** uri */
  checkout_url: string;
  session_id: string;
};
export type SubscriptionCheckoutCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "idempotency_in_progress"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_header"
  | "idempotency_key_reused"
  | "rate_limited"
  | "second_factor_required"
  | "redirect_not_allowed"
  | "workspace_not_found"
  | "price_not_found"
  | "subscription_exists"
  | "subscription_pending"
  | "promotion_code_invalid"
  | "trial_not_offered"
  | "trial_used"
  | "too_many_declines"
  | "billing_details_required"
  | "payment_provider_unavailable"
  | "database_unavailable"
  | "internal_error";

export type SubscriptionCreateInput = {
  /** at least 1 characters, at most 200 characters */
  price_id: string;
  /** uuid */
  workspace_id?: string | undefined;
  /** from 1, to 10000, default `1` */
  quantity?: number | undefined;
  /** at least 1 characters, at most 100 characters */
  promotion_code?: string | undefined;
  /** default `false` */
  trial?: boolean | undefined;
};
export type SubscriptionCreateReply = {
  subscription: {
    id: string;
    status: string;
    client_secret: string | null;
    confirm: "payment" | "setup" | null;
  };
};
export type SubscriptionCreateCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "idempotency_in_progress"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_header"
  | "idempotency_key_reused"
  | "rate_limited"
  | "second_factor_required"
  | "workspace_not_found"
  | "price_not_found"
  | "subscription_exists"
  | "subscription_pending"
  | "promotion_code_invalid"
  | "trial_not_offered"
  | "trial_used"
  | "trial_needs_card"
  | "too_many_declines"
  | "billing_details_required"
  | "payment_declined"
  | "payment_provider_unavailable"
  | "database_unavailable"
  | "internal_error";

export type SubscriptionPauseInput = {
  /** uuid */
  workspace_id?: string | undefined;
  /** uuid */
  subscription_id?: string | undefined;
};
export type SubscriptionPauseReply = {
  subscription: {
    /** uuid */
    id: string;
    /** uuid */
    workspace_id: string;
    stripe_subscription_id: string;
    plan_id: string | null;
    price_id: string | null;
    status:
      | "active"
      | "canceled"
      | "incomplete"
      | "incomplete_expired"
      | "past_due"
      | "paused"
      | "trialing"
      | "unpaid";
    quantity: number;
    cancel_at_period_end: boolean;
    cancel_at: string | null;
    current_period_start: string | null;
    current_period_end: string | null;
    trial_end: string | null;
    promotion_code: string | null;
    next_price_id: string | null;
    next_quantity: number | null;
    next_change_at: string | null;
  };
};
export type SubscriptionPauseCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "idempotency_in_progress"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_header"
  | "idempotency_key_reused"
  | "rate_limited"
  | "second_factor_required"
  | "workspace_not_found"
  | "subscription_not_found"
  | "subscription_ambiguous"
  | "subscription_not_changeable"
  | "payment_provider_unavailable"
  | "database_unavailable"
  | "internal_error";

export type SubscriptionPreviewInput = {
  /** uuid */
  workspace_id?: string | undefined;
  /** uuid */
  subscription_id?: string | undefined;
  /** at least 1 characters, at most 200 characters */
  price_id?: string | undefined;
  /** from 1, to 10000 */
  quantity?: number | undefined;
  /** at least 1 characters, at most 100 characters */
  promotion_code?: string | undefined;
  /** default `"now"` */
  when?: "now" | "renewal" | undefined;
};
export type SubscriptionPreviewReply = {
  quote: string;
  /** uuid */
  subscription_id: string;
  price_id: string;
  quantity: number;
  currency: string;
  when: "now" | "renewal";
  effective_at: string;
  replaces_planned_change: boolean;
  lines: ({
    description: string | null;
    amount: number;
    proration: boolean;
    period_start: string;
    period_end: string;
  })[];
  total: number;
  amount_due: number;
  next_amount: number;
  next_at: string;
  proration_date: string;
  expires_at: string;
};
export type SubscriptionPreviewCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "rate_limited"
  | "workspace_not_found"
  | "price_not_found"
  | "subscription_not_found"
  | "subscription_ambiguous"
  | "subscription_not_changeable"
  | "promotion_code_invalid"
  | "payment_provider_unavailable"
  | "database_unavailable"
  | "internal_error";

export type SubscriptionResumeInput = {
  /** uuid */
  workspace_id?: string | undefined;
  /** uuid */
  subscription_id?: string | undefined;
};
export type SubscriptionResumeReply = {
  subscription: {
    /** uuid */
    id: string;
    /** uuid */
    workspace_id: string;
    stripe_subscription_id: string;
    plan_id: string | null;
    price_id: string | null;
    status:
      | "active"
      | "canceled"
      | "incomplete"
      | "incomplete_expired"
      | "past_due"
      | "paused"
      | "trialing"
      | "unpaid";
    quantity: number;
    cancel_at_period_end: boolean;
    cancel_at: string | null;
    current_period_start: string | null;
    current_period_end: string | null;
    trial_end: string | null;
    promotion_code: string | null;
    next_price_id: string | null;
    next_quantity: number | null;
    next_change_at: string | null;
  };
};
export type SubscriptionResumeCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "idempotency_in_progress"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_header"
  | "idempotency_key_reused"
  | "rate_limited"
  | "second_factor_required"
  | "workspace_not_found"
  | "subscription_not_found"
  | "subscription_ambiguous"
  | "too_many_declines"
  | "payment_declined"
  | "payment_provider_unavailable"
  | "database_unavailable"
  | "internal_error";

export type SubscriptionUncancelInput = {
  /** uuid */
  workspace_id?: string | undefined;
  /** uuid */
  subscription_id?: string | undefined;
};
export type SubscriptionUncancelReply = {
  subscription: {
    /** uuid */
    id: string;
    /** uuid */
    workspace_id: string;
    stripe_subscription_id: string;
    plan_id: string | null;
    price_id: string | null;
    status:
      | "active"
      | "canceled"
      | "incomplete"
      | "incomplete_expired"
      | "past_due"
      | "paused"
      | "trialing"
      | "unpaid";
    quantity: number;
    cancel_at_period_end: boolean;
    cancel_at: string | null;
    current_period_start: string | null;
    current_period_end: string | null;
    trial_end: string | null;
    promotion_code: string | null;
    next_price_id: string | null;
    next_quantity: number | null;
    next_change_at: string | null;
  };
};
export type SubscriptionUncancelCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "idempotency_in_progress"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_header"
  | "idempotency_key_reused"
  | "rate_limited"
  | "second_factor_required"
  | "workspace_not_found"
  | "subscription_not_found"
  | "subscription_ambiguous"
  | "payment_provider_unavailable"
  | "database_unavailable"
  | "internal_error";

export type SubscriptionUnscheduleInput = {
  /** uuid */
  workspace_id?: string | undefined;
  /** uuid */
  subscription_id?: string | undefined;
};
export type SubscriptionUnscheduleReply = {
  subscription: {
    /** uuid */
    id: string;
    /** uuid */
    workspace_id: string;
    stripe_subscription_id: string;
    plan_id: string | null;
    price_id: string | null;
    status:
      | "active"
      | "canceled"
      | "incomplete"
      | "incomplete_expired"
      | "past_due"
      | "paused"
      | "trialing"
      | "unpaid";
    quantity: number;
    cancel_at_period_end: boolean;
    cancel_at: string | null;
    current_period_start: string | null;
    current_period_end: string | null;
    trial_end: string | null;
    promotion_code: string | null;
    next_price_id: string | null;
    next_quantity: number | null;
    next_change_at: string | null;
  };
};
export type SubscriptionUnscheduleCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "idempotency_in_progress"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_header"
  | "idempotency_key_reused"
  | "rate_limited"
  | "second_factor_required"
  | "workspace_not_found"
  | "subscription_not_found"
  | "subscription_ambiguous"
  | "payment_provider_unavailable"
  | "database_unavailable"
  | "internal_error";

export type SubscriptionUpdateInput = {
  /** at least 1 characters, at most 4000 characters */
  quote: string;
};
export type SubscriptionUpdateReply = {
  subscription: {
    /** uuid */
    id: string;
    /** uuid */
    workspace_id: string;
    stripe_subscription_id: string;
    plan_id: string | null;
    price_id: string | null;
    status:
      | "active"
      | "canceled"
      | "incomplete"
      | "incomplete_expired"
      | "past_due"
      | "paused"
      | "trialing"
      | "unpaid";
    quantity: number;
    cancel_at_period_end: boolean;
    cancel_at: string | null;
    current_period_start: string | null;
    current_period_end: string | null;
    trial_end: string | null;
    promotion_code: string | null;
    next_price_id: string | null;
    next_quantity: number | null;
    next_change_at: string | null;
  };
  invoice: {
    stripe_invoice_id: string;
    currency: string;
    total: number;
    amount_due: number;
    hosted_invoice_url: string | null;
  } | null;
};
export type SubscriptionUpdateCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "idempotency_in_progress"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_header"
  | "idempotency_key_reused"
  | "rate_limited"
  | "second_factor_required"
  | "workspace_not_found"
  | "subscription_pending"
  | "promotion_code_invalid"
  | "quote_invalid"
  | "quote_stale"
  | "too_many_declines"
  | "billing_details_required"
  | "payment_declined"
  | "payment_provider_unavailable"
  | "database_unavailable"
  | "internal_error";

export type UserProfileGetInput = NoInput;
export type UserProfileGetReply = {
  profile: {
    /** uuid */
    id: string;
    name: string;
    locale: "en" | "fr";
    avatar_url: string | null;
    created_at: string;
    updated_at: string;
  };
  subscription: {
    /** uuid */
    id: string;
    /** uuid */
    workspace_id: string;
    stripe_subscription_id: string;
    plan_id: string | null;
    price_id: string | null;
    status:
      | "active"
      | "canceled"
      | "incomplete"
      | "incomplete_expired"
      | "past_due"
      | "paused"
      | "trialing"
      | "unpaid";
    quantity: number;
    cancel_at_period_end: boolean;
    cancel_at: string | null;
    current_period_start: string | null;
    current_period_end: string | null;
    trial_end: string | null;
    promotion_code: string | null;
    next_price_id: string | null;
    next_quantity: number | null;
    next_change_at: string | null;
  } | null;
};
export type UserProfileGetCode =
  | "unauthenticated"
  | "method_not_allowed"
  | "body_too_large"
  | "rate_limited"
  | "profile_not_found"
  | "database_unavailable"
  | "internal_error";

export type UserProfileReplaceInput = {
  /** at least 1 characters, at most 100 characters */
  name: string;
  locale: "en" | "fr";
  avatar_url: string | null;
};
export type UserProfileReplaceReply = {
  profile: {
    /** uuid */
    id: string;
    name: string;
    locale: "en" | "fr";
    avatar_url: string | null;
    created_at: string;
    updated_at: string;
  };
  subscription: {
    /** uuid */
    id: string;
    /** uuid */
    workspace_id: string;
    stripe_subscription_id: string;
    plan_id: string | null;
    price_id: string | null;
    status:
      | "active"
      | "canceled"
      | "incomplete"
      | "incomplete_expired"
      | "past_due"
      | "paused"
      | "trialing"
      | "unpaid";
    quantity: number;
    cancel_at_period_end: boolean;
    cancel_at: string | null;
    current_period_start: string | null;
    current_period_end: string | null;
    trial_end: string | null;
    promotion_code: string | null;
    next_price_id: string | null;
    next_quantity: number | null;
    next_change_at: string | null;
  } | null;
};
export type UserProfileReplaceCode =
  | "invalid_json"
  | "unauthenticated"
  | "method_not_allowed"
  | "precondition_failed"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "rate_limited"
  | "profile_not_found"
  | "database_unavailable"
  | "internal_error";

export type UserProfileUpdateInput = {
  /** at least 1 characters, at most 100 characters */
  name?: string | undefined;
  locale?: "en" | "fr" | undefined;
  avatar_url?: string | null | undefined;
};
export type UserProfileUpdateReply = {
  profile: {
    /** uuid */
    id: string;
    name: string;
    locale: "en" | "fr";
    avatar_url: string | null;
    created_at: string;
    updated_at: string;
  };
  subscription: {
    /** uuid */
    id: string;
    /** uuid */
    workspace_id: string;
    stripe_subscription_id: string;
    plan_id: string | null;
    price_id: string | null;
    status:
      | "active"
      | "canceled"
      | "incomplete"
      | "incomplete_expired"
      | "past_due"
      | "paused"
      | "trialing"
      | "unpaid";
    quantity: number;
    cancel_at_period_end: boolean;
    cancel_at: string | null;
    current_period_start: string | null;
    current_period_end: string | null;
    trial_end: string | null;
    promotion_code: string | null;
    next_price_id: string | null;
    next_quantity: number | null;
    next_change_at: string | null;
  } | null;
};
export type UserProfileUpdateCode =
  | "invalid_json"
  | "unauthenticated"
  | "method_not_allowed"
  | "precondition_failed"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "rate_limited"
  | "profile_not_found"
  | "database_unavailable"
  | "internal_error";

export type WebhookDeliveriesListInput = {
  /** uuid */
  endpoint_id?: string | undefined;
  /** at least 1 characters, at most 60 characters */
  event_id?: string | undefined;
  /** at least 1 characters, at most 60 characters */
  type?: string | undefined;
  state?: "pending" | "delivered" | "failed" | undefined;
  /** date-time */
  since?: string | undefined;
  /** date-time */
  until?: string | undefined;
  cursor?: number | string | undefined;
  page_size?: number | string | undefined;
};
export type WebhookDeliveriesListReply = {
  deliveries: ({
    /** above 0 */
    id: number;
    /** uuid */
    endpoint_id: string;
    event_id: string;
    type: string;
    payload: { [Name in string]: unknown };
    state: "pending" | "delivered" | "failed";
    attempts: number;
    replays: number;
    last_status: number | null;
    last_error: string | null;
    last_excerpt: string | null;
    note: string | null;
    created_at: string;
    last_attempt_at: string | null;
    finished_at: string | null;
  })[];
  next_cursor: string | null;
};
export type WebhookDeliveriesListCode =
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "body_too_large"
  | "invalid_query"
  | "rate_limited"
  | "second_factor_required"
  | "database_unavailable"
  | "internal_error";

export type WebhookDeliveriesSendInput = {
  action: "ping";
  /** at least 5 characters, at most 500 characters */
  reason: string;
  /** uuid */
  endpoint_id: string;
} | {
  action: "replay";
  /** at least 5 characters, at most 500 characters */
  reason: string;
  /** at least 1 items, at most 500 items */
  ids?: (number)[] | undefined;
  filter?: {
    /** uuid */
    endpoint_id?: string | undefined;
    /** at least 1 characters, at most 60 characters */
    event_id?: string | undefined;
    /** at least 1 characters, at most 60 characters */
    type?: string | undefined;
    state?: "pending" | "delivered" | "failed" | undefined;
    /** date-time */
    since?: string | undefined;
    /** date-time */
    until?: string | undefined;
  } | undefined;
  /** from 1, to 500, default `100` */
  most?: number | undefined;
};
export type WebhookDeliveriesSendReply = {
  deliveries: ({
    /** above 0 */
    id: number;
    state_before: "new" | "delivered" | "failed";
  })[];
};
export type WebhookDeliveriesSendCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "idempotency_in_progress"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_header"
  | "idempotency_key_reused"
  | "rate_limited"
  | "second_factor_required"
  | "webhook_endpoint_not_found"
  | "database_unavailable"
  | "internal_error";

export type WebhookEventsListInput = {
  /** at least 1 characters, at most 40 characters */
  provider?: string | undefined;
  /** at least 1 characters, at most 100 characters */
  type?: string | undefined;
  state?: "handled" | "unhandled" | "dead" | "discarded" | undefined;
  /** date-time */
  since?: string | undefined;
  /** date-time */
  until?: string | undefined;
  cursor?: number | string | undefined;
  page_size?: number | string | undefined;
  id?: number | string | undefined;
};
export type WebhookEventsListReply = {
  events: ({
    /** above 0 */
    id: number;
    provider: string;
    event_id: string;
    type: string;
    state: "handled" | "unhandled" | "dead" | "discarded";
    received_at: string;
    handled_at: string | null;
    note: string | null;
  })[];
  next_cursor: string | null;
} | {
  event: {
    /** above 0 */
    id: number;
    provider: string;
    event_id: string;
    type: string;
    state: "handled" | "unhandled" | "dead" | "discarded";
    received_at: string;
    handled_at: string | null;
    note: string | null;
    payload: unknown;
    targets: ({
      type: string;
      id: string;
      seq: number;
      wanted_seq: number | null;
      synced_seq: number | null;
      synced_at: string | null;
      mirrored: { [Name in string]: unknown } | null;
    })[];
    changes: ({
      table: string;
      row: string;
      before: { [Name in string]: unknown } | null;
      after: { [Name in string]: unknown } | null;
      changed_at: string;
    })[];
    job_ids: (number)[];
  };
};
export type WebhookEventsListCode =
  | "unauthenticated"
  | "forbidden"
  | "not_found"
  | "method_not_allowed"
  | "body_too_large"
  | "invalid_query"
  | "rate_limited"
  | "second_factor_required"
  | "database_unavailable"
  | "internal_error";

export type WebhookEventsReplayInput = {
  /** at least 5 characters, at most 500 characters */
  reason: string;
  /** at least 1 items, at most 500 items */
  ids?: (number)[] | undefined;
  filter?: {
    /** at least 1 characters, at most 40 characters */
    provider?: string | undefined;
    /** at least 1 characters, at most 100 characters */
    type?: string | undefined;
    state?: "handled" | "unhandled" | "dead" | "discarded" | undefined;
    /** date-time */
    since?: string | undefined;
    /** date-time */
    until?: string | undefined;
  } | undefined;
  /** from 1, to 500, default `100` */
  most?: number | undefined;
};
export type WebhookEventsReplayReply = {
  replayed: ({
    /** above 0 */
    id: number;
    state_before: "handled" | "unhandled" | "dead" | "discarded";
    /** above 0 */
    job_id: number;
  })[];
};
export type WebhookEventsReplayCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "idempotency_in_progress"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_header"
  | "idempotency_key_reused"
  | "rate_limited"
  | "second_factor_required"
  | "database_unavailable"
  | "internal_error";

export type WorkspaceAcceptInput = {
  token?: string | undefined;
  /** uuid */
  invitation_id?: string | undefined;
};
export type WorkspaceAcceptReply = {
  workspace: {
    /** uuid */
    id: string;
    name: string;
    slug: string;
    role: "owner" | "admin" | "member" | "billing";
  };
};
export type WorkspaceAcceptCode =
  | "invalid_json"
  | "unauthenticated"
  | "method_not_allowed"
  | "idempotency_in_progress"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_header"
  | "idempotency_key_reused"
  | "rate_limited"
  | "seat_limit_reached"
  | "invitation_not_found"
  | "invitation_for_another"
  | "invitation_expired"
  | "invitation_closed"
  | "workspace_read_only"
  | "database_unavailable"
  | "internal_error";

export type WorkspaceDeleteInput = {
  /** uuid */
  workspace_id: string;
};
export type WorkspaceDeleteReply = {
  /** uuid */
  workspace_id: string;
};
export type WorkspaceDeleteCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "rate_limited"
  | "second_factor_required"
  | "workspace_not_found"
  | "workspace_subscribed"
  | "personal_workspace"
  | "database_unavailable"
  | "internal_error";

export type WorkspaceGetInput = {
  /** uuid */
  workspace_id?: string | undefined;
};
export type WorkspaceGetReply = {
  workspace: {
    /** uuid */
    id: string;
    name: string;
    members: ({
      /** uuid */
      user_id: string;
      role: string;
    })[];
    subscription: {
      /** uuid */
      id: string;
      /** uuid */
      workspace_id: string;
      stripe_subscription_id: string;
      plan_id: string | null;
      price_id: string | null;
      status:
        | "active"
        | "canceled"
        | "incomplete"
        | "incomplete_expired"
        | "past_due"
        | "paused"
        | "trialing"
        | "unpaid";
      quantity: number;
      cancel_at_period_end: boolean;
      cancel_at: string | null;
      current_period_start: string | null;
      current_period_end: string | null;
      trial_end: string | null;
      promotion_code: string | null;
      next_price_id: string | null;
      next_quantity: number | null;
      next_change_at: string | null;
    } | null;
  };
};
export type WorkspaceGetCode =
  | "unauthenticated"
  | "method_not_allowed"
  | "body_too_large"
  | "invalid_query"
  | "rate_limited"
  | "scope_missing"
  | "workspace_not_found"
  | "plan_required"
  | "quota_exceeded"
  | "database_unavailable"
  | "internal_error";

export type WorkspaceInviteInput = {
  /** uuid */
  workspace_id: string;
  /** email, at most 254 characters */
  email: string;
  /** default `"member"` */
  role?: "owner" | "admin" | "member" | "billing" | undefined;
};
export type WorkspaceInviteReply = {
  invitation: {
    /** uuid */
    id: string;
    /** uuid */
    workspace_id: string;
    email: string;
    role: "owner" | "admin" | "member" | "billing";
    state: "open" | "accepted" | "declined" | "revoked";
    sends: number;
    sent_at: string;
    expires_at: string;
  };
};
export type WorkspaceInviteCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "idempotency_in_progress"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "invalid_header"
  | "idempotency_key_reused"
  | "rate_limited"
  | "second_factor_required"
  | "workspace_not_found"
  | "personal_workspace"
  | "already_member"
  | "seat_limit_reached"
  | "workspace_read_only"
  | "deletion_running"
  | "database_unavailable"
  | "internal_error";

export type WorkspaceUpdateInput = {
  /** uuid */
  workspace_id?: string | undefined;
  /** at least 1 characters, at most 100 characters */
  name: string;
};
export type WorkspaceUpdateReply = {
  workspace: {
    /** uuid */
    id: string;
    name: string;
    members: ({
      /** uuid */
      user_id: string;
      role: string;
    })[];
    subscription: {
      /** uuid */
      id: string;
      /** uuid */
      workspace_id: string;
      stripe_subscription_id: string;
      plan_id: string | null;
      price_id: string | null;
      status:
        | "active"
        | "canceled"
        | "incomplete"
        | "incomplete_expired"
        | "past_due"
        | "paused"
        | "trialing"
        | "unpaid";
      quantity: number;
      cancel_at_period_end: boolean;
      cancel_at: string | null;
      current_period_start: string | null;
      current_period_end: string | null;
      trial_end: string | null;
      promotion_code: string | null;
      next_price_id: string | null;
      next_quantity: number | null;
      next_change_at: string | null;
    } | null;
  };
};
export type WorkspaceUpdateCode =
  | "invalid_json"
  | "unauthenticated"
  | "forbidden"
  | "method_not_allowed"
  | "body_too_large"
  | "unsupported_media_type"
  | "invalid_body"
  | "rate_limited"
  | "second_factor_required"
  | "scope_missing"
  | "workspace_not_found"
  | "plan_required"
  | "quota_exceeded"
  | "workspace_read_only"
  | "database_unavailable"
  | "internal_error";
