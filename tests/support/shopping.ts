/** Buying in the shop as a page does it; Stripe's page is in pay-page.ts. */
import type { FunctionsRuntime } from "../../local/functions/runtime.ts";
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

/** Calls checkout-status. */
export function checkoutStatus(
  buyer: Buyer,
  body: { session_id: string; order_token?: string },
  on: StackAddress = stack,
): Promise<Answer> {
  return call("POST", "checkout-status", { ...buyer, on, body });
}

/** Calls checkout-create of a test's own functions. */
export async function checkoutAt(
  functions: FunctionsRuntime,
  body: Record<string, unknown>,
  token?: string,
  key?: string,
): Promise<Pick<Answer, "status" | "body">> {
  const reply = await functions.handle(
    new Request("http://functions/functions/v1/checkout-create", {
      method: "POST",
      headers: {
        apikey: stack.publishableKey,
        "content-type": "application/json",
        ...(token && { authorization: `Bearer ${token}` }),
        ...(key && { "idempotency-key": key }),
      },
      body: JSON.stringify({
        success_url: `${stack.siteUrl}/order/return`,
        cancel_url: `${stack.siteUrl}/cart`,
        ...body,
      }),
    }),
  );
  return { status: reply.status, body: await reply.json() };
}
