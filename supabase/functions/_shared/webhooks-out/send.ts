/** One attempt to tell an event to an endpoint: signed, timed, and its outcome noted. */
import { Webhook } from "standardwebhooks";
import * as z from "zod";
import { type Db, rows } from "../database.ts";
import type { Outcome } from "../jobs/kind.ts";
import { succeeded } from "../jobs/kind.ts";
import { describeError } from "../log.ts";
import { checkDestination, RefusedDestination, type Resolve } from "./destination.ts";

/** A receiver stores first and works later: it has no reason to take longer. In milliseconds. */
const timeoutMs = 10_000;
/** Of an answer no more is read. */
const excerptBytes = 1024;
const mostRetryAfterSeconds = 3600;

/** How long a delivery waits when enough others are under way to its endpoint: up to twice that. */
const busySeconds = 5;

const Attempt = z.object({
  attempt: z.int(),
  url: z.string(),
  event_id: z.string(),
  payload: z.record(z.string(), z.unknown()),
  secrets: z.array(z.string()).min(1),
});
type Attempt = z.infer<typeof Attempt>;

/** How an attempt went. */
interface Answer {
  status?: number;
  error?: string;
  excerpt?: string;
  /** Trying again cannot help. */
  final?: boolean;
  retryAfterSeconds?: number | undefined;
}

/**
 * The headers by which a receiver knows who sent `body`, and whether it has had it before: one signature
 * for each secret, the present one first.
 */
export function signedHeaders(
  eventId: string,
  body: string,
  secrets: string[],
  now = new Date(),
): Record<string, string> {
  return {
    "webhook-id": eventId,
    "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
    "webhook-signature": secrets.map((secret) => new Webhook(secret).sign(eventId, now, body))
      .join(" "),
  };
}

/** The first characters of an answer, without reading more of it than that. */
async function excerptOf(reply: Response): Promise<string> {
  const reader = reply.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  while (bytes < excerptBytes) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.byteLength;
    text += decoder.decode(value.subarray(0, excerptBytes), { stream: true });
  }
  await reader.cancel();
  // Postgres takes no NUL, and a list of deliveries no line breaks.
  // deno-lint-ignore no-control-regex -- these are what is taken out
  return text.replaceAll(/[\u0000-\u001f\u007f]+/g, " ").slice(0, 300);
}

function retryAfterOf(headers: Headers): number | undefined {
  const seconds = Number(headers.get("retry-after") ?? "");
  return seconds > 0 ? Math.min(Math.ceil(seconds), mostRetryAfterSeconds) : undefined;
}

async function post(
  { url, event_id, payload, secrets }: Attempt,
  resolve: Resolve | undefined,
): Promise<Answer> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    await checkDestination(url, { signal, ...(resolve !== undefined && { resolve }) });
    const body = JSON.stringify(payload);
    const reply = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": "Socle-Webhooks/1",
        ...signedHeaders(event_id, body, secrets),
      },
      body,
      // A redirect may lead anywhere, and was not checked: it is an answer like any other that is no 2xx.
      redirect: "manual",
      signal,
    });
    if (reply.ok) {
      await reply.body?.cancel();
      return { status: reply.status };
    }
    return {
      status: reply.status,
      error: `it answered ${reply.status}`,
      excerpt: await excerptOf(reply),
      retryAfterSeconds: retryAfterOf(reply.headers),
    };
  } catch (error) {
    if (error instanceof RefusedDestination) return { error: error.message, final: true };
    return {
      error: signal.aborted ? `no answer within ${timeoutMs / 1000} seconds` : describeError(error),
    };
  }
}

/**
 * Sends a delivery once, and notes how it went.
 *
 * A receiver that fails is none of our dead letters: after the last attempt the delivery is `failed`, for
 * staff to replay, and the job succeeded.
 */
export async function sendDelivery(
  { admin, resolve }: { admin: Db; resolve?: Resolve },
  deliveryId: number,
): Promise<Outcome> {
  const begun = await rows(admin.rpc("webhook_delivery_begin", { delivery_id: deliveryId }));
  if (begun === null) return succeeded;
  if (typeof begun === "object" && "busy" in begun) {
    const afterSeconds = Math.ceil(busySeconds * (1 + Math.random()));
    return { outcome: "retry", reason: "others are under way to its endpoint", afterSeconds };
  }
  const attempt = Attempt.parse(begun);
  const { status, error, excerpt, final, retryAfterSeconds } = await post(attempt, resolve);
  const state = await rows(admin.rpc("webhook_delivery_end", {
    delivery_id: deliveryId,
    attempt: attempt.attempt,
    status: (status ?? null) as number,
    error: (error ?? null) as string,
    excerpt: (excerpt ?? null) as string,
    final: final ?? false,
  }));
  if (state === "pending") {
    return { outcome: "retry", reason: error ?? "no success", afterSeconds: retryAfterSeconds };
  }
  return state === "failed" ? { outcome: "succeeded", note: `failed: ${error}` } : succeeded;
}
