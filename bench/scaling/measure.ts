/**
 * What one checkout costs, counted on the local stack: guests who buy one thing each, pay on Stripe's page,
 * and get their confirmation. On Linux, whose /proc tells what the database's processes used.
 */
import postgres from "postgres";
import { freePorts } from "../../local/ports.ts";
import { startStack } from "../../local/stack.ts";
import { startCountingProxy } from "../../tests/support/counting-proxy.ts";
import { onSale } from "../../tests/support/products.ts";
import type { StackAddress } from "../../tests/support/stack.ts";
import { waitFor } from "../../tests/support/wait.ts";
import { median } from "../support/statistics.ts";
import { type CheckoutCost, type Counted, stripeEndpoint } from "./model.ts";

const checkouts = 60;
/** Not counted: caches, first connections, plans. */
const warmUps = 5;

type Sql = postgres.Sql;

interface Counters {
  ms: number;
  transactions: number;
  wal: number;
  bytes: number;
  jobs: number;
  events: number;
}

/**
 * Processor time of the database's backends so far, in milliseconds: not their clock time, which counts
 * whatever else the machine does. Linux tells it for each process, in ticks of 10 ms.
 */
async function processorMs(sql: Sql): Promise<number> {
  const backends = await sql<{ pid: number }[]>`
    select pid from pg_stat_activity where datname = current_database()`;
  let ticks = 0;
  for (const { pid } of backends) {
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`).catch((error) => {
      // Ended since it was listed: pools keep theirs, so it is none that worked.
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    });
    // After the name in parentheses: utime and stime are the 12th and 13th.
    const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  }
  return ticks * 10;
}

async function counters(sql: Sql): Promise<Counters> {
  await sql`select pg_stat_force_next_flush()`;
  // What was deleted and not vacuumed would count as growth.
  await sql`vacuum`;
  const [row] = await sql<[Omit<Counters, "ms">]>`
    select xact_commit::int as transactions,
      (pg_current_wal_lsn() - '0/0'::pg_lsn)::float8 as wal,
      (select sum(pg_total_relation_size(relation.oid))::float8
       from pg_class as relation join pg_namespace as space on space.oid = relation.relnamespace
       where space.nspname in ('public', 'private') and relation.relkind = 'r') as bytes,
      (select count(*)::int from private.jobs) as jobs,
      (select count(*)::int from private.webhook_events where provider = 'stripe') as events
    from pg_stat_database where datname = current_database()`;
  return { ...row, ms: await processorMs(sql) };
}

async function buyOne(on: StackAddress, variantId: string): Promise<void> {
  // Loaded once a stack is there: these read its address from the environment.
  const { payPage } = await import("../../tests/support/pay-page.ts");
  const { checkout } = await import("../../tests/support/shopping.ts");
  const { status, body } = await checkout({}, {
    email: `buyer-${crypto.randomUUID()}@example.com`,
    items: [{ variant_id: variantId, quantity: 1 }],
  }, on);
  if (status !== 200) throw new Error(`checkout-create answered ${JSON.stringify(body)}`);
  const paid = await payPage(body.checkout_url);
  if (paid.status !== 303) throw new Error(`the payment was answered with ${paid.status}`);
}

/** Every order is paid and every job done. */
async function settled(sql: Sql, orders: number): Promise<void> {
  await waitFor("every order and mail", async () => {
    const [row] = await sql<[{ paid: number; pending: number }]>`
      select (select count(*)::int from public.orders where status = 'paid') as paid,
        (select count(*)::int from private.jobs
         where state = 'pending' and run_at <= private.now()) as pending`;
    return row.paid === orders && row.pending === 0;
  }, 120);
}

/** Orders a second by 16 buyers at once: all for one variant, or each for another. */
async function ordersPerSecond(sql: Sql, variants: string[]): Promise<number> {
  const [buyers, each] = [16, 10];
  const from = performance.now();
  await Promise.all(Array.from({ length: buyers }, async (_, buyer) => {
    const items = sql.json([{ variant_id: variants[buyer % variants.length]!, quantity: 1 }]);
    for (let n = 0; n < each; n++) {
      await sql`
        select public.order_place(
          ${`guest:${crypto.randomUUID()}`}, null, 'buyer@example.com', 'en', null, ${items}, null, null,
          null, 'https://shop.example/thanks', 'https://shop.example/cart')`;
    }
  }));
  return buyers * each / ((performance.now() - from) / 1000);
}

/** Starts a stack, counts, and leaves nothing. */
export async function measure(log: (line: string) => void): Promise<Counted> {
  const dataDir = await Deno.makeTempDir({ prefix: "socle-scaling-" });
  await Deno.chmod(dataDir, 0o755);
  const ports = freePorts();
  await using stripe = startCountingProxy(`http://127.0.0.1:${ports.stripe}`);
  await using resend = startCountingProxy(`http://127.0.0.1:${ports.mail}`);
  await using redis = startCountingProxy(`http://127.0.0.1:${ports.redis}`);
  let functionCalls = 0;
  const stack = await startStack({
    dataDir,
    ports,
    seed: false,
    // No timer: what it asks of the database belongs to no checkout.
    schedule: false,
    log: (source, message, level) => {
      if (level === "error") log(`${source}: ${message}`);
      // The line that each function writes of each request (supabase/functions/_shared/endpoint.ts).
      else if (message.includes(`"event":"request"`)) functionCalls++;
    },
    functionsEnv: {
      RATE_LIMIT_MULTIPLIER: "1000000",
      STRIPE_API_URL: stripe.url,
      RESEND_BASE_URL: resend.url,
      UPSTASH_REDIS_REST_URL: redis.url,
    },
  });
  for (const [name, value] of Object.entries(stack.env)) Deno.env.set(name, value);
  const { stack: on } = await import("../../tests/support/stack.ts");
  const sql = postgres(on.databaseUrl, { max: 2, onnotice: () => {} });
  try {
    const { variantId } = await onSale(sql, { stock: 10_000 });
    for (let n = 0; n < warmUps; n++) await buyOne(on, variantId);
    await settled(sql, warmUps);
    for (const proxy of [stripe, resend, redis]) proxy.calls.length = 0;
    functionCalls = 0;
    const before = await counters(sql);
    for (let n = 1; n <= checkouts; n++) {
      await buyOne(on, variantId);
      // Nobody may leave more than 20 orders unpaid behind one address.
      if (n % 10 === 0) await settled(sql, warmUps + n);
    }
    const after = await counters(sql);
    const each = (name: keyof Counters) => (after[name] - before[name]) / checkouts;
    const calls = Map.groupBy(stripe.calls.map(stripeEndpoint), (call) => call);
    const cost: CheckoutCost = {
      databaseMs: each("ms"),
      transactions: each("transactions"),
      walBytes: each("wal"),
      grownBytes: each("bytes"),
      stripeCalls: Object.fromEntries(
        [...calls].map(([call, made]) => [call, made.length / checkouts] as const).toSorted(),
      ),
      mails: resend.calls.filter((call) => call === "POST /emails").length / checkouts,
      redisRequests: redis.calls.length / checkouts,
      jobs: each("jobs"),
      events: each("events"),
      functionCalls: functionCalls / checkouts,
    };
    const others = await Promise.all(
      Array.from({ length: 16 }, () => onSale(sql, { stock: 10_000 })),
    );
    const distinct = others.map((one) => one.variantId);
    return {
      measured: new Date().toISOString().slice(0, 10),
      machine: {
        cores: navigator.hardwareConcurrency,
        os: `${Deno.build.os} ${Deno.build.arch}`,
        deno: Deno.version.deno,
      },
      checkouts,
      cost,
      ordersPerSecond: await orders(on, variantId, distinct),
    };
  } finally {
    await sql.end();
    await stack.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
}

/** Five stretches of each in turn, as the figure `checkout` does; commits wait for the disk. */
async function orders(
  on: StackAddress,
  hot: string,
  distinct: string[],
): Promise<Counted["ordersPerSecond"]> {
  const sql = postgres(on.databaseUrl, { max: 16, onnotice: () => {} });
  try {
    await ordersPerSecond(sql, distinct);
    const rates = { oneVariant: [] as number[], distinctVariants: [] as number[] };
    for (let turn = 0; turn < 5; turn++) {
      rates.oneVariant.push(await ordersPerSecond(sql, [hot]));
      rates.distinctVariants.push(await ordersPerSecond(sql, distinct));
    }
    return {
      oneVariant: median(rates.oneVariant),
      distinctVariants: median(rates.distinctVariants),
    };
  } finally {
    await sql.end();
  }
}
