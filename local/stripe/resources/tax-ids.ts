import type Stripe from "stripe";
import { isKnownType, isVerified, parseTaxId, verdictOn } from "../billing/tax-id-formats.ts";
import type { Call } from "../call.ts";
import { invalid, missing, notImplemented } from "../errors.ts";
import { newId } from "../ids.ts";
import { page, paging } from "../pagination.ts";
import { operation, type Resource } from "../resource.ts";
import { due } from "../schedule.ts";
import type { Documents, Wire } from "../wire.ts";

type TaxId = Documents["tax_id"];

const ofCustomer = operation<Stripe.CustomerCreateTaxIdParams>(
  "POST /v1/customers/{id}/tax_ids",
  ["type", "value"],
  (call, params, id) => addTaxId(call, call.need("customer", id).id, params),
);

const create = operation<Stripe.TaxIdCreateParams>(
  "POST /v1/tax_ids",
  ["owner.customer", "owner.type", "type", "value"],
  (call, params) => addTaxId(call, ownerOf(call, params.owner), params),
);

const listOfCustomer = operation<Stripe.CustomerListTaxIdsParams>(
  "GET /v1/customers/{id}/tax_ids",
  paging,
  (call, params, id) => {
    call.need("customer", id);
    return page(call, "tax_id", `/v1/customers/${id}/tax_ids`, params, { where: { customer: id } });
  },
);

const list = operation<Stripe.TaxIdListParams>(
  "GET /v1/tax_ids",
  [...paging, "owner.customer", "owner.type"],
  (call, params) => {
    const owner = ownerOf(call, params.owner);
    return page(call, "tax_id", "/v1/tax_ids", params, {
      filter: ({ customer }) => customer === owner,
    });
  },
);

const retrieveOfCustomer = operation(
  "GET /v1/customers/{customerId}/tax_ids/{id}",
  [],
  (call, _params, customer, id) => ownedBy(call, customer, id),
);

const retrieve = operation(
  "GET /v1/tax_ids/{id}",
  [],
  (call, _params, id) => call.need("tax_id", id),
);

const delOfCustomer = operation(
  "DELETE /v1/customers/{customerId}/tax_ids/{id}",
  [],
  (call, _params, customer, id) => remove(call, ownedBy(call, customer, id)),
);

const del = operation(
  "DELETE /v1/tax_ids/{id}",
  [],
  (call, _params, id) => remove(call, call.need("tax_id", id)),
);

/** Whose tax ids a call is about: a customer's, or null for the account's own. */
function ownerOf(
  call: Call,
  owner: { type: string; customer?: string; account?: string } = { type: "self" },
): string | null {
  if (owner.type === "self") return null;
  if (owner.type !== "customer") throw notImplemented(`tax ids of an ${owner.type}`, "owner[type]");
  if (owner.customer === undefined) {
    throw invalid("Missing required param: owner[customer].", {
      code: "parameter_missing",
      param: "owner[customer]",
    });
  }
  return call.need("customer", owner.customer, "owner[customer]").id;
}

function ownedBy(call: Call, customer: string, id: string): TaxId {
  call.need("customer", customer);
  const taxId = call.store.get("tax_id", id);
  if (taxId?.customer !== customer) throw missing("tax_id", id);
  return taxId;
}

/** Gives a customer (null: the account) a tax id; throws where it is none of its type. */
export function addTaxId(
  call: Call,
  customer: string | null,
  given: { type: string; value: string },
  param = "value",
): TaxId {
  if (!isKnownType(given.type)) throw notImplemented(`tax ids of the type ${given.type}`, "type");
  const parsed = parseTaxId(given.type, given.value);
  if (parsed === undefined) {
    throw invalid(`Invalid value for ${given.type}.`, { code: "tax_id_invalid", param });
  }
  const status = isVerified(given.type) ? "pending" : "unavailable";
  return call.create<TaxId>({
    id: newId("txi"),
    object: "tax_id",
    country: parsed.country,
    created: call.now(),
    customer,
    customer_account: null,
    livemode: false,
    owner: customer === null
      ? { customer_account: null, type: "self" }
      : { customer, customer_account: null, type: "customer" },
    type: given.type,
    value: parsed.value,
    verification: customer === null
      ? null
      : { status, verified_address: null, verified_name: null },
  }, customer === null ? undefined : "customer.tax_id.created");
}

/** A customer's tax ids, oldest first. */
export function taxIdsOf(call: Call, customer: string): TaxId[] {
  return call.store.all("tax_id", { customer }).reverse();
}

function remove(call: Call, taxId: TaxId): Wire<Stripe.DeletedTaxId> {
  call.store.remove(taxId.id);
  if (taxId.customer !== null) call.emit("customer.tax_id.deleted", taxId);
  return { id: taxId.id, object: "tax_id", deleted: true };
}

/** The register answers after the call: at once here, in seconds or days at Stripe. */
const verification = due(
  "tax id is verified",
  "tax_id",
  ({ created, value, verification: now }) =>
    now?.status === "pending" && verdictOn(value) !== "pending" ? created : null,
  (call, id) => {
    const taxId = call.need("tax_id", id);
    const status = verdictOn(taxId.value);
    const known = status === "verified";
    call.update(taxId, {
      verification: {
        status,
        verified_address: known ? "1 Test Street, Test City" : null,
        verified_name: known ? "TEST COMPANY" : null,
      },
    }, "customer.tax_id.updated");
  },
);

export const taxIds: Resource = {
  kinds: ["tax_id"],
  operations: [
    ofCustomer,
    create,
    listOfCustomer,
    list,
    retrieveOfCustomer,
    retrieve,
    delOfCustomer,
    del,
  ],
  due: [verification],
};
