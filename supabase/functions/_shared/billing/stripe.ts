/** The Stripe client, and what Stripe's errors mean to a caller. */
import Stripe from "stripe";
import { env, isLiveMode, optionalEnv } from "../env.ts";
import { Problem, problem } from "../problem.ts";

let client: Stripe | undefined;

/**
 * The client for our account. API version: the one that this release of the SDK is typed for
 * (2026-10-28.endive). STRIPE_API_URL points it at another server that speaks Stripe's API.
 */
export function stripeClient(): Stripe {
  if (client === undefined) {
    const override = URL.parse(optionalEnv("STRIPE_API_URL") ?? "");
    client = new Stripe(env("STRIPE_SECRET_KEY"), {
      httpClient: Stripe.createFetchHttpClient(),
      // A retry sends the same idempotency key, so it cannot charge twice.
      maxNetworkRetries: 2,
      timeout: 20_000,
      telemetry: false,
      ...(override !== null && {
        host: override.hostname,
        port: override.port || (override.protocol === "https:" ? "443" : "80"),
        protocol: override.protocol === "https:" ? "https" as const : "http" as const,
      }),
    });
  }
  return client;
}

/** Whether our key is a live one; an event of the other mode is not ours to handle. */
export function isLiveKey(): boolean {
  return isLiveMode();
}

/**
 * Whether Stripe has answered a call as it did before, under the same key: that tells how the object was when
 * it was made, not how it is.
 */
export function isReplayed(answer: { lastResponse: { headers: Record<string, string> } }): boolean {
  // Over fetch they are a Headers, whatever the type says.
  return new Headers(answer.lastResponse.headers).get("idempotent-replayed") === "true";
}

/** A key that is refused, a call in progress, too many: none says what became of an earlier attempt. */
const tellsNothing: ReadonlySet<number> = new Set([401, 403, 409, 429]);

/**
 * Whether Stripe has definitely refused, so that nothing happened and the same call will not succeed.
 * An idempotency key that another request has used is no refusal: that request may have had its effect.
 */
export function isDefiniteRefusal(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeError && error.statusCode !== undefined &&
    error.statusCode >= 400 && error.statusCode < 500 && !tellsNothing.has(error.statusCode) &&
    !(error instanceof Stripe.errors.StripeIdempotencyError);
}

/**
 * The problem that a Stripe error is to the caller (https://docs.stripe.com/error-handling). What is a problem
 * already stays what it is: between two calls of Stripe the database may be away.
 */
export function stripeProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (!(error instanceof Stripe.errors.StripeError)) {
    return problem("internal_error", { cause: error });
  }
  if (error instanceof Stripe.errors.StripeCardError) {
    return problem("payment_declined", {
      detail: error.message,
      extra: { decline_code: error.decline_code },
    });
  }
  if (error.code === "customer_tax_location_invalid") {
    return problem("billing_details_required", {
      detail: "Tax is computed by the address: write it with PUT billing-details first.",
    });
  }
  if (isDefiniteRefusal(error)) return problem("internal_error", { cause: error });
  return problem("payment_provider_unavailable", {
    retryAfterSeconds: 5,
    detail: "Nothing was charged twice: repeat the request with the same Idempotency-Key.",
    cause: error,
  });
}
