/**
 * `task stripe trigger <event> [--customer cus_…]`: does what causes the event at the running stack's Stripe,
 * and shows which events came of it. `task stripe` alone lists the events.
 */
import Stripe from "stripe";
import { runningVariables } from "./running.ts";
import { causes, causeWith } from "./stripe/events.ts";
import { fail, readArguments } from "./arguments.ts";

const usage = `Usage: task stripe trigger <event> [--customer cus_…]

Events:
${Object.keys(causes).map((type) => `  ${type}`).join("\n")}`;

const { values, positionals: [command, type, ...more] } = readArguments(usage, {
  allowPositionals: true,
  options: { customer: { type: "string" } },
});
if (command === undefined) {
  console.log(usage);
  Deno.exit(0);
}
if (command !== "trigger" || type === undefined || more.length > 0) fail(usage);
const cause = Object.hasOwn(causes, type) ? causes[type] : undefined;
if (cause === undefined) fail(`cannot cause ${type}: it is none of these.\n\n${usage}`);

const variables = await runningVariables();
const key = variables["STRIPE_SECRET_KEY"]!;
if (!/^(sk|rk)_test_/.test(key)) {
  fail("The running stack's Stripe key is a live one: nothing is done.");
}
const url = new URL(variables["STRIPE_API_URL"]!);
const stripe = new Stripe(key, {
  httpClient: Stripe.createFetchHttpClient(),
  telemetry: false,
  host: url.hostname,
  port: url.port || "443",
  protocol: url.protocol === "https:" ? "https" : "http",
});
const [last] = (await stripe.events.list({ limit: 1 })).data;
try {
  await cause(causeWith(stripe, values.customer));
} catch (error) {
  if (error instanceof Stripe.errors.StripeError) fail(`Stripe refused: ${error.message}`);
  throw error;
}
const { data } = await stripe.events.list({
  limit: 100,
  ...(last !== undefined && { ending_before: last.id }),
});
for (const event of data.toReversed()) {
  console.log(`${event.id}  ${event.type}  ${(event.data.object as { id?: string }).id ?? ""}`);
}
if (!data.some((event) => event.type === type)) fail(`No ${type} came of it.`);
