/** Changes planned for a renewal: a Stripe subscription schedule of two phases, which then lets go. */
import type Stripe from "stripe";
import type { Db } from "../database.ts";
import { noteMade } from "./changes-made.ts";
import { idOf } from "./records.ts";
import type { SignedQuote } from "./quote-token.ts";

/**
 * Lets a subscription's schedule go, if it has one: it stays as it is, and nothing is planned any more. What
 * was planned has been planned all the same: its quote, repeated, must not plan it again.
 */
export async function releaseSchedule(
  { admin, stripe }: { admin: Db; stripe: Stripe },
  held: Stripe.Subscription,
  idempotencyKey?: string,
): Promise<void> {
  const id = idOf(held.schedule);
  if (id === null) return;
  await noteMade(admin, held.id, [await stripe.subscriptionSchedules.retrieve(id)]);
  await stripe.subscriptionSchedules.release(
    id,
    {},
    ...(idempotencyKey === undefined ? [] : [{ idempotencyKey }]),
  );
}

/**
 * Plans a quoted change for the end of the current period. Two calls, since Stripe makes a schedule of a
 * subscription as it is, and only then takes another phase; a request that dies between them leaves a
 * schedule that changes nothing, and its retry goes on with it.
 */
export async function changeAtRenewal(
  stripe: Stripe,
  quote: SignedQuote,
  held: Stripe.Subscription,
  attempt: number,
): Promise<void> {
  const key = `quote:${quote.id}:${attempt}`;
  const { before, change } = quote;
  const scheduleId = idOf(held.schedule) ?? (await stripe.subscriptionSchedules.create(
    { from_subscription: quote.subscription },
    { idempotencyKey: `${key}:schedule` },
  )).id;
  const schedule = await stripe.subscriptionSchedules.retrieve(scheduleId);
  const { recurring } = await stripe.prices.retrieve(change.price);
  if (recurring === null) throw new Error(`cannot plan ${change.price}: it does not recur`);
  const kept = before.discounts.map((discount) => ({ discount }));
  await stripe.subscriptionSchedules.update(scheduleId, {
    end_behavior: "release",
    metadata: { quote_id: quote.id },
    phases: [
      {
        start_date: schedule.current_phase?.start_date ?? before.period_start,
        end_date: before.period_end,
        items: [{ price: before.price, quantity: before.quantity }],
        discounts: kept,
        ...(before.status === "trialing" && { trial_end: before.period_end }),
      },
      {
        items: [{ price: change.price, quantity: change.quantity }],
        duration: { interval: recurring.interval, interval_count: recurring.interval_count },
        // The period is over: there is nothing to prorate.
        proration_behavior: "none",
        discounts: change.promotion_code === null
          ? kept
          : [{ promotion_code: change.promotion_code }],
        metadata: { quote_id: quote.id },
      },
    ],
  }, { idempotencyKey: `${key}:phases` });
}

/** Whether a quote's change is planned already. */
export function isPlanned(quote: SignedQuote, held: Stripe.Subscription): boolean {
  const { schedule } = held;
  return schedule !== null && typeof schedule === "object" &&
    schedule.metadata?.["quote_id"] === quote.id;
}
