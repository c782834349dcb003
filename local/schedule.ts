/**
 * The schedule: ticks the SQL that pg_cron ticks on the hosted platform, and wakes jobs-run when work is due;
 * once a minute, apart from that, alerts-run when there is something to tell.
 */
import { setTimeout as delay } from "node:timers/promises";
import postgres from "postgres";
import type { Log } from "./log.ts";

export interface ScheduleOptions {
  /** Connection string of the role that owns the schema. */
  databaseUrl: string;
  apiUrl: string;
  secretKey: string;
  log: Log;
  /** Whether the clock is behind real time: then it leaps, and what has waited since is no alarm. */
  behind?: () => boolean;
  /** Milliseconds between two ticks; hosted: 10 seconds. */
  everyMs?: number;
}

/** Between two looks at the alert rules. */
const alertsEveryMs = 60_000;

/** How long a call is waited for, as pg_net does on the hosted platform: a slow job delays no tick for longer. */
const callTimeoutMs = 5_000;

/** Starts the timer. A tick that takes longer than the interval delays the next; they never overlap. */
export function startSchedule(options: ScheduleOptions): { stop(): Promise<void> } {
  const { apiUrl, secretKey, log, behind = () => false, everyMs = 1000 } = options;
  const sql = postgres(options.databaseUrl, {
    max: 1,
    onnotice: () => {},
    connect_timeout: 2,
    // Its query for array types is nobody's: a server that stops meanwhile would end this process.
    fetch_types: false,
  });
  const stopped = new AbortController();
  let failing = false;

  async function wake(name: string): Promise<void> {
    const timeout = AbortSignal.timeout(callTimeoutMs);
    try {
      const reply = await fetch(`${apiUrl}/functions/v1/${name}`, {
        method: "POST",
        headers: { apikey: secretKey, "content-type": "application/json" },
        body: "{}",
        signal: AbortSignal.any([stopped.signal, timeout]),
      });
      const text = await reply.text();
      if (!reply.ok) throw new Error(`${name} answered ${reply.status}: ${text.slice(0, 200)}`);
    } catch (error) {
      if (!timeout.aborted) throw error; // It goes on without us.
    }
  }

  let alertsAt = Date.now() + alertsEveryMs;
  async function tick(): Promise<void> {
    if (behind()) alertsAt = Date.now() + alertsEveryMs;
    // First, and whatever the queue is like.
    if (Date.now() >= alertsAt) {
      alertsAt = Date.now() + alertsEveryMs;
      const [row] = await sql<{ untold: boolean }[]>`select private.alerts_evaluate() as untold`;
      if (row?.untold) await wake("alerts-run");
    }
    const [row] = await sql<{ due: boolean }[]>`select private.tick() as due`;
    if (row?.due) await wake("jobs-run");
  }

  const running = (async () => {
    while (!stopped.signal.aborted) {
      try {
        await tick();
        failing = false;
      } catch (error) {
        // Said once, not every second.
        if (!failing && !stopped.signal.aborted) log("schedule", (error as Error).message, "warn");
        failing = true;
      }
      await delay(everyMs, undefined, { signal: stopped.signal }).catch(() => {});
    }
  })();

  return {
    async stop() {
      stopped.abort();
      await running;
      await sql.end({ timeout: 1 });
    },
  };
}
