/** Stripe's events: which objects each tells us to look at again. */
import type Stripe from "stripe";
import type { ObjectType } from "./fetch.ts";
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
    charge?: string | { id: string };
    customer?: string | { id: string };
    subscription?: string | { id: string } | null;
    released_subscription?: string | null;
    amount_refunded?: number;
    type?: string;
    metadata?: Record<string, string>;
  };
  // `invoice.upcoming` announces an invoice that does not exist yet: it has no id.
  if (object.id === undefined) return [];
  switch (object.object) {
    case "product":
      // The lines of a checkout make products and prices of their own, which are no plan's: looking at
      // those would be three of the five calls to Stripe that a checkout costs. One that becomes a plan's
      // later is updated for it.
      return event.type === "product.created" && object.metadata?.["plan"] === undefined
        ? []
        : [{ type: "product", id: object.id }];
    case "price":
      // Whether a price recurs is decided when it is made.
      return object.type === "one_time" ? [] : [{ type: "price", id: object.id }];
    case "customer":
    case "subscription":
    case "invoice":
    case "payment_method":
    case "dispute":
    case "credit_note":
      return [{ type: object.object, id: object.id }];
    case "checkout.session":
      return [{ type: "checkout_session", id: object.id }];
    case "subscription_schedule":
      return target("subscription", object.subscription ?? object.released_subscription);
    case "invoice_payment":
      return target("invoice", object.invoice);
    case "tax_id":
      return target("customer", object.customer);
    case "refund":
      return target("charge", object.charge);
    case "charge":
      // A payment comes by its invoice; a charge adds only what was refunded of it.
      return (object.amount_refunded ?? 0) > 0 ? [{ type: "charge", id: object.id }] : [];
    default:
      return [];
  }
}

function target(
  type: ObjectType,
  reference: string | { id: string } | null | undefined,
): Target[] {
  const id = idOf(reference);
  return id === null ? [] : [{ type, id }];
}
