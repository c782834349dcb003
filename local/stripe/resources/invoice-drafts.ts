import type { Call } from "../call.ts";
import { due } from "../schedule.ts";
import type { Documents } from "../wire.ts";
import { collect, methodFor } from "./invoice-collection.ts";
import type { Billed } from "./invoice-lines.ts";
import { newInvoice } from "./invoice-object.ts";
import { finalize } from "./invoice-states.ts";
import { usageIn } from "./metered-usage.ts";
import { hasEnded } from "./subscription-endings.ts";
import type { Subscription } from "./subscription-object.ts";

type Invoice = Documents["invoice"];

/** How long a renewal waits for the last usage of the period that it bills, as at Stripe. */
const waitSeconds = 60 * 60;

/** What a draft bills, from which it is counted again. */
export interface Recipe {
  subscription: Subscription;
  billed: Billed[];
  period: { start: number; end: number };
}

const keyOf = (draft: string) => `what ${draft} bills`;

/** The draft of a renewal that bills usage: it finalizes itself in an hour. */
export function waitingForUsage(call: Call, draft: Invoice, recipe: Recipe): Invoice {
  call.store.hide(keyOf(draft.id), recipe);
  return { ...draft, automatically_finalizes_at: call.now() + waitSeconds };
}

/** A draft with the usage that is known by now. */
export function recounted(call: Call, draft: Invoice): Invoice {
  const recipe = call.store.hidden<Recipe>(keyOf(draft.id));
  if (recipe === undefined) return draft;
  const { subscription, billed, period } = recipe;
  const { amount_due, amount_remaining, lines, subtotal, total, ...sums } = newInvoice(call, {
    id: draft.id,
    subscription,
    customer: call.need("customer", subscription.customer),
    reason: draft.billing_reason ?? "subscription_cycle",
    billed: billed.map((one) =>
      one.usage === undefined ? one : { ...one, usage: usageIn(call, subscription, one) }
    ),
    pending: call.store.all("invoiceitem", { invoice: draft.id }).reverse(),
    period,
  });
  return {
    ...draft,
    amount_due,
    amount_remaining,
    lines,
    subtotal,
    subtotal_excluding_tax: sums.subtotal_excluding_tax,
    total,
    total_discount_amounts: sums.total_discount_amounts,
    total_excluding_tax: sums.total_excluding_tax,
    total_taxes: sums.total_taxes,
  };
}

/** A draft whose hour is over is finalized with all usage of its period, and collected. */
export const finalizesItself = due(
  "draft is finalized",
  "invoice",
  ({ automatically_finalizes_at: at, status }) => status === "draft" ? at : null,
  (call, id) => {
    const draft = call.need("invoice", id);
    const owner = draft.parent?.subscription_details?.subscription;
    const subscription = owner === undefined ? undefined : call.store.get("subscription", owner);
    const method = subscription === undefined ? null : methodFor(call, subscription);
    const invoice = finalize(call, recounted(call, draft), {
      method,
      description: "Subscription update",
    });
    if (invoice.status !== "open" || subscription === undefined || hasEnded(subscription)) return;
    collect(call, invoice, subscription);
  },
);
