import type { Call } from "../call.ts";
import { newId } from "../ids.ts";
import type { Documents } from "../wire.ts";
import type { Subscription } from "./subscription-object.ts";

export type SubscriptionSchedule = Documents["subscription_schedule"];
export type Phase = SubscriptionSchedule["phases"][number];

/** A new schedule, not yet kept; `given` is what its creation decides. */
export function newSchedule(
  call: Call,
  given:
    & Pick<SubscriptionSchedule, "customer" | "phases" | "status">
    & Partial<SubscriptionSchedule>,
): SubscriptionSchedule {
  return {
    id: newId("sub_sched"),
    object: "subscription_schedule",
    application: null,
    billing_mode: { flexible: { proration_discounts: "included" }, type: "flexible" },
    canceled_at: null,
    completed_at: null,
    created: call.now(),
    current_phase: null,
    customer_account: null,
    default_settings: {
      application_fee_percent: null,
      automatic_tax: { disabled_reason: null, enabled: false, liability: null },
      billing_cycle_anchor: "automatic",
      billing_thresholds: null,
      collection_method: "charge_automatically",
      default_payment_method: null,
      description: null,
      invoice_settings: {
        account_tax_ids: null,
        custom_fields: null,
        days_until_due: null,
        description: null,
        footer: null,
        issuer: { type: "self" },
      },
      on_behalf_of: null,
      transfer_data: null,
    },
    end_behavior: "release",
    livemode: false,
    metadata: {},
    pause_schedules: [],
    released_at: null,
    released_subscription: null,
    subscription: null,
    test_clock: null,
    ...given,
  };
}

/** A new phase; `given` is what it says. */
export function newPhase(
  given: Pick<Phase, "currency" | "end_date" | "items" | "start_date"> & Partial<Phase>,
): Phase {
  return {
    add_invoice_items: [],
    application_fee_percent: null,
    billing_cycle_anchor: null,
    billing_thresholds: null,
    collection_method: null,
    default_payment_method: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    invoice_settings: null,
    metadata: {},
    on_behalf_of: null,
    proration_behavior: "create_prorations",
    transfer_data: null,
    trial_end: null,
    ...given,
  };
}

/** The items of a phase in which a subscription is as it is now. */
export function phaseItems(subscription: Subscription): Phase["items"] {
  return subscription.items.data.map(({ metadata, price, quantity }) => ({
    billing_thresholds: null,
    discounts: [],
    metadata,
    plan: price.id,
    price: price.id,
    ...(quantity === undefined ? {} : { quantity }),
    tax_rates: [],
  }));
}

/** The discounts of a phase in which a subscription is as it is now. */
export function phaseDiscounts(subscription: Subscription): Phase["discounts"] {
  return subscription.discounts.map((discount) => ({
    coupon: null,
    discount,
    promotion_code: null,
  }));
}

/** The phase that a schedule is in; undefined where it has not begun or is over. */
export function currentPhase(
  { current_phase: now, phases }: SubscriptionSchedule,
): Phase | undefined {
  return phases.find(({ start_date: start }) => start === now?.start_date);
}

/** Whether a schedule still governs, or will. */
export function isLive({ status }: SubscriptionSchedule): boolean {
  return status === "active" || status === "not_started";
}
