import * as z from "zod";
import { authClient, isPassing } from "../accounts/auth-client.ts";
import { sitePage } from "../redirects.ts";
import { jobKind, succeeded } from "./kind.ts";

/**
 * Asks Auth for a reset mail. A job, so that the endpoint answers at once and the same, whether the
 * address has an account or not.
 */
export const passwordReset = jobKind({
  schema: z.object({ email: z.string(), redirect_to: z.string().nullable(), address: z.string() }),
  timeoutMs: 30_000,
  forgetPayload: true,
  async handle(_context, { email, redirect_to, address }) {
    const { error } = await authClient(address).auth.resetPasswordForEmail(
      email,
      { redirectTo: redirect_to ?? sitePage("/new-password") },
    );
    if (error === null) return succeeded;
    // A mail went out a moment ago: another would make its link worthless.
    if (/security purposes/i.test(error.message)) return succeeded;
    if (error.status === 429) return { outcome: "retry", reason: error.message, afterSeconds: 60 };
    if (isPassing(error)) return { outcome: "retry", reason: error.message };
    return { outcome: "fatal", reason: `Auth refused: ${error.code ?? error.message}` };
  },
});
