/** Stripe's billing portal: cards, invoices and cancellation on Stripe's own pages. */
import type Stripe from "stripe";
import { type Db, rows } from "../database.ts";
import { ensureCustomer } from "./customers.ts";
import { stripeProblem } from "./stripe.ts";

/**
 * Opens the portal for a workspace.
 *
 * @param returnUrl where the portal leads back; the caller has checked it against the allow list
 * @returns the address to send the user to; it is good once and soon (https://docs.stripe.com/customer-management)
 * @throws {Problem} `workspace_not_found`, `forbidden`, `payment_provider_unavailable`
 */
export async function openPortal(
  { admin, stripe }: { admin: Db; stripe: Stripe },
  { userId, workspaceId, returnUrl }: {
    userId: string;
    workspaceId: string | null;
    returnUrl: string;
  },
): Promise<string> {
  const workspace = await rows(
    admin.rpc("billing_workspace_for", { user_id: userId, workspace_id: workspaceId as string }),
  );
  try {
    const customer = await ensureCustomer({ admin, stripe }, workspace);
    const session = await stripe.billingPortal.sessions.create({ customer, return_url: returnUrl });
    return session.url;
  } catch (error) {
    throw stripeProblem(error);
  }
}
