/**
 * The whole history of a life of billing, delivered in any order, several times, with some lost at first:
 * it always ends in the same rows and the same set of mails, equal to Stripe's.
 *
 * PERMUTATIONS sets how many are tried (default 2), SEED where they begin.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import type Stripe from "stripe";
import type { Sql } from "postgres";
import { connect } from "../support/connect.ts";
import { startOwnStack } from "../support/own-stack.ts";
import { customerOf, subscriptionIn } from "../support/purchases.ts";
import { change } from "../support/quotes.ts";
import { call, type StackAddress, stripeSdk } from "../support/stack.ts";
import { seededRandom, shuffled } from "../support/random.ts";
import { deliver, handled } from "../support/stripe-events.ts";
import { advance, delivered, reconciled } from "../support/stripe-local.ts";
import { signUp, type TestUser } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

const permutations = Number(Deno.env.get("PERMUTATIONS") ?? "2");
const seed = Number(Deno.env.get("SEED") ?? Date.now() % 1_000_000);
const day = 24 * 60 * 60;
const month = 32 * day;

/** A trial on Stripe's page, with a card; Stripe's id of the subscription. */
async function tryOut(user: TestUser, on: StackAddress): Promise<string> {
  const page = await call("POST", "subscription-checkout", {
    on,
    token: user.token,
    body: {
      price_id: "price_monthly_pro",
      trial: true,
      success_url: `${on.siteUrl}/done`,
      cancel_url: `${on.siteUrl}/plans`,
    },
  });
  equal(page.status, 200, JSON.stringify(page.body));
  const paid = await fetch(`${page.body.checkout_url}/pay`, {
    method: "POST",
    body: new URLSearchParams({ card_number: "4242424242424242" }),
    redirect: "manual",
  });
  equal(paid.status, 303, await paid.text());
  return (await subscriptionIn(user, "trialing")).stripe_subscription_id;
}

/** Seats, a promotion code, a smaller plan at the renewal, a pause, a larger plan at once. */
async function changeOften(user: TestUser, on: StackAddress): Promise<void> {
  const stripe = stripeSdk(on);
  const coupon = await stripe.coupons.create({ percent_off: 15, duration: "forever" });
  const { code } = await stripe.promotionCodes.create({
    promotion: { type: "coupon", coupon: coupon.id },
  });
  await change(user, { quantity: 3 }, on);
  await change(user, { promotion_code: code }, on);
  await change(user, { price_id: "price_monthly_basic", quantity: 2, when: "renewal" }, on);
  await advance(on, month);
  await waitFor("the smaller plan", async () => {
    const { data } = await user.client.from("subscriptions").select("quantity").single();
    return data?.quantity === 2;
  });
  await delivered(on);
  const ask = async (what: string) => {
    const answer = await call("POST", `subscription-${what}`, { on, token: user.token, body: {} });
    equal(answer.status, 200, JSON.stringify(answer.body));
  };
  await ask("pause");
  await advance(on, 10 * day);
  await delivered(on);
  await ask("resume");
  await change(user, { price_id: "price_monthly_pro", quantity: 1 }, on);
  await delivered(on);
}

/**
 * Tries, pays, changes in every way, renews, fails, recovers, is to end, is not, ends; a refund and a
 * dispute on the way.
 */
async function live(user: TestUser, on: StackAddress): Promise<void> {
  const stripe = stripeSdk(on);
  const id = await tryOut(user, on);
  await advance(on, 8 * day);
  await subscriptionIn(user, "active");
  await delivered(on);
  await changeOften(user, on);
  const { id: customer } = await customerOf(user, on);
  const failing = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer });
  await stripe.subscriptions.update(id, { default_payment_method: failing.id });
  await advance(on, month);
  await subscriptionIn(user, "past_due");
  const good = await stripe.paymentMethods.attach("pm_card_visa", { customer });
  await stripe.subscriptions.update(id, { default_payment_method: good.id });
  const [open] = (await stripe.invoices.list({ subscription: id, status: "open" })).data;
  await stripe.invoices.pay(open!.id!, { payment_method: good.id });
  await subscriptionIn(user, "active");
  const end = () => call("POST", "subscription-cancel", { on, token: user.token, body: {} });
  await end();
  await call("POST", "subscription-uncancel", { on, token: user.token, body: {} });
  await end();
  const [charge] = (await stripe.charges.list({ customer })).data.filter((one) => one.paid);
  await stripe.refunds.create({ charge: charge!.id, amount: 700 });
  await fetch(`${on.stripeUrl}/_local/disputes`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ charge: charge!.id }),
  }).then((reply) => reply.body?.cancel());
  await advance(on, month);
  await subscriptionIn(user, "canceled");
  await delivered(on);
}

