/** Work after the reply: the platform keeps the isolate alive until it is done. */
import { env, secretKey } from "./env.ts";
import { describeError, log } from "./log.ts";

interface EdgeRuntimeGlobal {
  waitUntil(promise: Promise<unknown>): void;
}

/** Lets `work` go on after the reply; its failure is logged. */
export function afterReply(work: Promise<unknown>): void {
  const watched = work.catch((error) =>
    log("error", { event: "background_work_failed", error: describeError(error) })
  );
  // https://supabase.com/docs/guides/functions/background-tasks
  (globalThis as { EdgeRuntime?: EdgeRuntimeGlobal }).EdgeRuntime?.waitUntil(watched);
}

/** How long a call of jobs-run is waited for. It goes on without us, as when pg_net called it. */
const wakeTimeoutMs = 5_000;

let waking: Promise<void> | undefined;
let wakeAgain = false;

/**
 * Calls jobs-run now instead of waiting for the schedule. While a call is under way, further ones
 * become a single call after it: jobs that they enqueued may have missed the first.
 */
export function wakeJobs(): void {
  if (waking !== undefined) {
    wakeAgain = true;
    return;
  }
  waking = (async () => {
    try {
      do {
        wakeAgain = false;
        await callJobsRun();
      } while (wakeAgain);
    } finally {
      waking = undefined;
    }
  })();
  afterReply(waking);
}

async function callJobsRun(): Promise<void> {
  const timeout = AbortSignal.timeout(wakeTimeoutMs);
  try {
    const reply = await fetch(`${env("SUPABASE_URL")}/functions/v1/jobs-run`, {
      method: "POST",
      headers: { apikey: secretKey(), "content-type": "application/json" },
      body: "{}",
      signal: timeout,
    });
    await reply.body?.cancel();
  } catch (error) {
    if (!timeout.aborted) throw error;
  }
}
