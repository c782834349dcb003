import type { Call } from "../call.ts";
import { StripeProblem } from "../errors.ts";
import { mergeMetadata } from "../metadata.ts";
import { type GivenDiscount, redeemable } from "./discounts.ts";
import { costOf } from "./price-rules.ts";
import { endAsAsked } from "./subscription-cancellations.ts";
import { changeBilling, settle } from "./subscription-changes.ts";
import { newDiscounts } from "./subscription-discounts.ts";
import { hasEnded } from "./subscription-endings.ts";
import { itemChanges } from "./subscription-item-changes.ts";
import { periodEnd, type Subscription } from "./subscription-object.ts";
import {
  currentPhase,
  type Phase,
  phaseDiscounts,
  phaseItems,
  type SubscriptionSchedule,
} from "./subscription-schedule-object.ts";
import { startSubscription } from "./subscription-start.ts";

/** Begins a schedule: makes its subscription, in its first phase. */
export function startSchedule(call: Call, schedule: SubscriptionSchedule): void {
  const [phase] = schedule.phases;
  if (phase === undefined) throw new Error(`${schedule.id} has no phases`);
  const customer = call.need("customer", schedule.customer);
  const method = phase.default_payment_method ?? schedule.default_settings.default_payment_method;
  const trials = phase.trial_end !== null && phase.trial_end > call.now();
  const pays = method !== null || customer.invoice_settings.default_payment_method !== null;
  const tax = phase.automatic_tax ?? schedule.default_settings.automatic_tax;
  const description = phase.description ?? schedule.default_settings.description;
  const started = call.update(schedule, {
    current_phase: { end_date: phase.end_date, start_date: phase.start_date },
    status: "active",
  });
  const subscription = startSubscription(call, {
    customer: schedule.customer,
    ...(tax?.enabled === true ? { automatic_tax: { enabled: true } } : {}),
    discounts: phase.discounts.map(asGiven),
    items: phase.items.map(({ metadata, price, quantity }) => ({
      price,
      ...(metadata === null ? {} : { metadata }),
      ...(quantity === undefined ? {} : { quantity }),
    })),
    metadata: phase.metadata ?? {},
    // Nobody is there to be told that no card is on file: the first invoice waits for one.
    payment_behavior: pays || trials ? "allow_incomplete" : "default_incomplete",
    ...(method === null ? {} : { default_payment_method: method }),
    ...(description === null ? {} : { description }),
    ...(trials ? { trial_end: phase.trial_end ?? 0 } : {}),
  }, { schedule: schedule.id });
  const bound = call.update(started, { subscription: subscription.id });
  setEnd(call, bound);
  call.emit("subscription_schedule.updated", bound);
}

/** Enters the phase that begins now, or ends the schedule where there is none. */
export function advanceSchedule(call: Call, schedule: SubscriptionSchedule): void {
  const ended = currentPhase(schedule);
  const next = schedule.phases.find(({ start_date: start }) => start === ended?.end_date);
  if (next === undefined) {
    endSchedule(call, schedule);
    return;
  }
  const moved = call.update(schedule, {
    current_phase: { end_date: next.end_date, start_date: next.start_date },
  }, "subscription_schedule.updated");
  const subscription = subscriptionOf(call, moved);
  if (subscription === undefined) return;
  enter(call, subscription, next, next.proration_behavior);
}

function endSchedule(call: Call, schedule: SubscriptionSchedule): void {
  if (schedule.end_behavior !== "cancel") {
    releaseSchedule(call, schedule, false);
    return;
  }
  const subscription = subscriptionOf(call, schedule);
  call.update(schedule, {
    completed_at: call.now(),
    current_phase: null,
    status: "completed",
  });
  call.emit("subscription_schedule.completed", call.need("subscription_schedule", schedule.id));
  if (subscription !== undefined) endAsAsked(call, subscription);
}

/** Lets a subscription go on as it is now, by itself. */
export function releaseSchedule(
  call: Call,
  schedule: SubscriptionSchedule,
  keepsEnd: boolean,
): SubscriptionSchedule {
  const subscription = subscriptionOf(call, schedule);
  const released = call.update(schedule, {
    current_phase: null,
    released_at: call.now(),
    released_subscription: schedule.subscription,
    status: "released",
    subscription: null,
  });
  if (subscription !== undefined) {
    call.update(subscription, {
      schedule: null,
      ...(schedule.end_behavior === "cancel" && !keepsEnd
        ? { cancel_at: null, canceled_at: null }
        : {}),
    }, "customer.subscription.updated");
  }
  call.emit("subscription_schedule.released", released);
  return released;
}

