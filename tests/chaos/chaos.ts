/** One run: users, faults and events at once; then rest; then the invariants. */
import postgres from "postgres";
import { listMails } from "../../local/mail/mailbox.ts";
import { seededRandom } from "../support/random.ts";
import { call, stackAddress, stripeSdk } from "../support/stack.ts";
import { reconciled } from "../support/stripe-local.ts";
import { waitFor } from "../support/wait.ts";
import { startClock } from "./clock.ts";
import { drain } from "./drain.ts";
import { startTeller } from "./events.ts";
import { chaos } from "./faults.ts";
import { invariants } from "./invariants/all.ts";
import { emptyLedger } from "./ledger.ts";
import { crowd } from "./people/crowd.ts";
import { openShop, shopDrifts } from "./shop/open.ts";
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

/** Within which the stack must come nearer to rest. */
const patienceSeconds = 300;

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

  // #region shop
  const { visits, start } = await openShop(sql, on, minutes);
  // #endregion shop
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
  const coming = together(crowd({
    on,
    ledger,
    seed,
    // #region shop
    visits,
    // #endregion shop
    atOnce,
    signal: storm.signal,
  }));
  const faults = await together(chaos({ world, on, clock, seed, signal: storm.signal }, sql))
    .finally(() => clearTimeout(timer));
  progress("no more faults: those who are there end their stories");
  const users = await coming;

  progress("rest: nothing fails any more");
  const restFrom = seconds();
  const left = await together(drain({ sql, on, clock, teller, seconds: patienceSeconds }));
  telling.abort();
  await told;
  const rested = seconds() - restFrom;
  if (left !== undefined) progress(`not at rest after ${rested} s: ${JSON.stringify(left)}`);

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
    // #region shop
    start,
    // #endregion shop
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
