/** Of subscriptions and what they cost. */
import type Stripe from "stripe";
import { idOf } from "../stripe-books.ts";
import type { KnownSubscription, SubscriptionState } from "../ledger.ts";
import type { Invariant, Offence } from "./invariant.ts";

/** States in which Stripe bills. */
const live = ["active", "trialing", "past_due", "unpaid", "paused"];

/** Groups of more than one. */
function repeated<T>(all: T[], key: (one: T) => string | null): [string, T[]][] {
  const groups = Map.groupBy(all, key);
  return [...groups].filter((group): group is [string, T[]] =>
    group[0] !== null && group[1].length > 1
  );
}

function stateOf(subscription: Stripe.Subscription): SubscriptionState {
  const item = subscription.items.data[0];
  return {
    price: String(item?.price.lookup_key),
    quantity: item?.quantity ?? 0,
    ends: subscription.status === "canceled"
      ? "ended"
      : subscription.cancel_at_period_end
      ? "with its period"
      : "no",
  };
}

function isAllowed({ allowed }: KnownSubscription, state: SubscriptionState): boolean {
  return allowed.some(({ ends, ...one }) =>
    // Its period may be over by now.
    (ends === state.ends || (ends === "with its period" && state.ends === "ended")) &&
    one.price === state.price && one.quantity === state.quantity
  );
}

export const billing: Invariant[] = [
  {
    name: "acknowledged subscriptions and changes hold",
    says:
      "Each subscription that somebody was told of is at Stripe, with the price, quantity and end that he was told last.",
    offences({ ledger, stripe }) {
      const held = new Map(stripe.subscriptions.map((one) => [one.id, one]));
      return [...ledger.subscriptions.values()].flatMap((known): Offence[] => {
        const one = held.get(known.id);
        if (one === undefined) return [{ ...known, at_stripe: "nothing" }];
        // Never paid, it is Stripe's to end.
        if (!known.paid && ["incomplete", "incomplete_expired", "canceled"].includes(one.status)) {
          return [];
        }
        const state = stateOf(one);
        if (known.paid === (one.status === "incomplete")) {
          return [{ ...known, at_stripe: { ...state, status: one.status } }];
        }
        return isAllowed(known, state) ? [] : [{ ...known, at_stripe: state }];
      });
    },
  },
  {
    name: "one customer a workspace",
    says: "Stripe has at most one customer for a workspace, however often it was created.",
    offences({ stripe }) {
      return repeated(stripe.customers, ({ metadata }) => metadata["workspace_id"] ?? null)
        .map(([workspace, customers]) => ({
          workspace,
          customers: customers.map(({ id }) => id),
        }));
    },
  },
  {
    name: "one live subscription a customer",
    says: "Nobody pays for two subscriptions.",
    offences({ stripe }) {
      const running = stripe.subscriptions.filter(({ status }) => live.includes(status));
      return repeated(running, ({ customer }) => idOf(customer)).map(([customer, found]) => ({
        customer,
        subscriptions: found.map(({ id, status }) => `${id} ${status}`),
      }));
    },
  },
  {
    name: "one charge an invoice",
    says: "No invoice was paid twice, and what was charged for it is what it says.",
    offences({ stripe }) {
      const charges = Map.groupBy(
        stripe.charges.filter(({ paid }) => paid),
        ({ payment_intent }) => idOf(payment_intent),
      );
      const payments = Map.groupBy(stripe.invoicePayments, ({ invoice }) => idOf(invoice));
      return stripe.invoices.flatMap(({ id, amount_paid, status }): Offence[] => {
        const charged = (payments.get(id!) ?? [])
          .flatMap(({ payment }) => charges.get(idOf(payment.payment_intent)) ?? []);
        const sum = charged.reduce((total, { amount }) => total + amount, 0);
        return charged.length <= 1 && sum === amount_paid ? [] : [{
          invoice: id,
          status,
          amount_paid,
          charges: charged.map((charge) => `${charge.id} ${charge.amount}`),
        }];
      });
    },
  },
  {
    name: "local billing equals Stripe's",
    says:
      "Rows of subscriptions, invoices and payments are Stripe's objects, one for one, with the same state and amount.",
    async offences({ sql, stripe }) {
      const [subscriptions, invoices, payments] = await Promise.all([
        sql<{ key: string }[]>`
          select concat_ws(' ', 'subscription', stripe_subscription_id, status, quantity,
            cancel_at_period_end) as key from public.subscriptions`,
        sql<{ key: string }[]>`
          select concat_ws(' ', 'invoice', stripe_invoice_id, status, total, amount_paid) as key
          from public.invoices`,
        sql<{ key: string }[]>`
          select concat_ws(' ', 'payment', stripe_payment_id, amount, amount_refunded) as key
          from public.payments where status = 'succeeded'`,
      ]);
      const ours = new Set([...subscriptions, ...invoices, ...payments].map(({ key }) => key));
      const flag = (value: boolean) => value ? "t" : "f";
      const ofInvoices = new Set(
        stripe.invoicePayments.map(({ payment }) => idOf(payment.payment_intent)),
      );
      const theirs = new Set([
        ...stripe.subscriptions.map((one) =>
          `subscription ${one.id} ${one.status} ${one.items.data[0]?.quantity} ${
            flag(one.cancel_at_period_end)
          }`
        ),
        ...stripe.invoices.map((one) =>
          `invoice ${one.id} ${one.status} ${one.total} ${one.amount_paid}`
        ),
        ...stripe.charges
          .filter(({ paid, payment_intent }) => paid && ofInvoices.has(idOf(payment_intent)))
          .map((one) => `payment ${idOf(one.payment_intent)} ${one.amount} ${one.amount_refunded}`),
      ]);
      return [
        ...[...ours.difference(theirs)].map((row) => ({ only_here: row })),
        ...[...theirs.difference(ours)].map((row) => ({ only_at_stripe: row })),
      ];
    },
  },
  {
    name: "nothing drifts",
    says:
      "The product's own comparisons with Stripe, asked to mend nothing, find nothing: every event was told in the end.",
    offences: ({ drifts }) => drifts,
  },
];
