import Stripe from "stripe";
import type { Log } from "../../local/log.ts";
import { type LocalStripe, startStripe, type StripeOptions } from "../../local/stripe/server.ts";

export const secretKey = "sk_test_local";

/** A running local Stripe with the official SDK pointed at it. */
export interface World {
  local: LocalStripe;
  stripe: Stripe;
  logged: { message: string; level: string }[];
}

/** The SDK as the product makes it, without retries so that each answer is seen. */
export function sdk(url: string, key = secretKey): Stripe {
  return new Stripe(key, {
    host: "127.0.0.1",
    port: new URL(url).port,
    protocol: "http",
    httpClient: Stripe.createFetchHttpClient(),
    maxNetworkRetries: 0,
    telemetry: false,
  });
}

/** Runs a test against a local Stripe of its own. */
export async function withStripe(
  run: (world: World) => Promise<void>,
  options: Partial<StripeOptions> = {},
): Promise<void> {
  const logged: World["logged"] = [];
  const log: Log = (_source, message, level = "info") => logged.push({ message, level });
  const local = await startStripe({ port: 0, secretKey, log, ...options });
  try {
    await run({ local, stripe: sdk(local.url), logged });
  } finally {
    await local.stop();
  }
}

/** Runs a test with a file to keep data in, gone afterwards. */
export async function withDataFile(run: (dataFile: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(`${folder}/kept/stripe.sqlite`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A customer and a monthly price of 19.00 EUR. */
export async function customerAndPrice(
  stripe: Stripe,
): Promise<{ customer: Stripe.Customer; price: Stripe.Price }> {
  const customer = await stripe.customers.create({ email: "ada@example.com", name: "Ada" });
  const product = await stripe.products.create({ name: "Pro" });
  const price = await stripe.prices.create({
    product: product.id,
    currency: "eur",
    unit_amount: 1900,
    recurring: { interval: "month" },
  });
  return { customer, price };
}

/** A subscription that waits for its first payment, and the intent that it waits for. */
export async function incompleteSubscription(stripe: Stripe): Promise<{
  customer: Stripe.Customer;
  price: Stripe.Price;
  subscription: Stripe.Subscription;
  invoice: Stripe.Invoice;
  intent: string;
}> {
  const { customer, price } = await customerAndPrice(stripe);
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    payment_behavior: "default_incomplete",
    payment_settings: { save_default_payment_method: "on_subscription" },
    expand: ["latest_invoice.confirmation_secret", "latest_invoice.payments"],
  });
  const invoice = subscription.latest_invoice as Stripe.Invoice;
  const intent = invoice.payments?.data[0]?.payment.payment_intent as string;
  return { customer, price, subscription, invoice, intent };
}

/** The error that a call fails with, as the SDK gives it. */
export async function errorOf(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error;
    throw error;
  }
  throw new Error("the call succeeded");
}

/** Types of all events so far, oldest first. */
export async function eventTypes(stripe: Stripe): Promise<string[]> {
  const { data } = await stripe.events.list({ limit: 100 });
  return data.map(({ type }) => type).reverse();
}

/** Days in seconds, as the clock counts. */
export function days(count: number): number {
  return count * 24 * 60 * 60;
}

/** Moves the clock of a local Stripe forward. */
export async function advance(
  url: string,
  seconds: number,
): Promise<{ now: number; offset_seconds: number }> {
  return await local(url, "POST /_local/clock", { advance_seconds: seconds });
}

/** A call of the local Stripe's own routes; fails where it is not answered with 200. */
// deno-lint-ignore no-explicit-any -- each route has an answer of its own
export async function local(url: string, call: string, body?: unknown): Promise<any> {
  const [method = "", path = ""] = call.split(" ");
  const response = await fetch(`${url}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${call} answered ${response.status}: ${answer.error.message}`);
  return answer;
}

/** A customer with a default card and an active monthly subscription of 19.00 EUR. */
export async function activeSubscription(
  stripe: Stripe,
  token = "pm_card_visa",
  params: Partial<Stripe.SubscriptionCreateParams> = {},
): Promise<{ customer: Stripe.Customer; price: Stripe.Price; subscription: Stripe.Subscription }> {
  const { customer, price } = await customerAndPrice(stripe);
  const method = await stripe.paymentMethods.attach(token, { customer: customer.id });
  await stripe.customers.update(customer.id, {
    invoice_settings: { default_payment_method: method.id },
  });
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    ...params,
  });
  return { customer, price, subscription };
}

/** Makes another test card the default of a customer. */
export async function useCard(stripe: Stripe, customer: string, token: string): Promise<string> {
  const { id } = await stripe.paymentMethods.attach(token, { customer });
  await stripe.customers.update(customer, { invoice_settings: { default_payment_method: id } });
  return id;
}
