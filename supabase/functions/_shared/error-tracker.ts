/**
 * An error tracker that speaks Sentry's protocol (Sentry itself, GlitchTip, Bugsink), by one variable:
 * SENTRY_DSN. Told of each `internal_error` and of each job that dies.
 *
 * By fetch and without the SDK: importing @sentry/deno costs 370 to 560 ms and 30 MB at each cold start
 * (Deno 2.9.6, a cached copy), of the 2 s of processor time and 256 MB that a function has; what is used of
 * it is one POST (https://develop.sentry.dev/sdk/data-model/envelopes/).
 */
import { afterReply } from "./background.ts";
import { optionalEnv } from "./env.ts";
import { describeError, log, mask } from "./log.ts";

/** What happened, besides the error itself. */
export interface TrackedContext {
  /** Few values each, to filter by: function, code, job kind. */
  tags: Record<string, string>;
  /** What finds it in the log: request id, job id. */
  extra?: Record<string, unknown>;
}

interface Dsn {
  endpoint: string;
  key: string;
}

/** `https://<key>@<host>/<path/><project>` */
export function readDsn(dsn: string): Dsn | undefined {
  const url = URL.parse(dsn);
  const path = url?.pathname.split("/").filter(Boolean) ?? [];
  const project = path.pop();
  if (url === null || url.username === "" || project === undefined) return undefined;
  const prefix = path.map((part) => `/${part}`).join("");
  return {
    endpoint: `${url.protocol}//${url.host}${prefix}/api/${project}/envelope/`,
    key: url.username,
  };
}

/** V8's `at name (file:line:column)`, oldest first as Sentry wants it. */
function frames(stack: string) {
  return [...stack.matchAll(/^\s+at (?:(.*?) \()?(\S+?):(\d+):(\d+)\)?$/gm)].slice(0, 50).map(
    ([, name, file, line, column]) => ({
      function: name ?? "?",
      filename: file,
      lineno: Number(line),
      colno: Number(column),
      in_app: !/node_modules|npm\/|ext:/.test(file!),
    }),
  ).reverse();
}

/** An error and up to five causes, the last cause first as Sentry wants it. */
function exceptions(error: unknown): unknown[] {
  const found: unknown[] = [];
  for (let next = error, depth = 0; next !== undefined && depth <= 5; depth++) {
    if (!(next instanceof Error)) {
      found.push({ type: "Error", value: String(next) });
      break;
    }
    found.push({
      type: next.name,
      value: next.message.slice(0, 4000),
      ...(next.stack !== undefined && { stacktrace: { frames: frames(next.stack) } }),
    });
    next = next.cause;
  }
  return found.reverse();
}

/** The event as it leaves: masked as the log is. */
export function envelope(error: unknown, { tags, extra = {} }: TrackedContext): string {
  const id = crypto.randomUUID().replaceAll("-", "");
  const event = {
    event_id: id,
    timestamp: new Date().toISOString(),
    platform: "javascript",
    level: "error",
    server_name: optionalEnv("SB_REGION"),
    tags,
    extra,
    exception: { values: exceptions(error) },
  };
  return [
    JSON.stringify({ event_id: id, sent_at: new Date().toISOString() }),
    JSON.stringify({ type: "event" }),
    mask(JSON.stringify(event)),
  ].join("\n") + "\n";
}

/** More at once say nothing new, and must not cost the isolate that serves requests. */
const mostUnderWay = 5;
let underWay = 0;

async function send({ endpoint, key }: Dsn, body: string): Promise<void> {
  underWay++;
  try {
    const reply = await fetch(endpoint, {
      method: "POST",
      headers: {
        "content-type": "application/x-sentry-envelope",
        "x-sentry-auth": `Sentry sentry_version=7, sentry_key=${key}, sentry_client=socle/1.0`,
      },
      body,
      signal: AbortSignal.timeout(3_000),
    });
    await reply.body?.cancel();
    if (!reply.ok) log("warn", { event: "error_not_tracked", error: `answered ${reply.status}` });
  } catch (failure) {
    log("warn", { event: "error_not_tracked", error: describeError(failure) });
  } finally {
    underWay--;
  }
}

/** Tells the tracker, after the reply. Never throws, and nobody waits for it. */
export function trackError(error: unknown, context: TrackedContext): void {
  const setting = optionalEnv("SENTRY_DSN");
  if (setting === undefined) return;
  const dsn = readDsn(setting);
  if (dsn === undefined) {
    return log("warn", { event: "error_not_tracked", error: "SENTRY_DSN is none" });
  }
  if (underWay >= mostUnderWay) {
    return log("warn", { event: "error_not_tracked", error: "too many at once" });
  }
  afterReply(send(dsn, envelope(error, context)));
}
