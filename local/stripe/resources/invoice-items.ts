import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { newId } from "../ids.ts";
import { page, paging, within } from "../pagination.ts";
import { operation, type Resource, retrieveOperation } from "../resource.ts";
import type { Documents } from "../wire.ts";
import { describeProration } from "./invoice-lines.ts";
import type { Subscription, SubscriptionItem } from "./subscription-object.ts";

type InvoiceItem = Documents["invoiceitem"];

const list = operation<Stripe.InvoiceItemListParams>(
  "GET /v1/invoiceitems",
  [...paging, "created", "customer", "invoice", "pending"],
  (call, params) =>
    page(call, "invoiceitem", "/v1/invoiceitems", params, {
      where: { customer: params.customer, invoice: params.invoice },
      filter: (item) =>
        within(item.date, params.created) &&
        (params.pending === undefined || params.pending === (item.invoice === null)),
    }),
);

/** What waits for a subscription's next invoice, oldest first. */
export function pendingItems(call: Call, subscription: string): InvoiceItem[] {
  return call.store.all("invoiceitem", {
    "parent.subscription_details.subscription": subscription,
  }).filter(({ invoice }) => invoice === null).reverse();
}

const keyOf = (item: string) => `discounts of ${item}`;

/** The discounts of the moment in which a proration came up: what is credited was paid with them. */
export function discountsOfPending(call: Call, item: InvoiceItem): string[] {
  return call.store.hidden<string[]>(keyOf(item.id)) ?? [];
}

/** Puts what waited on an invoice. */
export function takePending(call: Call, pending: readonly InvoiceItem[], invoice: string): void {
  for (const item of pending) call.update(item, { invoice });
}

/**
 * Keeps a proration for the next invoice: credit for time that was paid and will not be used, or the
 * charge of time that is left.
 */
export function createProration(
  call: Call,
  subscription: Subscription,
  item: SubscriptionItem,
  { kind, amount, period }: {
    kind: "unused" | "remaining";
    amount: number;
    period: { start: number; end: number };
  },
): InvoiceItem {
  const id = newId("ii");
  call.store.hide(keyOf(id), subscription.discounts);
  return call.create({
    id,
    object: "invoiceitem",
    amount,
    currency: subscription.currency,
    customer: subscription.customer,
    customer_account: null,
    date: call.now(),
    description: describeProration(call, item, kind, period.start),
    discountable: false,
    discounts: [],
    invoice: null,
    livemode: false,
    metadata: {},
    net_amount: amount,
    parent: {
      subscription_details: { subscription: subscription.id, subscription_item: item.id },
      type: "subscription_details",
    },
    period,
    pricing: {
      price_details: { price: item.price.id, product: item.price.product },
      type: "price_details",
      unit_amount_decimal: item.price.unit_amount_decimal,
    },
    proration: true,
    proration_details: { credited_items: null, discount_amounts: [] },
    quantity: item.quantity ?? 1,
    quantity_decimal: String(item.quantity ?? 1),
    tax_rates: [],
    test_clock: null,
  }, "invoiceitem.created");
}

export const invoiceItems: Resource = {
  kinds: ["invoiceitem"],
  operations: [retrieveOperation("invoiceitem", "/v1/invoiceitems"), list],
};
