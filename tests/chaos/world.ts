/**
 * A whole stack that may be broken in every way: a Postgres server of its own, and a proxy in front of each
 * of Stripe, Resend and Redis. Nothing of it is left when it is disposed of.
 */
import { join } from "node:path";
import { freePorts } from "../../local/ports.ts";
import { type PostgresServer, startPostgres } from "../../local/postgres/server.ts";
import { publishPlans } from "../../local/publish-plans.ts";
import { type Stack, startStack } from "../../local/stack.ts";
import { plansKnown } from "../support/plans-known.ts";
import { type FaultyProxy, startFaultyProxy } from "../support/faulty-proxy.ts";

/** One thing at a time with the database: moving its clock must not meet its restart. */
export type Exclusive = <T>(work: () => Promise<T>) => Promise<T>;

/** The stack, and what breaks it. */
export interface World extends AsyncDisposable {
  stack: Stack;
  stripe: FaultyProxy;
  resend: FaultyProxy;
  redis: FaultyProxy;
  /** Lets Redis forget all that it holds, as one does that was restarted without its disk. */
  emptyRedis(): Promise<void>;
  /** Variables of the stack, with each provider reached past its proxy. */
  env: Record<string, string>;
  database: {
    /** Connection string of a superuser. */
    url: string;
    exclusive: Exclusive;
    /** Stops Postgres, or lets it crash, and starts it after so many milliseconds. */
    restart(how: "stopped" | "crashed", awayMs: number): Promise<void>;
  };
  /** What every part logged, line by line. */
  log: string[];
}

function exclusively(): Exclusive {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => {});
    return mine;
  };
}

/** Starts it. */
export async function startWorld(): Promise<World> {
  await using undo = new AsyncDisposableStack();
  const dir = await Deno.makeTempDir({ prefix: "socle-chaos-" });
  undo.defer(() => Deno.remove(dir, { recursive: true }));
  // Postgres may run as another account, which must be able to enter.
  await Deno.chmod(dir, 0o755);
  const log: string[] = [];
  const note = (source: string, message: string) => void log.push(`${source}: ${message}`);

  const ports = freePorts();
  // Durable: what was acknowledged must outlive a crash.
  const start = () =>
    startPostgres({ dataDir: join(dir, "postgres"), port: ports.database, log: note });
  let server: PostgresServer = await start();
  const { dataDir } = server;
  undo.defer(() => Deno.remove(dataDir, { recursive: true }).catch(() => {}));
  undo.defer(() => server.stop());

  const [stripe, resend, redis] = await Promise.all([
    startFaultyProxy(),
    startFaultyProxy(),
    startFaultyProxy(),
  ]);
  for (const proxy of [stripe, resend, redis]) undo.use(proxy);
  const past = {
    stripe: `http://127.0.0.1:${ports.stripe}`,
    resend: `http://127.0.0.1:${ports.mail}`,
    redis: `http://127.0.0.1:${ports.redis}`,
  };
  stripe.forwardTo(past.stripe);
  resend.forwardTo(past.resend);
  redis.forwardTo(past.redis);

  const stack = await startStack({
    dataDir: dir,
    ports,
    databaseUrl: server.adminUrl(),
    seed: false,
    log: note,
    functionsEnv: {
      STRIPE_API_URL: stripe.url,
      RESEND_BASE_URL: resend.url,
      UPSTASH_REDIS_REST_URL: redis.url,
    },
  });
  undo.defer(() => stack.stop());
  await publishPlans(stack);
  await plansKnown(stack);

  async function emptyRedis(): Promise<void> {
    const reply = await fetch(past.redis, {
      method: "POST",
      headers: { authorization: `Bearer ${stack.env["UPSTASH_REDIS_REST_TOKEN"]}` },
      body: JSON.stringify(["FLUSHALL"]),
    });
    const { result } = await reply.json();
    if (result !== "OK") throw new Error(`cannot empty Redis: ${reply.status} ${result}`);
  }

  const exclusive = exclusively();
  const made = undo.move();
  return {
    stack,
    stripe,
    resend,
    redis,
    emptyRedis,
    env: { ...stack.env, STRIPE_API_URL: past.stripe, RESEND_BASE_URL: past.resend },
    database: {
      url: server.adminUrl(),
      exclusive,
      restart: (how, awayMs) =>
        exclusive(async () => {
          if (how === "crashed") {
            const pid = (await Deno.readTextFile(join(dataDir, "postmaster.pid"))).split("\n")[0];
            Deno.kill(Number(pid), "SIGQUIT");
          }
          await server.stop();
          await new Promise((resolve) => setTimeout(resolve, awayMs));
          server = await start();
        }),
    },
    log,
    [Symbol.asyncDispose]: () => made.disposeAsync(),
  };
}
