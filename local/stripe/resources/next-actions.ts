import type { Call } from "../call.ts";

/** Where the customer passes the 3-D Secure step of an intent: a page of the local Stripe. */
function authenticationPage(call: Call, intent: string): string {
  return `${call.url}/authenticate/${intent}`;
}

/**
 * The `next_action` of an intent that must be authenticated: a redirect where the caller said where
 * to come back, else what Stripe.js would do by itself.
 */
export function nextActionOf(call: Call, intent: string, returnUrl: string | undefined) {
  const url = authenticationPage(call, intent);
  if (returnUrl !== undefined) {
    return { redirect_to_url: { return_url: returnUrl, url }, type: "redirect_to_url" };
  }
  return {
    type: "use_stripe_sdk",
    use_stripe_sdk: { type: "three_d_secure_redirect", stripe_js: url, source: intent },
  };
}
