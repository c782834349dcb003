import type Stripe from "stripe";
import { decide, type Decision, taxOn } from "../billing/taxes.ts";
import { parseTaxId } from "../billing/tax-id-formats.ts";
import type { Call } from "../call.ts";
import { invalid } from "../errors.ts";
import type { Documents, Wire } from "../wire.ts";
import { emptyDetails } from "./checkout-details.ts";
import { type CheckoutSession, type Order, orderOf } from "./checkout-session-object.ts";
import { isLocated, locationOf, unlocated } from "./customer-taxes.ts";
import { changeCustomer } from "./customers.ts";
import { behaviorOf } from "./invoice-taxes.ts";
import { addTaxId, taxIdsOf } from "./tax-ids.ts";

type Params = Stripe.Checkout.SessionCreateParams;

/** What a customer types about tax. */
export interface TaxForm {
  address: Wire<Stripe.Address> | null;
  businessName: string | undefined;
  taxId: { type: string; value: string } | undefined;
}

/** What a session says of tax when it is made; throws where Stripe would refuse to make it. */
export function taxFields(
  params: Params,
  customer: Documents["customer"] | undefined,
): Partial<CheckoutSession> {
  const { automatic_tax: tax, customer_update: update, tax_id_collection: ids } = params;
  if (update !== undefined && customer === undefined) {
    throw invalid("`customer_update` can only be used with `customer`.", {
      param: "customer_update",
    });
  }
  if (ids?.enabled === true && customer !== undefined && update?.name !== "auto") {
    throw invalid(
      "Tax ID collection requires updating business name on the customer. To enable tax ID " +
        "collection for an existing customer, please set `customer_update[name]` to `auto`.",
      { param: "customer_update[name]" },
    );
  }
  const taxed = tax?.enabled === true;
  if (
    taxed && customer !== undefined && update?.address !== "auto" && locationOf(customer) === null
  ) throw unlocated("customer_update[address]");
  return {
    automatic_tax: {
      enabled: taxed,
      liability: taxed ? { type: "self" } : null,
      provider: taxed ? "stripe" : null,
      status: null,
    },
    billing_address_collection: params.billing_address_collection ?? null,
    ...(ids === undefined
      ? {}
      : { tax_id_collection: { enabled: ids.enabled, required: ids.required ?? "never" } }),
  };
}

/** The amounts of a session with the tax of where its customer is, as far as that is known. */
export function taxed(
  call: Call,
  session: CheckoutSession,
  items: Order["lineItems"],
): { lineItems: Order["lineItems"]; changes: Partial<CheckoutSession> } {
  if (!session.automatic_tax.enabled) return { lineItems: items, changes: {} };
  const decision = decisionOf(call, session);
  let due = 0;
  let tax = 0;
  const lineItems = items.map((item) => {
    const base = item.amount_subtotal - item.amount_discount;
    const behavior = behaviorOf(call, item.price?.id ?? "");
    const amount = decision === null ? 0 : taxOn(base, decision.rate, behavior);
    const total = base + (behavior === "exclusive" ? amount : 0);
    due += total;
    tax += amount;
    return { ...item, amount_tax: amount, amount_total: total };
  });
  // During a trial nothing is due, so nothing is taxed.
  const free = session.amount_subtotal === 0;
  return {
    lineItems,
    changes: {
      amount_total: free ? 0 : due,
      automatic_tax: {
        ...session.automatic_tax,
        status: decision === null ? "requires_location_inputs" : "complete",
      },
      ...(session.total_details === null
        ? {}
        : { total_details: { ...session.total_details, amount_tax: free ? 0 : tax } }),
    },
  };
}

/** What tax a session's customer bears: by what he is, and will be when what he typed is kept. */
function decisionOf(call: Call, session: CheckoutSession): Decision | null {
  const customer = session.customer === null
    ? undefined
    : call.store.get("customer", session.customer);
  const location = placeOf(call, session, customer);
  if (location === null) return null;
  const { tax_head_office: head_office, tax_oss: oss } = call.settings;
  const own = customer === undefined ? [] : taxIdsOf(call, customer.id);
  const given = (session.customer_details?.tax_ids ?? []).map(({ type, value }) => ({
    type,
    country: parseTaxId(type, value ?? "")?.country ?? null,
  }));
  return decide({
    country: location,
    exempt: customer?.tax_exempt ?? "none",
    taxIds: [...own, ...given],
  }, { head_office, oss });
}

