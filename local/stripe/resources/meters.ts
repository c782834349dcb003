import { createHash } from "node:crypto";
import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { invalid } from "../errors.ts";
import { newId } from "../ids.ts";
import { page, pageOf, paging } from "../pagination.ts";
import { operation, type Resource, retrieveOperation } from "../resource.ts";
import type { Documents, Wire } from "../wire.ts";
import { usageOf } from "./meter-events.ts";

type Meter = Documents["billing.meter"];
type Summary = Wire<Stripe.Billing.MeterEventSummary>;

const path = "/v1/billing/meters";
const windows: Record<string, number> = { hour: 60 * 60, day: 24 * 60 * 60 };

const create = operation<Stripe.Billing.MeterCreateParams>(
  `POST ${path}`,
  [
    "customer_mapping.event_payload_key",
    "customer_mapping.type",
    "default_aggregation.formula",
    "display_name",
    "event_name",
    "event_time_window",
    "value_settings.event_payload_key",
  ],
  (call, params) => {
    assertFree(call, params.event_name);
    return call.create<Meter>({
      id: newId("mtr_test"),
      object: "billing.meter",
      created: call.now(),
      customer_mapping: params.customer_mapping ??
        { event_payload_key: "stripe_customer_id", type: "by_id" },
      default_aggregation: { formula: params.default_aggregation.formula },
      display_name: params.display_name,
      event_name: params.event_name,
      event_time_window: params.event_time_window ?? null,
      livemode: false,
      status: "active",
      status_transitions: { deactivated_at: null },
      updated: call.now(),
      value_settings: params.value_settings ?? { event_payload_key: "value" },
    }, "billing.meter.created");
  },
);

/** Throws where an active meter takes events of that name: an event counts for one. */
function assertFree(call: Call, name: string): void {
  const [other] = call.store.all("billing.meter", { event_name: name, status: "active" });
  if (other === undefined) return;
  throw invalid(`An active meter already exists with event_name ${name}: ${other.id}.`, {
    param: "event_name",
  });
}

const update = operation<Stripe.Billing.MeterUpdateParams>(
  `POST ${path}/{id}`,
  ["display_name"],
  (call, params, id) => {
    const meter = call.need("billing.meter", id);
    if (params.display_name === undefined) return meter;
    const changes = { display_name: params.display_name, updated: call.now() };
    return call.update(meter, changes, "billing.meter.updated");
  },
);

const deactivate = operation(`POST ${path}/{id}/deactivate`, [], (call, _params, id) => {
  const meter = call.need("billing.meter", id);
  if (meter.status !== "active") throw invalid("This meter is not active.");
  return turned(call, meter, "inactive");
});

const reactivate = operation(`POST ${path}/{id}/reactivate`, [], (call, _params, id) => {
  const meter = call.need("billing.meter", id);
  if (meter.status === "active") throw invalid("This meter is active already.");
  assertFree(call, meter.event_name);
  return turned(call, meter, "active");
});

function turned(call: Call, meter: Meter, status: "active" | "inactive"): Meter {
  const changed = call.update(meter, {
    status,
    status_transitions: { deactivated_at: status === "inactive" ? call.now() : null },
    updated: call.now(),
  });
  call.emit(`billing.meter.${status === "active" ? "reactivated" : "deactivated"}`, changed);
  return changed;
}

const list = operation<Stripe.Billing.MeterListParams>(
  `GET ${path}`,
  [...paging, "status"],
  (call, params) => page(call, "billing.meter", path, params, { where: { status: params.status } }),
);

const listSummaries = operation<Stripe.Billing.MeterListEventSummariesParams>(
  `GET ${path}/{id}/event_summaries`,
  [...paging, "customer", "end_time", "start_time", "value_grouping_window"],
  (call, params, id) => {
    const meter = call.need("billing.meter", id);
    const { customer, start_time: start, end_time: end, value_grouping_window: window } = params;
    const step = window === undefined ? 60 : windows[window] ?? 60;
    for (const [param, time] of Object.entries({ start_time: start, end_time: end })) {
      if (time % step === 0) continue;
      throw invalid(`${param} must be aligned with ${window ?? "minute"} boundaries.`, { param });
    }
    if (end <= start) throw invalid("end_time must be after start_time.", { param: "end_time" });
    const summaries: Summary[] = [];
    const length = window === undefined ? end - start : step;
    // Newest first, as every list of Stripe's; a window without events has no summary.
    for (let from = end - length; from >= start; from -= length) {
      const usage = usageOf(call, meter, customer, { start: from, end: from + length });
      if (usage.events > 0 || window === undefined) {
        summaries.push(summaryOf(meter, customer, usage.value, { from, until: from + length }));
      }
    }
    return pageOf(summaries, `${path}/${id}/event_summaries`, params);
  },
);

function summaryOf(
  meter: Meter,
  customer: string,
  value: number,
  { from, until }: { from: number; until: number },
): Summary {
  const name = createHash("sha256").update(`${meter.id} ${customer} ${from} ${until}`)
    .digest("hex").slice(0, 24);
  return {
    id: `mtrusg_test_${name}`,
    object: "billing.meter_event_summary",
    aggregated_value: value,
    end_time: until,
    livemode: false,
    meter: meter.id,
    start_time: from,
  };
}

export const meters: Resource = {
  kinds: ["billing.meter"],
  operations: [
    create,
    update,
    deactivate,
    reactivate,
    retrieveOperation("billing.meter", path),
    list,
    listSummaries,
  ],
};
