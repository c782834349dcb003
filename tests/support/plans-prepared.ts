/**
 * A database and a Stripe that know each other's plans, to be copied: publishing them to each stack of its
 * own, event by event, took more than all else that such a stack does to start.
 */
import { join } from "node:path";
import postgres from "postgres";
import { freePorts } from "../../local/ports.ts";
import { publishPlans } from "../../local/publish-plans.ts";
import { type Stack, startStack } from "../../local/stack.ts";
import { plansKnown } from "./plans-known.ts";
import { waitFor } from "./wait.ts";

/** The variables by which tests are told where they are. */
export interface PreparedPlans extends Record<string, string> {
  /** A database on the tests' server. */
  SOCLE_TEST_PLANS_TEMPLATE: string;
  /** The local Stripe's file. */
  SOCLE_TEST_PLANS_STRIPE: string;
}

/** Makes a database on `server`, a copy of `template` where one is given. */
export async function copyDatabase(
  server: string,
  template: string | undefined,
): Promise<{ name: string; url: string }> {
  const name = `own_${crypto.randomUUID().replaceAll("-", "")}`;
  const sql = postgres(server, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(
      `create database ${name}` +
        (template === undefined ? "" : ` template ${template} strategy file_copy`),
    );
  } finally {
    await sql.end();
  }
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { name, url: url.href };
}

/** Until Stripe has told all, and all of it is handled. */
async function quiet(stack: Stack): Promise<void> {
  await waitFor("every event of the plans to be handled", async () => {
    const waiting = await fetch(`${stack.env["STRIPE_API_URL"]}/_local/webhooks`);
    if ((await waiting.json()).count > 0) return false;
    const health = await fetch(`${stack.env["SUPABASE_URL"]}/functions/v1/health`);
    return (await health.json()).due_jobs === 0;
  });
}

/** Makes both by a stack that is stopped again; what it leaves lies in `dataDir` and on the server. */
export async function preparePlans(
  options: { server: string; template: string; dataDir: string },
): Promise<PreparedPlans> {
  const { server, template, dataDir } = options;
  const database = await copyDatabase(server, template);
  const stack = await startStack({
    dataDir,
    ports: freePorts(),
    databaseUrl: database.url,
    seed: false,
    log: () => {},
  });
  try {
    await publishPlans(stack);
    await plansKnown(stack);
    await quiet(stack);
  } finally {
    await stack.stop();
  }
  return {
    SOCLE_TEST_PLANS_TEMPLATE: database.name,
    SOCLE_TEST_PLANS_STRIPE: join(dataDir, "stripe.sqlite"),
  };
}

/** What `preparePlans` has made; undefined where few files run, which publish for themselves. */
export function preparedPlans(): PreparedPlans | undefined {
  const template = Deno.env.get("SOCLE_TEST_PLANS_TEMPLATE");
  const stripe = Deno.env.get("SOCLE_TEST_PLANS_STRIPE");
  if (template === undefined || stripe === undefined) return undefined;
  return { SOCLE_TEST_PLANS_TEMPLATE: template, SOCLE_TEST_PLANS_STRIPE: stripe };
}
