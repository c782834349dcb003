/**
 * What goes wrong: each kind by itself and in its own rhythm, so that they meet; now and then all is quiet.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Sql } from "postgres";
import { functionProcesses, killProcess } from "../support/function-processes.ts";
import { seededRandom } from "../support/random.ts";
import type { StackAddress } from "../support/stack.ts";
import type { Fault, FaultyProxy } from "../support/faulty-proxy.ts";
import type { Clock } from "./clock.ts";
import { emptyTally, type FaultKind, type Tally } from "./fault-kinds.ts";
import { endLeases } from "./leases.ts";
import type { World } from "./world.ts";

/** What the faults need. */
export interface Setting {
  world: World;
  on: StackAddress;
  clock: Clock;
  seed: number;
  signal: AbortSignal;
}

interface Kind {
  name: FaultKind;
  /** Seconds between the end of one and the next, at random from half to one and a half times this. */
  every: number;
  /** Does it and undoes it, early where the signal says so; says in which way, if there was anything to strike. */
  strike(random: () => number, sql: Sql, signal: AbortSignal): Promise<string | undefined>;
}

/** Of these seconds, the last are quiet. */
const cycle = { seconds: 30, quiet: 10 };

/** So many seconds, or until the signal. */
function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return delay(seconds * 1000, undefined, { signal }).catch(() => {});
}

/** A provider's ways to be unwell, in a window of seconds or for some calls. */
function unwell(
  name: "Stripe" | "Resend" | "Redis",
  proxy: FaultyProxy,
  every: number,
  statuses: number[],
): Kind {
  return {
    name,
    every,
    async strike(random, _sql, signal) {
      const over = Promise.withResolvers<void>();
      const faults: [string, Fault][] = [
        ["unreachable", { kind: "unreachable" }],
        ["loses answers", { kind: "answer lost" }],
        ["slow", { kind: "slow", milliseconds: 200 + random() * 2500 }],
        ["silent", { kind: "answer held", until: over.promise }],
        ...statuses.map((status): [string, Fault] => [
          `answers ${status}`,
          { kind: "error", status, body: errorBody(name, status) },
        ]),
      ];
      const [what, fault] = faults[Math.floor(random() * faults.length)]!;
      const calls = random() < 0.4 ? Infinity : 1 + Math.floor(random() * 12);
      const broken = proxy.breakCalls({}, fault, calls);
      // The longest outlast the time limits of 20 s at Stripe and 10 s at Resend.
      await pause(1 + 24 * random() ** 4, signal);
      broken.mend();
      over.resolve();
      return what;
    },
  };
}

function errorBody(name: string, status: number): unknown {
  switch (name) {
    case "Resend":
      return { statusCode: status, name: "internal_server_error", message: "not now" };
    case "Redis":
      return { error: "ERR not now" };
    default:
      return { error: { type: "api_error", message: "not now" } };
  }
}

function kinds({ world, on, clock }: Setting): Kind[] {
  const { database } = world;
  return [
    {
      name: "functions",
      every: 4,
      async strike(random, sql) {
        const running = [...await functionProcesses(on)];
        const [name, pid] = running[Math.floor(random() * running.length)] ?? [];
        if (name === undefined || pid === undefined) return undefined;
        const killedAt = Date.now();
        killProcess(pid);
        await database.exclusive(() => endLeases(sql, name, killedAt));
        return "killed";
      },
    },
    {
      name: "backends",
      every: 4,
      strike: (random, sql) =>
        database.exclusive(async () => {
          await sql`
            select pg_terminate_backend(pid) from pg_stat_activity
            where backend_type = 'client backend' and pid <> pg_backend_pid()
            order by random() limit ${1 + Math.floor(random() * 6)}`;
          return "terminated";
        }),
    },
    {
      name: "Postgres",
      every: 22,
      async strike(random) {
        const how = random() < 0.5 ? "stopped" : "crashed";
        await database.restart(how, random() * 2500);
        return how;
      },
    },
    unwell("Stripe", world.stripe, 3, [429, 500, 503]),
    unwell("Resend", world.resend, 3, [429, 500, 503]),
    unwell("Redis", world.redis, 6, [500]),
    {
      name: "clock",
      every: 5,
      async strike(random) {
        await clock.move(60 + Math.floor(random() * 540));
        return "moved";
      },
    },
    {
      name: "memory of Redis",
      every: 15,
      async strike() {
        await world.emptyRedis();
        return "lost";
      },
    },
  ];
}

/** Lets things go wrong until it is told to stop; everything is mended then. */
export async function chaos(setting: Setting, sql: Sql): Promise<Tally> {
  const { seed, signal, world } = setting;
  const tally = emptyTally();
  const started = Date.now();
  /** Seconds until the quiet that there is now is over. */
  const quietFor = () => {
    const left = cycle.seconds - (Date.now() - started) / 1000 % cycle.seconds;
    return left < cycle.quiet ? left : 0;
  };

  await Promise.all(
    kinds(setting).map(async ({ name, every, strike }, index) => {
      const random = seededRandom(seed + index + 1);
      while (!signal.aborted) {
        await pause(every * (0.5 + random()), signal);
        const quiet = quietFor();
        // Put off, not left out, or what is seldom would hardly ever come; and not all to the same moment.
        if (quiet > 0) await pause(quiet + every * 0.5 * random(), signal);
        if (signal.aborted) break;
        const way = await strike(random, sql, signal);
        if (way !== undefined) tally[name][way] = (tally[name][way] ?? 0) + 1;
      }
    }),
  );
  for (const proxy of [world.stripe, world.resend, world.redis]) proxy.mendAll();
  return tally;
}
