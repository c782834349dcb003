/**
 * A stack of a test file's own, for what would disturb the others: another setting of Auth, a provider
 * that is down, real rate limits. It shares the database server, with a database of its own.
 */
import { join } from "node:path";
import postgres from "postgres";
import { type Keys, loadKeys } from "../../local/keys.ts";
import { freePorts } from "../../local/ports.ts";
import { type Stack, type StackOptions, startStack } from "../../local/stack.ts";
import { Store } from "../../local/stripe/store.ts";
import { meters, plans } from "../../supabase/functions/_shared/billing/plans.ts";
import { publishMeters } from "../../supabase/functions/_shared/billing/publish-meters.ts";
import { publishPlans } from "../../supabase/functions/_shared/billing/publish-plans.ts";
import { type StackAddress, stackAddress, stripeSdk } from "./stack.ts";
import { plansKnown } from "./plans-known.ts";
import { copyDatabase, preparedPlans } from "./plans-prepared.ts";
import type { FaultyProxy } from "./faulty-proxy.ts";
import { waitFor } from "./wait.ts";

/** What may differ from the shared stack. */
export interface Differences
  extends Pick<StackOptions, "functionsEnv" | "auth" | "schedule" | "web"> {
  /** Stands between the functions and the local Stripe. */
  stripeProxy?: FaultyProxy;
  /** How long ago its clocks begin, as those of new data that is to be filled. */
  secondsAgo?: number;
}

/** A stack of one's own; `await using` takes it down. */
export interface OwnStack extends AsyncDisposable {
  stack: Stack;
  /** Where it is, for `call`, `signUp` and the others. Its Stripe is reached past any proxy. */
  at: StackAddress;
  /** Its secrets, the private signing key among them: for tokens that Auth would not issue. */
  keys: Keys;
  /** What the functions and the parts logged, line by line. */
  log: string[];
  /** Stops everything, does something to its database meanwhile, and starts it again where it was. */
  restart(
    whileDown: (database: { admin: postgres.Sql; name: string }) => Promise<void>,
  ): Promise<void>;
}

/** An address on which nobody listens: what a provider looks like that is down. */
export const nobody = "http://127.0.0.1:9";

/** Until its pages are served: the first stack after a change of them builds them. */
async function siteBuilt(stack: Stack): Promise<void> {
  await waitFor("the web application to be built", async () => {
    const page = await fetch(stack.env["SITE_URL"]!);
    const text = await page.text();
    if (page.status !== 200 && page.status !== 503) throw new Error(text);
    return page.status === 200;
  }, 120);
}

/** What the local Stripe does only while it is empty: these have the plans already, of today. */
function beginAgo(stripeFile: string, secondsAgo: number): void {
  const store = new Store(stripeFile);
  store.set("clock_offset", String(-secondsAgo));
  store.close();
}

/** Starts one. Ready within a few seconds; functions start at their first call. */
export async function startOwnStack(differences: Differences = {}): Promise<OwnStack> {
  const { stripeProxy, functionsEnv, secondsAgo, ...others } = differences;
  const server = Deno.env.get("SOCLE_TEST_DATABASE");
  if (server === undefined) {
    throw new Error("SOCLE_TEST_DATABASE is not set: run tests by `deno task test`");
  }
  // A Stripe that is down from the start cannot tell the plans.
  const plansThere = functionsEnv?.["STRIPE_API_URL"] !== nobody;
  // A test that sets another secret wants to tell of them itself.
  const plansTold = plansThere && functionsEnv?.["STRIPE_WEBHOOK_SECRET"] === undefined;
  const prepared = plansTold ? preparedPlans() : undefined;
  const admin = postgres(server, { max: 1, onnotice: () => {} });
  const database = await copyDatabase(
    server,
    prepared?.SOCLE_TEST_PLANS_TEMPLATE ?? Deno.env.get("SOCLE_TEST_TEMPLATE"),
  );
  const dataDir = await Deno.makeTempDir({ prefix: "socle-own-" });
  if (prepared !== undefined) {
    await Deno.copyFile(prepared.SOCLE_TEST_PLANS_STRIPE, join(dataDir, "stripe.sqlite"));
  }
  if (secondsAgo !== undefined) beginAgo(join(dataDir, "stripe.sqlite"), secondsAgo);
  const log: string[] = [];
  const ports = freePorts();
  const localStripe = `http://127.0.0.1:${ports.stripe}`;
  stripeProxy?.forwardTo(localStripe);
  const start = () =>
    startStack({
      dataDir,
      ports,
      databaseUrl: database.url,
      seed: false,
      log: (source, message) => log.push(`${source}: ${message}`),
      functionsEnv: {
        ...functionsEnv,
        ...(stripeProxy !== undefined && { STRIPE_API_URL: stripeProxy.url }),
      },
      ...others,
    });
  let stack = await start();
  if (others.web) await siteBuilt(stack);
  if (plansThere && prepared === undefined) {
    const stripe = stripeSdk(stackAddress(stack.env));
    await publishMeters(stripe, meters);
    await publishPlans(stripe, plans);
    if (plansTold) await plansKnown(stack);
  }
  return {
    get stack() {
      return stack;
    },
    at: {
      ...stackAddress(stack.env),
      ...(stripeProxy !== undefined && { stripeUrl: localStripe }),
    },
    keys: await loadKeys(dataDir),
    log,
    async restart(whileDown) {
      await stack.stop();
      await whileDown({ admin, name: database.name });
      stack = await start();
    },
    async [Symbol.asyncDispose]() {
      await stack.stop();
      await admin.unsafe(`drop database ${database.name} with (force)`);
      await admin.end();
      await Deno.remove(dataDir, { recursive: true });
    },
  };
}
