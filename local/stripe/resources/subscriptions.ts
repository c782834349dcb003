import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { missing } from "../errors.ts";
import { page, paging, within } from "../pagination.ts";
import { operation, type Reaction, type Resource, retrieveOperation } from "../resource.ts";
import { intentOf } from "./invoice-states.ts";
import { cancelSubscription } from "./subscription-cancellations.ts";
import { subscriptionDues } from "./subscription-cycle.ts";
import { pause, resume } from "./subscription-pauses.ts";
import { update } from "./subscription-updates.ts";
import { hasEnded } from "./subscription-endings.ts";
import type { Subscription } from "./subscription-object.ts";
import { isPending, pendingReactions } from "./subscription-pending-updates.ts";
import { startSubscription } from "./subscription-start.ts";

const create = operation<Stripe.SubscriptionCreateParams>(
  "POST /v1/subscriptions",
  [
    "automatic_tax.enabled",
    "cancel_at",
    "cancel_at_period_end",
    "collection_method",
    "customer",
    "default_payment_method",
    "description",
    "discounts.coupon",
    "discounts.promotion_code",
    "invoice_settings.account_tax_ids",
    "items.metadata",
    "items.price",
    "items.quantity",
    "metadata",
    "off_session",
    "payment_behavior",
    "payment_settings.payment_method_types",
    "payment_settings.save_default_payment_method",
    "trial_end",
    "trial_period_days",
    "trial_settings.end_behavior.missing_payment_method",
  ],
  (call, params) => startSubscription(call, params),
);

const cancel = operation<Stripe.SubscriptionCancelParams>(
  "DELETE /v1/subscriptions/{id}",
  [
    "cancellation_details.comment",
    "cancellation_details.feedback",
    "invoice_now",
    "prorate",
  ],
  (call, params, id) => {
    const subscription = call.need("subscription", id);
    // Stripe answers as if it did not exist: only a live one can be canceled.
    if (hasEnded(subscription)) throw missing("subscription", id);
    return cancelSubscription(call, subscription, params);
  },
);

const list = operation<Stripe.SubscriptionListParams>(
  "GET /v1/subscriptions",
  [...paging, "collection_method", "created", "customer", "price", "status"],
  (call, params) =>
    page(call, "subscription", "/v1/subscriptions", params, {
      where: { customer: params.customer, collection_method: params.collection_method },
      filter: (subscription) =>
        within(subscription.created, params.created) &&
        hasStatus(subscription, params.status) &&
        (params.price === undefined ||
          subscription.items.data.some(({ price }) => price.id === params.price)),
    }),
);

function hasStatus(
  subscription: Subscription,
  wanted: Stripe.SubscriptionListParams["status"],
): boolean {
  if (wanted === undefined) return subscription.status !== "canceled";
  if (wanted === "all") return true;
  return wanted === "ended" ? hasEnded(subscription) : subscription.status === wanted;
}

/** What happens to a subscription when its invoice or its card's setup moves. */
const reactions: Reaction[] = [
  ...pendingReactions,
  { to: "invoice.paid", run: (call, invoice) => afterPayment(call, invoice) },
  { to: "invoice.voided", run: (call, invoice) => forgiven(call, invoice) },
  { to: "invoice.marked_uncollectible", run: (call, invoice) => forgiven(call, invoice) },
  { to: "invoice.payment_failed", run: (call, invoice) => afterFailure(call, invoice) },
  { to: "setup_intent.succeeded", run: (call, intent) => afterSetup(call, intent) },
];

function afterPayment(call: Call, id: string): void {
  const invoice = call.need("invoice", id);
  const subscription = subscriptionOf(call, id);
  if (subscription === undefined || hasEnded(subscription)) return;
  const method = intentOf(call, invoice)?.payment_method ?? null;
  const waits = ["incomplete", "past_due", "unpaid"].includes(subscription.status);
  call.update(subscription, {
    ...(waits && subscription.latest_invoice === id ? { status: "active" } : {}),
    ...(method !== null && savesMethod(subscription) ? { default_payment_method: method } : {}),
  }, "customer.subscription.updated");
}

/** A subscription whose latest invoice nobody has to pay any more is no longer past due. */
function forgiven(call: Call, id: string): void {
  const subscription = subscriptionOf(call, id);
  if (subscription?.status !== "past_due" || subscription.latest_invoice !== id) return;
  call.update(subscription, { status: "active" }, "customer.subscription.updated");
}

function afterFailure(call: Call, id: string): void {
  const subscription = subscriptionOf(call, id);
  // The subscription has not changed, so it owes nothing.
  if (subscription !== undefined && isPending(call, subscription.id, id)) return;
  // A declined first payment leaves `incomplete`: only one that was active can be past due.
  if (subscription?.status !== "active" || subscription.latest_invoice !== id) return;
  call.update(subscription, { status: "past_due" }, "customer.subscription.updated");
}

function afterSetup(call: Call, id: string): void {
  const [subscription] = call.store.all("subscription", { pending_setup_intent: id });
  if (subscription === undefined) return;
  const method = call.need("setup_intent", id).payment_method;
  call.update(subscription, {
    pending_setup_intent: null,
    ...(savesMethod(subscription) ? { default_payment_method: method } : {}),
  }, "customer.subscription.updated");
}

function savesMethod(subscription: Subscription): boolean {
  return subscription.payment_settings?.save_default_payment_method === "on_subscription";
}

function subscriptionOf(call: Call, invoice: string): Subscription | undefined {
  const id = call.need("invoice", invoice).parent?.subscription_details?.subscription;
  return id === undefined ? undefined : call.store.get("subscription", id);
}

export const subscriptions: Resource = {
  kinds: ["subscription"],
  operations: [
    create,
    update,
    cancel,
    pause,
    resume,
    retrieveOperation("subscription", "/v1/subscriptions"),
    list,
  ],
  reactions,
  due: subscriptionDues,
};
