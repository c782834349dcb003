/**
 * Users whose password everybody knows are made on a stack of this machine, and nowhere else: its API, its
 * database, Stripe and mail must all be on loopback, as only the embedded stack's are together. A hosted
 * project, a remote database, and a stack that a real Stripe or Resend account was given are refused.
 */
import { isLoopback } from "../loopback.ts";
import type { Variables } from "./visitor.ts";

const needed = ["SUPABASE_URL", "SUPABASE_DB_URL", "STRIPE_API_URL", "RESEND_BASE_URL"];

/** Which part is elsewhere; undefined when all are here. */
export function partElsewhere(env: Variables): string | undefined {
  return needed.find((name) => !isLoopback(env[name]));
}
