import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { after } from "../billing/periods.ts";
import { invalid, notImplemented } from "../errors.ts";
import { newId } from "../ids.ts";
import { mergeMetadata } from "../metadata.ts";
import type { Documents } from "../wire.ts";
import { planOf } from "./plans.ts";

export type Subscription = Documents["subscription"];
export type SubscriptionItem = Subscription["items"]["data"][number];

/**
 * The items that a creation asks for, with the period they start in.
 * @param adHoc true where prices may be inactive, being made for this subscription alone.
 */
export function itemsFor(
  call: Call,
  subscription: string,
  given: Stripe.SubscriptionCreateParams.Item[],
  period: { start: number; trialEnd: number | null },
  adHoc = false,
): SubscriptionItem[] {
  const items = given.map(({ price: id, quantity, metadata }, index) => {
    const param = `items[${index}][price]`;
    if (id === undefined) {
      throw invalid(`Missing required param: ${param}.`, { code: "parameter_missing", param });
    }
    if (quantity !== undefined && quantity < 0) {
      throw invalid("This value must be greater than or equal to 0.", {
        param: `items[${index}][quantity]`,
      });
    }
    const price = recurringPrice(call, id, param, adHoc);
    assertQuantity(price, quantity, `items[${index}][quantity]`);
    const item = newItem(call, subscription, price, {
      start: period.start,
      end: period.trialEnd ?? after(period.start, price.recurring),
      quantity,
      metadata: mergeMetadata({}, metadata),
    });
    return item;
  });
  assertTogether(items);
  return items;
}

/** A new item of a subscription in a period. */
export function newItem(
  call: Call,
  subscription: string,
  price: Documents["price"],
  given: {
    start: number;
    end: number;
    quantity: number | undefined;
    metadata: SubscriptionItem["metadata"];
  },
): SubscriptionItem {
  const item: SubscriptionItem = {
    id: newId("si"),
    object: "subscription_item",
    billing_thresholds: null,
    created: call.now(),
    current_period_end: given.end,
    current_period_start: given.start,
    current_trial: null,
    discounts: [],
    metadata: given.metadata,
    plan: planOf(price),
    price,
    ...(price.recurring?.usage_type === "metered" ? {} : { quantity: given.quantity ?? 1 }),
    subscription,
    tax_rates: [],
  };
  call.store.hide(item.id, { subscription });
  return item;
}

/** Throws where a quantity is given for what is counted by a meter. */
export function assertQuantity(
  { recurring }: Documents["price"],
  quantity: number | undefined,
  param: string,
): void {
  if (recurring?.usage_type !== "metered" || quantity === undefined) return;
  throw invalid(
    "Quantity should not be specified where usage_type is `metered`. Remove quantity from " +
      `\`${param.replace("[quantity]", "")}\`.`,
    { param },
  );
}

/** When the first of a subscription's items ends its period. */
export function periodEnd(subscription: Subscription): number {
  return Math.min(...subscription.items.data.map((item) => item.current_period_end));
}

/** A price that a subscription may have. */
export function recurringPrice(call: Call, id: string, param: string, adHoc = false) {
  const price = call.need("price", id, param);
  if (!price.active && !adHoc) {
    throw invalid(
      "The price specified is inactive. This field only accepts active prices.",
      { param },
    );
  }
  const { recurring } = price;
  if (recurring === null) {
    throw invalid(
      "The price specified is set to `type=one_time` but this field only accepts prices with " +
        "`type=recurring`.",
      { param },
    );
  }
  return { ...price, recurring };
}

/** Throws where items cannot be billed together. */
export function assertTogether(items: SubscriptionItem[]): void {
  const [first, ...others] = items.map(({ price }) => price);
  for (const price of others) {
    if (price.currency !== first?.currency) {
      throw invalid(
        "All prices on a subscription must have the same `currency`: this one has " +
          `${first?.currency} and ${price.currency}.`,
        { param: "items" },
      );
    }
    if (
      price.recurring?.interval !== first.recurring?.interval ||
      price.recurring?.interval_count !== first.recurring?.interval_count
    ) {
      throw notImplemented("subscriptions whose items have several intervals", "items");
    }
  }
  const ids = new Set(items.map(({ price }) => price.id));
  if (ids.size < items.length) {
    throw invalid("Cannot add multiple subscription items with the same price.", {
      param: "items",
    });
  }
}

/** A new subscription, not yet kept; `given` is what its creation decides. */
export function newSubscription(
  call: Call,
  given:
    & Pick<Subscription, "id" | "currency" | "customer" | "items" | "status">
    & Partial<Subscription>,
): Subscription {
  return {
    object: "subscription",
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: call.now(),
    billing_cycle_anchor_config: null,
    billing_mode: { flexible: { proration_discounts: "included" }, type: "flexible" },
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    collection_method: "charge_automatically",
    created: call.now(),
    customer_account: null,
    days_until_due: null,
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    ended_at: null,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: "self" },
    },
    latest_invoice: null,
    livemode: false,
    managed_payments: null,
    metadata: {},
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: {
      payment_method_options: null,
      payment_method_types: null,
      save_default_payment_method: "off",
    },
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: call.now(),
    test_clock: null,
    transfer_data: null,
    trial_end: null,
    trial_settings: {
      end_behavior: { billing_cycle_anchor: null, missing_payment_method: "create_invoice" },
    },
    trial_start: null,
    ...given,
  };
}
