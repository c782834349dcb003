/**
 * Buying: the order is a row that holds its stock before Stripe hears of it, and its id is Stripe's
 * idempotency key. However many requests run at once, and wherever one dies, there is one session, and
 * one payment.
 */
import Stripe from "stripe";
import type * as z from "zod";
import { stripeProblem } from "../../billing/stripe.ts";
import { automaticTax } from "../../billing/tax.ts";
import { rows } from "../../database.ts";
import type { Subject } from "../../idempotency.ts";
import { Problem, problem } from "../../problem.ts";
import type { Purchase } from "./buyer.ts";
import { type Choice, chooseOrder } from "./choice.ts";
import {
  type CheckoutOrder,
  type CheckoutTools,
  readOrder,
  type ShippingAddress,
} from "./order.ts";
import { endSession, Refused, sessionOf } from "./session.ts";

/** What is asked for. */
export interface CheckoutRequest {
  purchase: Purchase;
  userId: string | undefined;
  email: string;
  locale: "en" | "fr";
  /** Undefined: the default list. */
  priceList: string | undefined;
  shippingAddress: z.infer<typeof ShippingAddress> | undefined;
  shippingRateId: string | undefined;
  discountCode: string | undefined;
  successUrl: string;
  cancelUrl: string;
  /** Keyed, for counting declined cards; undefined where the address is unknown. */
  addressHash: string | undefined;
}

/** Where to pay an order. */
export interface StartedCheckout {
  order: CheckoutOrder;
  url: string;
  /** Null for an order that costs nothing: it is paid already. */
  sessionId: string | null;
}

interface Placed {
  fresh: boolean;
  matches: boolean;
  order: CheckoutOrder;
}

async function place(
  { admin }: CheckoutTools,
  request: CheckoutRequest,
  id: string,
): Promise<Placed> {
  // The generated types do not know that SQL arguments may be null.
  return await rows(admin.rpc("order_place", {
    buyer: request.purchase.buyer,
    user_id: (request.userId ?? null) as string,
    email: request.email,
    locale: request.locale,
    price_list: (request.priceList ?? null) as string,
    items: request.purchase.items,
    shipping_address: request.shippingAddress ?? null,
    shipping_rate_id: (request.shippingRateId ?? null) as string,
    discount_code: (request.discountCode ?? null) as string,
    success_url: request.successUrl,
    cancel_url: request.cancelUrl,
    taxed: automaticTax(),
    placed_id: id,
    ...(request.purchase.cart !== undefined && { cart: request.purchase.cart }),
    ...(request.addressHash !== undefined && { address_hash: request.addressHash }),
  })) as unknown as Placed;
}

/** Whether Stripe would not make a page so close to the order's end: its answers have taken minutes. */
function isTooLate({ cause }: Refused): boolean {
  return cause instanceof Stripe.errors.StripeInvalidRequestError && cause.param === "expires_at";
}

/** What Stripe's refusal of a whole order means to the buyer. */
function refusalOf({ cause }: Refused): Problem {
  if (cause instanceof Stripe.errors.StripeError) {
    if (cause.code === "amount_too_small") return problem("order_too_small", { cause });
    if (cause.code === "amount_too_large") return problem("order_too_large", { cause });
  }
  return problem("internal_error", { cause });
}

function alreadyPaid(order: CheckoutOrder): Problem {
  return problem("order_already_paid", {
    detail: "The order of your other checkout has just been paid: look at it before you buy again.",
    extra: { order_id: order.id },
  });
}

/**
 * Ends the buyer's earlier order. One whose bank takes days to answer is no longer in the way of another,
 * but the same is not bought twice.
 *
 * @throws {Problem} `order_already_paid` when it turns out to be paid, `order_pending`
 */
async function giveUp(
  tools: CheckoutTools,
  { order, matches }: Pick<Placed, "order" | "matches">,
): Promise<void> {
  await endSession(tools, order);
  const ended = await readOrder(tools.admin, order.id);
  if (ended?.status === "pending") {
    if (!matches) return;
    throw problem("order_pending", {
      detail: "The payment of your other order is being processed.",
      extra: { order_id: order.id },
    });
  }
  if (ended !== null && ended.status !== "expired" && ended.status !== "cancelled") {
    throw alreadyPaid(order);
  }
}

