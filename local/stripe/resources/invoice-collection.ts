import type { Call } from "../call.ts";
import { StripeProblem } from "../errors.ts";
import { due } from "../schedule.ts";
import type { Documents } from "../wire.ts";
import { intentOf } from "./invoice-states.ts";
import { confirmIntent } from "./payment-intent-states.ts";
import { endSubscription, hasEnded } from "./subscription-endings.ts";

type Invoice = Documents["invoice"];
type Subscription = Documents["subscription"];

const daySeconds = 24 * 60 * 60;

/** The card that a subscription's invoices are collected with: its own, else its customer's. */
export function methodFor(call: Call, subscription: Subscription): string | null {
  return subscription.default_payment_method ??
    call.need("customer", subscription.customer).invoice_settings.default_payment_method;
}

/**
 * One attempt of Stripe's own to collect an open invoice, without the customer. Never throws a card
 * error: the invoice stays open with the time of the next attempt, and after the last one the
 * subscription becomes what the account's settings say.
 */
export function collect(call: Call, invoice: Invoice, subscription: Subscription): Invoice {
  const attempt = invoice.attempt_count + 1;
  const days = call.settings.retry_days[attempt - 1];
  // Before the attempt: what it emits tells when the next one is.
  const tried = call.update(invoice, {
    attempt_count: attempt,
    attempted: true,
    next_payment_attempt: days === undefined ? null : call.now() + days * daySeconds,
  });
  attemptPayment(call, tried, methodFor(call, subscription));
  const after = call.need("invoice", invoice.id);
  if (after.status === "open" && days === undefined) giveUp(call, subscription.id);
  return after;
}

/** One attempt to collect an open invoice, without the customer; never throws a card error. */
export function attemptPayment(call: Call, invoice: Invoice, method: string | null): void {
  const intent = intentOf(call, invoice);
  if (intent === undefined) throw new Error(`${invoice.id} has nothing to pay`);
  if (method === null) {
    call.emit("invoice.payment_failed", invoice);
    return;
  }
  try {
    const asked = confirmIntent(call, intent, {
      paymentMethod: method,
      offSession: true,
      automatic: true,
    });
    if (asked.status === "requires_action") call.emit("invoice.payment_failed", invoice);
  } catch (error) {
    if (!(error instanceof StripeProblem && error.keepsChanges)) throw error;
  }
}

function giveUp(call: Call, id: string): void {
  const subscription = call.need("subscription", id);
  switch (call.settings.after_last_retry) {
    case "cancel":
      endSubscription(call, subscription, "payment_failed");
      break;
    case "unpaid":
      call.update(subscription, { status: "unpaid" }, "customer.subscription.updated");
      break;
    case "past_due":
      break;
  }
}

/** The next attempt to collect an invoice whose last one failed. */
export const retry = due(
  "invoice is collected again",
  "invoice",
  ({ status, next_payment_attempt: at }) => status === "open" ? at : null,
  (call, id) => {
    const invoice = call.need("invoice", id);
    const owner = invoice.parent?.subscription_details?.subscription;
    const subscription = owner === undefined ? undefined : call.store.get("subscription", owner);
    if (subscription === undefined || hasEnded(subscription)) return;
    collect(call, invoice, subscription);
  },
);
