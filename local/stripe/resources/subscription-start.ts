import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { invalid, notImplemented, StripeProblem } from "../errors.ts";
import { newId } from "../ids.ts";
import { mergeMetadata } from "../metadata.ts";
import type { Documents } from "../wire.ts";
import { customerOf } from "./customers.ts";
import { discountsFor } from "./discounts.ts";
import { isMetered } from "./metered-usage.ts";
import { newInvoice } from "./invoice-object.ts";
import { finalize, pay } from "./invoice-states.ts";
import { costOf } from "./price-rules.ts";
import {
  automaticTaxOf,
  invoiceSettingsOf,
  methodForCustomer,
  paymentSettingsOf,
} from "./subscription-fields.ts";
import { scheduledEnd } from "./subscription-endings.ts";
import { itemsFor, newSubscription, type Subscription } from "./subscription-object.ts";
import { newSetupIntent } from "./setup-intents.ts";

const daySeconds = 24 * 60 * 60;

/**
 * Starts a subscription: its first invoice, and a payment, or for a free start the setup of a card
 * for later. `payment_behavior` says what an unpaid first invoice does; `adHoc` that the prices may
 * be ones that a checkout made for itself, `checkoutSession` which one that is, `schedule` what governs it.
 */
export function startSubscription(
  call: Call,
  params: Stripe.SubscriptionCreateParams,
  { adHoc = false, checkoutSession = null, schedule = null }: {
    adHoc?: boolean;
    checkoutSession?: string | null;
    schedule?: string | null;
  } = {},
): Subscription {
  if (params.customer === undefined) throw parameterMissing("customer");
  if (params.items === undefined || params.items.length === 0) throw parameterMissing("items");
  const behavior = params.payment_behavior ?? "allow_incomplete";
  if (behavior === "pending_if_incomplete") {
    throw invalid("`pending_if_incomplete` is only for updates of a subscription.", {
      param: "payment_behavior",
    });
  }
  if ((params.collection_method ?? "charge_automatically") !== "charge_automatically") {
    throw notImplemented("subscriptions that send an invoice", "collection_method");
  }

  const customer = customerOf(call, params.customer);
  const id = newId("sub");
  const start = call.now();
  const trialEnd = trialEndOf(params, start);
  const items = itemsFor(call, id, params.items, { start, trialEnd }, adHoc);
  const currency = items[0]?.price.currency ?? "";
  if (customer.currency != null && customer.currency !== currency) {
    throw invalid(
      "You cannot combine currencies on a single customer. This customer has had an invoice in " +
        `${customer.currency}: the prices are in ${currency}.`,
      { param: "items" },
    );
  }
  const own = methodForCustomer(call, params.default_payment_method, customer.id);
  const subscription = newSubscription(call, {
    id,
    currency,
    customer: customer.id,
    default_payment_method: own,
    description: params.description || null,
    discounts: discountsFor(call, params.discounts || [], {
      checkoutSession,
      currency,
      customer: customer.id,
      subscription: id,
      subtotal: items.reduce(
        (sum, { price, quantity }) => sum + costOf(call, price, quantity ?? 0),
        0,
      ),
    }).map((discount) => discount.id),
    items: {
      object: "list",
      data: items,
      has_more: false,
      url: `/v1/subscription_items?subscription=${id}`,
    },
    metadata: mergeMetadata({}, params.metadata),
    payment_settings: paymentSettingsOf(null, params.payment_settings),
    schedule,
    status: "incomplete",
    ...(trialEnd === null
      ? {}
      : { billing_cycle_anchor: trialEnd, trial_end: trialEnd, trial_start: start }),
    ...(params.trial_settings === undefined ? {} : {
      trial_settings: {
        end_behavior: {
          billing_cycle_anchor: null,
          missing_payment_method: params.trial_settings.end_behavior.missing_payment_method ??
            "create_invoice",
        },
      },
    }),
  });
  const settled = {
    ...subscription,
    ...(params.automatic_tax === undefined
      ? {}
      : { automatic_tax: automaticTaxOf(call, customer.id, params.automatic_tax) }),
    invoice_settings: invoiceSettingsOf(
      call,
      subscription.invoice_settings,
      params.invoice_settings ?? {},
    ),
  };
  const scheduled = {
    ...settled,
    ...scheduledEnd(call, subscription, params.cancel_at_period_end, params.cancel_at),
  };
  const method = own ?? customer.invoice_settings.default_payment_method;
  return bill(call, scheduled, customer, {
    method,
    collect: behavior !== "default_incomplete",
    offSession: params.off_session ?? false,
    mustBePaid: behavior === "error_if_incomplete",
  });
}

function bill(
  call: Call,
  fresh: Subscription,
  customer: Documents["customer"],
  { method, collect, offSession, mustBePaid }: {
    method: string | null;
    collect: boolean;
    offSession: boolean;
    mustBePaid: boolean;
  },
): Subscription {
  const free = fresh.trial_end !== null;
  const draft = newInvoice(call, {
    subscription: fresh,
    customer,
    reason: "subscription_create",
    billed: fresh.items.data.filter((item) => !isMetered(item)).map((item) => ({
      item,
      period: { start: item.current_period_start, end: item.current_period_end },
      free,
    })),
  });
  if (draft.amount_due > 0 && collect && method === null) {
    throw invalid(
      "This customer has no attached payment source or default payment method. Please consider " +
        "adding a default payment method.",
      { code: "resource_missing" },
    );
  }
  const nothingDue = draft.amount_due === 0;
  const setup = nothingDue && method === null
    ? call.create(newSetupIntent(call, customer.id), "setup_intent.created").id
    : null;
  const subscription = call.create({
    ...fresh,
    latest_invoice: draft.id,
    pending_setup_intent: setup,
    status: free ? "trialing" : nothingDue ? "active" : "incomplete",
  });
  call.create(draft, "invoice.created");
  call.emit("customer.subscription.created", subscription);
  const invoice = finalize(call, draft, { method, description: "Subscription creation" });
  if (!nothingDue && collect) {
    try {
      pay(call, invoice, { offSession });
    } catch (error) {
      // The first payment was declined: the subscription waits, incomplete, for another.
      if (!(error instanceof StripeProblem && error.keepsChanges)) throw error;
      if (mustBePaid) throw new StripeProblem(402, error.body);
    }
  }
  return call.need("subscription", subscription.id);
}

function trialEndOf(params: Stripe.SubscriptionCreateParams, start: number): number | null {
  if (params.trial_end !== undefined && params.trial_period_days !== undefined) {
    throw invalid("You may only specify one of these parameters: trial_end, trial_period_days.");
  }
  if (params.trial_period_days !== undefined) {
    if (params.trial_period_days < 1) {
      throw invalid("Invalid trial_period_days: must be at least 1.", {
        param: "trial_period_days",
      });
    }
    return start + params.trial_period_days * daySeconds;
  }
  if (params.trial_end === undefined || params.trial_end === "now") return null;
  if (params.trial_end <= start) {
    throw invalid("Invalid timestamp: must be an integer Unix timestamp in the future.", {
      param: "trial_end",
    });
  }
  return params.trial_end;
}

function parameterMissing(param: string): StripeProblem {
  return invalid(`Missing required param: ${param}.`, { code: "parameter_missing", param });
}