/**
 * Ends what a user has ordered before he signed in and not paid: his cart came along, and both pages
 * could be paid. What only bears his address may be another's: he hears nothing of it.
 */
async function giveUpGuestOrders(tools: CheckoutTools, request: CheckoutRequest): Promise<void> {
  const earlier = await rows(tools.admin.rpc("orders_pending_before", {
    cart: (request.purchase.guestCart ?? null) as string,
    email: request.email,
  })) as unknown as (CheckoutOrder & { own_cart: boolean })[];
  for (const order of earlier) {
    if (order.own_cart) await giveUp(tools, { order, matches: false });
    else await endSession(tools, order);
  }
}

/** The page that Stripe's leads to: it tells what became of the order. */
export function afterPaying(order: CheckoutOrder): StartedCheckout {
  const { stripe_session_id: sessionId } = order;
  const url = order.success_url!.replaceAll("{CHECKOUT_SESSION_ID}", sessionId ?? order.id);
  return { order, url, sessionId };
}

/** Where a session is paid; undefined once it is not to be paid any more. */
export function payPage(
  order: CheckoutOrder,
  session: Stripe.Checkout.Session,
): StartedCheckout | undefined {
  if (session.status !== "open" || !session.url) return undefined;
  return { order, url: session.url, sessionId: session.id };
}

/**
 * The session of a pending order; undefined when it came too late for one, as one that was placed earlier may:
 * then the order has ended, and there is to be a new one.
 */
export async function sessionFor(
  tools: CheckoutTools,
  { order, fresh }: Pick<Placed, "order" | "fresh">,
): Promise<Stripe.Checkout.Session | undefined> {
  try {
    return await sessionOf(tools, order);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (fresh && !isTooLate(error)) throw refusalOf(error);
    return undefined;
  }
}

/** The page of an order; undefined when its session has ended: then the order has, too. */
async function pageOf(tools: CheckoutTools, placed: Placed): Promise<StartedCheckout | undefined> {
  const { order } = placed;
  if (order.paid) return afterPaying(order);
  const session = order.status === "pending" ? await sessionFor(tools, placed) : undefined;
  if (session === undefined) return undefined;
  const page = payPage(order, session);
  if (page !== undefined) return page;
  await giveUp(tools, { order: { ...order, stripe_session_id: session.id }, matches: true });
  return undefined;
}

/** The buyer's other order is not in the way any more, or this one must not be placed. */
async function makeRoom(tools: CheckoutTools, choice: Choice, placed: Placed): Promise<void> {
  if (!choice.mayEnd(placed.order.id)) {
    throw problem("order_pending", {
      detail: "You have ordered something else since you first asked for this.",
      extra: { order_id: placed.order.id },
    });
  }
  await choice.end(placed.order.id);
  await giveUp(tools, placed);
}

/** What Stripe did not answer, or refused, is told as a problem. */
export async function withProblems<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (error instanceof Stripe.errors.StripeError && error.statusCode === 409) {
      throw problem("order_pending", {
        detail: "Your other request is being worked on.",
        retryAfterSeconds: 1,
      });
    }
    throw stripeProblem(error);
  }
}

/**
 * Places an order and leads to the page where it is paid, or to the page that waits already. The buyer's
 * order for something else is ended first, at Stripe before its hold is released: two tabs cannot both
 * be paid. A request that is repeated ends none that has come since.
 *
 * @throws {Problem} those of public.order_place; `order_already_paid`, `order_pending`, `order_too_small`,
 *   `payment_provider_unavailable` (unknown is not no: repeat, and it goes on where it stopped)
 */
export async function startOrderCheckout(
  tools: CheckoutTools,
  request: CheckoutRequest,
  subject: Subject,
): Promise<StartedCheckout> {
  return await withProblems(async () => {
    // Before the choice is noted: a repetition that knows it has nothing left to do here.
    if (request.userId !== undefined && subject.known === undefined) {
      await giveUpGuestOrders(tools, request);
    }
    const choice = await chooseOrder(subject);
    for (let round = 0; round < 3; round++) {
      const placed = await place(tools, request, choice.id);
      if (!placed.matches) {
        await makeRoom(tools, choice, placed);
        continue;
      }
      await choice.take(placed.order.id);
      const page = await pageOf(tools, placed);
      if (page !== undefined) return page;
      await choice.take();
    }
    throw problem("order_pending", { retryAfterSeconds: 1 });
  });
}
