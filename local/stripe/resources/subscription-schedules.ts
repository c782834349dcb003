import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { invalid, notImplemented } from "../errors.ts";
import { mergeMetadata } from "../metadata.ts";
import { page, paging, within } from "../pagination.ts";
import { operation, type Reaction, type Resource, retrieveOperation } from "../resource.ts";
import { due } from "../schedule.ts";
import { customerOf } from "./customers.ts";
import { cancelSubscription } from "./subscription-cancellations.ts";
import { hasEnded } from "./subscription-endings.ts";
import { automaticTaxOf, methodForCustomer } from "./subscription-fields.ts";
import { periodEnd } from "./subscription-object.ts";
import {
  currentPhase,
  isLive,
  newPhase,
  newSchedule,
  type Phase,
  phaseDiscounts,
  phaseItems,
  type SubscriptionSchedule,
} from "./subscription-schedule-object.ts";
import { phaseParameters, phasesFor } from "./subscription-schedule-phases.ts";
import {
  advanceSchedule,
  changeCurrent,
  releaseSchedule,
  setEnd,
  startSchedule,
} from "./subscription-schedule-steps.ts";

type CreateParams = Stripe.SubscriptionScheduleCreateParams;
type UpdateParams = Stripe.SubscriptionScheduleUpdateParams;

const path = "/v1/subscription_schedules";
/** `subscription_schedule.expiring` comes this long before the end. */
const noticeSeconds = 7 * 24 * 60 * 60;

const settings = [
  "default_settings.automatic_tax.enabled",
  "default_settings.billing_cycle_anchor",
  "default_settings.collection_method",
  "default_settings.default_payment_method",
  "default_settings.description",
  "end_behavior",
  "metadata",
] as const;

const create = operation<CreateParams>(
  `POST ${path}`,
  [...settings, ...phaseParameters, "customer", "from_subscription", "start_date"],
  (call, params) => {
    const { from_subscription: id, expand: _expand, ...others } = params;
    if (id === undefined) return createForCustomer(call, params);
    const [other] = Object.keys(others);
    if (other !== undefined) {
      throw invalid(`You cannot set \`${other}\` if \`from_subscription\` is set.`, {
        param: other,
      });
    }
    return createFrom(call, id);
  },
);

/** Puts a running subscription under a schedule, whose only phase is the current period. */
function createFrom(call: Call, id: string): SubscriptionSchedule {
  const subscription = call.need("subscription", id, "from_subscription");
  const refuse = (why: string) => {
    throw invalid(`You cannot migrate a subscription that ${why}.`, { param: "from_subscription" });
  };
  if (subscription.schedule !== null) {
    refuse(`is already attached to a schedule: \`${subscription.schedule}\``);
  }
  if (hasEnded(subscription) || ["incomplete", "paused"].includes(subscription.status)) {
    refuse(`is ${subscription.status}`);
  }
  const start = Math.min(...subscription.items.data.map((item) => item.current_period_start));
  const phase = newPhase({
    collection_method: subscription.collection_method,
    currency: subscription.currency,
    default_payment_method: subscription.default_payment_method,
    discounts: phaseDiscounts(subscription),
    end_date: subscription.cancel_at ?? periodEnd(subscription),
    items: phaseItems(subscription),
    start_date: start,
    trial_end: subscription.status === "trialing" ? subscription.trial_end : null,
  });
  const fresh = newSchedule(call, {
    current_phase: { end_date: phase.end_date, start_date: start },
    customer: subscription.customer,
    end_behavior: subscription.cancel_at === null ? "release" : "cancel",
    phases: [phase],
    status: "active",
    subscription: id,
  });
  const schedule = call.create({
    ...fresh,
    default_settings: {
      ...fresh.default_settings,
      automatic_tax: subscription.automatic_tax,
      default_payment_method: subscription.default_payment_method,
      description: subscription.description,
    },
  }, "subscription_schedule.created");
  call.update(subscription, { schedule: schedule.id }, "customer.subscription.updated");
  setEnd(call, schedule);
  return schedule;
}

