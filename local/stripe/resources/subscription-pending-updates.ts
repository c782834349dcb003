import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { invalid } from "../errors.ts";
import type { Reaction } from "../resource.ts";
import { due } from "../schedule.ts";
import type { Documents } from "../wire.ts";
import { attemptPayment, methodFor } from "./invoice-collection.ts";
import { finalize, voidInvoice } from "./invoice-states.ts";
import { hasEnded } from "./subscription-endings.ts";
import { periodEnd, type Subscription } from "./subscription-object.ts";
import { followSubscription } from "./subscription-schedule-steps.ts";

type Invoice = Documents["invoice"];

/** How long a change waits for its payment. */
const waitSeconds = 23 * 60 * 60;
/** https://docs.stripe.com/billing/subscriptions/pending-updates-reference#supported-attributes */
const supported = [
  "billing_cycle_anchor",
  "discounts",
  "expand",
  "items",
  "payment_behavior",
  "proration_behavior",
  "proration_date",
  "trial_end",
];

/** What waits: the invoice that must be paid, and what the subscription becomes then. */
interface Pending {
  invoice: string;
  changes: Partial<Subscription>;
}

const keyOf = (subscription: string) => `pending update of ${subscription}`;

function pendingOf(call: Call, subscription: string): Pending | undefined {
  return call.store.hidden<Pending | null>(keyOf(subscription)) ?? undefined;
}

/** Throws where an update changes what cannot wait for a payment. */
export function assertMayPend(params: Stripe.SubscriptionUpdateParams): void {
  const other = Object.keys(params).find((name) => !supported.includes(name));
  if (other === undefined) return;
  throw invalid(
    `You cannot change \`${other}\` with \`payment_behavior=pending_if_incomplete\`. Update it in a ` +
      "call of its own.",
    { param: other },
  );
}

/**
 * Changes a subscription only if what the change costs is paid: at once, or until the change
 * expires. Until then the subscription stays as it was, and shows what waits.
 */
export function changeIfPaid(
  call: Call,
  subscription: Subscription,
  { changes, draft }: { changes: Partial<Subscription>; draft: Invoice },
): void {
  call.store.hide(keyOf(subscription.id), { invoice: draft.id, changes } satisfies Pending);
  call.update(subscription, { latest_invoice: draft.id });
  // Whatever comes of it, Stripe does not ask for the money of such an invoice again by itself.
  call.create({ ...draft, auto_advance: false }, "invoice.created");
  const method = methodFor(call, subscription);
  const invoice = finalize(call, { ...draft, auto_advance: false }, {
    method,
    description: "Subscription update",
  });
  if (invoice.status === "open") {
    const tried = call.update(invoice, { attempt_count: 1, attempted: true });
    attemptPayment(call, tried, method);
  }
  const after = call.need("subscription", subscription.id);
  if (pendingOf(call, subscription.id) === undefined) return;
  const ends = [call.now() + waitSeconds, periodEnd(after), after.trial_end ?? Infinity]
    .filter((time) => time > call.now());
  call.update(after, {
    pending_update: {
      billing_cycle_anchor: changes.billing_cycle_anchor ?? null,
      cancel_at_period_end: null,
      discount: null,
      discounts: changes.discounts ?? null,
      expires_at: Math.min(...ends),
      metadata: null,
      subscription_items: changes.items?.data ?? null,
      trial_end: changes.trial_end ?? null,
      trial_from_plan: null,
    },
  }, "customer.subscription.updated");
}

/** Drops a change that waits: another takes its place. */
export function dropPending(call: Call, subscription: Subscription): Subscription {
  const pending = pendingOf(call, subscription.id);
  if (pending !== undefined) voidInvoice(call, call.need("invoice", pending.invoice));
  return call.need("subscription", subscription.id);
}

/** Whether an invoice is one of a change that waits for it. */
export function isPending(call: Call, subscription: string, invoice: string): boolean {
  return pendingOf(call, subscription)?.invoice === invoice;
}

function ownerOf(call: Call, invoice: string): Subscription | undefined {
  const id = call.need("invoice", invoice).parent?.subscription_details?.subscription;
  const subscription = id === undefined ? undefined : call.store.get("subscription", id);
  if (subscription === undefined || hasEnded(subscription)) return undefined;
  return isPending(call, subscription.id, invoice) ? subscription : undefined;
}

export const pendingReactions: Reaction[] = [
  {
    // Nobody owes what a change would have cost of a subscription that is over.
    to: "customer.subscription.deleted",
    run(call, id) {
      const pending = pendingOf(call, id);
      if (pending === undefined) return;
      call.store.hide(keyOf(id), null);
      const invoice = call.need("invoice", pending.invoice);
      if (invoice.status === "open") voidInvoice(call, invoice);
    },
  },
  {
    to: "invoice.paid",
    run(call, invoice) {
      const subscription = ownerOf(call, invoice);
      const pending = subscription === undefined ? undefined : pendingOf(call, subscription.id);
      if (subscription === undefined || pending === undefined) return;
      call.store.hide(keyOf(subscription.id), null);
      const applied = call.update(
        subscription,
        { ...pending.changes, pending_update: null },
        "customer.subscription.updated",
      );
      followSubscription(call, applied);
      if (subscription.pending_update !== null) {
        call.emit("customer.subscription.pending_update_applied", applied);
      }
    },
  },
  {
    to: "invoice.voided",
    run(call, invoice) {
      const subscription = ownerOf(call, invoice);
      if (subscription === undefined) return;
      call.store.hide(keyOf(subscription.id), null);
      const expired = call.update(
        subscription,
        { pending_update: null },
        "customer.subscription.updated",
      );
      call.emit("customer.subscription.pending_update_expired", expired);
    },
  },
];

export const pendingUpdateExpires = due(
  "pending update expires",
  "subscription",
  ({ pending_update: pending }) => pending?.expires_at ?? null,
  (call, id) => {
    dropPending(call, call.need("subscription", id));
  },
);
