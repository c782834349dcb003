/**
 * Idempotency-Key: the second request under a key gets the first one's reply
 * (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/). Kept in Postgres for
 * 24 hours, scoped to caller, endpoint and key. Replies of status 5xx and those that say Retry-After
 * are not kept: the request may be tried again under the same key.
 *
 * A request that chooses what it acts on notes its choice under its key first ({@link Subject}).
 */
import { setTimeout as delay } from "node:timers/promises";
import { afterReply } from "./background.ts";
import { elevatedDb, rows } from "./database.ts";
import { describeError, log } from "./log.ts";
import { Problem, problem } from "./problem.ts";
import { toHex } from "./hex.ts";

/** How long a request may hold its key: as long as the platform lets a request run. */
const leaseSeconds = 150;

/** Whose key it is, for what, and which request came with it. */
export interface KeyedRequest {
  caller: string;
  endpoint: string;
  key: string;
  /** SHA-256 over method, path, query and body. */
  requestHash: string;
}

/** A kept reply. */
export interface KeptReply {
  status: number;
  body: unknown;
}

/** What begins under a key: a run, or the reply of an earlier one. */
export type Begun = Run | { replay: KeptReply };

/** A run: its attempt, and what an earlier attempt has noted that it acts on. */
export interface Run {
  attempt: string;
  subject: string | null;
}

/**
 * What a request acts on, where it has to choose: without it a repetition whose first try was cut off
 * would choose anew, and find nothing left to do, or act on something that has come meanwhile.
 */
export interface Subject {
  /** What an earlier attempt under the same key has chosen. */
  readonly known: string | undefined;
  /**
   * Notes the choice: to be called before it is acted on. Without a key nothing is noted.
   *
   * @throws {Problem} `idempotency_in_progress` when another attempt has taken over
   */
  note(subject: string): Promise<void>;
}

/** The header's value, if it came. @throws {Problem} `invalid_header` when it is not 1–255 printable ASCII characters */
export function readIdempotencyKey(headers: Headers): string | undefined {
  const key = headers.get("idempotency-key");
  if (key === null) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw problem("invalid_header", {
      detail:
        "Idempotency-Key must be 1 to 255 printable ASCII characters without spaces; a UUID does well.",
    });
  }
  return key;
}

/** Hashes a request, so that the same key with another request is noticed. */
export async function hashRequest(request: Request, body: Uint8Array): Promise<string> {
  const url = new URL(request.url);
  const head = new TextEncoder().encode(`${request.method} ${url.pathname}${url.search}\n`);
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return toHex(digest);
}

/**
 * Claims a key for a request.
 *
 * @throws {Problem} `idempotency_in_progress` (409) while the first request runs,
 *   `idempotency_key_reused` (422) when the key came with another request
 */
export async function beginIdempotent(request: KeyedRequest): Promise<Begun> {
  // Ours, so that a claim whose answer was lost can be given up: nobody else would, until its lease ends.
  const attempt = crypto.randomUUID();
  const begun = await rows(
    elevatedDb().rpc("idempotency_begin", {
      caller: request.caller,
      endpoint: request.endpoint,
      key: request.key,
      request_hash: request.requestHash,
      lease_seconds: leaseSeconds,
      attempt,
    }),
  ).catch((error) => {
    if (error instanceof Problem && error.status >= 500) {
      afterReply(endLater(request, attempt, undefined));
    }
    throw error;
  }) as { outcome: string; status: number; reply: unknown; subject: string | null };
  switch (begun.outcome) {
    case "started":
      return { attempt, subject: begun.subject };
    case "replay":
      return { replay: { status: begun.status, body: begun.reply } };
    case "mismatch":
      throw problem("idempotency_key_reused", {
        detail:
          "This Idempotency-Key came with another body before; use a fresh key for a new request.",
      });
    default:
      throw problem("idempotency_in_progress", { retryAfterSeconds: 1 });
  }
}

/** The subject of a run under a key; of a request without one, a subject that nothing remembers. */
export function subjectOf(request: KeyedRequest | undefined, run: Run | undefined): Subject {
  return {
    known: run?.subject ?? undefined,
    async note(subject) {
      if (request === undefined || run === undefined) return;
      const { caller, endpoint, key } = request;
      const noted = await rows(
        elevatedDb().rpc("idempotency_note_subject", {
          caller,
          endpoint,
          key,
          attempt: run.attempt,
          subject,
        }),
      );
      if (!noted) throw problem("idempotency_in_progress", { retryAfterSeconds: 1 });
    },
  };
}

/**
 * The id of what a request makes, for whoever finds by it what an earlier attempt has made; noted, so that
 * it is the same for a repetition. Without a key a fresh one.
 *
 * @throws {Problem} `idempotency_in_progress` when another attempt has taken over
 */
export async function idForSubject(subject: Subject): Promise<string> {
  if (subject.known !== undefined) return subject.known;
  const id = crypto.randomUUID();
  await subject.note(id);
  return id;
}

/**
 * Keeps the reply of an attempt, or frees its key when there is none to keep. The caller's answer does not
 * depend on it: while the database is away it is tried again behind the reply.
 */
export async function endIdempotent(
  request: KeyedRequest,
  attempt: string,
  reply: KeptReply | undefined,
): Promise<void> {
  try {
    await end(request, attempt, reply);
  } catch (error) {
    log("warn", { event: "idempotency_not_ended", error: describeError(error) });
    afterReply(endLater(request, attempt, reply));
  }
}

/** Pauses before each further try, in milliseconds: a minute in all, well within the lease. */
const endAgainAfter = [250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000];

async function endLater(
  request: KeyedRequest,
  attempt: string,
  reply: KeptReply | undefined,
): Promise<void> {
  let last: unknown;
  for (const pause of endAgainAfter) {
    await delay(pause);
    try {
      return await end(request, attempt, reply);
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

/** Does nothing where another attempt has taken over, or where the claim never reached the database. */
async function end(
  request: KeyedRequest,
  attempt: string,
  reply: KeptReply | undefined,
): Promise<void> {
  await rows(
    elevatedDb().rpc("idempotency_end", {
      caller: request.caller,
      endpoint: request.endpoint,
      key: request.key,
      attempt,
      // The generated types do not know that SQL arguments may be null.
      status: (reply?.status ?? null) as number,
      reply: (reply?.body ?? null) as never,
    }),
  );
}
