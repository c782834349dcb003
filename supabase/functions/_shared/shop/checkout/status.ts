/** What became of an order's checkout, as Stripe has it now. */
import * as z from "zod";
import { CheckoutStatus } from "../../billing/checkout-status.ts";
import { isMissing } from "../../billing/fetch.ts";
import { stripeProblem } from "../../billing/stripe.ts";
import { rows } from "../../database.ts";
import { problem } from "../../problem.ts";
import { readSignedText } from "../../signed-text.ts";
import { type CheckoutOrder, type CheckoutTools, readOrder } from "./order.ts";
import { sessionOf, syncSession } from "./session.ts";

/** An order, for the page that a checkout returned to. Amounts in minor units. */
const OrderSummary = z.object({
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

/** By which a guest proves that an order is his, in a request's body. */
export const orderProof = {
  /** What checkout-create gave a guest. */
  order_token: z.string().max(200).optional(),
};

/** What a checkout's status tells of orders. */
export const orderReply = {
  /** Null for a subscription's checkout. */
  order: OrderSummary.nullable(),
};

/** Of a checkout that is no order's. */
export const noOrder = { order: null };

/** Who asks: a user, or whoever has an order's token. */
interface Asker {
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
async function findOrder(
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
function withoutSession({ status, total_amount }: CheckoutOrder) {
  if (status === "pending") return { status: "open", payment_status: "unpaid" };
  const ended = status === "expired" || status === "cancelled";
  if (total_amount === 0 && !ended) {
    return { status: "complete", payment_status: "no_payment_required" };
  }
  return { status: "expired", payment_status: "unpaid" };
}

/** Brings an order to what Stripe says, and tells it. @throws {Problem} `payment_provider_unavailable` */
async function orderStatus(tools: CheckoutTools, order: CheckoutOrder) {
  try {
    if (order.stripe_session_id === null) {
      return { session: undefined, order };
    }
    const session = await sessionOf(tools, order);
    await syncSession(tools, session.id);
    return { session, order: await readOrder(tools.admin, order.id) ?? order };
  } catch (error) {
    if (isMissing(error)) throw problem("checkout_not_found");
    throw stripeProblem(error);
  }
}

/**
 * What became of an order's checkout; undefined where there is no such order: then it may be a subscription's.
 *
 * @throws {Problem} `checkout_not_found` for another's, `payment_provider_unavailable`
 */
export async function orderCheckout(
  tools: CheckoutTools,
  body: { session_id: string; order_token?: string | undefined },
  user: { id: string } | undefined,
) {
  const provenOrderId = body.order_token && readSignedText("order", body.order_token);
  const found = await findOrder(tools, body.session_id, { userId: user?.id, provenOrderId });
  if (found === undefined) return undefined;
  const { session, order } = await orderStatus(tools, found);
  const { status, payment_status } = CheckoutStatus.pick({ status: true, payment_status: true })
    .parse(session ?? withoutSession(order));
  return {
    session_id: body.session_id,
    status,
    checkout_url: session?.url ?? null,
    payment_status,
    subscription: null,
    order,
  };
}
