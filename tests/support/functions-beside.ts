/** Functions of a test's own beside the shared stack, with other settings. */
import { type FunctionsRuntime, startFunctions } from "../../local/functions/runtime.ts";
import { supabaseDir } from "../../local/stack.ts";
import { stack } from "./stack.ts";

/** Starts them; `stop()` ends them. `variables` go over those of the shared stack. */
export function startFunctionsBeside(variables: Record<string, string>): Promise<FunctionsRuntime> {
  const inherited = Deno.env.toObject();
  return startFunctions({
    supabaseDir,
    env: {
      SUPABASE_URL: stack.url,
      SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: stack.publishableKey }),
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: stack.secretKey }),
      SUPABASE_JWKS: stack.jwks,
      SITE_URL: stack.siteUrl,
      UPSTASH_REDIS_REST_URL: inherited["UPSTASH_REDIS_REST_URL"]!,
      UPSTASH_REDIS_REST_TOKEN: inherited["UPSTASH_REDIS_REST_TOKEN"]!,
      RATE_LIMIT_MULTIPLIER: "1000",
      STRIPE_API_URL: stack.stripeUrl,
      STRIPE_SECRET_KEY: stack.stripeKey,
      LINK_SECRET: "a link secret",
      ...variables,
    },
    log: () => {},
  });
}
