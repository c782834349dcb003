/** Standard Webhooks (https://www.standardwebhooks.com): what Supabase Auth, Svix and with it Resend sign by. */
import { Webhook } from "standardwebhooks";
import { problem } from "../problem.ts";

/**
 * The payload, if any of the secrets signed it (`whsec_<base64>`): several count while one is rotated.
 * Svix's own names of the headers (`svix-id` …) are taken as well.
 *
 * @throws {Problem} `invalid_signature`, `invalid_json`
 */
export function verifyStandardWebhook(text: string, headers: Headers, secrets: string[]): unknown {
  const given: Record<string, string> = {};
  for (const part of ["id", "timestamp", "signature"]) {
    const value = headers.get(`webhook-${part}`) ?? headers.get(`svix-${part}`);
    if (value !== null) given[`webhook-${part}`] = value;
  }
  let failure: unknown;
  for (const secret of secrets) {
    try {
      return new Webhook(secret).verify(text, given);
    } catch (error) {
      // It parses what it has verified.
      if (error instanceof SyntaxError) throw problem("invalid_json", { cause: error });
      failure = error;
    }
  }
  throw problem("invalid_signature", { cause: failure });
}
