/**
 * Subscriptions at Stripe of customers that no workspace has: what is left of purchases that the database
 * has forgotten, by a restore. A customer of a workspace that is here is linked again; a subscription that
 * runs for one that is not is an orphan: somebody pays for nothing.
 */
import type Stripe from "stripe";
import * as z from "zod";
import { type Db, rows } from "../database.ts";
import type { Drift } from "./drift.ts";
import { isMissing } from "./fetch.ts";

interface Tools {
  admin: Db;
  stripe: Stripe;
  /** Waits until the next call may be made. */
  pace(): Promise<void>;
}

/** A subscription as `subscriptionRecord` has it. */
type Listed = Record<string, unknown> & { id: string };

/** Statuses in which Stripe charges, or will. */
const running: ReadonlySet<unknown> = new Set([
  "active",
  "trialing",
  "past_due",
  "unpaid",
  "paused",
]);

async function workspaceNamedBy({ stripe, pace }: Tools, customer: string) {
  await pace();
  try {
    const held = await stripe.customers.retrieve(customer);
    // Another product of the same Stripe account names its customers otherwise.
    return held.deleted ? undefined : z.guid().safeParse(held.metadata["workspace_id"]).data;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * Looks at the customers of some subscriptions.
 *
 * @param repair whether a customer whose workspace is here and has none is linked again
 * @param lostSince ends orphans that were bought since that moment, and gives back what they paid
 */
export async function strangers(
  tools: Tools,
  records: Listed[],
  { repair, lostSince }: { repair: boolean; lostSince: Date | undefined },
): Promise<Drift[]> {
  const named = records.map((record) => record["customer_id"])
    .filter((one): one is string => typeof one === "string");
  if (named.length === 0) return [];
  const unknown = await rows(
    tools.admin.rpc("reconciliation_strangers", { customers: named }),
  ) as string[];
  const drifts: Drift[] = [];
  for (const customer of unknown) {
    const workspaceId = await workspaceNamedBy(tools, customer);
    if (workspaceId === undefined) continue;
    const workspace = await rows(
      tools.admin.rpc("billing_customer", { workspace_id: workspaceId }),
    ) as { stripe_customer_id: string | null } | null;
    const detail = {
      workspace_id: workspaceId,
      customer_id: { stripe: customer, ours: workspace?.stripe_customer_id ?? null },
    };
    if (workspace !== null && workspace.stripe_customer_id === null) {
      if (repair) {
        await rows(tools.admin.rpc("billing_customer_record", {
          workspace_id: workspaceId,
          stripe_customer_id: customer,
        }));
      }
      drifts.push({
        kind: "missing",
        object_type: "customer",
        object_id: customer,
        detail,
        repaired: repair,
      });
      continue;
    }
    for (const { id, status, customer_id } of records) {
      if (customer_id !== customer || !running.has(status)) continue;
      const ended = lostSince !== undefined && await end(tools, id, lostSince);
      drifts.push({
        kind: "orphan",
        object_type: "subscription",
        object_id: id,
        detail,
        repaired: ended,
      });
    }
  }
  return drifts;
}

/** Ends an orphan and gives back what it paid; false for one that was bought earlier, which a person judges. */
async function end({ stripe, pace }: Tools, id: string, lostSince: Date): Promise<boolean> {
  await pace();
  const held = await stripe.subscriptions.retrieve(id);
  if (held.created * 1000 < lostSince.getTime()) return false;
  await pace();
  await stripe.subscriptions.cancel(id);
  const invoices = stripe.invoices.list({
    subscription: id,
    limit: 100,
    expand: ["data.payments"],
  });
  for await (const invoice of invoices) {
    for (const { status, payment } of invoice.payments?.data ?? []) {
      if (status !== "paid" || payment.payment_intent === undefined) continue;
      const intent = payment.payment_intent;
      await pace();
      await giveBackAll(stripe, typeof intent === "string" ? intent : intent.id, id);
    }
  }
  return true;
}

/**
 * Gives back whatever is left of a payment for something that the database does not know.
 *
 * @param cause the subscription or session that was paid; kept at Stripe with the refund
 * @returns what had been left, in Stripe's unit
 */
export async function giveBackAll(stripe: Stripe, payment: string, cause: string): Promise<number> {
  const { latest_charge: charge } = await stripe.paymentIntents.retrieve(payment, {
    expand: ["latest_charge"],
  });
  if (charge === null || typeof charge === "string") return 0;
  const left = charge.amount_captured - charge.amount_refunded;
  if (left <= 0) return 0;
  await stripe.refunds.create({
    payment_intent: payment,
    amount: left,
    metadata: { lost: cause },
  }, { idempotencyKey: `lost:${payment}:${left}` });
  return left;
}
