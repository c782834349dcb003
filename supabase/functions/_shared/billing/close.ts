/** Ending what a workspace pays for, because nobody is there any more who could. */
import type Stripe from "stripe";
import { type Db, rows } from "../database.ts";
import { isMissing } from "./fetch.ts";
import { syncNow } from "./sync.ts";

interface Tools {
  admin: Db;
  stripe: Stripe;
}

/** Stripe says that what has ended or was deleted does not exist: then it is done. */
async function unlessGone(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

const ended: ReadonlySet<Stripe.Subscription.Status> = new Set(["canceled", "incomplete_expired"]);

async function runningSubscriptions(
  stripe: Stripe,
  customer: string,
): Promise<Stripe.Subscription[]> {
  const held = await stripe.subscriptions.list({ customer, status: "all" })
    .autoPagingToArray({ limit: 1000 });
  return held.filter(({ status }) => !ended.has(status));
}

/**
 * Ends everything of a customer at once, then the customer: no refund, no last invoice. What is open is
 * marked uncollectible: a debt stays one in the books, but is no longer asked for. The card goes with the
 * customer; invoices stay at Stripe, as the law wants them, with the name that was on them.
 *
 * Deleted and not redacted (https://docs.stripe.com/privacy/redaction): that is in preview, takes charges
 * only after 90 days, and makes refunds impossible and disputes lost while they may still come. An
 * operator redacts later, see docs/operations.md.
 *
 * Bears repetition: what is done is met as missing.
 */
export async function closeCustomer({ admin, stripe }: Tools, customer: string): Promise<void> {
  try {
    const found = await stripe.customers.retrieve(customer);
    if (!found.deleted) {
      for (const { id } of await runningSubscriptions(stripe, customer)) {
        await unlessGone(stripe.subscriptions.cancel(id, { prorate: false, invoice_now: false }));
        // While the customer is known to be ours; afterwards nothing of it is.
        await syncNow({ admin, stripe }, "subscription", id);
      }
      const open = await stripe.invoices.list({ customer, status: "open" })
        .autoPagingToArray({ limit: 1000 });
      for (const { id } of open) {
        await stripe.invoices.markUncollectible(id!);
        await syncNow({ admin, stripe }, "invoice", id!);
      }
      await unlessGone(stripe.customers.del(customer));
    }
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  await syncNow({ admin, stripe }, "customer", customer);
}

/**
 * Ends what a workspace pays for that nobody owns: at once where nobody is left, else at the end of what
 * is paid, since the others did not choose it. Nothing where it has an owner after all.
 */
export async function closeOrphaned({ admin, stripe }: Tools, workspaceId: string): Promise<void> {
  const held = await rows(admin.rpc("workspace_owners", { workspace_id: workspaceId })) as
    | { customer: string | null; owners: number; members: number }
    | null;
  if (held === null || held.customer === null || held.owners > 0) return;
  if (held.members === 0) return await closeCustomer({ admin, stripe }, held.customer);
  for (const { id } of await runningSubscriptions(stripe, held.customer)) {
    await unlessGone(stripe.subscriptions.update(id, { cancel_at_period_end: true }));
    await syncNow({ admin, stripe }, "subscription", id);
  }
}
