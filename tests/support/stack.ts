/**
 * The stack that tests run against: `task test` starts one and sets these variables; set them yourself
 * (as `task status` prints them) to point the same tests at another running stack.
 */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import Stripe from "stripe";
import type { Database } from "../../supabase/functions/_shared/database.types.ts";

/** A client as an application has it. */
export type Client = SupabaseClient<Database>;

function variable(name: string): string {
  const value = Deno.env.get(name);
  if (value === undefined) throw new Error(`${name} is not set: run tests by \`deno task test\``);
  return value;
}

/** The stack's variables, by the names that `task status` prints. */
export const stack = {
  url: variable("SUPABASE_URL"),
  publishableKey: variable("SUPABASE_PUBLISHABLE_KEY"),
  secretKey: variable("SUPABASE_SECRET_KEY"),
  databaseUrl: variable("SUPABASE_DB_URL"),
  jwks: variable("SUPABASE_JWKS"),
  stripeUrl: variable("STRIPE_API_URL"),
  stripeKey: variable("STRIPE_SECRET_KEY"),
  stripeWebhookSecret: variable("STRIPE_WEBHOOK_SECRET"),
  mailUrl: variable("RESEND_BASE_URL"),
  mailKey: variable("RESEND_API_KEY"),
};

const sessionless = { auth: { persistSession: false, autoRefreshToken: false } };

/** A client that nobody has signed in. */
export function anonymous(): Client {
  return createClient<Database>(stack.url, stack.publishableKey, sessionless);
}

/** A client with the secret key: what an operator's script has. */
export function operator(): Client {
  return createClient<Database>(stack.url, stack.secretKey, sessionless);
}

/** The official Stripe SDK, pointed at the stack's Stripe. */
export function stripeSdk(): Stripe {
  const url = new URL(stack.stripeUrl);
  return new Stripe(stack.stripeKey, {
    httpClient: Stripe.createFetchHttpClient(),
    maxNetworkRetries: 2,
    telemetry: false,
    host: url.hostname,
    port: url.port || "443",
    protocol: url.protocol === "https:" ? "https" : "http",
  });
}

/** An answer of a function: what came, decoded. */
export interface Answer {
  status: number;
  headers: Headers;
  // deno-lint-ignore no-explicit-any -- a test looks into whatever came
  body: any;
}

/** Calls a function over plain HTTP, as any client may. */
export async function call(
  method: string,
  path: string,
  options: { token?: string; key?: string | null; headers?: HeadersInit; body?: unknown } = {},
): Promise<Answer> {
  const headers = new Headers(options.headers);
  if (options.key !== null) headers.set("apikey", options.key ?? stack.publishableKey);
  if (options.token !== undefined) headers.set("authorization", `Bearer ${options.token}`);
  let body: BodyInit | undefined;
  if (
    options.body instanceof FormData || options.body instanceof Uint8Array ||
    typeof options.body === "string"
  ) {
    body = options.body as BodyInit;
  } else if (options.body !== undefined) {
    body = JSON.stringify(options.body);
    if (!headers.has("content-type")) headers.set("content-type", "application/json");
  }
  const reply = await fetch(`${stack.url}/functions/v1/${path}`, {
    method,
    headers,
    ...(body !== undefined && { body }),
  });
  const text = await reply.text();
  const isJson = /json/.test(reply.headers.get("content-type") ?? "");
  return { status: reply.status, headers: reply.headers, body: isJson ? JSON.parse(text) : text };
}
