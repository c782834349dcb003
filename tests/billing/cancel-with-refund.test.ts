/** Ending at once with the unused part given back: to the card, once, wherever it breaks off. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Sql } from "postgres";
import { connect } from "../support/connect.ts";
import { mailTo } from "../support/mails.ts";
import { type OwnStack, startOwnStack } from "../support/own-stack.ts";
import { buy, customerOf, refundsOf, subscribe, subscriptionIn } from "../support/purchases.ts";
import { change } from "../support/quotes.ts";
import { call, type StackAddress, stripeSdk } from "../support/stack.ts";
import { advance, delivered, faults, reconciled } from "../support/stripe-local.ts";
import { signUp, type TestUser } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

const day = 24 * 60 * 60;

let own: OwnStack;
let on: StackAddress;
let sql: Sql;
Deno.test.beforeAll(async () => {
  own = await startOwnStack();
  on = own.at;
  sql = connect(on);
});
Deno.test.afterAll(async () => {
  await sql?.end();
  await own?.[Symbol.asyncDispose]();
});

function cancel(user: TestUser, more: Record<string, unknown> = {}) {
  return call("POST", "subscription-cancel", {
    on,
    token: user.token,
    body: { at_period_end: false, refund: "unused", ...more },
  });
}

async function balanceOf(user: TestUser): Promise<number> {
  const held = await stripeSdk(on).customers.retrieve((await customerOf(user, on)).id);
  return held.deleted ? NaN : held.balance;
}

Deno.test("cancelled at once with a refund: the unused part is on the card again, on a credit note, once", async () => {
  const user = await signUp({ on });
  const id = await buy(user, {}, on);
  await advance(on, 10 * day);
  const { start, end } = await (async () => {
    const row = await subscriptionIn(user, "active");
    return {
      start: Date.parse(row.current_period_start!) / 1000,
      end: Date.parse(row.current_period_end!) / 1000,
    };
  })();
  const answers = await Promise.all([cancel(user), cancel(user), cancel(user)]);
  for (const { status, body } of answers) strictEqual(status, 200, JSON.stringify(body));
  const { refund, subscription } = answers[0]!.body;
  strictEqual(subscription.status, "canceled");
  const expected = 1900 * (end - start - 10 * day) / (end - start);
  ok(Math.abs(refund.amount - expected) <= 1, `${refund.amount} of about ${expected}`);
  deepStrictEqual([refund.currency, refund.status], ["EUR", "done"]);
  deepStrictEqual(new Set(answers.map(({ body }) => body.refund.amount)), new Set([refund.amount]));

  // The answer was lost, and it is asked for again.
  deepStrictEqual((await cancel(user)).body, answers[0]!.body);
  deepStrictEqual(await refundsOf(user, on), [refund.amount]);
  strictEqual(
    await balanceOf(user),
    0,
    "nothing becomes credit that a customer who goes cannot use",
  );
  const [invoice] = (await stripeSdk(on).invoices.list({ subscription: id })).data;
  const { data: notes } = await stripeSdk(on).creditNotes.list({ invoice: invoice!.id! });
  deepStrictEqual(notes.map((note) => note.total), [refund.amount]);
  await mailTo(user.email, /refund/i, on);
  await mailTo(user.email, /ended/i, on);

  // The job that stands by for a request that died finds everything done.
  await advance(on, 120);
  await delivered(on);
  deepStrictEqual(await refundsOf(user, on), [refund.amount]);
  await waitFor("the mirror to show the refund", async () => {
    const { data } = await user.client.from("payments").select("amount_refunded");
    return data?.[0]?.amount_refunded === refund.amount;
  });
});

Deno.test("without a refund nothing goes back, and at the period's end none can be asked for", async () => {
  const user = await signUp({ on });
  await buy(user, {}, on);
  const late = await cancel(user, { at_period_end: true });
  deepStrictEqual([late.status, late.body.code], [422, "invalid_body"]);
  const plain = await cancel(user, { refund: "none" });
  deepStrictEqual([plain.body.subscription.status, plain.body.refund], ["canceled", null]);
  deepStrictEqual(await refundsOf(user, on), []);
  const again = await cancel(user);
  deepStrictEqual([again.status, again.body.code], [404, "subscription_not_found"]);
});

Deno.test("after an upgrade each payment gives back its part, and never more than it paid", async () => {
  const user = await signUp({ on });
  await buy(user, {}, on);
  await advance(on, 5 * day);
  const { invoice } = await change(user, { price_id: "price_monthly_pro" }, on);
  await advance(on, 5 * day);
  const { refund } = (await cancel(user)).body;
  const refunds = await refundsOf(user, on);
  strictEqual(refunds.reduce((sum, amount) => sum + amount, 0), refund.amount);
  strictEqual(refunds.length, 2);
  ok(refund.amount > invoice.amount_due, "more than the last invoice alone has paid");
  ok(refund.amount <= 1900 + invoice.amount_due);
  strictEqual(await balanceOf(user), 0);
});

Deno.test("what credit had paid becomes credit again, and only what the card paid goes to the card", async () => {
  const user = await signUp({ on });
  await buy(user, { price_id: "price_monthly_pro" }, on);
  await change(user, { price_id: "price_monthly_basic" }, on);
  const credit = await balanceOf(user);
  await change(user, { quantity: 3 }, on);
  const left = await balanceOf(user);
  const { refund } = (await cancel(user)).body;
  ok(credit < left && left <= 0);
  const total = 5700;
  const given = refund.amount + (left - await balanceOf(user));
  ok(given <= total && given > total - 10, `${given} of ${total}`);
});

Deno.test("a period that nobody has paid gives nothing back", async () => {
  const user = await signUp({ on });
  const id = await buy(user, {}, on);
  const stripe = stripeSdk(on);
  const failing = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", {
    customer: (await customerOf(user, on)).id,
  });
  await stripe.subscriptions.update(id, { default_payment_method: failing.id });
  await advance(on, 32 * day);
  await subscriptionIn(user, "past_due");
  const { refund, subscription } = (await cancel(user)).body;
  deepStrictEqual([subscription.status, refund.amount], ["canceled", 0]);
  deepStrictEqual(await refundsOf(user, on), []);
});

Deno.test("paused for longer than its period, it gives back what the pause has credited, once", async () => {
  const user = await signUp({ on });
  await buy(user, {}, on);
  await advance(on, 12 * day);
  const paused = await call("POST", "subscription-pause", { on, token: user.token, body: {} });
  strictEqual(paused.status, 200, JSON.stringify(paused.body));
  await advance(on, 40 * day);
  const late = await call("POST", "subscription-cancel", { on, token: user.token, body: {} });
  deepStrictEqual([late.status, late.body.code], [409, "subscription_not_changeable"]);
  const { refund, subscription } = (await cancel(user)).body;
  strictEqual(subscription.status, "canceled");
  ok(refund.amount > 1900 * 15 / 31 && refund.amount < 1900 * 20 / 28, `${refund.amount}`);
  deepStrictEqual(await refundsOf(user, on), [refund.amount]);
  strictEqual(await balanceOf(user), 0);
});

Deno.test("a trial ends without a refund, since nothing was paid", async () => {
  const user = await signUp({ on });
  strictEqual((await subscribe(user, { trial: true }, { on })).status, 200);
  await subscriptionIn(user, "trialing");
  deepStrictEqual((await cancel(user)).body.refund, {
    amount: 0,
    currency: "EUR",
    status: "done",
  });
});

for (
  const [what, match] of [
    ["ended", "DELETE /v1/subscriptions/{id}"],
    ["credited", "POST /v1/credit_notes"],
  ] as const
) {
  for (const when of ["before", "after"] as const) {
    Deno.test(`a request that dies ${when} Stripe has ${what} it is finished by the job, once`, async () => {
      const user = await signUp({ on });
      await buy(user, {}, on);
      await delivered(on);
      await faults(on, { api: { fail: 20, status: 500, match, when } });
      const broken = await cancel(user);
      ok([200, 502].includes(broken.status), JSON.stringify(broken.body));
      if (broken.status === 200) strictEqual(broken.body.refund.status, "pending");
      await faults(on, {});
      await advance(on, 3600);
      await waitFor("the job to have finished it", async () => {
        const [row] = await sql`
          select from private.subscription_cancellations
          where workspace_id = ${user.workspaceId} and refunded_at is not null`;
        return row !== undefined;
      });
      await subscriptionIn(user, "canceled");
      const refunds = await refundsOf(user, on);
      strictEqual(refunds.length, 1);
      ok(refunds[0]! > 1880 && refunds[0]! <= 1900, `${refunds}`);
      await delivered(on);
    });
  }
}

Deno.test("and Stripe and the mirror agree", async () => {
  await delivered(on);
  deepStrictEqual((await reconciled(on)).drifts, []);
});
