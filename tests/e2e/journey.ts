/**
 * What a user goes through, from sign-up to the receipt, and what another user cannot do to it: only
 * supabase-js, the stripe SDK and fetch, against any running stack.
 *
 *     deno task journey        # the stack of `task start`, or the one that the environment names
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import Stripe from "stripe";
import { readSwitches } from "../../local/cli/arguments.ts";
import { readRunning } from "../../local/cli/running.ts";
import { offsetOf } from "../../local/demo/clock.ts";
import { isLoopback } from "../../local/loopback.ts";
import { waitFor } from "../support/wait.ts";
import { intrusions } from "./intrusions.ts";
import { type Person, signedIn } from "./person.ts";
import { redeliver } from "./redelivery.ts";

/** What `task status` prints. */
export type Variables = Record<string, string>;

/** A PNG of one transparent pixel. */
const pixel = Uint8Array.fromBase64(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
);

interface Mail {
  to: string[];
  subject: string;
  text: string;
}

/** Walks the whole way. @throws where anything is not as it should be; `say` gets a line for each step */
export async function journey(variables: Variables, say: (line: string) => void): Promise<void> {
  const variable = (name: string) => {
    const value = variables[name];
    if (value === undefined) throw new Error(`${name} is not set`);
    return value;
  };
  const begun = performance.now();
  async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
    const from = performance.now();
    const result = await work();
    say(`${(performance.now() - from).toFixed(0).padStart(6)} ms  ${what}`);
    return result;
  }

  const api = variable("SUPABASE_URL");
  const stripeUrl = new URL(variable("STRIPE_API_URL"));
  const stripe = new Stripe(variable("STRIPE_SECRET_KEY"), {
    httpClient: Stripe.createFetchHttpClient(),
    telemetry: false,
    host: stripeUrl.hostname,
    port: stripeUrl.port || "443",
    protocol: stripeUrl.protocol === "https:" ? "https" : "http",
  });
  const mailsTo = async (address: string): Promise<Mail[]> => {
    const reply = await fetch(`${variable("RESEND_BASE_URL")}/emails`, {
      headers: { authorization: `Bearer ${variable("RESEND_API_KEY")}` },
    });
    const { data } = await reply.json() as { data: Mail[] };
    return data.filter((mail) => mail.to.some((to) => to.includes(address)));
  };
  const visitor = createClient(api, variable("SUPABASE_PUBLISHABLE_KEY"), {
    auth: { persistSession: false, autoRefreshToken: false },
  });

  const email = `ada-${crypto.randomUUID()}@example.com`;
  const password = `pw-${crypto.randomUUID()}`;

  await step("sign up", async () => {
    const { data, error } = await visitor.functions.invoke("auth-signup", {
      body: { email, password, name: "Ada Lovelace", locale: "fr" },
    });
    strictEqual(error, null);
    strictEqual(data.user.email, email);
  });

  const customer = await step("one welcome mail and one Stripe customer", async () => {
    const welcome = await waitFor("the welcome mail", async () => {
      const mails = await mailsTo(email);
      return mails.length > 0 && mails;
    });
    strictEqual(welcome.length, 1);
    ok(/bienvenue/i.test(welcome[0]!.subject), welcome[0]!.subject);
    const customers = await waitFor("the Stripe customer", async () => {
      const { data } = await stripe.customers.list({ email });
      return data.length > 0 && data;
    });
    strictEqual(customers.length, 1);
    return customers[0]!;
  });

  const ada = await step("log in", () => signedIn(variables, { email, password }));

  await step("read plans", async () => {
    const { data } = await visitor.functions.invoke("plans", { method: "GET" });
    deepStrictEqual(data.plans.map((plan: { id: string }) => plan.id), [
      "free",
      "basic",
      "pro",
      "team",
    ]);
  });

  const bought = await step("subscribe, confirm with pm_card_visa", async () => {
    const { data, error } = await ada.client.functions.invoke("subscription-create", {
      body: { price_id: "price_monthly_basic" },
      headers: { "idempotency-key": crypto.randomUUID() },
    });
    strictEqual(error, null);
    deepStrictEqual([data.subscription.status, data.subscription.confirm], [
      "incomplete",
      "payment",
    ]);
    const intent = data.subscription.client_secret.split("_secret")[0];
    const paid = await stripe.paymentIntents.confirm(intent, { payment_method: "pm_card_visa" });
    strictEqual(paid.status, "succeeded");
    return data.subscription.id as string;
  });

  await step("active until Stripe's period end, one invoice, one payment", async () => {
    const subscription = await waitFor("the subscription to be active", async () => {
      const { data } = await ada.client.functions.invoke("user-profile", { method: "GET" });
      return data.subscription?.status === "active" && data.subscription;
    });
    const { items } = await stripe.subscriptions.retrieve(bought);
    strictEqual(
      Date.parse(subscription.current_period_end) / 1000,
      items.data[0]!.current_period_end,
    );
    const invoices = await waitFor("the paid invoice", async () => {
      const { data } = await ada.client.from("invoices").select(
        "status, amount_paid, payments (status, amount)",
      );
      return data?.[0]?.status === "paid" && data;
    });
    deepStrictEqual(invoices, [{
      status: "paid",
      amount_paid: 1900,
      payments: [{ status: "succeeded", amount: 1900 }],
    }]);
  });

  await step("one receipt, in her language", async () => {
    const receipts = await waitFor("the receipt", async () => {
      const found = (await mailsTo(email)).filter(({ subject }) => /reçu/i.test(subject));
      return found.length > 0 && found;
    });
    strictEqual(receipts.length, 1);
    ok(receipts[0]!.text.replace(/\s/g, " ").includes("19,00 €"), receipts[0]!.text);
  });

  await step("upload an avatar and fetch it", async () => {
    const form = new FormData();
    form.append("file", new File([pixel], "me.png", { type: "image/png" }));
    const { data, error } = await ada.client.functions.invoke("avatar-upload", { body: form });
    strictEqual(error, null);
    const reply = await fetch(data.url);
    deepStrictEqual([reply.status, reply.headers.get("content-type")], [200, "image/png"]);
    deepStrictEqual(await reply.bytes(), pixel);
  });

  const everything = async () => ({
    rows: await rowsOf(ada),
    mails: (await mailsTo(email)).map(({ subject }) => subject).toSorted(),
  });

  await step("another user reads nothing of hers and changes nothing", async () => {
    const address = `mallory-${crypto.randomUUID()}@example.com`;
    const secret = `pw-${crypto.randomUUID()}`;
    const { error } = await visitor.functions.invoke("auth-signup", {
      body: { email: address, password: secret, name: "Mallory" },
    });
    strictEqual(error, null);
    const mallory = await signedIn(variables, { email: address, password: secret });
    const before = await everything();
    for (const [where, attempts] of Object.entries(intrusions(variables, mallory, ada))) {
      const tried = await attempts();
      say(`           ${tried} ways by ${where}`);
    }
    deepStrictEqual(await everything(), before);
  });

  await step("every webhook three times in random order: the same rows and mails", async () => {
    const before = await everything();
    const { events, seed } = await redeliver(variables, stripe, customer.id);
    say(`           ${events} events, order of SEED=${seed}`);
    deepStrictEqual(await everything(), before);
  });

  say(`${(performance.now() - begun).toFixed(0).padStart(6)} ms  in all`);
}

