/**
 * Whatever order, repetition and delay Stripe's events come in, the rows and mails in the end are one
 * and the same, and they are Stripe's.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Sql } from "postgres";
import type Stripe from "stripe";
import {
  billingAtStripe,
  billingRows,
  catalogueRows,
  comparable,
  subjectsTo,
} from "../support/billing-rows.ts";
import { connect } from "../support/connect.ts";
import { type OwnStack, startOwnStack } from "../support/own-stack.ts";
import {
  buy,
  confirmPayment,
  customerOf,
  subscribe,
  subscriptionIn,
} from "../support/purchases.ts";
import { type StackAddress, stripeSdk } from "../support/stack.ts";
import { deliver, eventAbout, eventsOf, handled } from "../support/stripe-events.ts";
import { seededRandom, shuffled } from "../support/random.ts";
import { type FaultyProxy, startFaultyProxy } from "../support/faulty-proxy.ts";
import { signUp, type TestUser } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

const seed = Number(Deno.env.get("SEED") ?? Math.floor(Math.random() * 2 ** 31));
console.log(`events in an order of SEED=${seed}`);
const random = seededRandom(seed);

/** A stack that Stripe tells as ever, with a proxy that counts what it asks Stripe. */
let told: OwnStack;
let proxy: FaultyProxy;
let sql: Sql;
/** A stack that is told nothing but what a test delivers. */
let untold: OwnStack;
let untoldSql: Sql;
const secret = "whsec_by_hand";

Deno.test.beforeAll(async () => {
  proxy = await startFaultyProxy();
  [told, untold] = await Promise.all([
    startOwnStack({ stripeProxy: proxy }),
    startOwnStack({ functionsEnv: { STRIPE_WEBHOOK_SECRET: secret } }),
  ]);
  sql = connect(told.at);
  untoldSql = connect(untold.at);
});
Deno.test.afterEach(() => proxy.mendAll());
Deno.test.afterAll(async () => {
  await Promise.all([sql?.end(), untoldSql?.end()]);
  await Promise.all([told?.[Symbol.asyncDispose](), untold?.[Symbol.asyncDispose]()]);
  await proxy?.[Symbol.asyncDispose]();
});

/** A life with a bit of everything: given up, declined, paid, changed, ended, bought again. */
async function live(user: TestUser, on: StackAddress): Promise<void> {
  const stripe = stripeSdk(on);
  strictEqual((await subscribe(user, {}, { on })).status, 200);
  const { subscription } =
    (await subscribe(user, { price_id: "price_yearly_pro", quantity: 2 }, { on })).body;
  await confirmPayment(subscription.client_secret, "pm_card_chargeDeclined", on).catch(() => {});
  await confirmPayment(subscription.client_secret, "pm_card_visa", on);
  await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
  await stripe.subscriptions.cancel(subscription.id);
}

/** Waits until the stack has handled what it was told about a customer, and every mail is out. */
async function settled(db: Sql, events: Stripe.Event[], user: TestUser): Promise<void> {
  await handled(db, events.map(({ id }) => id));
  // A mail is enqueued by what handles its event, so that by now each one has its job.
  await waitFor("the mails to be out", async () => {
    const waiting = await db`select from private.jobs
      where kind = 'mail_send' and state = 'pending' and payload ->> 'to' = ${user.email}`;
    return waiting.length === 0;
  });
}

function thrice(events: Stripe.Event[]): Stripe.Event[] {
  return shuffled([...events, ...events, ...events], random);
}

