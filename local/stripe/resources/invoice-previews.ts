import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { invalid, StripeProblem } from "../errors.ts";
import { randomWord } from "../ids.ts";
import { operation } from "../resource.ts";
import type { Documents } from "../wire.ts";
import { usedSoFar } from "./metered-usage.ts";
import { changeCustomer, createCustomer, customerOf } from "./customers.ts";
import { locationOf } from "./customer-taxes.ts";
import { addTaxId, taxIdsOf } from "./tax-ids.ts";
import { nextPeriod } from "./subscription-cycle.ts";
import { changeBilling, changesBilling, draftOf } from "./subscription-changes.ts";
import { newDiscounts } from "./subscription-discounts.ts";
import { creditUnused } from "./subscription-prorations.ts";
import { hasEnded } from "./subscription-endings.ts";
import { periodEnd, type Subscription } from "./subscription-object.ts";
import { asScheduledAt } from "./subscription-schedule-steps.ts";
import { startSubscription } from "./subscription-start.ts";

type Invoice = Documents["invoice"];
type Details = Stripe.InvoiceCreatePreviewParams.SubscriptionDetails;

/**
 * What would be billed: the change itself where it bills at once, else the next renewal with what
 * the change adds to it. Nothing is estimated: the real code runs and is undone.
 */
export const createPreview = operation<Stripe.InvoiceCreatePreviewParams>(
  "POST /v1/invoices/create_preview",
  [
    "automatic_tax.enabled",
    "customer",
    "customer_details.address",
    "customer_details.shipping",
    "customer_details.tax_exempt",
    "customer_details.tax_ids",
    "discounts",
    "subscription",
    "subscription_details.billing_cycle_anchor.type",
    "subscription_details.cancel_at_period_end",
    "subscription_details.cancel_now",
    "subscription_details.items.deleted",
    "subscription_details.items.id",
    "subscription_details.items.metadata",
    "subscription_details.items.price",
    "subscription_details.items.quantity",
    "subscription_details.proration_behavior",
    "subscription_details.proration_date",
    "subscription_details.trial_end",
  ],
  (call, params) => {
    const details = params.subscription_details ?? {};
    const draft = call.store.dryRun(() => {
      const asked = params.customer_details === undefined ? params : withDetails(call, params);
      if (params.subscription === undefined) return firstInvoice(call, asked, details);
      const subscription = call.need("subscription", params.subscription, "subscription");
      if (params.customer !== undefined && params.customer !== subscription.customer) {
        throw invalid("The subscription belongs to another customer.", { param: "customer" });
      }
      const discounts = params.discounts === undefined
        ? subscription.discounts
        : newDiscounts(call, subscription, params.discounts || []);
      const enabled = params.automatic_tax?.enabled ?? subscription.automatic_tax.enabled;
      const automatic_tax = { ...subscription.automatic_tax, enabled };
      const quoted = { ...subscription, automatic_tax, discounts };
      return nextInvoice(call, quoted, details, subscription.discounts);
    });
    return asPreview(draft);
  },
);

/** What the caller says of the customer, true for this preview: all of it is undone. */
function withDetails(
  call: Call,
  params: Stripe.InvoiceCreatePreviewParams,
): Stripe.InvoiceCreatePreviewParams {
  const { address, shipping, tax_exempt, tax_ids: taxIds } = params.customer_details ?? {};
  const of = params.subscription === undefined
    ? params.customer
    : call.need("subscription", params.subscription, "subscription").customer;
  const customer = of === undefined ? createCustomer(call, {}) : customerOf(call, of);
  changeCustomer(call, customer, {
    ...(address === undefined ? {} : { address }),
    ...(shipping === undefined ? {} : { shipping }),
    ...(tax_exempt === undefined ? {} : { tax_exempt }),
  });
  if (taxIds !== undefined) {
    for (const { id } of taxIdsOf(call, customer.id)) call.store.remove(id);
    for (const [index, one] of taxIds.entries()) {
      addTaxId(call, customer.id, one, `customer_details[tax_ids][${index}][value]`);
    }
  }
  return { ...params, customer: customer.id };
}

