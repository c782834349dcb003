/**
 * After the storm: nothing fails any more, time passes, and the stack must come to rest by itself, by its
 * schedule and its jobs. Nobody calls it but Stripe.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Sql } from "postgres";
import { functionProcesses, killProcess } from "../support/function-processes.ts";
import type { StackAddress } from "../support/stack.ts";
import type { Clock } from "./clock.ts";
import type { Teller } from "./events.ts";
import { endLeases } from "./leases.ts";
import { Patience } from "./patience.ts";
import { ordersPending } from "./shop/open.ts";

/** What is still to be done. */
export interface Open {
  jobs: number;
  /** Failed attempts that wait for the next. */
  retries: number;
  /** What else is not over, by itself or by its time. */
  held: number;
  events: number;
  untold: number;
}

/** What else the stack holds until it is over. */
const holding: ((sql: Sql) => Promise<number>)[] = [
  ordersPending,
];

/** Two of these are longer than a retry's pause, an event's delay and a hold. */
const stepSeconds = 1900;
/** What was bought for a month is renewed, or ends. */
const monthSeconds = 32 * 24 * 60 * 60;

/**
 * Lets time pass until nothing is due and nothing waits.
 *
 * @param seconds that may pass without less being left
 * @returns what is left when patience ends: nothing, where all is well
 */
export async function drain(
  { sql, on, clock, teller, seconds }: {
    sql: Sql;
    on: StackAddress;
    clock: Clock;
    teller: Teller;
    seconds: number;
  },
): Promise<Open | undefined> {
  // Whatever still hangs in a call that nobody answered is dead, and its leases with it.
  for (const [name, pid] of await functionProcesses(on)) {
    const killedAt = Date.now();
    killProcess(pid);
    await endLeases(sql, name, killedAt);
  }
  const patience = new Patience(seconds);
  // Holds end by the clock, and refunds and debits that follow from them later still; then a month passes,
  // and events about its end come late as well.
  const moves = [stepSeconds, stepSeconds, stepSeconds, monthSeconds, stepSeconds, stepSeconds];
  for (;;) {
    const open = await look();
    const calm = open.jobs + open.events === 0;
    if (calm && open.retries + open.held + open.untold === 0 && moves.length === 0) {
      return undefined;
    }
    const left = open.jobs + open.retries + open.held + open.events + open.untold;
    if (patience.over(left)) return open;
    if (calm) {
      const move = moves.shift();
      // What is only ever tried again comes no nearer by being tried again.
      if (move !== undefined) patience.begin();
      await clock.move(move ?? stepSeconds);
    }
    await delay(500);
  }

  async function look(): Promise<Open> {
    const [row] = await sql<Omit<Open, "untold" | "held">[]>`
      select
        (select count(*)::int from private.jobs
         where state = 'pending' and run_at <= private.now()) as jobs,
        (select count(*)::int from private.jobs
         where state = 'pending' and run_at > private.now() and attempts > 0) as retries,
        (select count(*)::int from private.webhook_events where handled_at is null) as events`;
    const counts = await Promise.all(holding.map((count) => count(sql)));
    const held = counts.reduce((sum, count) => sum + count, 0);
    return { ...row!, held, untold: await teller.waiting() };
  }
}
