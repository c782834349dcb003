/** Somebody at a running stack, with what he can do there: the typed client over supabase-js. */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import Stripe from "stripe";
import { createSocle, outcome, type Socle } from "../../client/src/mod.ts";
import type { Database } from "../../supabase/functions/_shared/database.types.ts";
import { type Account, demoPassword } from "./accounts.ts";

/** What `task status` prints. */
export type Variables = Record<string, string>;

export interface Visitor extends Account {
  id: string;
  supabase: SupabaseClient<Database>;
  socle: Socle;
}

const options = { auth: { persistSession: false, autoRefreshToken: false } };

/** The operator: holds the secret key. */
export function operator(env: Variables): SupabaseClient<Database> {
  return createClient<Database>(env["SUPABASE_URL"]!, env["SUPABASE_SECRET_KEY"]!, options);
}

/** Whoever has only found the pages. */
export function visitorsClient(env: Variables): SupabaseClient<Database> {
  return createClient<Database>(env["SUPABASE_URL"]!, env["SUPABASE_PUBLISHABLE_KEY"]!, options);
}

/** The stack's own Stripe. */
export function stripeOf(env: Variables): Stripe {
  const { hostname, port } = new URL(env["STRIPE_API_URL"]!);
  return new Stripe(env["STRIPE_SECRET_KEY"]!, {
    httpClient: Stripe.createFetchHttpClient(),
    telemetry: false,
    host: hostname,
    port,
    protocol: "http",
  });
}

/** Logs in, and signs up first where the account is not there. @throws {SocleError} */
export async function visitorAs(env: Variables, account: Account): Promise<Visitor> {
  const supabase = visitorsClient(env);
  const socle = createSocle(supabase);
  const { email, name, locale } = account;
  const known = await outcome(socle.authLogin({ email, password: demoPassword }));
  const session = known.data?.session ??
    (await socle.authSignup({ email, password: demoPassword, name, locale })).session;
  if (session === null) throw new Error(`cannot log in as ${email}: addresses are to be confirmed`);
  const { data, error } = await supabase.auth.setSession(session);
  if (error !== null) throw error;
  return { ...account, id: data.user!.id, supabase, socle };
}

/** Asks until there is an answer. @throws {Error} there is none after half a minute */
export async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 150; tries++) {
    const found = await ask();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`waited for ${what} in vain`);
}
