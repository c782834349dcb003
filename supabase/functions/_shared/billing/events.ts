/** Stripe's events: which objects each tells us to look at again. */
import type Stripe from "stripe";
import type { ObjectType } from "./sync.ts";
import { idOf } from "./records.ts";

/** An object to look at again. */
export interface Target {
  type: ObjectType;
  id: string;
}

/**
 * The objects that an event is about, by the kind of object in it rather than by its type, so that a
 * new event type about a known object is understood. Empty for what we do not mirror.
 */
export function eventTargets(event: Stripe.Event): Target[] {
  const object = event.data.object as {
    object?: string;
    id?: string;
    invoice?: string | { id: string };
  };
  // `invoice.upcoming` announces an invoice that does not exist yet: it has no id.
  if (object.id === undefined) return [];
  switch (object.object) {
    case "product":
    case "price":
    case "customer":
    case "subscription":
    case "invoice":
      return [{ type: object.object, id: object.id }];
    case "invoice_payment": {
      const invoice = idOf(object.invoice);
      return invoice === null ? [] : [{ type: "invoice", id: invoice }];
    }
    default:
      return [];
  }
}
