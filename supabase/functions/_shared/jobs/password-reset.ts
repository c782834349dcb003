import { z } from "zod";
import { authClient } from "../accounts/auth-client.ts";
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
    const { error } = await authClient(address).resetPasswordForEmail(
      email,
      redirect_to === null ? {} : { redirectTo: redirect_to },
    );
    if (error === null) return succeeded;
    if (error.status === 429) return { outcome: "retry", reason: error.message, afterSeconds: 60 };
    if (error.status !== undefined && error.status >= 400 && error.status < 500) {
      return { outcome: "fatal", reason: `Auth refused: ${error.code ?? error.message}` };
    }
    return { outcome: "retry", reason: error.message };
  },
});
