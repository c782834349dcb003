/**
 * The endpoints as typed methods over supabase-js.
 *
 * ```ts
 * const socle = createSocle(createClient(url, publishableKey));
 * const { subscription } = await socle.subscriptionCancel({ workspace_id });
 * ```
 */
import { call, type FunctionsCaller } from "./call.ts";
import type { CallOptions, CommonOptions } from "./call-options.ts";
import type { Socle } from "./methods.ts";
import { operations } from "./operations.ts";

/**
 * The endpoints of the project that a client of supabase-js calls, as whoever is signed in there.
 *
 * @param defaults for every call; a call's own come first
 */
export function createSocle(supabase: FunctionsCaller, defaults: CommonOptions = {}): Socle {
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [
      name,
      (input: Record<string, unknown> = {}, options: CallOptions = {}) => {
        const headers = { ...defaults.headers, ...options.headers };
        // What is undefined is not said: the default holds.
        const said = Object.entries(options).filter(([, value]) => value !== undefined);
        const own: CallOptions = Object.fromEntries(said);
        return call(supabase, operation, input, { ...defaults, ...own, headers });
      },
    ]),
  ) as unknown as Socle;
}

export type { FunctionsCaller } from "./call.ts";
export type { Call, CallOptions, CommonOptions, Outcome } from "./call-options.ts";
export type * from "./methods.ts";
export { outcome } from "./outcome.ts";
export type { ProblemCode, ProblemCodes } from "./problem-codes.ts";
export {
  type ClientCode,
  type FieldError,
  isSocleError,
  SocleError,
  type SocleErrorCode,
} from "./socle-error.ts";
