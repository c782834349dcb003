/**
 * The environment of a function: what the platform gives and what the operator sets with
 * `supabase secrets set` (each is documented in supabase/functions/.env.example).
 */

import { howToSet } from "./variables.ts";

/** A required variable. @throws naming it, where to get it and where to set it */
export function env(name: string): string {
  const value = Deno.env.get(name);
  if (value === undefined || value === "") throw new Error(`${name} is not set: ${howToSet(name)}`);
  return value;
}

/** An optional variable; empty counts as absent. */
export function optionalEnv(name: string): string | undefined {
  return Deno.env.get(name) || undefined;
}

/**
 * The project's address as its users see it. Differs from SUPABASE_URL only where functions run
 * inside a container network (`supabase functions serve`), then PUBLIC_SUPABASE_URL says so.
 */
export function publicUrl(): string {
  return optionalEnv("PUBLIC_SUPABASE_URL") ?? env("SUPABASE_URL");
}

/** Whether real money is meant: our Stripe key is a live one. */
export function isLiveMode(): boolean {
  return /^(sk|rk)_live_/.test(env("STRIPE_SECRET_KEY"));
}

/** Who issues users' tokens: Supabase Auth of this project. */
export function tokenIssuer(): string {
  return `${publicUrl()}/auth/v1`;
}

function defaultKey(name: string): string {
  const keys = JSON.parse(env(name)) as Record<string, string>;
  // While keys are rotated the only one left may have another name.
  const key = keys["default"] ?? Object.values(keys)[0];
  if (key === undefined) throw new Error(`${name} holds no key`);
  return key;
}

/** The secret API key: full access; only what is elevated by declaration uses it. */
export function secretKey(): string {
  return defaultKey("SUPABASE_SECRET_KEYS");
}

/** The publishable API key: what an anonymous caller sends. */
export function publishableKey(): string {
  return defaultKey("SUPABASE_PUBLISHABLE_KEYS");
}
