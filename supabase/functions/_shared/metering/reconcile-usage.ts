/** Whether Stripe has counted what we have sent: a day's sums, customer by customer. */
import type Stripe from "stripe";
import { type Db, rows } from "../database.ts";

/** How far a reconciliation of a day has come: the last customer and event that were compared. */
export interface UsagePlace {
  customer: string;
  event: string;
}

/** What a part of a day came to. */
export interface UsageComparison {
  /** Where to go on; undefined when the day is done. */
  next: UsagePlace | undefined;
  /** What differs, in words. */
  drifts: string[];
}

interface Sent {
  stripe_customer_id: string;
  event_name: string;
  value: number;
}

const batch = 100;
/** Stripe allows 25 calls a second to one endpoint, and we are not alone there. */
const callsAtOnce = 5;
const secondsADay = 86_400;

async function countedAt(
  stripe: Stripe,
  meter: Stripe.Billing.Meter | undefined,
  customer: string,
  from: number,
): Promise<number> {
  if (meter === undefined) return 0;
  const { data } = await stripe.billing.meters.listEventSummaries(meter.id, {
    customer,
    start_time: from,
    end_time: from + secondsADay,
  });
  return data.reduce((sum, { aggregated_value }) => sum + aggregated_value, 0);
}

/**
 * Compares a batch of a day's customers.
 *
 * @param day in UTC: 2026-11-25. At least two days ago, since Stripe adds up in its own time.
 */
export async function reconcileUsage(
  { admin, stripe }: { admin: Db; stripe: Stripe },
  day: string,
  after: UsagePlace | undefined,
): Promise<UsageComparison> {
  const sent = await rows(admin.rpc("usage_sent", {
    day,
    after_customer: after?.customer ?? "",
    after_event: after?.event ?? "",
    batch,
  })) as unknown as Sent[];
  if (sent.length === 0) return { next: undefined, drifts: [] };
  const meters = await stripe.billing.meters.list({ status: "active", limit: 100 })
    .autoPagingToArray({ limit: 1000 });
  const from = Date.parse(`${day}T00:00:00Z`) / 1000;
  const drifts: string[] = [];
  for (let start = 0; start < sent.length; start += callsAtOnce) {
    await Promise.all(
      sent.slice(start, start + callsAtOnce).map(async (pair) => {
        const meter = meters.find(({ event_name }) => event_name === pair.event_name);
        const counted = await countedAt(stripe, meter, pair.stripe_customer_id, from);
        if (counted !== pair.value) {
          drifts.push(
            `${pair.stripe_customer_id} ${pair.event_name} on ${day}: ` +
              `we have sent ${pair.value}, Stripe counts ${counted}`,
          );
        }
      }),
    );
  }
  const last = sent.at(-1)!;
  return {
    next: sent.length < batch
      ? undefined
      : { customer: last.stripe_customer_id, event: last.event_name },
    drifts,
  };
}