/** Enters a phase: at a period's end the renewal that follows bills it, else it is prorated. */
export function enter(
  call: Call,
  subscription: Subscription,
  phase: Phase,
  behavior: Phase["proration_behavior"],
): void {
  const fields = fieldsOf(call, subscription, phase);
  // One that stands still is billed when it goes on, by what it has then.
  const stands = subscription.status === "paused" || subscription.status === "incomplete";
  if (stands || periodEnd(subscription) === call.now()) {
    const changes = { ...fields, ...renewedBy(call, subscription, phase) };
    call.update(subscription, changes, "customer.subscription.updated");
    return;
  }
  change(call, subscription, phase, { behavior, fields });
}

/** What of a subscription becomes as a phase says, besides its items. */
function fieldsOf(
  call: Call,
  subscription: Subscription,
  phase: Phase,
): Partial<Subscription> {
  const same = JSON.stringify(phase.discounts) === JSON.stringify(phaseDiscounts(subscription));
  const { automatic_tax: tax } = phase;
  return {
    ...(tax === undefined || tax.enabled === subscription.automatic_tax.enabled
      ? {}
      : { automatic_tax: tax }),
    ...(same ? {} : {
      discounts: newDiscounts(
        call,
        subscription,
        phase.discounts.map(asGiven).filter((one) => counts(call, subscription, one)),
      ),
    }),
    metadata: mergeMetadata(subscription.metadata, phase.metadata ?? {}),
    ...(phase.description === null ? {} : { description: phase.description }),
    ...(phase.default_payment_method === null
      ? {}
      : { default_payment_method: phase.default_payment_method }),
  };
}

/**
 * Whether a discount still counts when its phase is entered. Nobody is there to be told otherwise:
 * the phase begins without it.
 */
function counts(call: Call, subscription: Subscription, given: GivenDiscount): boolean {
  if (given.discount !== undefined) return subscription.discounts.includes(given.discount);
  try {
    redeemable(call, given, {
      currency: subscription.currency,
      customer: subscription.customer,
      subtotal: subscription.items.data.reduce(
        (sum, { price, quantity }) => sum + costOf(call, price, quantity ?? 0),
        0,
      ),
    }, "discounts");
    return true;
  } catch (error) {
    if (error instanceof StripeProblem) return false;
    throw error;
  }
}

/** Changes a subscription in the middle of its period to what a phase says. */
export function change(
  call: Call,
  subscription: Subscription,
  phase: Phase,
  { behavior, fields = {}, trialEnd }: {
    behavior: Phase["proration_behavior"];
    fields?: Partial<Subscription>;
    trialEnd?: number | "now";
  },
): void {
  const items = itemsOf(subscription, phase);
  const anew = phase.billing_cycle_anchor === "phase_start";
  if (items.length === 0 && !anew && trialEnd === undefined) {
    call.update(subscription, fields, "customer.subscription.updated");
    return;
  }
  const { changes, draft } = changeBilling(call, { ...subscription, ...fields }, {
    items,
    proration_behavior: behavior,
    ...(anew ? { billing_cycle_anchor: { type: "now" } } : {}),
    ...(trialEnd === undefined ? {} : { trial_end: trialEnd }),
  }, subscription.discounts);
  const changed = call.update(
    subscription,
    { ...fields, ...changes },
    "customer.subscription.updated",
  );
  if (draft !== null) settle(call, changed, draft);
}

/** Applies what an update changes in the phase that a subscription is in. */
export function changeCurrent(
  call: Call,
  subscription: Subscription,
  { before, now, behavior }: {
    before: Phase;
    now: Phase;
    behavior: Phase["proration_behavior"];
  },
): void {
  const same = (field: "discounts" | "metadata" | "description" | "default_payment_method") =>
    JSON.stringify(before[field]) === JSON.stringify(now[field]);
  const wanted = fieldsOf(call, subscription, {
    ...now,
    ...(same("discounts") ? { discounts: phaseDiscounts(subscription) } : {}),
  });
  const trialEnd = now.trial_end === before.trial_end
    ? undefined
    : now.trial_end === null || now.trial_end <= call.now()
    ? "now"
    : now.trial_end;
  change(call, subscription, {
    ...now,
    // The period begins anew when a phase is entered, not whenever it is described again.
    billing_cycle_anchor: before.billing_cycle_anchor === now.billing_cycle_anchor
      ? null
      : now.billing_cycle_anchor,
  }, {
    behavior,
    fields: wanted,
    ...(trialEnd === undefined ? {} : { trialEnd }),
  });
}

