/** What Stripe holds that concerns orders, page by page, as records that SQL compares with our ledgers. */
import type Stripe from "stripe";
import { checkoutSessionRecord, idOf } from "../../billing/records.ts";
import { fromStripeAmount } from "../../money.ts";

/** Kinds of Stripe's objects that move an order or its money. */
export const kinds = ["checkout_session", "charge", "refund", "dispute"] as const;
export type Kind = typeof kinds[number];

/** An object: what it moves (`net`, to us positive), and the ids by which a ledger may name it. */
export interface Listed extends Record<string, unknown> {
  id: string;
  /** Ids under which a row of the ledger may stand. */
  names: string[];
}

const pageSize = 100;

const net = (amount: number, currency: string) =>
  fromStripeAmount(amount, currency.toUpperCase()).amount;

const named = (...ids: (string | null)[]) => ids.filter((id): id is string => id !== null);

function sessionListed(session: Stripe.Checkout.Session): Listed {
  const record = checkoutSessionRecord(session);
  const { payment_intent_id = null, charge_id = null } = record as {
    payment_intent_id?: string | null;
    charge_id?: string | null;
  };
  return { ...record, names: named(session.id, payment_intent_id, charge_id) };
}

function chargeListed(charge: Stripe.Charge): Listed {
  return {
    id: charge.id,
    charge_id: charge.id,
    payment_id: idOf(charge.payment_intent),
    order_id: charge.metadata["order_id"] ?? null,
    net: charge.status === "succeeded" ? net(charge.amount_captured, charge.currency) : 0,
    names: named(charge.id, idOf(charge.payment_intent)),
  };
}

function refundListed(refund: Stripe.Refund): Listed {
  const failed = refund.status === "failed" || refund.status === "canceled";
  return {
    id: refund.id,
    charge_id: idOf(refund.charge),
    payment_id: idOf(refund.payment_intent),
    // Not -0, which JSON would write as 0 and a comparison by Object.is would not.
    net: failed ? 0 : 0 - net(refund.amount, refund.currency),
    names: [refund.id],
  };
}

/** While a dispute is open the bank has the money; of an inquiry (warning_…) it has none. */
const takesMoney: string[] = ["needs_response", "under_review", "lost"];

function disputeListed(dispute: Stripe.Dispute): Listed {
  return {
    id: dispute.id,
    charge_id: idOf(dispute.charge),
    payment_id: idOf(dispute.payment_intent),
    net: takesMoney.includes(dispute.status) ? 0 - net(dispute.amount, dispute.currency) : 0,
    names: [dispute.id],
  };
}

/** A page of a kind, of what was made since `since` (seconds), newest first. */
export async function listPage(
  stripe: Stripe,
  kind: Kind,
  since: number | null,
  cursor: string | null,
): Promise<{ records: Listed[]; last: string | null }> {
  const params = {
    limit: pageSize,
    ...(since !== null && { created: { gte: since } }),
    ...(cursor !== null && { starting_after: cursor }),
  };
  const paged = <T extends { id: string }>(
    list: Stripe.ApiList<T>,
    listed: (one: T) => Listed,
    ours: (one: T) => boolean = () => true,
  ) => ({
    records: list.data.filter(ours).map(listed),
    last: list.has_more ? list.data.at(-1)!.id : null,
  });
  switch (kind) {
    case "checkout_session": {
      const list = await stripe.checkout.sessions.list({
        ...params,
        expand: ["data.payment_intent"],
      });
      return paged(
        list,
        sessionListed,
        (session) => session.metadata?.["order_id"] !== undefined,
      );
    }
    case "charge":
      return paged(
        await stripe.charges.list(params),
        chargeListed,
        ({ status }) => status === "succeeded",
      );
    case "refund":
      return paged(await stripe.refunds.list(params), refundListed);
    case "dispute":
      return paged(await stripe.disputes.list(params), disputeListed);
  }
}

/** An object as it is now. */
export async function retrieve(stripe: Stripe, kind: Kind, id: string): Promise<Listed> {
  switch (kind) {
    case "checkout_session":
      return sessionListed(
        await stripe.checkout.sessions.retrieve(id, { expand: ["payment_intent"] }),
      );
    case "charge":
      return chargeListed(await stripe.charges.retrieve(id));
    case "refund":
      return refundListed(await stripe.refunds.retrieve(id));
    case "dispute":
      return disputeListed(await stripe.disputes.retrieve(id));
  }
}
