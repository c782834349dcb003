import * as z from "zod";
import { permitCardAttempt } from "../_shared/billing/card-testing.ts";
import { stripeClient } from "../_shared/billing/stripe.ts";
import { wakeJobs } from "../_shared/background.ts";
import { CaptchaToken } from "../_shared/captcha.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { problem } from "../_shared/problem.ts";
import { allowedRedirect } from "../_shared/redirects.ts";
import { purchaseOf } from "../_shared/shop/checkout/buyer.ts";
import { addressHash, permitGuestCardAttempt } from "../_shared/shop/checkout/card-testing.ts";
import { ShippingAddress } from "../_shared/shop/checkout/order.ts";
import { checkoutStartedBefore } from "../_shared/shop/checkout/repeat.ts";
import { startOrderCheckout } from "../_shared/shop/checkout/start.ts";
import { signText } from "../_shared/signed-text.ts";

/**
 * Places an order, holds its stock and leads to the page where it is paid. Asked again for the same while
 * it is not paid yet, it leads to the same page; asked for something else, it ends the earlier one first.
 * `{CHECKOUT_SESSION_ID}` in success_url becomes the session's id, for checkout-status.
 */
export default endpoint({
  summary: "Order what is in the cart, and pay on Stripe's checkout page.",
  method: "POST",
  auth: "visitor",
  elevated: "places the order, which no caller may write; prices and stock come from the database",
  limit: "billing",
  captcha: { whenDown: "refuse", from: "guests" },
  idempotent: true,
  body: z.strictObject({
    /** Default: what is in the caller's cart, a guest's by x-cart-id. */
    items: z.array(z.strictObject({
      variant_id: z.guid(),
      quantity: z.int().min(1).max(1000),
    })).min(1).max(99).optional(),
    /** For guests; users buy with their account's. */
    email: z.email().max(254).optional(),
    /** Needed where something is sent. */
    shipping_address: ShippingAddress.optional(),
    shipping_rate_id: z.guid().optional(),
    /** As the buyer typed it. */
    discount_code: z.string().trim().min(1).max(40).optional(),
    /** Default: the shop's default list. */
    price_list: z.string().min(1).max(40).optional(),
    /** Of the page, the order and its mails. */
    locale: z.enum(["en", "fr"]).default("en"),
    success_url: z.string().max(2000),
    cancel_url: z.string().max(2000),
    captcha_token: CaptchaToken,
  }),
  reply: z.object({
    /** Where to pay; success_url itself for an order that costs nothing, or is paid when this is repeated. */
    checkout_url: z.url(),
    /** Null for an order that costs nothing. */
    session_id: z.string().nullable(),
    order_id: z.guid(),
    order_number: z.string(),
    /** Proves to checkout-status that a guest placed it; null for users. */
    order_token: z.string().nullable(),
    /** Until when its stock is held. */
    expires_at: z.iso.datetime(),
  }),
  problems: [
    "redirect_not_allowed",
    "cart_empty",
    "cart_unavailable",
    "invalid_header",
    "price_list_not_found",
    "item_unavailable",
    "out_of_stock",
    "discount_invalid",
    "discount_not_applicable",
    "discount_minimum",
    "discount_used_up",
    "shipping_required",
    "shipping_unavailable",
    "order_too_large",
    "order_too_small",
    "order_already_paid",
    "order_pending",
    "workspace_not_found",
    "forbidden",
    "too_many_declines",
    "payment_provider_unavailable",
  ],
}, async ({ body, user, db, admin, address, request, subject }) => {
  const email = user?.email ?? body.email;
  if (email === undefined) {
    throw problem("invalid_body", {
      errors: [{ pointer: "/email", detail: "Guests say where the confirmation goes." }],
    });
  }
  const pages = {
    // In a path the braces come back percent-encoded, and Stripe would not know them.
    successUrl: allowedRedirect(body.success_url)
      .replace("%7BCHECKOUT_SESSION_ID%7D", "{CHECKOUT_SESSION_ID}"),
    cancelUrl: allowedRedirect(body.cancel_url),
  };
  const tools = { admin, stripe: stripeClient() };
  const start = async () => {
    if (user === undefined) await permitGuestCardAttempt(admin, { email, address });
    else await permitCardAttempt(admin, { userId: user.id, workspaceId: null, address });
    const shopper = { db, admin, user, headers: request.headers, priceListId: body.price_list };
    return await startOrderCheckout(tools, {
      purchase: await purchaseOf(shopper, body.items, { email, address }),
      userId: user?.id,
      email,
      locale: body.locale,
      priceList: body.price_list,
      shippingAddress: body.shipping_address,
      shippingRateId: body.shipping_rate_id,
      discountCode: body.discount_code,
      addressHash: await addressHash(address),
      ...pages,
    }, subject);
  };
  const { order, url, sessionId } = await checkoutStartedBefore(tools, subject) ?? await start();
  wakeJobs();
  return {
    checkout_url: url,
    session_id: sessionId,
    order_id: order.id,
    order_number: order.number,
    order_token: user === undefined ? signText("order", order.id) : null,
    expires_at: new Date(order.expires_at * 1000).toISOString(),
  };
});
