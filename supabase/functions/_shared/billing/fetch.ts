/** Fetching what we mirror from Stripe: one way for each kind of object, every page of what it holds. */
import Stripe from "stripe";
import {
  chargeRecord,
  checkoutSessionRecord,
  creditNoteRecord,
  customerRecord,
  disputeRecord,
  idOf,
  invoiceRecord,
  paymentMethodRecord,
  priceRecord,
  productRecord,
  subscriptionExpands,
  subscriptionRecord,
} from "./records.ts";

/** Kinds of Stripe objects that we mirror, as `private.stripe_apply_<kind>` names them. */
export type ObjectType =
  | "product"
  | "price"
  | "customer"
  | "subscription"
  | "invoice"
  | "checkout_session"
  | "payment_method"
  | "charge"
  | "dispute"
  | "credit_note";

/** A fetched object as our tables take it, and what must be there before it. */
export interface Fetched {
  record: Record<string, unknown>;
  needs: [ObjectType, string | null][];
}

/** Stripe no longer has what was asked for. */
export function isMissing(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeInvalidRequestError &&
    error.code === "resource_missing";
}

/** Every page of a list: an object embeds only the first few of its parts. */
async function all<T>(list: Stripe.ApiListPromise<T>): Promise<T[]> {
  return await list.autoPagingToArray({ limit: 10_000 });
}

/** The invoice that a payment intent pays; null for a payment without one. */
async function invoiceOf(
  stripe: Stripe,
  paymentIntent: string | { id: string } | null,
): Promise<string | null> {
  const id = idOf(paymentIntent);
  if (id === null) return null;
  const found = await stripe.invoicePayments.list({
    payment: { type: "payment_intent", payment_intent: id },
    limit: 1,
  });
  return idOf(found.data[0]?.invoice);
}

/** What must be known before a charge or a dispute: its invoice, else the session that it was made in. */
async function soldBy(
  stripe: Stripe,
  paymentIntent: string | { id: string } | null,
): Promise<Fetched["needs"]> {
  const invoice = await invoiceOf(stripe, paymentIntent);
  if (invoice !== null) return [["invoice", invoice]];
  const payment_intent = idOf(paymentIntent);
  if (payment_intent === null) return [];
  const sessions = await stripe.checkout.sessions.list({ payment_intent, limit: 1 });
  return sessions.data.map((session) => ["checkout_session", session.id]);
}

/** How each kind is fetched. */
const fetchers: Record<ObjectType, (stripe: Stripe, id: string) => Promise<Fetched>> = {
  async product(stripe, id) {
    return { record: productRecord(await stripe.products.retrieve(id)), needs: [] };
  },
  async price(stripe, id) {
    const price = await stripe.prices.retrieve(id);
    return { record: priceRecord(price), needs: [["product", idOf(price.product)]] };
  },
  async customer(stripe, id) {
    const customer = await stripe.customers.retrieve(id, { expand: ["tax_ids"] });
    return { record: customerRecord(customer), needs: [] };
  },
  async subscription(stripe, id) {
    const subscription = await stripe.subscriptions.retrieve(id, {
      expand: subscriptionExpands,
    });
    if (subscription.items.has_more) {
      subscription.items.data = await all(
        stripe.subscriptionItems.list({ subscription: id, limit: 100 }),
      );
    }
    return {
      record: subscriptionRecord(subscription),
      needs: [
        ["customer", idOf(subscription.customer)],
        ...subscription.items.data.map((item): [ObjectType, string] => ["price", item.price.id]),
      ],
    };
  },
  async invoice(stripe, id) {
    const invoice = await stripe.invoices.retrieve(id);
    if (invoice.lines.has_more) {
      invoice.lines.data = await all(stripe.invoices.listLineItems(id, { limit: 100 }));
    }
    const payments = await all(stripe.invoicePayments.list({
      invoice: id,
      limit: 100,
      expand: ["data.payment.payment_intent"],
    }));
    return {
      record: invoiceRecord(invoice, payments),
      needs: [
        ["customer", idOf(invoice.customer)],
        ["subscription", idOf(invoice.parent?.subscription_details?.subscription)],
      ],
    };
  },
  async checkout_session(stripe, id) {
    // Whether money came is where the payment is: a debit's session is complete long before it.
    const session = await stripe.checkout.sessions.retrieve(id, { expand: ["payment_intent"] });
    return {
      record: checkoutSessionRecord(session),
      needs: [["customer", idOf(session.customer)], ["subscription", idOf(session.subscription)]],
    };
  },
  async payment_method(stripe, id) {
    const method = await stripe.paymentMethods.retrieve(id);
    return { record: paymentMethodRecord(method), needs: [["customer", idOf(method.customer)]] };
  },
  async charge(stripe, id) {
    const charge = await stripe.charges.retrieve(id);
    const refunds = await all(stripe.refunds.list({ charge: id, limit: 100 }));
    return {
      record: chargeRecord(charge, refunds),
      needs: await soldBy(stripe, charge.payment_intent),
    };
  },
  async dispute(stripe, id) {
    const dispute = await stripe.disputes.retrieve(id);
    return {
      record: disputeRecord(dispute),
      needs: await soldBy(stripe, dispute.payment_intent),
    };
  },
  async credit_note(stripe, id) {
    const note = await stripe.creditNotes.retrieve(id);
    return { record: creditNoteRecord(note), needs: [["invoice", idOf(note.invoice)]] };
  },
};

/**
 * Fetches an object; one that Stripe does not have (any more) is `{id, deleted: true}`, which every
 * `private.stripe_apply_<kind>` understands.
 */
export async function fetchObject(stripe: Stripe, type: ObjectType, id: string): Promise<Fetched> {
  try {
    return await fetchers[type](stripe, id);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return { record: { id, deleted: true }, needs: [] };
  }
}
