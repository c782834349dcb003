/** Makes Stripe's billing meters those that plans.ts declares. Safe to repeat: what is equal is left alone. */
import type Stripe from "stripe";
import type { MeterDeclaration } from "./plans.ts";

/**
 * Makes what is missing, takes up again what was deactivated, and renames. Meters that are not declared
 * stay: they may be another product's, and what they have counted is still to be billed.
 *
 * @returns what was changed, in words
 */
export async function publishMeters(
  stripe: Stripe,
  meters: Readonly<Record<string, MeterDeclaration>>,
): Promise<string[]> {
  const report: string[] = [];
  const held = await stripe.billing.meters.list({ limit: 100 })
    .autoPagingToArray({ limit: 10_000 });
  for (const { displayName, eventName } of Object.values(meters)) {
    const named = held.filter((meter) => meter.event_name === eventName);
    const meter = named.find(({ status }) => status === "active") ?? named[0];
    if (meter === undefined) {
      const created = await stripe.billing.meters.create({
        display_name: displayName,
        event_name: eventName,
        default_aggregation: { formula: "sum" },
        customer_mapping: { type: "by_id", event_payload_key: "stripe_customer_id" },
        value_settings: { event_payload_key: "value" },
        // By its name Stripe allows one active meter; by the key, two runs at once make one and both succeed.
      }, { idempotencyKey: `meter:${eventName}:${displayName}` });
      report.push(`created meter ${created.id} for ${eventName}`);
      continue;
    }
    if (meter.default_aggregation.formula !== "sum") {
      throw new Error(
        `cannot publish the meter ${eventName}: Stripe's ${meter.id} adds up by ` +
          `${meter.default_aggregation.formula}, which cannot be changed; declare another eventName`,
      );
    }
    if (meter.status !== "active") {
      await stripe.billing.meters.reactivate(meter.id);
      report.push(`reactivated meter ${meter.id} for ${eventName}`);
    }
    if (meter.display_name !== displayName) {
      await stripe.billing.meters.update(meter.id, { display_name: displayName });
      report.push(`renamed meter ${meter.id} for ${eventName}`);
    }
  }
  return report;
}
