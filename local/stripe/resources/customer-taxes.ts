import { decide, type Decision } from "../billing/taxes.ts";
import type { Call } from "../call.ts";
import { invalid, type StripeProblem } from "../errors.ts";
import type { Documents, Wire } from "../wire.ts";
import { taxIdsOf } from "./tax-ids.ts";
import type Stripe from "stripe";

type Customer = Documents["customer"];
type Location = NonNullable<NonNullable<Customer["tax"]>["location"]>;

const regions = new Intl.DisplayNames("en", { type: "region", fallback: "none" });

/** Whether an address says enough for tax to be computed. */
export function isLocated(address: Wire<Stripe.Address> | null | undefined): boolean {
  const { country = null, postal_code: postal = null } = address ?? {};
  if (country === null || !/^[A-Z]{2}$/.test(country) || regions.of(country) === undefined) {
    return false;
  }
  return (country !== "US" && country !== "CA") || postal !== null;
}

/** Where a customer is taxed: where goods go, else where he is billed. */
export function locationOf(customer: Customer): Location | null {
  const shipping = customer.shipping?.address;
  if (shipping?.country != null) {
    return isLocated(shipping)
      ? { country: shipping.country, source: "shipping_destination", state: shipping.state ?? null }
      : null;
  }
  const { address = null } = customer;
  if (address?.country == null || !isLocated(address)) return null;
  return { country: address.country, source: "billing_address", state: address.state ?? null };
}

/** What tax a customer's service bears; null where nobody knows where he is. */
export function decisionFor(call: Call, customer: Customer): Decision | null {
  const location = locationOf(customer);
  if (location === null) return null;
  const { tax_head_office: head_office, tax_oss: oss } = call.settings;
  return decide({
    country: location.country,
    exempt: customer.tax_exempt ?? "none",
    taxIds: taxIdsOf(call, customer.id),
  }, { head_office, oss });
}

/** Throws where a customer's location must be known and is not. */
export function assertLocated(customer: Customer, param: string): void {
  if (locationOf(customer) === null) throw unlocated(param);
}

export function unlocated(param: string): StripeProblem {
  return invalid(
    "The customer's location isn't recognized. Set a valid customer address in order to " +
      "automatically calculate tax.",
    { code: "customer_tax_location_invalid", param },
  );
}

/** What is shown of a customer's tax when it is expanded. */
export function customerTax(call: Call, customer: Customer): NonNullable<Customer["tax"]> {
  const decision = decisionFor(call, customer);
  return {
    automatic_tax: decision === null
      ? "unrecognized_location"
      : decision.reason === "not_collecting"
      ? "not_collecting"
      : "supported",
    ip_address: null,
    location: locationOf(customer),
    provider: "stripe",
  };
}
