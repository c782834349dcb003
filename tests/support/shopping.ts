/** Buying in the shop as a page does it: checkout-create, then the form on Stripe's page. */
import { type Answer, call, stack, type StackAddress } from "./stack.ts";

/** Who buys: a signed-in user, or a guest by his cart. */
export interface Buyer {
  token?: string;
  headers?: Record<string, string>;
}

/** A guest with a cart of his own, if only by name, and his address. */
export function guest(): { buyer: Buyer; email: string } {
  return { buyer: {}, email: `guest-${crypto.randomUUID()}@example.com` };
}

/** Calls checkout-create. */
export function checkout(
  buyer: Buyer,
  body: Record<string, unknown>,
  on: StackAddress = stack,
): Promise<Answer> {
  return call("POST", "checkout-create", {
    ...buyer,
    on,
    body: {
      success_url: `${on.siteUrl}/order/return?session_id={CHECKOUT_SESSION_ID}`,
      cancel_url: `${on.siteUrl}/cart`,
      ...body,
    },
  });
}

/** Sends the form of Stripe's page, with a good card unless told otherwise. */
export async function payPage(url: string, form: Record<string, string> = {}): Promise<Response> {
  const reply = await fetch(`${url}/pay`, {
    method: "POST",
    body: new URLSearchParams({ card_number: "4242424242424242", ...form }),
    redirect: "manual",
  });
  await reply.body?.cancel();
  return reply;
}

/** Calls checkout-status. */
export function checkoutStatus(
  buyer: Buyer,
  body: { session_id: string; order_token?: string },
  on: StackAddress = stack,
): Promise<Answer> {
  return call("POST", "checkout-status", { ...buyer, on, body });
}
