import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { invalid } from "../errors.ts";
import { newId } from "../ids.ts";
import { operation, type Resource } from "../resource.ts";
import type { Documents, Wire } from "../wire.ts";

type Meter = Documents["billing.meter"];
type MeterEvent = Documents["billing.meter_event"];

const daySeconds = 24 * 60 * 60;
/** Stripe's own limits of `timestamp`. */
const oldestSeconds = 35 * daySeconds;
const newestSeconds = 5 * 60;
/** How long an identifier is unique: Stripe says at least a day, so nobody may rely on more. */
const uniqueSeconds = daySeconds;

const create = operation<Stripe.Billing.MeterEventCreateParams>(
  "POST /v1/billing/meter_events",
  ["event_name", "identifier", "payload", "timestamp"],
  (call, params) => {
    const timestamp = params.timestamp ?? call.now();
    const oldest = call.now() - oldestSeconds;
    if (timestamp < oldest || timestamp > call.now() + newestSeconds) {
      throw invalid(
        "The timestamp must be within the past 35 calendar days or up to 5 minutes in the future.",
        { param: "timestamp" },
      );
    }
    const identifier = params.identifier ?? newId("evtid");
    if (eventOf(call, identifier) !== undefined) {
      throw invalid(`An event already exists with identifier ${identifier}.`, {
        param: "identifier",
      });
    }
    const meter = meterOf(call, params.event_name);
    const event: MeterEvent = {
      id: newId("mtrevt"),
      object: "billing.meter_event",
      created: call.now(),
      customer: customerOf(call, meter, params.payload),
      event_name: params.event_name,
      identifier,
      livemode: false,
      meter: meter.id,
      payload: params.payload,
      timestamp,
      value: valueOf(meter, params.payload),
    };
    return shown(call.create(event));
  },
);

const adjust = operation<Stripe.Billing.MeterEventAdjustmentCreateParams>(
  "POST /v1/billing/meter_event_adjustments",
  ["cancel.identifier", "event_name", "type"],
  (call, params) => {
    const identifier = params.cancel?.identifier ?? "";
    const event = eventOf(call, identifier);
    if (event?.event_name !== params.event_name) {
      throw invalid(
        `No meter event with the identifier ${identifier} was received within the last 24 hours.`,
        { param: "cancel[identifier]" },
      );
    }
    call.update(event, { canceled: true });
    const adjustment: Wire<Stripe.Billing.MeterEventAdjustment> = {
      object: "billing.meter_event_adjustment",
      cancel: { identifier },
      event_name: params.event_name,
      livemode: false,
      status: "complete",
      type: "cancel",
    };
    return adjustment;
  },
);

/** An event of an identifier that is still known by it. */
function eventOf(call: Call, identifier: string): MeterEvent | undefined {
  return call.store.all("billing.meter_event", { identifier })
    .find(({ created }) => created > call.now() - uniqueSeconds);
}

function meterOf(call: Call, name: string): Meter {
  const [meter] = call.store.all("billing.meter", { event_name: name, status: "active" });
  if (meter !== undefined) return meter;
  throw invalid(`No active meter found for event name ${name}.`, { param: "event_name" });
}

function customerOf(call: Call, meter: Meter, payload: Record<string, string>): string {
  const key = meter.customer_mapping.event_payload_key;
  const customer = payload[key];
  if (customer === undefined) throw missingKey(key);
  if (call.store.get("customer", customer) !== undefined) return customer;
  throw invalid(`No such customer: '${customer}'`, {
    code: "resource_missing",
    param: `payload[${key}]`,
  });
}

function valueOf(meter: Meter, payload: Record<string, string>): number {
  if (meter.default_aggregation.formula === "count") return 1;
  const key = meter.value_settings.event_payload_key;
  const text = payload[key];
  if (text === undefined) throw missingKey(key);
  const value = Number(text);
  if (/^-?\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw invalid(`The value of the payload's \`${key}\` must be a whole number: it is ${text}.`, {
    param: `payload[${key}]`,
  });
}

function missingKey(key: string): Error {
  return invalid(`The payload must have the key \`${key}\`, which the meter names.`, {
    param: "payload",
  });
}

function shown(event: MeterEvent): Wire<Stripe.Billing.MeterEvent> {
  const { created, event_name, identifier, livemode, object, payload, timestamp } = event;
  return { object, created, event_name, identifier, livemode, payload, timestamp };
}

/** What a meter has counted for a customer from a time until before another. */
export function usageOf(
  call: Call,
  meter: Meter,
  customer: string,
  { start, end }: { start: number; end: number },
): { events: number; value: number } {
  const events = call.store.list("billing.meter_event", {
    where: { customer, meter: meter.id },
    filter: ({ canceled, timestamp }) => canceled !== true && timestamp >= start && timestamp < end,
  }).data;
  const { formula } = meter.default_aggregation;
  const value = formula === "last"
    // Newest first as they came: of one second, the last to come counts.
    ? events.toSorted((a, b) => b.timestamp - a.timestamp)[0]?.value ?? 0
    : events.reduce((sum, event) => sum + event.value, 0);
  return { events: events.length, value };
}

export const meterEvents: Resource = {
  kinds: ["billing.meter_event"],
  operations: [create, adjust],
};
