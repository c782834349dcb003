import type Stripe from "stripe";
import { after } from "../billing/periods.ts";
import type { Call } from "../call.ts";
import { invalid, notImplemented } from "../errors.ts";
import { mergeMetadata } from "../metadata.ts";
import { redeemable } from "./discounts.ts";
import { automaticTaxOf, methodForCustomer } from "./subscription-fields.ts";
import { costOf } from "./price-rules.ts";
import { assertQuantity, recurringPrice } from "./subscription-object.ts";
import { newPhase, type Phase } from "./subscription-schedule-object.ts";

type GivenPhase = Stripe.SubscriptionScheduleUpdateParams.Phase;

/** The parameters of a phase that do something here. */
export const phaseParameters = [
  "phases.automatic_tax.enabled",
  "phases.billing_cycle_anchor",
  "phases.collection_method",
  "phases.currency",
  "phases.default_payment_method",
  "phases.description",
  "phases.discounts.coupon",
  "phases.discounts.discount",
  "phases.discounts.promotion_code",
  "phases.duration.interval",
  "phases.duration.interval_count",
  "phases.end_date",
  "phases.items.metadata",
  "phases.items.price",
  "phases.items.quantity",
  "phases.metadata",
  "phases.proration_behavior",
  "phases.trial",
  "phases.trial_end",
] as const;

/**
 * The phases that a call describes, one beginning where the other ends. One without an end lasts a
 * period of its prices: only the last may.
 * @param from when the first begins, where it does not say so itself.
 * @param known the phases as they were: what was chosen then needs not be on offer any more.
 */
export function phasesFor(
  call: Call,
  given: readonly GivenPhase[],
  { customer, from, known = [] }: {
    customer: string;
    from: number | undefined;
    known?: readonly Phase[];
  },
): Phase[] {
  const chosen = new Set(known.flatMap(({ items }) => items.map(({ price }) => price)));
  const phases: Phase[] = [];
  for (const [index, params] of given.entries()) {
    const param = `phases[${index}]`;
    const start = startOf(call, params, phases.at(-1)?.end_date ?? from, param);
    const items = itemsOf(call, params, { chosen, param });
    const end = endOf(call, params, {
      start,
      price: items[0]?.price ?? "",
      isLast: index === given.length - 1,
      param,
    });
    const currency = call.need("price", items[0]?.price ?? "").currency;
    const trialEnd = trialEndOf(call, params, { end, isFirst: index === 0, param });
    phases.push(newPhase({
      ...(params.automatic_tax === undefined
        ? {}
        : { automatic_tax: automaticTaxOf(call, customer, params.automatic_tax) }),
      billing_cycle_anchor: params.billing_cycle_anchor ?? null,
      collection_method: methodOfCollection(params.collection_method, param),
      currency,
      default_payment_method: methodForCustomer(call, params.default_payment_method, customer),
      description: params.description || null,
      discounts: discountsOf(call, params, {
        currency,
        customer,
        items,
        param,
        known: known.find(({ start_date: then }) => then === start)?.discounts ?? [],
      }),
      end_date: end,
      items,
      metadata: mergeMetadata({}, params.metadata),
      proration_behavior: params.proration_behavior ?? "create_prorations",
      start_date: start,
      trial_end: trialEnd,
    }));
    if (params.currency !== undefined && params.currency !== currency) {
      throw invalid(`The prices of this phase are in ${currency}.`, {
        param: `${param}[currency]`,
      });
    }
  }
  if (new Set(phases.map(({ currency }) => currency)).size > 1) {
    throw invalid("All phases of a schedule must have the same currency.", { param: "phases" });
  }
  return phases;
}

function startOf(
  call: Call,
  { start_date: given }: GivenPhase,
  from: number | undefined,
  param: string,
): number {
  const start = given === "now" ? call.now() : given ?? from;
  if (start === undefined) {
    throw invalid(
      "The subscription schedule update is missing at least one phase with a `start_date` to anchor " +
        "end dates to.",
      { param: `${param}[start_date]` },
    );
  }
  if (from !== undefined && start !== from) {
    throw invalid("The `start_date` of a phase must be the `end_date` of the phase before it.", {
      param: `${param}[start_date]`,
    });
  }
  return start;
}