function createForCustomer(call: Call, params: CreateParams): SubscriptionSchedule {
  if (params.customer === undefined || params.phases === undefined) {
    const param = params.customer === undefined ? "customer" : "phases";
    throw invalid(`Missing required param: ${param}.`, { code: "parameter_missing", param });
  }
  const customer = customerOf(call, params.customer).id;
  const start = params.start_date === "now" ? call.now() : params.start_date;
  if (start === undefined) {
    throw invalid("Missing required param: start_date.", {
      code: "parameter_missing",
      param: "start_date",
    });
  }
  if (start < call.now()) throw notImplemented("a start in the past", "start_date");
  const phases = phasesFor(call, params.phases, { customer, from: start });
  if (phases.length === 0) throw invalid("A schedule must have a phase.", { param: "phases" });
  const fresh = newSchedule(call, { customer, phases, status: "not_started" });
  const schedule = call.create(
    { ...fresh, ...givenOf(call, fresh, params) },
    "subscription_schedule.created",
  );
  if (start === call.now()) startSchedule(call, schedule);
  return call.need("subscription_schedule", schedule.id);
}

const update = operation<UpdateParams>(
  `POST ${path}/{id}`,
  [...settings, ...phaseParameters, "phases.start_date", "proration_behavior"],
  (call, params, id) => {
    const schedule = liveSchedule(call, id, "updated");
    const changes = givenOf(call, schedule, params);
    const behavior = params.proration_behavior ?? "create_prorations";
    if (params.phases === undefined) {
      const noted = call.update(schedule, changes, "subscription_schedule.updated");
      setEnd(call, noted);
    } else if (schedule.status === "not_started") {
      const phases = phasesOf(call, schedule, params.phases);
      const [first] = phases;
      if (first === undefined || first.start_date < call.now()) {
        throw invalid("The start of a schedule that has not begun lies in the future.", {
          param: "phases[0][start_date]",
        });
      }
      const planned = call.update(
        schedule,
        { ...changes, phases },
        "subscription_schedule.updated",
      );
      if (first.start_date === call.now()) startSchedule(call, planned);
    } else {
      changePhases(call, schedule, { changes, given: params.phases, behavior });
    }
    return call.need("subscription_schedule", id);
  },
);

/** New phases of a schedule under way: what is past stays, the present may be changed or ended. */
function changePhases(
  call: Call,
  schedule: SubscriptionSchedule,
  { changes, given, behavior }: {
    changes: Partial<SubscriptionSchedule>;
    given: NonNullable<UpdateParams["phases"]>;
    behavior: string;
  },
): void {
  const before = currentPhase(schedule);
  const subscription = call.need("subscription", schedule.subscription ?? "");
  if (before === undefined) throw new Error(`${schedule.id} is in no phase`);
  const described = phasesOf(call, schedule, given);
  const first = described[0]?.start_date ?? 0;
  const kept = schedule.phases.filter(({ end_date: end }) =>
    end <= Math.min(first, before.start_date)
  );
  // A first phase that begins now ends the present one.
  const cut = first === call.now() && first > before.start_date;
  const phases = [...kept, ...(cut ? [{ ...before, end_date: first }] : []), ...described];
  const now = phases.findLast(({ start_date: start }) => start <= call.now());
  const stays = phases.some(({ start_date: start }) => start === before.start_date);
  if (now === undefined || !stays) {
    throw invalid("You can not modify the start date of the current phase.", {
      param: "phases[0][start_date]",
    });
  }
  if (now.end_date <= call.now()) {
    throw invalid("You can not end the last phase in the past.", { param: "phases" });
  }
  const changed = call.update(schedule, {
    ...changes,
    current_phase: { end_date: now.end_date, start_date: now.start_date },
    phases,
  }, "subscription_schedule.updated");
  const entered = now.start_date !== before.start_date;
  changeCurrent(call, subscription, {
    before: entered ? { ...before, billing_cycle_anchor: null } : before,
    now,
    behavior: entered ? now.proration_behavior : behavior,
  });
  setEnd(call, changed);
}

/** Phases as an update gives them: past ones may be repeated as they were. */
function phasesOf(
  call: Call,
  schedule: SubscriptionSchedule,
  given: NonNullable<UpdateParams["phases"]>,
): Phase[] {
  return phasesFor(call, given, {
    customer: schedule.customer,
    from: undefined,
    known: schedule.phases,
  });
}

function givenOf(
  call: Call,
  schedule: SubscriptionSchedule,
  params: Pick<CreateParams, "default_settings" | "end_behavior" | "metadata">,
): Partial<SubscriptionSchedule> {
  if (params.end_behavior === "none" || params.end_behavior === "renew") {
    throw notImplemented(`the end_behavior "${params.end_behavior}"`, "end_behavior");
  }
  const {
    automatic_tax: tax,
    billing_cycle_anchor: anchor,
    collection_method,
    default_payment_method,
    description,
  } = params.default_settings ?? {};
  if (collection_method === "send_invoice") {
    throw notImplemented("subscriptions that send an invoice", "default_settings");
  }
  return {
    default_settings: {
      ...schedule.default_settings,
      ...(tax === undefined ? {} : { automatic_tax: automaticTaxOf(call, schedule.customer, tax) }),
      ...(anchor === undefined ? {} : { billing_cycle_anchor: anchor }),
      ...(default_payment_method === undefined ? {} : {
        default_payment_method: methodForCustomer(call, default_payment_method, schedule.customer),
      }),
      ...(description === undefined ? {} : { description: description || null }),
    },
    end_behavior: params.end_behavior ?? schedule.end_behavior,
    metadata: mergeMetadata(schedule.metadata, params.metadata),
  };
}

