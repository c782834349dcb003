/** What became of a checkout, as Stripe has it now: the return page never waits for a webhook. */
import type Stripe from "stripe";
import * as z from "zod";
import { type Db, rows } from "../database.ts";
import { Problem, problem } from "../problem.ts";
import { isMissing } from "./fetch.ts";
import { idOf } from "./records.ts";
import { stripeProblem } from "./stripe.ts";
import { readSubscription, Subscription } from "./subscription.ts";
import { syncNow } from "./sync.ts";

/** A checkout; `subscription` once there is one. */
export const CheckoutStatus = z.object({
  session_id: z.string(),
  status: z.enum(["open", "complete", "expired"]),
  /** Where to go on paying; null unless it is open. */
  checkout_url: z.url().nullable(),
  payment_status: z.enum(["paid", "unpaid", "no_payment_required"]),
  subscription: Subscription.nullable(),
});

/**
 * Looks at a Checkout Session and brings our rows to it before answering.
 *
 * @throws {Problem} `checkout_not_found` for an unknown session and for another's,
 *   `payment_provider_unavailable`
 */
export async function checkoutStatus(
  { admin, stripe }: { admin: Db; stripe: Stripe },
  { userId, sessionId }: { userId: string; sessionId: string },
): Promise<z.infer<typeof CheckoutStatus>> {
  try {
    const session = await stripe.checkout.sessions.retrieve(sessionId);
    const customer = idOf(session.customer);
    const mine = customer !== null && await rows(
      admin.rpc("billing_customer_member", { user_id: userId, stripe_customer_id: customer }),
    );
    if (!mine) throw problem("checkout_not_found");

    const tools = { admin, stripe };
    await syncNow(tools, "checkout_session", session.id);
    const subscriptionId = idOf(session.subscription);
    const invoiceId = idOf(session.invoice);
    if (subscriptionId !== null) await syncNow(tools, "subscription", subscriptionId);
    if (invoiceId !== null) await syncNow(tools, "invoice", invoiceId);
    const { status, payment_status } = CheckoutStatus.pick({ status: true, payment_status: true })
      .parse(session);
    return {
      session_id: session.id,
      status,
      checkout_url: session.url,
      payment_status,
      subscription: subscriptionId === null ? null : await readSubscription(admin, subscriptionId),
    };
  } catch (error) {
    if (isMissing(error)) throw problem("checkout_not_found");
    throw error instanceof Problem || error instanceof z.ZodError ? error : stripeProblem(error);
  }
}
