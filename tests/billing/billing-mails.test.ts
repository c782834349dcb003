/** Mails about billing that a clock or a bank causes, each once; and Stripe failing around a change. */
import { equal, match, ok } from "node:assert/strict";
import { connect } from "../support/connect.ts";
import { slotAhead } from "../support/jobs.ts";
import { mailsTo, mailTo } from "../support/mails.ts";
import { startOwnStack } from "../support/own-stack.ts";
import { buy, customerOf, subscriptionIn } from "../support/purchases.ts";
import { call, stripeSdk } from "../support/stack.ts";
import { advance, delivered, faults } from "../support/stripe-local.ts";
import { signUp } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

const day = 24 * 60 * 60;

Deno.test("billing mails: what a clock or a bank causes, and Stripe failing", async (t) => {
  await using own = await startOwnStack();
  const on = own.at;
  await using stack = new AsyncDisposableStack();
  const sql = stack.adopt(connect(on), (open) => open.end());
  const stripe = stripeSdk(on);
  const site = own.stack.functionsEnv["SITE_URL"]!;

  await t.step(
    "a renewal that the bank wants confirmed sends the link that completes it",
    async () => {
      const user = await signUp({ on, locale: "fr" });
      const id = await buy(user, {}, on);
      const { id: customer } = await customerOf(user, on);
      const card = await stripe.paymentMethods.attach("pm_card_authenticationRequired", {
        customer,
      });
      await stripe.subscriptions.update(id, { default_payment_method: card.id });
      await advance(on, 32 * day);
      await subscriptionIn(user, "past_due");
      const mail = await mailTo(user.email, /confirm/i, on);
      const [open] = (await stripe.invoices.list({ subscription: id, status: "open" })).data;
      ok(mail.text!.includes(open!.hosted_invoice_url!));
      await delivered(on);
      const asked = (await mailsTo(user.email, on)).filter((one) => one.subject === mail.subject);
      equal(asked.length, 1);
    },
  );

  await t.step("a trial is told of when it begins and three days before it ends", async () => {
    const user = await signUp({ on });
    const { id: customer } = await customerOf(user, on);
    const card = await stripe.paymentMethods.attach("pm_card_visa", { customer });
    const { data: [price] } = await stripe.prices.list({ lookup_keys: ["price_monthly_pro"] });
    await stripe.subscriptions.create({
      customer,
      items: [{ price: price!.id }],
      trial_period_days: 7,
      default_payment_method: card.id,
    });
    const trialing = await subscriptionIn(user, "trialing");
    ok(trialing.trial_end);
    await mailTo(user.email, /trial has started/i, on);
    await advance(on, 5 * day);
    await mailTo(user.email, /trial ends/i, on);
    await advance(on, 3 * day);
    await subscriptionIn(user, "active");
  });

  await t.step("a card that expires within 30 days is told of once, the night after", async () => {
    const user = await signUp({ on });
    const id = await buy(user, {}, on);
    const held = await stripe.subscriptions.retrieve(id);
    const soon = new Date(
      ((await (await fetch(`${on.stripeUrl}/_local/clock`)).json()).now + 10 * day) * 1000,
    );
    const reply = await fetch(
      `${on.stripeUrl}/_local/payment_methods/${held.default_payment_method}`,
      {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          exp_month: soon.getUTCMonth() + 1,
          exp_year: soon.getUTCFullYear(),
        }),
      },
    );
    equal(reply.status, 200, await reply.text());
    await waitFor("the card's new expiry", async () => {
      const { data } = await user.client.from("payment_methods").select("exp_year, exp_month");
      return data?.some((card) => card.exp_year === soon.getUTCFullYear());
    });
    // However long the month still is: at some night the card is within 30 days of its end.
    await slotAhead(sql, "cards_expiring");
    await advance(on, day);
    await delivered(on);
    await slotAhead(sql, "cards_expiring");
    await advance(on, 10 * day);
    const mail = await mailTo(user.email, /card/i, on);
    match(mail.text!, new RegExp(`${soon.getUTCMonth() + 1}/${soon.getUTCFullYear()}`));
    await slotAhead(sql, "cards_expiring");
    await advance(on, day);
    await delivered(on);
    const told = (await mailsTo(user.email, on)).filter((one) => one.subject === mail.subject);
    equal(told.length, 1);
  });

  await t.step("a checkout whose answer was lost is the same checkout", async () => {
    const user = await signUp({ on });
    await customerOf(user, on);
    await faults(on, {
      api: { fail: 1, status: 500, match: "POST /v1/checkout/sessions", when: "after" },
    });
    const answer = await call("POST", "subscription-checkout", {
      on,
      token: user.token,
      body: { price_id: "price_monthly_basic", success_url: `${site}/`, cancel_url: `${site}/` },
    });
    await faults(on, {});
    equal(answer.status, 200, JSON.stringify(answer.body));
    const { id: customer } = await customerOf(user, on);
    equal((await stripe.checkout.sessions.list({ customer })).data.length, 1);
  });

  await t.step(
    "a cancellation while Stripe fails says so, changes nothing, and succeeds when repeated",
    async () => {
      const user = await signUp({ on });
      await buy(user, {}, on);
      await delivered(on);
      const headers = { "idempotency-key": crypto.randomUUID() };
      const cancel = () =>
        call("POST", "subscription-cancel", { on, token: user.token, headers, body: {} });
      await faults(on, {
        api: { fail: 10, status: 500, match: "POST /v1/subscriptions/{id}", when: "before" },
      });
      const failed = await cancel();
      equal(failed.status, 502);
      equal(failed.body.code, "payment_provider_unavailable");
      ok(failed.headers.get("retry-after"));
      await faults(on, {});
      equal((await subscriptionIn(user, "active")).cancel_at_period_end, false);
      const done = await cancel();
      equal(done.status, 200, JSON.stringify(done.body));
      equal(done.body.subscription.cancel_at_period_end, true);
    },
  );
});