function endOf(
  call: Call,
  { duration, end_date: given }: GivenPhase,
  { start, price: id, isLast, param }: {
    start: number;
    price: string;
    isLast: boolean;
    param: string;
  },
): number {
  if (duration !== undefined && given !== undefined) {
    throw invalid("You may only specify one of these parameters: duration, end_date.", { param });
  }
  const { recurring } = call.need("price", id);
  if (duration === undefined && given === undefined && !isLast) {
    throw invalid("Only the last phase may be without `duration` and `end_date`.", { param });
  }
  const span = duration === undefined
    ? recurring
    : { interval: duration.interval, interval_count: duration.interval_count ?? 1 };
  if (span === null) throw new Error(`${id} does not recur`);
  const end = given === "now" ? call.now() : given ?? after(start, span);
  if (end <= start) {
    throw invalid("The `end_date` of a phase must be after its `start_date`.", {
      param: `${param}[end_date]`,
    });
  }
  return end;
}

function itemsOf(
  call: Call,
  { items: given }: GivenPhase,
  { chosen, param }: { chosen: ReadonlySet<string>; param: string },
): Phase["items"] {
  if (given.length === 0) throw invalid("A phase must have an item.", { param: `${param}[items]` });
  const items = given.map(({ metadata, price: id, quantity }, index) => {
    const at = `${param}[items][${index}]`;
    if (id === undefined) {
      throw invalid(`Missing required param: ${at}[price].`, {
        code: "parameter_missing",
        param: `${at}[price]`,
      });
    }
    if (quantity !== undefined && quantity < 0) {
      throw invalid("This value must be greater than or equal to 0.", {
        param: `${at}[quantity]`,
      });
    }
    const price = recurringPrice(call, id, `${at}[price]`, chosen.has(id));
    assertQuantity(price, quantity, `${at}[quantity]`);
    return {
      price,
      item: {
        billing_thresholds: null,
        discounts: [],
        metadata: mergeMetadata({}, metadata),
        plan: price.id,
        price: price.id,
        ...(price.recurring.usage_type === "metered" ? {} : { quantity: quantity ?? 1 }),
        tax_rates: [],
      },
    };
  });
  const kinds = new Set(
    items.map(({ price }) =>
      `${price.currency} ${price.recurring.interval_count} ${price.recurring.interval}`
    ),
  );
  if (kinds.size > 1) {
    throw notImplemented("phases whose items have several intervals or currencies", "phases");
  }
  return items.map(({ item }) => item);
}

function trialEndOf(
  call: Call,
  { trial, trial_end: given }: GivenPhase,
  { end, isFirst, param }: { end: number; isFirst: boolean; param: string },
): number | null {
  if (trial !== true && given === undefined) return null;
  if (trial === true && given !== undefined) {
    throw invalid("You may only specify one of these parameters: trial, trial_end.", { param });
  }
  if (!isFirst) throw notImplemented("a trial in a later phase", `${param}[trial_end]`);
  const until = trial === true ? end : given === "now" ? call.now() : given ?? end;
  if (until > end) {
    throw invalid("The `trial_end` of a phase must not be after its `end_date`.", {
      param: `${param}[trial_end]`,
    });
  }
  return until;
}

function discountsOf(
  call: Call,
  { discounts }: GivenPhase,
  { currency, customer, items, known, param }: {
    currency: string;
    customer: string;
    items: Phase["items"];
    known: Phase["discounts"];
    param: string;
  },
): Phase["discounts"] {
  const subtotal = items.reduce(
    (sum, { price, quantity }) => sum + costOf(call, call.need("price", price), quantity ?? 0),
    0,
  );
  return (discounts || []).map((one, index) => {
    const at = `${param}[discounts][${index}]`;
    const discount = {
      coupon: one.coupon ?? null,
      discount: one.discount ?? null,
      promotion_code: one.promotion_code ?? null,
    };
    // What this phase has redeemed already may be used up by that.
    if (known.some((was) => JSON.stringify(was) === JSON.stringify(discount))) return discount;
    if (one.discount === undefined) redeemable(call, one, { currency, customer, subtotal }, at);
    else call.need("discount", one.discount, at);
    return discount;
  });
}

function methodOfCollection(given: string | undefined, param: string): string | null {
  if (given === "send_invoice") {
    throw notImplemented("subscriptions that send an invoice", `${param}[collection_method]`);
  }
  return given ?? null;
}
