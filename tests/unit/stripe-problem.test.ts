/** What an error between calls of Stripe is to the caller. */
import { strictEqual } from "node:assert/strict";
import Stripe from "stripe";
import { stripeProblem } from "../../supabase/functions/_shared/billing/stripe.ts";
import { problem } from "../../supabase/functions/_shared/problem.ts";

Deno.test("stripeProblem: a problem of another part stays what it is", () => {
  // Chaos found it: a database that was away while an order was cancelled was a 500, and told as our fault.
  const away = problem("database_unavailable", { retryAfterSeconds: 1 });
  strictEqual(stripeProblem(away), away);
  strictEqual(stripeProblem(new TypeError("ours")).code, "internal_error");
  const silent = new Stripe.errors.StripeConnectionError({
    message: "no answer",
    type: "api_error",
  });
  strictEqual(stripeProblem(silent).code, "payment_provider_unavailable");
});
