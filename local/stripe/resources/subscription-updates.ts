import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { invalid } from "../errors.ts";
import { mergeMetadata } from "../metadata.ts";
import { operation } from "../resource.ts";
import { newDiscounts } from "./subscription-discounts.ts";
import { changeBilling, changesBilling, settle } from "./subscription-changes.ts";
import { itemParameters } from "./subscription-item-changes.ts";
import { hasEnded, scheduledEnd } from "./subscription-endings.ts";
import {
  automaticTaxOf,
  invoiceSettingsOf,
  methodForCustomer,
  paymentSettingsOf,
} from "./subscription-fields.ts";
import type { Subscription } from "./subscription-object.ts";
import { assertMayPend, changeIfPaid, dropPending } from "./subscription-pending-updates.ts";
import { followSubscription } from "./subscription-schedule-steps.ts";

export const update = operation<Stripe.SubscriptionUpdateParams>(
  "POST /v1/subscriptions/{id}",
  [
    ...itemParameters,
    "automatic_tax.enabled",
    "billing_cycle_anchor.type",
    "cancel_at",
    "cancel_at_period_end",
    "cancellation_details.comment",
    "cancellation_details.feedback",
    "default_payment_method",
    "description",
    "discounts",
    "invoice_settings.account_tax_ids",
    "metadata",
    "payment_behavior",
    "payment_settings.payment_method_types",
    "payment_settings.save_default_payment_method",
    "proration_behavior",
    "proration_date",
    "trial_end",
    "trial_settings.end_behavior.missing_payment_method",
  ],
  (call, params, id) => {
    const subscription = call.need("subscription", id);
    const { metadata: _metadata, cancellation_details: _details, ...others } = params;
    const onlyNotes = Object.keys(others).every((name) => name === "expand");
    if (hasEnded(subscription) && !onlyNotes) {
      throw invalid(
        "A canceled subscription can only update its cancellation_details and metadata.",
      );
    }
    const pends = params.payment_behavior === "pending_if_incomplete";
    if (pends) assertMayPend(params);
    const ends = params.cancel_at !== undefined || params.cancel_at_period_end !== undefined;
    if (subscription.schedule !== null && ends) {
      throw invalid(
        `The subscription is managed by the subscription schedule \`${subscription.schedule}\`, and ` +
          "updating any cancelation behavior directly is not allowed. Please update the schedule " +
          "instead.",
      );
    }
    const fields = fieldsOf(call, subscription, params);
    if (!changesBilling(params)) {
      const changes = { ...fields, ...endOf(call, subscription, params) };
      const noted = call.update(subscription, changes, "customer.subscription.updated");
      if (params.discounts !== undefined) followSubscription(call, noted);
      return noted;
    }
    const settled = dropPending(call, subscription);
    const { changes, draft } = changeBilling(
      call,
      { ...settled, ...fields },
      params,
      settled.discounts,
    );
    if (pends && draft !== null) {
      const all = { ...(fields.discounts === undefined ? {} : fields), ...changes };
      changeIfPaid(call, settled, { changes: all, draft });
      return call.need("subscription", id);
    }
    const changed = call.update(settled, {
      ...fields,
      ...changes,
      ...endOf(call, { ...subscription, ...changes }, params),
    }, "customer.subscription.updated");
    followSubscription(call, changed);
    if (draft !== null) settle(call, changed, draft, params.payment_behavior);
    return call.need("subscription", id);
  },
);

/** What a call changes besides what is billed. */
function fieldsOf(
  call: Call,
  subscription: Subscription,
  params: Stripe.SubscriptionUpdateParams,
): Partial<Subscription> {
  const missing = params.trial_settings?.end_behavior.missing_payment_method;
  return {
    ...(params.discounts === undefined
      ? {}
      : { discounts: newDiscounts(call, subscription, params.discounts || []) }),
    metadata: mergeMetadata(subscription.metadata, params.metadata),
    ...(params.automatic_tax === undefined ? {} : {
      automatic_tax: automaticTaxOf(call, subscription.customer, params.automatic_tax),
    }),
    ...(params.invoice_settings === undefined ? {} : {
      invoice_settings: invoiceSettingsOf(
        call,
        subscription.invoice_settings,
        params.invoice_settings,
      ),
    }),
    ...(params.description === undefined ? {} : { description: params.description || null }),
    ...(params.default_payment_method === undefined ? {} : {
      default_payment_method: methodForCustomer(
        call,
        params.default_payment_method,
        subscription.customer,
      ),
    }),
    ...(params.payment_settings === undefined ? {} : {
      payment_settings: paymentSettingsOf(subscription.payment_settings, params.payment_settings),
    }),
    ...(missing === undefined ? {} : {
      trial_settings: {
        end_behavior: { billing_cycle_anchor: null, missing_payment_method: missing },
      },
    }),
  };
}

/** When a call makes a subscription end, and what it says about why. */
function endOf(
  call: Call,
  subscription: Subscription,
  params: Stripe.SubscriptionUpdateParams,
): Partial<Subscription> {
  const end = scheduledEnd(call, subscription, params.cancel_at_period_end, params.cancel_at);
  const { comment, feedback } = params.cancellation_details ?? {};
  if (params.cancellation_details === undefined) return end;
  const known = end.cancellation_details ?? subscription.cancellation_details;
  return {
    ...end,
    cancellation_details: {
      feedback_option: null,
      reason: null,
      ...known,
      comment: comment === undefined ? known?.comment ?? null : comment || null,
      feedback: feedback === undefined ? known?.feedback ?? null : feedback || null,
    },
  };
}
