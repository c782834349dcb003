/** The endpoints that the pages call. */
import { ProblemError, problemOf } from "./problem.ts";
import type { Supabase } from "./supabase.ts";

interface Tokens {
  access_token: string;
  refresh_token: string;
}

/** A copy of everything held about somebody. */
export interface AccountExport {
  state: "pending" | "ready" | "expired";
  expires_at: string | null;
  files: string[];
}

/** The end of an account. */
export interface AccountDeletion {
  state: "unconfirmed" | "scheduled" | "running" | "blocked" | "cancelled";
  due_at: string | null;
}

/** What each takes and answers; docs/openapi.json has them in full. */
export interface Endpoints {
  "auth-signup": {
    body: { email: string; password: string; name: string; locale: string };
    reply: { session: Tokens | null };
  };
  "auth-login": { body: { email: string; password: string }; reply: { session: Tokens } };
  "auth-password-reset": {
    body: { email: string; redirect_to: string };
    reply: Record<string, never>;
  };
  "account-export": { body: Record<string, never>; reply: { export: AccountExport | null } };
  "account-delete": { body: { token?: string }; reply: { deletion: AccountDeletion | null } };
  "workspace-accept": {
    body: { token: string } | { invitation_id: string };
    reply: { workspace: { name: string } };
  };
  "subscription-checkout": {
    body: { workspace_id: string; price_id: string; success_url: string; cancel_url: string };
    reply: { checkout_url: string };
  };
  "checkout-status": { body: { session_id: string }; reply: CheckoutStatus };
  "subscription-cancel": { body: { workspace_id: string }; reply: unknown };
  "subscription-uncancel": { body: { workspace_id: string }; reply: unknown };
  "billing-portal": {
    body: { workspace_id: string; return_url: string };
    reply: { url: string };
  };
}

/** What Stripe says of a checkout at this moment. */
export interface CheckoutStatus {
  status: "open" | "complete" | "expired";
  payment_status: "paid" | "unpaid" | "no_payment_required";
  /** Where to go on paying while it is open. */
  checkout_url: string | null;
  subscription: { current_period_end: string | null } | null;
}

/**
 * Calls one.
 *
 * @param idempotencyKey the same for each try of one wish, so that it is fulfilled once
 * @throws {ProblemError}
 */
export async function invoke<Name extends keyof Endpoints>(
  supabase: Supabase,
  name: Name,
  body: Endpoints[Name]["body"],
  idempotencyKey?: string,
  method: "POST" | "GET" | "DELETE" = "POST",
): Promise<Endpoints[Name]["reply"]> {
  const { data, error } = await supabase.functions.invoke(name, {
    method,
    ...(method !== "GET" && { body }),
    headers: idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey },
  });
  if (error !== null) throw new ProblemError(await problemOf(error));
  return data;
}
