import type { CheckoutSession } from "./checkout-session-object.ts";

type Details = NonNullable<CheckoutSession["customer_details"]>;

/** Who pays, as far as is known. */
export function emptyDetails(known: Partial<Details>): Details {
  return {
    address: null,
    business_name: null,
    email: null,
    individual_name: null,
    name: null,
    phone: null,
    tax_exempt: "none",
    tax_ids: [],
    ...known,
  };
}