function firstInvoice(
  call: Call,
  { automatic_tax, customer, discounts }: Stripe.InvoiceCreatePreviewParams,
  details: Details,
): Invoice {
  if (customer === undefined || details.items === undefined) {
    throw invalid(
      "You must provide a subscription, or a customer and subscription_details[items].",
    );
  }
  const items = details.items.map(({ price, quantity }) => ({
    ...(price === undefined ? {} : { price }),
    ...(quantity === undefined ? {} : { quantity }),
  }));
  const wanted = automatic_tax?.enabled === true;
  const located = wanted && locationOf(customerOf(call, customer)) !== null;
  const { latest_invoice: id } = startSubscription(call, {
    customer,
    items,
    payment_behavior: "default_incomplete",
    ...(located ? { automatic_tax: { enabled: true } } : {}),
    ...(discounts === undefined ? {} : { discounts }),
    ...(details.trial_end === undefined ? {} : { trial_end: details.trial_end }),
  });
  const invoice = call.need("invoice", id ?? "");
  if (!wanted || located) return invoice;
  // A quote may come before the address: what is missing is said, and tax is not in it.
  const status = "requires_location_inputs";
  return { ...invoice, automatic_tax: { ...invoice.automatic_tax, enabled: true, status } };
}

function nextInvoice(
  call: Call,
  subscription: Subscription,
  details: Details,
  paidWith: readonly string[],
): Invoice {
  if (hasEnded(subscription)) throw noUpcoming();
  if (details.cancel_now === true) return lastInvoice(call, subscription, details);
  const { items, proration_behavior, proration_date, trial_end } = details;
  const change = {
    ...(items === undefined ? {} : { items: items.map(asUpdate) }),
    ...(proration_behavior === undefined ? {} : { proration_behavior }),
    ...(proration_date === undefined ? {} : { proration_date }),
    ...(trial_end === undefined ? {} : { trial_end }),
    ...(details.billing_cycle_anchor === undefined
      ? {}
      : { billing_cycle_anchor: { type: details.billing_cycle_anchor.type } }),
  };
  if (change.billing_cycle_anchor?.type === "timestamp") {
    throw invalid("A running subscription's anchor is `now` or `unchanged`.", {
      param: "subscription_details[billing_cycle_anchor][type]",
    });
  }
  const { changes, draft } = changesBilling(change)
    ? changeBilling(call, subscription, change, paidWith)
    : { changes: {}, draft: null };
  if (draft !== null) return draft;
  const changed = { ...subscription, ...changes };
  const end = details.cancel_at_period_end ?? changed.cancel_at_period_end;
  const until = end ? periodEnd(changed) : changed.cancel_at;
  if (
    until !== null && until <= periodEnd(changed) && details.cancel_at_period_end !== false
  ) {
    throw noUpcoming();
  }
  return { ...nextPeriod(call, asScheduledAt(call, changed)).draft, billing_reason: "upcoming" };
}

/** What `cancel` with `prorate` and `invoice_now` would bill. */
function lastInvoice(call: Call, subscription: Subscription, details: Details): Invoice {
  if ((details.proration_behavior ?? "create_prorations") !== "none") {
    for (const item of subscription.items.data) {
      creditUnused(call, subscription, item, details.proration_date ?? call.now());
    }
  }
  const draft = draftOf(call, subscription, usedSoFar(call, subscription));
  if (draft === null) throw noUpcoming();
  return draft;
}

function asUpdate(item: Stripe.InvoiceCreatePreviewParams.SubscriptionDetails.Item) {
  const { id, price, quantity, deleted } = item;
  return {
    ...(id === undefined ? {} : { id }),
    ...(price === undefined ? {} : { price }),
    ...(quantity === undefined ? {} : { quantity }),
    ...(deleted === undefined ? {} : { deleted }),
  };
}

/** An invoice that does not exist: it can be read, not retrieved. */
function asPreview(draft: Invoice): Invoice {
  return {
    ...draft,
    id: `upcoming_in_${randomWord(24)}`,
    amount_paid: 0,
    amount_remaining: draft.amount_due,
    attempted: false,
    auto_advance: true,
    effective_at: null,
    ending_balance: Math.min(0, draft.total + draft.starting_balance),
    hosted_invoice_url: null,
    invoice_pdf: null,
    number: null,
    status: "draft",
    status_transitions: {
      finalized_at: null,
      marked_uncollectible_at: null,
      paid_at: null,
      voided_at: null,
    },
  };
}

function noUpcoming(): StripeProblem {
  return new StripeProblem(404, {
    type: "invalid_request_error",
    code: "invoice_upcoming_none",
    message: "No upcoming invoices for customer",
  });
}