/** Everything that a user sees of the tables, newest write included. */
async function rowsOf(person: Person): Promise<Record<string, unknown>> {
  const tables = [
    "profiles",
    "workspaces",
    "workspace_members",
    "subscriptions",
    "invoices",
    "payments",
  ];
  return Object.fromEntries(
    await Promise.all(tables.map(async (table) => {
      const { data, error } = await person.client.from(table).select();
      strictEqual(error, null);
      // When a row was last written tells that it was looked at again, not what it says.
      return [table, data!.map(({ updated_at: _, ...row }) => row)];
    })),
  );
}

if (import.meta.main) {
  readSwitches("Usage: task journey");
  const running = Deno.env.has("SUPABASE_URL") ? undefined : await readRunning();
  const variables = { ...running?.env, ...Deno.env.toObject() };
  if (variables["SUPABASE_URL"] === undefined) {
    console.error("Nothing runs here. Start it with: npx -y deno@2.9.6 task start");
    Deno.exit(1);
  }
  if (running !== undefined && isLoopback(variables["STRIPE_API_URL"])) {
    const filled = async () => await offsetOf(variables) >= 0;
    if (!await filled()) {
      console.log(
        "New data is being filled, its clock in the past: waiting until it is in real time.",
      );
      await waitFor("the demonstration to be filled", filled, 600);
    }
  }
  await journey(variables, console.log);
}