function placeOf(
  call: Call,
  session: CheckoutSession,
  customer: Documents["customer"] | undefined,
): string | null {
  // A subscription is billed where its customer is; goods that are sent once are taxed where they go.
  const sent = session.mode === "payment"
    ? session.collected_information?.shipping_details?.address
    : undefined;
  if (sent?.country != null) return isLocated(sent) ? sent.country : null;
  const order = call.store.hidden<Order>(session.id);
  const keeps = customer === undefined || order?.customerUpdate?.address === "auto";
  const typed = keeps ? session.customer_details?.address : undefined;
  if (customer !== undefined) {
    return locationOf({ ...customer, ...(typed == null ? {} : { address: typed }) })?.country ??
      null;
  }
  return typed?.country != null && isLocated(typed) ? typed.country : null;
}

/** Takes what the customer has typed about tax, and counts anew; throws what does not do. */
export function withTaxDetails(
  call: Call,
  session: CheckoutSession,
  form: TaxForm,
): CheckoutSession {
  const order = orderOf(call, session.id);
  // What the first attempt to pay has billed stands.
  if (order.made.subscription !== undefined) return session;
  const collects = session.tax_id_collection?.enabled === true;
  const taxId = collects ? form.taxId : undefined;
  const parsed = taxId === undefined ? undefined : parseTaxId(taxId.type, taxId.value);
  if (taxId !== undefined && parsed === undefined) {
    throw invalid("Your tax ID is invalid.", { code: "tax_id_invalid", param: "tax_id" });
  }
  const known = session.customer_details;
  const told = call.update(session, {
    customer_details: known === null && form.address === null && taxId === undefined
      ? known
      : emptyDetails({
        ...known,
        ...(form.address === null ? {} : { address: form.address }),
        ...(collects && form.businessName !== undefined
          ? { business_name: form.businessName }
          : {}),
        ...(taxId === undefined || parsed === undefined
          ? {}
          : { tax_ids: [{ type: taxId.type, value: parsed.value }] }),
      }),
  });
  const { lineItems, changes } = taxed(call, told, order.lineItems);
  call.store.hide(session.id, { ...order, lineItems });
  return call.update(told, changes);
}

/** Throws where an attempt to pay lacks what tax, or the seller, needs. */
export function assertTaxDetails(session: CheckoutSession): void {
  const { address = null, tax_ids: taxIds = null } = session.customer_details ?? {};
  if (session.billing_address_collection === "required" && !isLocated(address)) {
    throw invalid("Enter your billing address.", { param: "billing_country" });
  }
  if (session.automatic_tax.status === "requires_location_inputs") {
    throw invalid("Enter your billing address.", { param: "billing_country" });
  }
  if (session.tax_id_collection?.required === "if_supported" && (taxIds ?? []).length === 0) {
    throw invalid("Enter your tax ID.", { param: "tax_id" });
  }
}

/** Gives the customer what was typed of it, as far as the session is to change him. */
export function keepTaxDetails(
  call: Call,
  session: CheckoutSession,
  order: Order,
  id: string,
): void {
  const { address, business_name: business, tax_ids: taxIds } = session.customer_details ?? {};
  const fresh = session.customer === null;
  const customer = call.need("customer", id);
  changeCustomer(call, customer, {
    ...(address != null && (fresh || order.customerUpdate?.address === "auto")
      ? { address: given(address) }
      : {}),
    ...(business != null && (fresh || order.customerUpdate?.name === "auto")
      ? { name: business }
      : {}),
  });
  const known = taxIdsOf(call, id);
  for (const { type, value } of taxIds ?? []) {
    if (known.some((one) => one.type === type && one.value === value)) continue;
    addTaxId(call, id, { type, value: value ?? "" });
  }
}

function given(address: Wire<Stripe.Address>): Stripe.AddressParam {
  return Object.fromEntries(Object.entries(address).filter(([, value]) => value !== null));
}
