/** One run: users, faults and events at once; then rest; then the invariants. */
import postgres from "postgres";
import { listMails } from "../../local/mail/mailbox.ts";
import { onSale } from "../support/products.ts";
import { seededRandom } from "../support/random.ts";
import { call, type StackAddress, stackAddress, stripeSdk } from "../support/stack.ts";
import { reconciled } from "../support/stripe-local.ts";
import { signUpStaff } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";
import { startClock } from "./clock.ts";
import { drain } from "./drain.ts";
import { startTeller } from "./events.ts";
import { chaos } from "./faults.ts";
import { invariants } from "./invariants/all.ts";
import { emptyLedger } from "./ledger.ts";
import { crowd } from "./people/crowd.ts";
import type { Shop } from "./people/shopper.ts";
import { judge, type Run } from "./report.ts";
import { readStripeBooks } from "./stripe-books.ts";
import type { World } from "./world.ts";

/** What a run is asked for. */
export interface Wanted {
  seed: number;
  minutes: number;
  /** Users at once. */
  atOnce: number;
  progress(what: string): void;
}

/** After which the stack must have come to rest. */
const drainSeconds = 300;

/** Some things, two of them scarce, and a code of which there are few. */
async function openShop(sql: postgres.Sql, on: StackAddress, minutes: number) {
  const stocks = [20, 40, 100_000, 100_000, 100_000].map((units) =>
    units < 1000 ? Math.ceil(units * minutes / 2) : units
  );
  const start = new Map<string, number>();
  for (const [index, stock] of stocks.entries()) {
    const { variantId } = await onSale(sql, { stock, price: 700 + 100 * index });
    start.set(variantId, stock);
  }
  const code = "CHAOS10";
  await sql`
    insert into public.discounts (code, kind, basis_points, max_redemptions)
    values (${code}, 'percent', 1000, ${Math.ceil(8 * minutes)})`;
  const staff = await signUpStaff({ on });
  const shop: Shop = { variants: [...start.keys()], code, staffToken: staff.token };
  return { shop, start };
}

/** Runs once on a stack that nobody else uses. */
export async function runChaos(world: World, wanted: Wanted): Promise<Run> {
  const { seed, minutes, atOnce, progress } = wanted;
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 1000);
  const on = stackAddress(world.env);
  const ledger = emptyLedger();
  // The query for array types would be nobody's: a server that stops meanwhile would end this process.
  const options = { max: 2, onnotice: () => {}, connect_timeout: 5 };
  const sql = postgres(world.database.url, { ...options, fetch_types: false });
  await using _end = { [Symbol.asyncDispose]: () => sql.end({ timeout: 5 }) };

  const { shop, start } = await openShop(sql, on, minutes);
  const clock = startClock(world, on);
  const teller = await startTeller(on, { clock, ledger, random: seededRandom(seed) });
  const [storm, telling] = [new AbortController(), new AbortController()];
  // Whatever fails by itself ends everything else, and then the run.
  const together = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error) => {
      for (const one of [storm, telling]) one.abort();
      throw error;
    });

  progress(`storm: ${minutes} minutes, ${atOnce} users at once`);
  const timer = setTimeout(() => storm.abort(), minutes * 60_000);
  const told = together(teller.run(telling.signal));
  const coming = together(crowd({ on, ledger, seed, shop, atOnce, signal: storm.signal }));
  const faults = await together(chaos({ world, on, clock, seed, signal: storm.signal }, sql))
    .finally(() => clearTimeout(timer));
  progress("no more faults: those who are there end their stories");
  const users = await coming;

  progress("rest: nothing fails any more");
  const restFrom = seconds();
  const left = await together(drain({ sql, on, clock, teller, seconds: drainSeconds }));
  telling.abort();
  await told;
  const rested = seconds() - restFrom;
  if (left !== undefined) progress(`not at rest after ${drainSeconds} s: ${JSON.stringify(left)}`);

  progress("comparing");
  const fresh = postgres(world.database.url, options);
  await using _fresh = { [Symbol.asyncDispose]: () => fresh.end({ timeout: 5 }) };
  // Redis is asked again after the pause that its last failure began.
  const health = await waitFor("health to be asked", async () => {
    const answer = await call("GET", "health", { on });
    return (answer.status === 200 || left !== undefined) && answer;
  }, 30).catch(() => call("GET", "health", { on }));
  const verdicts = await judge(invariants, {
    minutes,
    faults,
    sql: fresh,
    ledger,
    stripe: await readStripeBooks(stripeSdk(on)),
    mails: await listMails(on.mailUrl, on.mailKey),
    start,
    drifts: [...(await reconciled(on)).drifts, ...await shopDrifts(on)],
    health: { status: health.status, body: health.body },
    log: world.log,
  });
  return {
    seed,
    minutes,
    users,
    ledger,
    faults,
    events: teller.figures(),
    clockHours: clock.ahead / 3600,
    seconds: seconds(),
    drainSeconds: rested,
    verdicts,
  };
}

async function shopDrifts(on: StackAddress): Promise<Record<string, unknown>[]> {
  const { status, body } = await call("POST", "shop-reconcile", {
    on,
    key: on.secretKey,
    body: {},
  });
  if (status !== 200 || !body.done) return [{ shop_reconcile: status, ...body }];
  return body.drifts;
}