const release = operation<Stripe.SubscriptionScheduleReleaseParams>(
  `POST ${path}/{id}/release`,
  ["preserve_cancel_date"],
  (call, params, id) =>
    releaseSchedule(
      call,
      liveSchedule(call, id, "released"),
      params.preserve_cancel_date ?? false,
    ),
);

const cancel = operation<Stripe.SubscriptionScheduleCancelParams>(
  `POST ${path}/{id}/cancel`,
  ["invoice_now", "prorate"],
  (call, params, id) => {
    const schedule = liveSchedule(call, id, "canceled");
    if (schedule.subscription === null) return canceled(call, schedule, "canceled");
    cancelSubscription(call, call.need("subscription", schedule.subscription), {
      invoice_now: params.invoice_now ?? true,
      prorate: params.prorate ?? true,
    });
    return call.need("subscription_schedule", id);
  },
);

const list = operation<Stripe.SubscriptionScheduleListParams>(
  `GET ${path}`,
  [...paging, "canceled_at", "completed_at", "created", "customer", "released_at", "scheduled"],
  (call, params) =>
    page(call, "subscription_schedule", path, params, {
      where: { customer: params.customer },
      filter: (schedule) =>
        within(schedule.created, params.created) &&
        within(schedule.canceled_at ?? NaN, params.canceled_at) &&
        within(schedule.completed_at ?? NaN, params.completed_at) &&
        within(schedule.released_at ?? NaN, params.released_at) &&
        (params.scheduled === undefined ||
          params.scheduled === (schedule.status === "not_started")),
    }),
);

function liveSchedule(call: Call, id: string, verb: string): SubscriptionSchedule {
  const schedule = call.need("subscription_schedule", id);
  if (isLive(schedule)) return schedule;
  throw invalid(
    `You cannot ${
      verb.replace(/d$/, "").replace("cancele", "cancel")
    } a subscription schedule that ` +
      `is currently in the \`${schedule.status}\` status. It can only be ${verb} from the ` +
      "`not_started` and `active` statuses.",
  );
}

function canceled(
  call: Call,
  schedule: SubscriptionSchedule,
  event: "aborted" | "canceled",
): SubscriptionSchedule {
  const done = call.update(schedule, {
    canceled_at: call.now(),
    current_phase: null,
    status: "canceled",
  });
  call.emit(`subscription_schedule.${event}`, done);
  return done;
}

/** A schedule ends with its subscription. */
const reactions: Reaction[] = [{
  to: "customer.subscription.deleted",
  run(call, id) {
    const { cancellation_details: details, schedule: of } = call.need("subscription", id);
    const schedule = of === null ? undefined : call.store.get("subscription_schedule", of);
    if (schedule === undefined || !isLive(schedule)) return;
    canceled(call, schedule, details?.reason === "payment_failed" ? "aborted" : "canceled");
  },
}];

const dues = [
  due(
    "schedule starts",
    "subscription_schedule",
    ({ phases, status }) => status === "not_started" ? phases[0]?.start_date ?? null : null,
    (call, id) => startSchedule(call, call.need("subscription_schedule", id)),
  ),
  due(
    "schedule will expire",
    "subscription_schedule",
    ({ created, phases, status }) => {
      const at = (phases.at(-1)?.end_date ?? 0) - noticeSeconds;
      return status === "active" && at > created ? at : null;
    },
    (call, id) =>
      call.emit("subscription_schedule.expiring", call.need("subscription_schedule", id)),
  ),
  due(
    "schedule moves on",
    "subscription_schedule",
    ({ current_phase: now, status }) => status === "active" ? now?.end_date ?? null : null,
    (call, id) => advanceSchedule(call, call.need("subscription_schedule", id)),
  ),
];

export const subscriptionSchedules: Resource = {
  kinds: ["subscription_schedule"],
  operations: [
    create,
    update,
    release,
    cancel,
    retrieveOperation("subscription_schedule", path),
    list,
  ],
  reactions,
  due: dues,
};
