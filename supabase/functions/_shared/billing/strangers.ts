/**
 * Subscriptions at Stripe of customers that no workspace has: what is left of purchases that the database
 * has forgotten, by a restore. A customer of a workspace that is here is linked again; a subscription that
 * runs for one that is not is an orphan: somebody pays for nothing.
 */
import type Stripe from "stripe";
import * as z from "zod";
import { type Db, rows } from "../database.ts";
import { cancelNow } from "./changes.ts";
import type { Drift } from "./drift.ts";
import { isMissing } from "./fetch.ts";
import { giveBackAll } from "./give-back.ts";

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
 * Whether a workspace is here, and which customer it has: null where it has none yet, undefined where it is no
 * customer of Stripe's at all.
 */
async function workspaceHere(
  { admin }: Tools,
  workspaceId: string,
): Promise<{ isHere: boolean; has: string | null | undefined }> {
  const customer = await rows(
    admin.rpc("billing_customer", { workspace_id: workspaceId }),
  ) as { stripe_customer_id: string | null } | null;
  if (customer !== null) return { isHere: true, has: customer.stripe_customer_id };
  // An anonymous user's has no row of billing's.
  const held = await rows(admin.from("workspaces").select("id").eq("id", workspaceId));
  return { isHere: held.length > 0, has: undefined };
}

/**
 * Looks at the customers of some subscriptions. Whoever takes the differences keeps each before asking for the
 * next: an orphan comes before it is ended, and once more when it is, so that none ends unheard of.
 *
 * @param repair whether a customer whose workspace is here and has none is linked again
 * @param lostSince ends orphans of workspaces that are not here which were bought since that moment, and gives
 *   back what they paid
 */
export async function* strangers(
  tools: Tools,
  records: Listed[],
  { repair, lostSince }: { repair: boolean; lostSince: Date | undefined },
): AsyncGenerator<Drift> {
  const named = records.map((record) => record["customer_id"])
    .filter((one): one is string => typeof one === "string");
  if (named.length === 0) return;
  const unknown = await rows(
    tools.admin.rpc("reconciliation_strangers", { customers: named }),
  ) as string[];
  for (const customer of unknown) {
    const workspaceId = await workspaceNamedBy(tools, customer);
    if (workspaceId === undefined) continue;
    const { isHere, has } = await workspaceHere(tools, workspaceId);
    const detail = {
      workspace_id: workspaceId,
      customer_id: { stripe: customer, ours: has ?? null },
    };
    if (has === null) {
      if (repair) {
        await rows(tools.admin.rpc("billing_customer_record", {
          workspace_id: workspaceId,
          stripe_customer_id: customer,
        }));
      }
      yield {
        kind: "missing",
        object_type: "customer",
        object_id: customer,
        detail,
        repaired: repair,
      };
      continue;
    }
    for (const { id, status, customer_id } of records) {
      if (customer_id !== customer || !running.has(status)) continue;
      const orphan = { kind: "orphan", object_type: "subscription", object_id: id } as const;
      yield { ...orphan, detail, repaired: false };
      // Somebody who is here and pays by another customer meanwhile: no program ends what a user pays for.
      if (lostSince === undefined || isHere) continue;
      const became = await end(tools, id, lostSince);
      if (became === "left") continue;
      yield {
        ...orphan,
        detail: became === "ended" ? detail : { ...detail, refused: became.refused },
        repaired: became === "ended",
      };
    }
  }
}

/**
 * Gives back what an orphan has paid, then ends it: one that still runs is met again, whenever this stops.
 *
 * @returns "left" for one that was bought earlier, which a person judges; where Stripe refuses to give back,
 *   why: it goes on, and is told until a person has settled it
 */
async function end(
  { stripe, pace }: Tools,
  id: string,
  lostSince: Date,
): Promise<"ended" | "left" | { refused: string[] }> {
  await pace();
  const held = await stripe.subscriptions.retrieve(id);
  if (held.created * 1000 < lostSince.getTime()) return "left";
  const refused: string[] = [];
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
      const refusal = await giveBackAll(
        stripe,
        typeof intent === "string" ? intent : intent.id,
        id,
      );
      if (refusal !== undefined) refused.push(refusal);
    }
  }
  if (refused.length > 0) return { refused };
  await pace();
  await cancelNow(stripe, id);
  return "ended";
}
