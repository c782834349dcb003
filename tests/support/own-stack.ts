/**
 * A stack of a test file's own, for what would disturb the others: another setting of Auth, a provider
 * that is down, real rate limits. It shares the database server, with a database of its own.
 */
import postgres from "postgres";
import { type Keys, loadKeys } from "../../local/keys.ts";
import { freePorts } from "../../local/ports.ts";
import { type Stack, type StackOptions, startStack } from "../../local/stack.ts";
import { meters, plans } from "../../supabase/functions/_shared/billing/plans.ts";
import { publishMeters } from "../../supabase/functions/_shared/billing/publish-meters.ts";
import { publishPlans } from "../../supabase/functions/_shared/billing/publish-plans.ts";
import { type StackAddress, stackAddress, stripeSdk } from "./stack.ts";
import { plansKnown } from "./plans-known.ts";
import type { StripeProxy } from "./stripe-proxy.ts";

/** What may differ from the shared stack. */
export interface Differences
  extends Pick<StackOptions, "functionsEnv" | "auth" | "schedule" | "web"> {
  /** Stands between the functions and the local Stripe. */
  stripeProxy?: StripeProxy;
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

/** Starts one. Ready within a few seconds; functions start at their first call. */
export async function startOwnStack(differences: Differences = {}): Promise<OwnStack> {
  const { stripeProxy, functionsEnv, ...others } = differences;
  const server = Deno.env.get("SOCLE_TEST_DATABASE");
  if (server === undefined) {
    throw new Error("SOCLE_TEST_DATABASE is not set: run tests by `deno task test`");
  }
  const database = `own_${crypto.randomUUID().replaceAll("-", "")}`;
  const admin = postgres(server, { max: 1, onnotice: () => {} });
  const template = Deno.env.get("SOCLE_TEST_TEMPLATE");
  await admin.unsafe(
    `create database ${database}` +
      (template === undefined ? "" : ` template ${template} strategy file_copy`),
  );
  const url = new URL(server);
  url.pathname = `/${database}`;
  const dataDir = await Deno.makeTempDir({ prefix: "socle-own-" });
  const log: string[] = [];
  const ports = freePorts();
  const localStripe = `http://127.0.0.1:${ports.stripe}`;
  stripeProxy?.forwardTo(localStripe);
  const start = () =>
    startStack({
      dataDir,
      ports,
      databaseUrl: url.href,
      seed: false,
      log: (source, message) => log.push(`${source}: ${message}`),
      functionsEnv: {
        ...functionsEnv,
        ...(stripeProxy !== undefined && { STRIPE_API_URL: stripeProxy.url }),
      },
      ...others,
    });
  let stack = await start();
  // A Stripe that is down from the start cannot learn the plans.
  if (stack.functionsEnv["STRIPE_API_URL"] !== nobody) {
    const stripe = stripeSdk(stackAddress(stack.env));
    await publishMeters(stripe, meters);
    await publishPlans(stripe, plans);
    // A test that sets another secret wants to tell of them itself.
    if (functionsEnv?.["STRIPE_WEBHOOK_SECRET"] === undefined) await plansKnown(stack);
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
      await whileDown({ admin, name: database });
      stack = await start();
    },
    async [Symbol.asyncDispose]() {
      await stack.stop();
      await admin.unsafe(`drop database ${database} with (force)`);
      await admin.end();
      await Deno.remove(dataDir, { recursive: true });
    },
  };
}