Deno.test("a whole life told again, each event three times in any order, changes no row, grants nothing twice and sends no mail (open-saas#688)", async () => {
  const on = told.at;
  const user = await signUp({ on });
  const { id: customer } = await customerOf(user, on);
  await live(user, on);
  await subscriptionIn(user, "canceled");
  await buy(user, {}, on);
  const events = await eventsOf(customer, on);
  ok(events.length > 20, `${events.length} events`);
  await settled(sql, events, user);
  const [before, mailsBefore] = [
    await billingRows(sql, user.workspaceId),
    await subjectsTo(user, on),
  ];
  deepStrictEqual(comparable(before), await billingAtStripe(customer, on));
  strictEqual(mailsBefore.filter((subject) => /receipt/i.test(subject)).length, 2);

  const answers = await Promise.all(thrice(events).map((event) => deliver(event, { on })));
  deepStrictEqual([...new Set(answers.map(({ status }) => status))], [200]);
  // The same again as new events, as when Stripe tells of the same objects anew.
  const anew = thrice(events).map((event) => ({
    ...event,
    id: `evt_${crypto.randomUUID().replaceAll("-", "")}`,
  }));
  const retold = await Promise.all(anew.map((event) => deliver(event, { on })));
  deepStrictEqual([...new Set(retold.map(({ status }) => status))], [200]);
  await settled(sql, [...events, ...anew], user);

  deepStrictEqual(await billingRows(sql, user.workspaceId), before);
  deepStrictEqual(await subjectsTo(user, on), mailsBefore);
});

Deno.test("events withheld and told later, out of order, end in what Stripe holds, none `incomplete` for ever (cashier-stripe#1201)", async () => {
  const on = untold.at;
  const stripe = stripeSdk(on);
  const all = await stripe.events.list({ limit: 100 }).autoPagingToArray({ limit: 1000 });
  const catalogue = shuffled(all.filter(({ type }) => /^(product|price)\./.test(type)), random);
  await Promise.all(catalogue.map((event) => deliver(event, { on, secret })));
  await handled(untoldSql, catalogue.map(({ id }) => id));
  deepStrictEqual(await catalogueRows(untoldSql), await catalogueRows(sql));

  const user = await signUp({ on });
  const { id: customer } = await customerOf(user, on);
  await live(user, on);
  const events = await eventsOf(customer, on);
  const order = thrice(events);
  // First a part in any order, then what was withheld together with all the repetitions.
  const withheld = new Set(events.filter(() => random() < 0.4).map(({ id }) => id));
  for (
    const part of [
      order.filter(({ id }) => !withheld.has(id)),
      order.filter(({ id }) => withheld.has(id)),
    ]
  ) {
    const answers = await Promise.all(part.map((event) => deliver(event, { on, secret })));
    deepStrictEqual(answers.filter(({ status }) => status !== 200), []);
  }
  await settled(untoldSql, events, user);
  deepStrictEqual(
    comparable(await billingRows(untoldSql, user.workspaceId)),
    await billingAtStripe(customer, on),
  );
  const subjects = await subjectsTo(user, on);
  strictEqual(subjects.filter((subject) => /receipt/i.test(subject)).length, 1);
  strictEqual(new Set(subjects).size, subjects.length, `each mail once: ${subjects}`);
  const dead = await untoldSql`select kind, last_error from private.jobs where state = 'dead'`;
  deepStrictEqual([...dead], []);
});

Deno.test("a burst of 50 events about one object costs a handful of fetches", async () => {
  const on = told.at;
  const user = await signUp({ on });
  const id = await buy(user, {}, on);
  const subscription = await stripeSdk(on).subscriptions.retrieve(id);
  await settled(sql, await eventsOf(subscription.customer as string, on), user);

  // As long as Stripe usually takes to answer.
  const path = new RegExp(`^/v1/subscriptions/${id}$`);
  const usual = 300;
  const before = proxy.calls.length;
  proxy.breakCalls({ method: "GET", path }, { kind: "slow", milliseconds: usual });
  const burst = Array.from({ length: 50 }, () => eventAbout(subscription));
  const answers = await Promise.all(burst.map((event) => deliver(event, { on })));
  strictEqual(answers.every(({ status }) => status === 200), true);
  await handled(sql, burst.map((event) => event.id));
  const fetches = proxy.calls.slice(before).filter((call) => path.test(call.path)).length;
  ok(fetches >= 1 && fetches <= 5, `${fetches} fetches`);
});
