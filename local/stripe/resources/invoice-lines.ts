import { displayDate, displayMoney } from "../billing/display.ts";
import type { Call } from "../call.ts";
import { newId } from "../ids.ts";
import type { Documents } from "../wire.ts";

import { costOf } from "./price-rules.ts";

type Invoice = Documents["invoice"];
type Line = Invoice["lines"]["data"][number];
type Subscription = Documents["subscription"];
type Item = Subscription["items"]["data"][number];

/** One period of one item that an invoice bills. */
export interface Billed {
  item: Item;
  period: { start: number; end: number };
  /** True for the time that a trial gives away. */
  free: boolean;
  /** What a metered item has used in the period. */
  usage?: number;
}

/** The line of a period. */
export function lineOf(
  call: Call,
  invoice: string,
  subscription: Subscription,
  billed: Billed,
): Line {
  const { item, period, free, usage } = billed;
  const quantity = usage ?? item.quantity ?? 1;
  return newLine(invoice, subscription, item, {
    amount: free ? 0 : costOf(call, item.price, quantity),
    description: describe(billed, quantity, nameOf(call, item)),
    invoiceItem: null,
    period,
    quantity,
    unitAmount: free ? "0" : item.price.unit_amount_decimal,
  });
}

/** The line of what waited for the next invoice: a proration. */
export function lineOfPending(
  invoice: string,
  subscription: Subscription,
  pending: Documents["invoiceitem"],
): Line {
  const item = pending.parent?.subscription_details?.subscription_item ?? "";
  const price = pending.pricing?.price_details;
  if (price === undefined) throw new Error(`${pending.id} has no price`);
  return newLine(invoice, subscription, {
    id: item,
    metadata: pending.metadata ?? {},
    price: { id: price.price, product: price.product },
  }, {
    amount: pending.amount,
    description: pending.description ?? "",
    invoiceItem: pending.id,
    period: pending.period,
    quantity: pending.quantity,
    unitAmount: pending.pricing?.unit_amount_decimal ?? null,
  });
}

function newLine(
  invoice: string,
  subscription: Subscription,
  item: { id: string; metadata: Line["metadata"]; price: { id: string; product: string } },
  { amount, description, invoiceItem, period, quantity, unitAmount }: {
    amount: number;
    description: string;
    invoiceItem: string | null;
    period: { start: number; end: number };
    quantity: number;
    unitAmount: string | null;
  },
): Line {
  return {
    id: newId("il"),
    object: "line_item",
    amount,
    currency: subscription.currency,
    description,
    discount_amounts: [],
    discountable: invoiceItem === null,
    discounts: [],
    invoice,
    livemode: false,
    metadata: item.metadata,
    parent: {
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: invoiceItem,
        proration: invoiceItem !== null,
        proration_details: { credited_items: null },
        subscription: subscription.id,
        subscription_item: item.id,
      },
      type: "subscription_item_details",
    },
    period,
    pretax_credit_amounts: [],
    pricing: {
      price_details: { price: item.price.id, product: item.price.product },
      type: "price_details",
      unit_amount_decimal: unitAmount,
    },
    quantity,
    quantity_decimal: String(quantity),
    subscription: subscription.id,
    subtotal: amount,
    taxes: [],
  };
}

function describe({ item, free }: Billed, quantity: number, name: string): string {
  if (free) return `Trial period for ${name}`;
  const { unit_amount: unit, unit_amount_decimal: decimal } = item.price;
  if (unit === null && decimal === null) return `${quantity} × ${name}`;
  const { interval, interval_count: count } = item.price.recurring ??
    { interval: "month", interval_count: 1 };
  const every = count === 1 ? `/ ${interval}` : `every ${count} ${interval}s`;
  const each = displayMoney(unit ?? Number(decimal), item.price.currency);
  return `${quantity} × ${name} (at ${each} ${every})`;
}

/** What a proration says on an invoice. */
export function describeProration(
  call: Call,
  item: Item,
  kind: "unused" | "remaining",
  from: number,
): string {
  const quantity = item.quantity ?? 1;
  const name = nameOf(call, item);
  const what = quantity === 1 ? name : `${quantity} × ${name}`;
  const time = kind === "unused" ? "Unused time on" : "Remaining time on";
  return `${time} ${what} after ${displayDate(from)}`;
}

function nameOf(call: Call, { price }: Item): string {
  return call.store.get("product", price.product)?.name ?? price.product;
}