/** What must be the same: rows without our own ids and times, and the causes of mails. */
async function state(sql: Sql): Promise<unknown> {
  const [row] = await sql`
    select
      (select jsonb_agg(to_jsonb(s) - '{id,created_at,updated_at}'::text[] order by s.stripe_subscription_id)
         from public.subscriptions s) as subscriptions,
      (select jsonb_agg(to_jsonb(i) - '{id,subscription_id,updated_at}'::text[] order by i.stripe_invoice_id)
         from public.invoices i) as invoices,
      (select jsonb_agg(to_jsonb(p) - '{id,invoice_id,updated_at}'::text[] order by p.stripe_payment_id)
         from public.payments p) as payments,
      (select jsonb_agg(to_jsonb(m) - '{id,updated_at}'::text[] order by m.stripe_payment_method_id)
         from public.payment_methods m) as payment_methods,
      (select jsonb_agg(to_jsonb(r) - '{id,payment_id,updated_at}'::text[] order by r.stripe_refund_id)
         from public.refunds r) as refunds,
      (select jsonb_agg(to_jsonb(d) - '{id,payment_id,updated_at}'::text[] order by d.stripe_dispute_id)
         from public.disputes d) as disputes,
      (select jsonb_agg(to_jsonb(n) - '{id,invoice_id,updated_at}'::text[] order by n.stripe_credit_note_id)
         from public.credit_notes n) as credit_notes,
      (select jsonb_agg(to_jsonb(c) - '{id,invoice_id,created_at,updated_at}'::text[] order by c.first_failed_at)
         from public.dunning_cases c) as dunning_cases,
      (select jsonb_agg(to_jsonb(e) - '{case_id,created_at}'::text[] order by e.at, e.step)
         from public.dunning_events e) as dunning_events,
      (select jsonb_agg(to_jsonb(p) - '{updated_at,created_at}'::text[] order by p.id) from public.plans p) as plans,
      (select jsonb_agg(to_jsonb(p) - '{updated_at}'::text[] order by p.id) from public.prices p) as prices,
      (select jsonb_agg(j.dedupe_key order by j.dedupe_key) from private.jobs j
        where j.kind = 'mail_send' and j.dedupe_key not like 'welcome:%') as mails`;
  return row;
}

/** A database that has never heard of Stripe's events; who the customers are stays known. */
async function forget(sql: Sql): Promise<void> {
  await sql`
    truncate public.subscriptions, public.invoices, public.payments, public.payment_methods,
      public.refunds, public.disputes, public.plans, public.prices, private.plan_products,
      private.webhook_events, private.sync_targets, private.subscription_intents cascade`;
  await sql`delete from private.jobs where kind in ('webhook_handle', 'mail_send', 'dunning_step')`;
}

/** Delivers events at once, eight at a time, each one to three times. */
async function deliverAll(
  events: Stripe.Event[],
  on: StackAddress,
  random: () => number,
): Promise<void> {
  const queue = shuffled(
    events.flatMap((event) => Array.from({ length: 1 + Math.floor(random() * 3) }, () => event)),
    random,
  );
  await Promise.all(Array.from({ length: 8 }, async () => {
    for (let event = queue.pop(); event !== undefined; event = queue.pop()) {
      const answer = await deliver(event, { on });
      equal(answer.status, 200, JSON.stringify(answer.body));
    }
  }));
}

Deno.test(`permutations: ${permutations} of a whole history end in the same rows and mails (seed ${seed})`, async () => {
  await using own = await startOwnStack();
  const on = own.at;
  const sql = connect(on);
  try {
    const user = await signUp({ on, name: "Ada" });
    await live(user, on);
    const expected = await state(sql);
    const mails = (expected as { mails: string[] }).mails;
    for (
      const cause of [
        "receipt:",
        "trial_started:",
        "plan_changed:",
        "plan_change_planned:",
        "subscription_paused:",
        "subscription_resumed:",
        "payment_failed:",
        "subscription_ending:",
        "subscription_ended:",
        "refunded:",
      ]
    ) {
      ok(
        mails.some((mail) => mail.startsWith(cause)),
        `no mail ${cause} among ${mails.join(", ")}`,
      );
    }
    const events = await stripeSdk(on).events.list({ limit: 100 })
      .autoPagingToArray({ limit: 10_000 });

    for (let round = 0; round < permutations; round++) {
      const random = seededRandom(seed + round);
      await forget(sql);
      // Some are lost at first, and come after everything else was done.
      const lost = events.filter(() => random() < 0.2);
      await deliverAll(events.filter((event) => !lost.includes(event)), on, random);
      if (random() < 0.5) await delivered(on);
      await deliverAll(lost, on, random);
      await handled(sql, events.map((event) => event.id));
      await delivered(on);
      deepEqual(await state(sql), expected, `permutation ${round} of seed ${seed}`);
      const { drifts, checked } = await reconciled(on);
      deepEqual(drifts, []);
      ok(checked > 0);
    }
    console.log(`${permutations} permutations of ${events.length} events, without a drift`);
  } finally {
    await sql.end();
  }
});
