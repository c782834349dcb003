/** What became of an order's checkout, as Stripe has it now. */
import * as z from "zod";
import { isMissing } from "../../billing/fetch.ts";
import { stripeProblem } from "../../billing/stripe.ts";
import { rows } from "../../database.ts";
import { Problem, problem } from "../../problem.ts";
import { type CheckoutOrder, type CheckoutTools, readOrder } from "./order.ts";
import { sessionOf, syncSession } from "./session.ts";

/** An order, for the page that a checkout returned to. Amounts in minor units. */
export const OrderSummary = z.object({
  id: z.guid(),
  number: z.string(),
  status: z.string(),
  currency: z.string(),
  total_amount: z.int(),
  items: z.array(z.object({
    name_en: z.string(),
    name_fr: z.string(),
    options: z.record(z.string(), z.string()),
    quantity: z.int(),
    total_amount: z.int(),
  })),
});

/** Who asks: a user, or whoever has an order's token. */
export interface Asker {
  userId: string | undefined;
  /** What a guest's order_token says. */
  provenOrderId: string | undefined;
}

/**
 * The order of a session's id, or of its own where it costs nothing.
 *
 * @returns undefined where there is none: then it may be a subscription's
 * @throws {Problem} `checkout_not_found` for another's
 */
export async function findOrder(
  { admin }: CheckoutTools,
  sessionId: string,
  { userId, provenOrderId }: Asker,
): Promise<CheckoutOrder | undefined> {
  const found = await rows(admin.rpc("order_find", {
    order_id: (sessionId.startsWith("cs_") ? null : sessionId) as string,
    session_id: sessionId,
  })) as CheckoutOrder | null;
  if (found === null) return undefined;
  const mine = found.user_id === null ? found.id === provenOrderId : found.user_id === userId;
  if (!mine) throw problem("checkout_not_found");
  return found;
}

/** What a checkout is that Stripe was not asked for, or has not answered. */
export function withoutSession({ status, total_amount }: CheckoutOrder) {
  if (status === "pending") return { status: "open", payment_status: "unpaid" };
  const ended = status === "expired" || status === "cancelled";
  if (total_amount === 0 && !ended) {
    return { status: "complete", payment_status: "no_payment_required" };
  }
  return { status: "expired", payment_status: "unpaid" };
}

/** Brings an order to what Stripe says, and tells it. @throws {Problem} `payment_provider_unavailable` */
export async function orderStatus(tools: CheckoutTools, order: CheckoutOrder) {
  try {
    if (order.stripe_session_id === null) {
      return { session: undefined, order };
    }
    const session = await sessionOf(tools, order);
    await syncSession(tools, session.id);
    return { session, order: await readOrder(tools.admin, order.id) ?? order };
  } catch (error) {
    if (isMissing(error)) throw problem("checkout_not_found");
    throw error instanceof Problem ? error : stripeProblem(error);
  }
}
