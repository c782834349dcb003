import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { invalid, missing } from "../errors.ts";
import { newId, randomWord } from "../ids.ts";
import { mergeMetadata } from "../metadata.ts";
import { page, paging, within } from "../pagination.ts";
import { includesOf, operation, type Resource } from "../resource.ts";
import type { Documents, Wire } from "../wire.ts";
import { changeBalance } from "./customer-balance.ts";
import { assertLocated, customerTax } from "./customer-taxes.ts";
import { attach, materialize } from "./payment-methods.ts";
import { addTaxId, taxIdsOf } from "./tax-ids.ts";
import { endSubscription, hasEnded } from "./subscription-endings.ts";

type Customer = Documents["customer"];

const fields = [
  "address",
  "description",
  "email",
  "invoice_settings.default_payment_method",
  "metadata",
  "name",
  "phone",
  "preferred_locales",
  "shipping",
  "tax.validate_location",
  "tax_exempt",
] as const;

const create = operation<Stripe.CustomerCreateParams>(
  "POST /v1/customers",
  [
    ...fields,
    "balance",
    "payment_method",
    "invoice_prefix",
    "next_invoice_sequence",
    "tax_id_data",
  ],
  createCustomer,
);

const update = operation<Stripe.CustomerUpdateParams>(
  "POST /v1/customers/{id}",
  [...fields, "balance", "next_invoice_sequence"],
  (call, params, id) => {
    const changed = changeCustomer(call, call.need("customer", id), params);
    return params.balance === undefined ? changed : changeBalance(call, changed, {
      amount: params.balance - changed.balance,
      currency: balanceCurrency(changed),
      type: "adjustment",
    });
  },
);

/** Changes a customer as a call says. */
export function changeCustomer(
  call: Call,
  customer: Customer,
  params: Stripe.CustomerUpdateParams,
): Customer {
  return call.update(customer, given(call, customer, params), "customer.updated");
}

const retrieve = operation(
  "GET /v1/customers/{id}",
  [],
  (call, _params, id) =>
    call.store.hidden<Wire<Stripe.DeletedCustomer>>(`deleted ${id}`) ?? call.need("customer", id),
);

const del = operation("DELETE /v1/customers/{id}", [], (call, _params, id) => {
  const customer = call.need("customer", id);
  for (const subscription of call.store.all("subscription", { customer: id })) {
    endSubscription(call, subscription, "cancellation_requested");
  }
  for (const method of call.store.all("payment_method", { customer: id })) {
    call.update(method, { customer: null });
  }
  for (const taxId of taxIdsOf(call, id)) call.store.remove(taxId.id);
  call.store.remove(id);
  const deleted: Wire<Stripe.DeletedCustomer> = { id, object: "customer", deleted: true };
  call.store.hide(`deleted ${id}`, deleted);
  call.emit("customer.deleted", customer);
  return deleted;
});

const list = operation<Stripe.CustomerListParams>(
  "GET /v1/customers",
  [...paging, "created", "email"],
  (call, params) =>
    page(call, "customer", "/v1/customers", params, {
      where: { email: params.email },
      filter: (customer) => within(customer.created, params.created),
    }),
);

/** A customer's texts, and how many characters Stripe takes of each. */
const texts = [["description", 5000], ["email", 512], ["name", 256], ["phone", 20]] as const;

/** The customer that a parameter names. A deleted one is none. */
export function customerOf(call: Call, id: string): Customer {
  const customer = call.store.get("customer", id);
  if (customer === undefined) throw missing("customer", id, "customer");
  return customer;
}

/** Makes a customer, also for a checkout that has none. */
export function createCustomer(call: Call, params: Stripe.CustomerCreateParams): Customer {
  const customer: Customer = {
    id: newId("cus"),
    object: "customer",
    address: null,
    balance: 0,
    created: call.now(),
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: null,
    email: null,
    invoice_prefix: params.invoice_prefix ?? randomWord(8).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    metadata: {},
    name: null,
    next_invoice_sequence: params.next_invoice_sequence ?? 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: "none",
    test_clock: null,
  };
  for (const [index, one] of (params.tax_id_data ?? []).entries()) {
    addTaxId(call, customer.id, one, `tax_id_data[${index}][value]`);
  }
  const made = { ...customer, ...given(call, customer, params), balance: params.balance ?? 0 };
  call.create(made, "customer.created");
  if (params.payment_method !== undefined) {
    attach(call, materialize(call, params.payment_method, "payment_method"), made.id);
  }
  return made;
}

