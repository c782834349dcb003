import type Stripe from "stripe";
import { invalid } from "../errors.ts";
import { page, paging, within } from "../pagination.ts";
import { operation, type Resource, retrieveOperation } from "../resource.ts";

const list = operation<Stripe.EventListParams>(
  "GET /v1/events",
  [...paging, "created", "delivery_success", "type", "types"],
  (call, params) => {
    if (params.type !== undefined && params.types !== undefined) {
      throw invalid("You may only specify one of these parameters: type, types.");
    }
    const type = params.type;
    const prefix = type?.endsWith("*") ? type.slice(0, -1) : undefined;
    return page(call, "event", "/v1/events", params, {
      where: { type: params.types ?? (prefix === undefined ? type : undefined) },
      filter: (event) =>
        within(event.created, params.created) &&
        (prefix === undefined || event.type.startsWith(prefix)) &&
        (params.delivery_success === undefined ||
          params.delivery_success === (event.pending_webhooks === 0)),
    });
  },
);

export const events: Resource = {
  kinds: ["event"],
  operations: [retrieveOperation("event", "/v1/events"), list],
};
