import type { Call, Outcome } from "./call-options.ts";
import { type ClientCode, SocleError, type SocleErrorCode } from "./socle-error.ts";

/**
 * What became of a call, as supabase-js tells it: with the reply, or with an error whose `code` is one of
 * those that this very method gives.
 *
 * @throws whatever is no error of a call
 */
export async function outcome<Reply, Code extends SocleErrorCode>(
  call: Call<Reply, Code>,
): Promise<Outcome<Reply, Code | ClientCode>> {
  try {
    return { data: await call, error: null };
  } catch (error) {
    if (!(error instanceof SocleError)) throw error;
    return { data: null, error };
  }
}