/** The currency that a balance is counted in: the customer's, else the account's own. */
function balanceCurrency({ currency }: Customer): string {
  return currency ?? "eur";
}

function given(
  call: Call,
  customer: Customer,
  params: Stripe.CustomerCreateParams | Stripe.CustomerUpdateParams,
): Partial<Customer> {
  const changes: Partial<Customer> = {};
  for (const [field, limit] of texts) {
    const text = params[field];
    if (text === undefined) continue;
    if (text.length > limit) {
      throw invalid(`Invalid string: ${text.slice(0, 10)}…; must be at most ${limit} characters`, {
        param: field,
      });
    }
    changes[field] = text || null;
  }
  if (params.email && !/^[^\s@]+@[^\s@]+$/.test(params.email)) {
    throw invalid(`Invalid email address: ${params.email}`, {
      code: "email_invalid",
      param: "email",
    });
  }
  if (params.next_invoice_sequence !== undefined) {
    changes.next_invoice_sequence = params.next_invoice_sequence;
  }
  if (params.address !== undefined) changes.address = addressOf(params.address);
  if (params.preferred_locales !== undefined) changes.preferred_locales = params.preferred_locales;
  if (params.metadata !== undefined) {
    changes.metadata = mergeMetadata(customer.metadata, params.metadata);
  }
  if (params.shipping !== undefined) changes.shipping = shippingOf(params.shipping);
  if (params.tax_exempt !== undefined) changes.tax_exempt = params.tax_exempt || "none";
  assertTaxLocation(call, { ...customer, ...changes }, params.tax?.validate_location);
  const method = params.invoice_settings?.default_payment_method;
  if (method !== undefined) {
    if (method !== "") ownMethod(call, method, customer.id);
    changes.invoice_settings = {
      ...customer.invoice_settings,
      default_payment_method: method || null,
    };
  }
  return changes;
}

/** Throws where a call wants the tax location to be valid, and it is not. */
function assertTaxLocation(call: Call, customer: Customer, when: string | undefined): void {
  const taxed = when === "auto" &&
    call.store.all("subscription", { customer: customer.id })
      .some((one) => one.automatic_tax.enabled && !hasEnded(one));
  if (when === "immediately" || taxed) assertLocated(customer, "address");
}

function ownMethod(call: Call, id: string, customer: string): void {
  const param = "invoice_settings[default_payment_method]";
  const method = call.need("payment_method", id, param);
  if (method.customer !== customer) throw missing("payment_method", id, param);
}

function shippingOf(shipping: Stripe.CustomerUpdateParams["shipping"]): Customer["shipping"] {
  if (!shipping) return null;
  const address = addressOf(shipping.address);
  return {
    ...(address === null ? {} : { address }),
    name: shipping.name,
    phone: shipping.phone ?? null,
  };
}

/** An address of which nothing is known. */
export function emptyAddress(): Wire<Stripe.Address> {
  return { city: null, country: null, line1: null, line2: null, postal_code: null, state: null };
}

/** An address with every part, null where it was not given. */
export function addressOf(address: Stripe.AddressParam | "" | null): Wire<Stripe.Address> | null {
  if (!address) return null;
  const { city, country, line1, line2, postal_code, state } = address;
  return {
    city: city || null,
    country: country || null,
    line1: line1 || null,
    line2: line2 || null,
    postal_code: postal_code || null,
    state: state || null,
  };
}

export const customers: Resource = {
  kinds: ["customer"],
  operations: [create, update, retrieve, del, list],
  includes: includesOf("customer", {
    tax: customerTax,
    tax_ids: (call, { id }) => ({
      object: "list",
      data: taxIdsOf(call, id),
      has_more: false,
      url: `/v1/customers/${id}/tax_ids`,
    }),
    subscriptions: (call, { id }) => ({
      object: "list",
      data: call.store.all("subscription", { customer: id })
        .filter(({ status }) => status !== "canceled" && status !== "incomplete_expired"),
      has_more: false,
      url: `/v1/customers/${id}/subscriptions`,
    }),
  }),
};