/** The subscription as its schedule will have it when its period ends, for what is quoted ahead. */
export function asScheduledAt(call: Call, subscription: Subscription): Subscription {
  const schedule = scheduleOf(call, subscription);
  const at = periodEnd(subscription);
  const phase = schedule?.phases.find(({ start_date: start }) => start === at);
  if (phase === undefined) return subscription;
  return {
    ...subscription,
    ...fieldsOf(call, subscription, phase),
    ...renewedBy(call, subscription, phase),
  };
}

/** The live schedule of a subscription. */
export function scheduleOf(
  call: Call,
  { schedule: id }: Subscription,
): SubscriptionSchedule | undefined {
  const schedule = id === null ? undefined : call.store.get("subscription_schedule", id);
  return schedule?.status === "active" ? schedule : undefined;
}

/** What a phase changes for the renewal of its first moment: an anchor moves with the interval. */
function renewedBy(call: Call, subscription: Subscription, phase: Phase): Partial<Subscription> {
  const data = itemChanges(call, subscription, itemsOf(subscription, phase), true)
    .flatMap(({ after }) => after === undefined ? [] : [after]);
  const interval = ({ items }: Pick<Subscription, "items">) =>
    JSON.stringify([
      items.data[0]?.price.recurring?.interval,
      items.data[0]?.price.recurring?.interval_count,
    ]);
  const items = { ...subscription.items, data };
  const anew = phase.billing_cycle_anchor === "phase_start" ||
    interval(subscription) !== interval({ items });
  return subscription.status === "paused"
    ? { items }
    : { items, ...(anew ? { billing_cycle_anchor: phase.start_date } : {}) };
}

/**
 * What makes a subscription's items those of a phase. An item of a price that stays is kept; one
 * that goes takes the place of one that comes, in their order.
 */
function itemsOf(subscription: Subscription, phase: Phase) {
  const left = new Map(subscription.items.data.map((item) => [item.price.id, item]));
  const coming = phase.items.filter(({ price }) => !left.has(price));
  const staying = phase.items.flatMap((wanted) => {
    const item = left.get(wanted.price);
    left.delete(wanted.price);
    return item === undefined || item.quantity === wanted.quantity
      ? []
      : [{ id: item.id, quantity: wanted.quantity ?? 1 }];
  });
  const going = [...left.values()];
  return [
    ...staying,
    ...coming.map(({ metadata, price, quantity }, index) => {
      const replaced = going[index];
      return {
        price,
        ...(metadata === null ? {} : { metadata }),
        ...(quantity === undefined ? {} : { quantity }),
        ...(replaced === undefined ? {} : { id: replaced.id }),
      };
    }),
    ...going.slice(coming.length).map(({ id }) => ({ id, deleted: true })),
  ];
}

/** Follows a change that was made to the subscription itself: its current phase becomes that. */
export function followSubscription(call: Call, subscription: Subscription): void {
  const schedule = scheduleOf(call, subscription);
  const current = schedule === undefined ? undefined : currentPhase(schedule);
  if (schedule === undefined || current === undefined) return;
  const phase: Phase = {
    ...current,
    discounts: phaseDiscounts(subscription),
    items: phaseItems(subscription),
  };
  call.update(schedule, {
    phases: schedule.phases.map((one) => one === current ? phase : one),
  }, "subscription_schedule.updated");
}

/** A subscription whose schedule ends with it says when. */
export function setEnd(call: Call, schedule: SubscriptionSchedule): void {
  const subscription = subscriptionOf(call, schedule);
  const last = schedule.phases.at(-1);
  if (subscription === undefined || last === undefined) return;
  const end = schedule.end_behavior === "cancel" ? last.end_date : null;
  call.update(subscription, {
    cancel_at: end,
    cancel_at_period_end: false,
    canceled_at: end === null ? null : subscription.canceled_at ?? call.now(),
  }, "customer.subscription.updated");
}

function subscriptionOf(call: Call, schedule: SubscriptionSchedule): Subscription | undefined {
  if (schedule.subscription === null) return undefined;
  const subscription = call.need("subscription", schedule.subscription);
  return hasEnded(subscription) ? undefined : subscription;
}

function asGiven({ coupon, discount, promotion_code: promotion }: Phase["discounts"][number]) {
  return {
    ...(coupon === null ? {} : { coupon }),
    ...(discount === null ? {} : { discount }),
    ...(promotion === null ? {} : { promotion_code: promotion }),
  };
}
