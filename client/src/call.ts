/** One call of one method: what is sent, and when it is sent again. */
import type { CallOptions, CommonOptions } from "./call-options.ts";
import type { Operation } from "./operation.ts";
import { idempotencyKey } from "./idempotency-key.ts";
import { type InvokeAnswer, refusal } from "./refusal.ts";
import { requestOf } from "./request.ts";
import { SocleError } from "./socle-error.ts";

/** What is needed of supabase-js, of whatever version and with whatever types of a database. */
export interface FunctionsCaller {
  functions: {
    // deno-lint-ignore no-explicit-any -- as supabase-js has it
    invoke(name: string, options: any): Promise<InvokeAnswer>;
  };
}

/** Who waits longer than this had better decide for themselves. */
const longestWaitSeconds = 10;

/** Refusals that a repetition may get past, where it is safe: nothing was decided yet. */
function mayPass(error: SocleError): boolean {
  if (error.code === "idempotency_in_progress" || error.code === "unreachable") return true;
  return error.code === "timed_out" || [502, 503, 504].includes(error.status);
}

/** Rejects with what the signal was aborted by. */
function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      reject(aborted(signal?.reason));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", end);
      resolve();
    }, ms);
    signal?.addEventListener("abort", end, { once: true });
  });
}

function aborted(cause: unknown): SocleError<"aborted"> {
  return new SocleError("aborted", { title: "The call was aborted", cause });
}

/**
 * Sends it. A read, and whatever has an Idempotency-Key, is sent again where the network or a part of the
 * server was away, or the first request under the key still runs: at most `retries` times, after what
 * Retry-After says, else after a quarter of a second, and each time twice that; always under the same key.
 *
 * @throws {SocleError}
 */
export async function call(
  supabase: FunctionsCaller,
  operation: Operation,
  input: Record<string, unknown>,
  { retries = 4, signal, timeout, onResponse, ...options }: CommonOptions & CallOptions,
): Promise<unknown> {
  const key = operation.keyed ? options.idempotencyKey ?? idempotencyKey() : undefined;
  const { address, ...request } = requestOf(operation, input, { ...options, idempotencyKey: key });
  const repeatable = operation.method === "GET" || key !== undefined;
  for (let attempt = 0;; attempt++) {
    if (signal?.aborted) throw aborted(signal.reason);
    const answer = await supabase.functions.invoke(address, {
      ...request,
      ...(signal && { signal }),
      ...(timeout !== undefined && { timeout }),
    });
    const error = await refusal(answer, timeout);
    if (error === undefined) {
      if (answer.response) onResponse?.(answer.response);
      return answer.data;
    }
    if (signal?.aborted) throw aborted(signal.reason);
    const seconds = error.retryAfter ?? 0.25 * 2 ** attempt;
    if (
      !repeatable || attempt >= retries || !mayPass(error) || seconds > longestWaitSeconds
    ) throw error;
    // Spread, so that who failed together does not come back together.
    await wait(seconds * 1000 * (1 + Math.random() / 4), signal);
  }
}
