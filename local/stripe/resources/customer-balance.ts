import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { invalid, missing } from "../errors.ts";
import { newId } from "../ids.ts";
import { mergeMetadata } from "../metadata.ts";
import { page, paging, within } from "../pagination.ts";
import { operation, type Resource } from "../resource.ts";
import type { Documents } from "../wire.ts";
import { currencyOf } from "./prices.ts";

type Transaction = Documents["customer_balance_transaction"];
type Customer = Documents["customer"];

const path = "/v1/customers/{id}/balance_transactions";

const create = operation<Stripe.CustomerCreateBalanceTransactionParams>(
  `POST ${path}`,
  ["amount", "currency", "description", "metadata"],
  (call, params, id) => {
    const customer = call.need("customer", id);
    const currency = currencyOf(params.currency);
    if (customer.currency != null && customer.currency !== currency) {
      throw invalid(
        `This customer has had an invoice in ${customer.currency}: its balance is in that currency.`,
        { param: "currency" },
      );
    }
    if (params.amount === 0) throw invalid("The amount must not be 0.", { param: "amount" });
    changeBalance(call, customer, {
      amount: params.amount,
      currency,
      description: params.description || null,
      metadata: mergeMetadata({}, params.metadata),
      type: "adjustment",
    });
    return call.store.all("customer_balance_transaction", { customer: id })[0];
  },
);

const update = operation<Stripe.CustomerUpdateBalanceTransactionParams>(
  "POST /v1/customers/{customerId}/balance_transactions/{id}",
  ["description", "metadata"],
  (call, params, customer, id) => {
    const transaction = transactionOf(call, customer, id);
    return call.update(transaction, {
      metadata: mergeMetadata(transaction.metadata, params.metadata),
      ...(params.description === undefined ? {} : { description: params.description || null }),
    });
  },
);

const retrieve = operation(
  "GET /v1/customers/{customerId}/balance_transactions/{id}",
  [],
  (call, _params, customer, id) => transactionOf(call, customer, id),
);

const list = operation<Stripe.CustomerListBalanceTransactionsParams>(
  `GET ${path}`,
  [...paging, "created", "invoice"],
  (call, params, id) => {
    call.need("customer", id);
    return page(
      call,
      "customer_balance_transaction",
      `/v1/customers/${id}/balance_transactions`,
      params,
      {
        where: { customer: id, invoice: params.invoice },
        filter: (transaction) => within(transaction.created, params.created),
      },
    );
  },
);

function transactionOf(call: Call, customer: string, id: string): Transaction {
  call.need("customer", customer);
  const transaction = call.store.get("customer_balance_transaction", id);
  if (transaction?.customer !== customer) throw missing("customer_balance_transaction", id);
  return transaction;
}

/**
 * Moves a customer's balance (negative: credit) and keeps why. Returns the customer as it is now;
 * `changes` are others of the same moment.
 */
export function changeBalance(
  call: Call,
  customer: Customer,
  given: Pick<Transaction, "amount" | "currency" | "type"> & Partial<Transaction>,
  changes: Partial<Customer> = {},
): Customer {
  if (given.amount === 0) return call.update(customer, changes, "customer.updated");
  const balance = customer.balance + given.amount;
  call.create<Transaction>({
    id: newId("cbtxn"),
    object: "customer_balance_transaction",
    checkout_session: null,
    created: call.now(),
    credit_note: null,
    customer: customer.id,
    customer_account: null,
    description: null,
    ending_balance: balance,
    invoice: null,
    livemode: false,
    metadata: {},
    ...given,
  });
  return call.update(customer, {
    currency: customer.currency ?? given.currency,
    ...changes,
    balance,
  }, "customer.updated");
}

export const customerBalance: Resource = {
  kinds: ["customer_balance_transaction"],
  operations: [create, update, retrieve, list],
};
