/**
 * A stack of a test file's own, for what would disturb the others: another setting of Auth, a provider
 * that is down, real rate limits. It shares the database server, with a database of its own.
 */
import postgres from "postgres";
import { freePorts } from "../../local/ports.ts";
import { publishPlans } from "../../local/publish-plans.ts";
import { type Stack, type StackOptions, startStack } from "../../local/stack.ts";

/** What may differ from the shared stack. */
export type Differences = Pick<StackOptions, "functionsEnv" | "auth" | "schedule">;

/** A stack of one's own; `await using` takes it down. */
export interface OwnStack extends AsyncDisposable {
  stack: Stack;
  /** What the functions and the parts logged, line by line. */
  log: string[];
}

/** An address on which nobody listens: what a provider looks like that is down. */
export const nobody = "http://127.0.0.1:9";

/** Starts one. Ready within a few seconds; functions start at their first call. */
export async function startOwnStack(differences: Differences = {}): Promise<OwnStack> {
  const server = Deno.env.get("SOCLE_TEST_DATABASE");
  if (server === undefined) {
    throw new Error("SOCLE_TEST_DATABASE is not set: run tests by `deno task test`");
  }
  const database = `own_${crypto.randomUUID().replaceAll("-", "")}`;
  const admin = postgres(server, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create database ${database}`);
  const url = new URL(server);
  url.pathname = `/${database}`;
  const dataDir = await Deno.makeTempDir({ prefix: "socle-own-" });
  const log: string[] = [];
  const stack = await startStack({
    dataDir,
    ports: freePorts(),
    databaseUrl: url.href,
    log: (source, message) => log.push(`${source}: ${message}`),
    ...differences,
  });
  // A Stripe that is down from the start cannot learn the plans.
  if (stack.functionsEnv["STRIPE_API_URL"] !== nobody) await publishPlans(stack);
  return {
    stack,
    log,
    async [Symbol.asyncDispose]() {
      await stack.stop();
      await admin.unsafe(`drop database ${database} with (force)`);
      await admin.end();
      await Deno.remove(dataDir, { recursive: true });
    },
  };
}
