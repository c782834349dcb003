/**
 * The stack that tests run against: `task test` starts one and sets these variables; set them yourself
 * (as `task status` prints them) to point the same tests at another running stack.
 */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import Stripe from "stripe";
import type { Database } from "../../supabase/functions/_shared/database.types.ts";

/** A client as an application has it. */
export type Client = SupabaseClient<Database>;

/** Where a stack is: the variables that `task status` prints. */
export interface StackAddress {
  url: string;
  publishableKey: string;
  secretKey: string;
  databaseUrl: string;
  jwks: string;
  stripeUrl: string;
  stripeKey: string;
  stripeWebhookSecret: string;
  mailUrl: string;
  mailKey: string;
  mailWebhookSecret: string;
  /** Where mails lead, whether or not the web application is served there. */
  siteUrl: string;
}

/** Reads a stack's address from its variables. @throws naming one that is missing */
export function stackAddress(variables: Record<string, string>): StackAddress {
  const variable = (name: string) => {
    const value = variables[name];
    if (value === undefined) throw new Error(`${name} is not set: run tests by \`deno task test\``);
    return value;
  };
  return {
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
    mailWebhookSecret: variable("RESEND_WEBHOOK_SECRET"),
    siteUrl: variable("SITE_URL"),
  };
}

/** The stack that all tests share; a test that wants another passes its address as `on`. */
export const stack = stackAddress(Deno.env.toObject());

const sessionless = { auth: { persistSession: false, autoRefreshToken: false } };

/** A client that nobody has signed in. */
export function anonymous(on: StackAddress = stack): Client {
  return createClient<Database>(on.url, on.publishableKey, sessionless);
}

/** A client with the secret key: what an operator's script has. */
export function operator(on: StackAddress = stack): Client {
  return createClient<Database>(on.url, on.secretKey, sessionless);
}

/** The official Stripe SDK, pointed at the stack's Stripe. */
export function stripeSdk(on: StackAddress = stack): Stripe {
  const url = new URL(on.stripeUrl);
  return new Stripe(on.stripeKey, {
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
  options: {
    token?: string;
    key?: string | null;
    headers?: HeadersInit;
    body?: unknown;
    on?: StackAddress;
    /** Ends the wait. */
    signal?: AbortSignal;
  } = {},
): Promise<Answer> {
  const { on = stack } = options;
  const headers = new Headers(options.headers);
  if (options.key !== null) headers.set("apikey", options.key ?? on.publishableKey);
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
  const reply = await fetch(`${on.url}/functions/v1/${path}`, {
    method,
    headers,
    ...(body !== undefined && { body }),
    ...(options.signal !== undefined && { signal: options.signal }),
  });
  const text = await reply.text();
  const isJson = /json/.test(reply.headers.get("content-type") ?? "");
  return { status: reply.status, headers: reply.headers, body: isJson ? JSON.parse(text) : text };
}
