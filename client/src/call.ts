/** One call of one method: what is sent, and when it is sent again. */
import type { CallOptions, CommonOptions } from "./call-options.ts";
import type { Operation } from "./operation.ts";
import { idempotencyKey } from "./idempotency-key.ts";
import { type InvokeAnswer, refusal } from "./refusal.ts";
import { type InvokeRequest, requestOf } from "./request.ts";
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
 * One sending, to the end of the reply. The timeout is ours: that of functions-js ends with the head of a
 * refusal, and lets go of the signal with it; the body may never come.
 *
 * @returns `timed_out` or `aborted` at once when time or signal end it
 */
async function attempt(
  supabase: FunctionsCaller,
  { address, ...request }: InvokeRequest,
  { signal, timeout }: Pick<CommonOptions, "signal" | "timeout">,
): Promise<{ answer?: InvokeAnswer; error: SocleError | undefined }> {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let abort!: () => void;
  const ended = new Promise<{ error: SocleError }>((resolve) => {
    const end = (error: SocleError) => {
      resolve({ error });
      controller.abort(); // Cancels the body, too.
    };
    abort = () => end(aborted(signal?.reason));
    if (timeout) {
      const title = `No answer within ${timeout} ms`;
      timer = setTimeout(() => end(new SocleError("timed_out", { title })), timeout);
    }
  });
  signal?.addEventListener("abort", abort);
  const replied = async () => {
    const answer = await supabase.functions.invoke(address, {
      ...request,
      signal: controller.signal,
    });
    return { answer, error: await refusal(answer) };
  };
  try {
    return await Promise.race([ended, replied()]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

/**
 * Sends it. A read, and whatever has an Idempotency-Key, is sent again where the network or a part of the
 * server was away, or the first request under the key still runs: at most `retries` times, after what
 * Retry-After says, else after a quarter of a second, and each time twice that; always under the same key.
 *
 * @throws {SocleError}
 * @throws {TypeError} before anything is sent, for an input or a header that cannot be
 */
export async function call(
  supabase: FunctionsCaller,
  operation: Operation,
  input: Record<string, unknown>,
  { retries = 4, signal, timeout, onResponse, ...options }: CommonOptions & CallOptions,
): Promise<unknown> {
  const key = operation.keyed ? options.idempotencyKey ?? idempotencyKey() : undefined;
  const request = requestOf(operation, input, { ...options, idempotencyKey: key });
  const repeatable = operation.method === "GET" || key !== undefined;
  for (let failed = 0;; failed++) {
    if (signal?.aborted) throw aborted(signal.reason);
    const { answer, error } = await attempt(supabase, request, { signal, timeout });
    if (error === undefined) {
      if (answer?.response) onResponse?.(answer.response);
      return answer?.data;
    }
    if (signal?.aborted) throw aborted(signal.reason);
    const seconds = error.retryAfter ?? 0.25 * 2 ** failed;
    if (
      !repeatable || failed >= retries || !mayPass(error) || seconds > longestWaitSeconds
    ) throw error;
    // Spread, so that who failed together does not come back together.
    await wait(seconds * 1000 * (1 + Math.random() / 4), signal);
  }
}
