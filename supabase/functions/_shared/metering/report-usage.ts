/** Telling Stripe what was used, exactly once (https://docs.stripe.com/api/billing/meter-event). */
import Stripe from "stripe";
import { isDefiniteRefusal } from "../billing/stripe.ts";
import { type Db, rows } from "../database.ts";
import { describeError } from "../log.ts";
import { type Outcome, succeeded } from "../jobs/kind.ts";

interface Report {
  id: string;
  state: "open" | "sent";
  event_name: string;
  stripe_customer_id: string;
  value: number;
  occurred_at: number;
  /** How long ago it was first tried. */
  known_for_seconds: number;
  /** Until when a report that a restore has lost may have told of the same use, beside what came later. */
  restored_at: number | null;
}

/** Stripe refuses a second event of an identifier for at least 24 hours; we rely on one less. */
const identifierSeconds = 23 * 3600;

/** Stripe says so of an identifier that it has: the event was counted, by an attempt that we lost sight of. */
function isDuplicate(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeError && error.statusCode === 400 &&
    (error.code === "duplicate_meter_event" ||
      /already exists with identifier/i.test(error.message));
}

/**
 * Whether Stripe has counted a report whose identifier it may have forgotten: its sum over the minute in
 * which the use lies, beside what else we have sent for that minute. After a restore the sum from that
 * minute on: whatever Stripe was told of in the lost time began with the use that was open.
 */
async function countedByStripe(
  { admin, stripe }: { admin: Db; stripe: Stripe },
  report: Report,
): Promise<{ counted: boolean } | { unclear: string }> {
  const from = Math.floor(report.occurred_at / 60) * 60;
  const lost = report.restored_at !== null;
  const to = Math.max(from, Math.floor((report.restored_at ?? 0) / 60) * 60) + 60;
  const meters = await stripe.billing.meters.list({ status: "active", limit: 100 })
    .autoPagingToArray({ limit: 1000 });
  const meter = meters.find((one) => one.event_name === report.event_name);
  if (meter === undefined) return { unclear: `Stripe has no meter for ${report.event_name}` };
  const summaries = await stripe.billing.meters.listEventSummaries(meter.id, {
    customer: report.stripe_customer_id,
    start_time: from,
    end_time: to,
  }).autoPagingToArray({ limit: 100 });
  const atStripe = summaries.reduce((sum, { aggregated_value }) => sum + aggregated_value, 0);
  const others = await rows(admin.rpc("usage_report_neighbours", {
    report_id: report.id,
    from_time: from,
    to_time: to,
  })) as unknown as { sent: number; unknown: number };
  if (others.unknown === 0 && atStripe === others.sent) return { counted: false };
  const more = atStripe - others.sent;
  if (others.unknown === 0 && (lost ? more >= report.value : more === report.value)) {
    return { counted: true };
  }
  return {
    unclear:
      `Stripe counts ${atStripe} from ${from} to ${to}; we have sent ${others.sent}, this report is ` +
      `of ${report.value}, and ${others.unknown} others may have come`,
  };
}

/**
 * Sends a report. Repeated within a day it is the same event to Stripe; later Stripe is asked first, and
 * what it cannot tell becomes a dead letter: sending might bill twice, giving up might bill nothing, and a
 * person can see which.
 */
export async function reportUsage(
  { admin, stripe }: { admin: Db; stripe: Stripe },
  reportId: string,
): Promise<Outcome> {
  const report = await rows(
    admin.rpc("usage_report_begin", { report_id: reportId }),
  ) as unknown as Report | null;
  if (report === null || report.state === "sent") return succeeded;

  if (report.known_for_seconds > identifierSeconds) {
    const answer = await countedByStripe({ admin, stripe }, report);
    if ("unclear" in answer) {
      return { outcome: "fatal", reason: `cannot tell whether it was counted: ${answer.unclear}` };
    }
    if (answer.counted) {
      await rows(admin.rpc("usage_report_sent", { report_id: report.id }));
      return succeeded;
    }
  }
  try {
    // The identifier is the idempotency key: a key of the request's own would also keep a refusal alive
    // (no such meter yet, say) for the day in which a person mends its cause and replays the job.
    await stripe.billing.meterEvents.create({
      event_name: report.event_name,
      identifier: report.id,
      timestamp: report.occurred_at,
      payload: { stripe_customer_id: report.stripe_customer_id, value: String(report.value) },
    });
  } catch (error) {
    if (!isDuplicate(error)) {
      if (isDefiniteRefusal(error)) return { outcome: "fatal", reason: describeError(error) };
      throw error;
    }
  }
  await rows(admin.rpc("usage_report_sent", { report_id: report.id }));
  return succeeded;
}
