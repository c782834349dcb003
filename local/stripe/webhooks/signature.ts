import { createHmac } from "node:crypto";

/**
 * The `Stripe-Signature` header for a body: HMAC-SHA256 of `t.body`.
 * https://docs.stripe.com/webhooks#verify-manually
 * @param timestamp whole seconds of real time: receivers refuse what is older than 5 minutes.
 */
export function signatureOf(body: string, secret: string, timestamp: number): string {
  const signature = createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
  return `t=${timestamp},v1=${signature}`;
}
