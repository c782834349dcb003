/** One Stripe customer a workspace, whatever runs at once. */
import type Stripe from "stripe";
import { type Db, rows } from "../database.ts";
import { problem } from "../problem.ts";
import { stripeProblem } from "./stripe.ts";

interface CustomerRow {
  workspace_id: string;
  stripe_customer_id: string | null;
  /** Customers of this workspace that were deleted at Stripe. */
  generation: number;
  email: string | null;
  name: string | null;
}

/**
 * The workspace's customer at Stripe, created if there is none. Everyone who creates sends the same
 * values under the same idempotency key; should more than its 24 hours lie between a creation that we
 * did not record and the next attempt, `customer.created` has linked the customer by its metadata.
 *
 * @returns Stripe's customer id
 * @throws {Problem} `workspace_not_found`, `payment_provider_unavailable`
 */
export async function ensureCustomer(
  { admin, stripe }: { admin: Db; stripe: Stripe },
  workspaceId: string,
): Promise<string> {
  const known = await rows(admin.rpc("billing_customer", { workspace_id: workspaceId })) as
    | CustomerRow
    | null;
  if (known === null) throw problem("workspace_not_found");
  if (known.stripe_customer_id !== null) return known.stripe_customer_id;
  let created: Stripe.Customer;
  try {
    created = await stripe.customers.create({
      ...(known.email !== null && { email: known.email }),
      ...(known.name !== null && { name: known.name }),
      metadata: { workspace_id: workspaceId },
    }, { idempotencyKey: `customer:${workspaceId}:${known.generation}` });
  } catch (error) {
    throw stripeProblem(error);
  }
  return await rows(
    admin.rpc("billing_customer_record", {
      workspace_id: workspaceId,
      stripe_customer_id: created.id,
    }),
  ) as string;
}
