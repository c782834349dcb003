/**
 * A life of billing on a stack whose clock moves: renewals, a card that fails and is replaced, an end
 * that is taken back, an end that comes, refunds and disputes.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { connect } from "../support/connect.ts";
import { buy, customerOf, subscribe, subscriptionIn } from "../support/purchases.ts";
import { mailsTo, mailTo } from "../support/mails.ts";
import { startOwnStack } from "../support/own-stack.ts";
import { call, stripeSdk } from "../support/stack.ts";
import { advance, delivered, reconciled } from "../support/stripe-local.ts";
import { signUp } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

const day = 24 * 60 * 60;

Deno.test("renewals: a life of billing", async (t) => {
  await using own = await startOwnStack();
  const on = own.at;
  const stripe = stripeSdk(on);

  await t.step("a month later the renewal is paid, mirrored and has a receipt", async () => {
    const user = await signUp({ on, locale: "fr", name: "Ada" });
    const id = await buy(user, {}, on);
    const before = await subscriptionIn(user, "active");
    await advance(on, 32 * day);
    await delivered(on);
    const after = await waitFor("the next period", async () => {
      const held = await subscriptionIn(user, "active");
      return held.current_period_end! > before.current_period_end! && held;
    });
    const atStripe = await stripe.subscriptions.retrieve(id);
    equal(Date.parse(after.current_period_end!) / 1000, atStripe.items.data[0]!.current_period_end);
    const receipts = await waitFor("two receipts", async () => {
      const found = (await mailsTo(user.email, on)).filter((mail) => /reçu/i.test(mail.subject));
      return found.length === 2 && found;
    });
    ok(receipts.every((mail) => /19,00\s€/u.test(mail.text!)));
    const { data: invoices } = await user.client.from("invoices").select("status").order(
      "created_at",
    );
    deepEqual(invoices!.map((invoice) => invoice.status), ["paid", "paid"]);
  });

  await t.step(
    "a declined renewal is past_due and told; a new card makes it active again",
    async () => {
      const user = await signUp({ on });
      const id = await buy(user, {}, on);
      const customer = await customerOf(user, on);
      const failing = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", {
        customer: customer.id,
      });
      await stripe.subscriptions.update(id, { default_payment_method: failing.id });
      await advance(on, 32 * day);
      await subscriptionIn(user, "past_due");
      const mail = await mailTo(user.email, /payment/i, on);
      ok(mail.text!.includes("€19.00"));

      // The portal's page: the new card becomes the default and pays what is open.
      const portal = await call("POST", "billing-portal", {
        on,
        token: user.token,
        body: { return_url: `${own.stack.env["SITE_URL"]}/billing` },
      });
      equal(portal.status, 200, JSON.stringify(portal.body));
      const good = await stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id });
      await stripe.subscriptions.update(id, { default_payment_method: good.id });
      const [open] = (await stripe.invoices.list({ subscription: id, status: "open" })).data;
      await stripe.invoices.pay(open!.id!, { payment_method: good.id });
      await subscriptionIn(user, "active");
      const { data: cards } = await user.client.from("payment_methods").select("brand, last4");
      ok(cards!.length >= 1);
    },
  );

  await t.step(
    "an end at the period's end is told, taken back, asked for again, and comes",
    async () => {
      const user = await signUp({ on });
      await buy(user, {}, on);
      const cancel = await call("POST", "subscription-cancel", { on, token: user.token, body: {} });
      equal(cancel.status, 200, JSON.stringify(cancel.body));
      equal(cancel.body.subscription.cancel_at_period_end, true);
      equal(cancel.body.subscription.status, "active");
      await mailTo(user.email, /end/i, on);
      const back = await call("POST", "subscription-uncancel", { on, token: user.token, body: {} });
      equal(back.body.subscription.cancel_at_period_end, false);
      const again = await call("POST", "subscription-uncancel", {
        on,
        token: user.token,
        body: {},
      });
      equal(again.status, 200);
      await call("POST", "subscription-cancel", { on, token: user.token, body: {} });
      await advance(on, 32 * day);
      await subscriptionIn(user, "canceled");
      await mailTo(user.email, /ended/i, on);
      const gone = await call("POST", "subscription-uncancel", { on, token: user.token, body: {} });
      equal(gone.body.code, "subscription_not_found");
      // The workspace may buy again.
      equal((await subscribe(user, {}, { on })).status, 200);
    },
  );

  await t.step(
    "an end asked for in the portal is told once, taken back, asked for again, and comes",
    async () => {
      const user = await signUp({ on });
      const id = await buy(user, {}, on);
      const portal = await call("POST", "billing-portal", {
        on,
        token: user.token,
        body: { return_url: `${own.stack.env["SITE_URL"]}/billing` },
      });
      equal(portal.status, 200, JSON.stringify(portal.body));
      const cancelInPortal = async () => {
        const reply = await fetch(`${portal.body.url}/cancel`, {
          method: "POST",
          body: new URLSearchParams({ subscription: id }),
          redirect: "manual",
        });
        await reply.body?.cancel();
        equal(reply.status, 303);
      };
      const rowWhere = (what: string, ends: boolean) =>
        waitFor(what, async () => {
          const row = await subscriptionIn(user, "active");
          return (row.cancel_at !== null) === ends && row;
        });
      const mailsAbout = async (subject: RegExp) =>
        (await mailsTo(user.email, on)).filter((mail) => subject.test(mail.subject));

      // Stripe's portal sets the moment; cancel_at_period_end stays false.
      await cancelInPortal();
      const ending = await rowWhere("a row that ends", true);
      deepEqual(
        [ending.cancel_at, ending.cancel_at_period_end],
        [ending.current_period_end, false],
      );
      await mailTo(user.email, /ends on/i, on);
      await delivered(on);
      equal((await mailsAbout(/ends on/i)).length, 1);

      const back = await call("POST", "subscription-uncancel", { on, token: user.token, body: {} });
      equal(back.status, 200, JSON.stringify(back.body));
      equal((await stripe.subscriptions.retrieve(id)).cancel_at, null);
      await rowWhere("a row that goes on", false);

      await cancelInPortal();
      await rowWhere("a row that ends again", true);
      await advance(on, 32 * day);
      await subscriptionIn(user, "canceled");
      await mailTo(user.email, /ended/i, on);
      await delivered(on);
      equal((await mailsAbout(/ended/i)).length, 1);
      const { data: invoices } = await user.client.from("invoices").select("id");
      equal(invoices!.length, 1);
      equal((await stripe.invoices.list({ subscription: id })).data.length, 1);
    },
  );

  await t.step("ended at once", async () => {
    const user = await signUp({ on });
    await buy(user, {}, on);
    const cancel = await call("POST", "subscription-cancel", {
      on,
      token: user.token,
      body: { at_period_end: false },
    });
    equal(cancel.body.subscription.status, "canceled");
    await mailTo(user.email, /ended/i, on);
  });

  await t.step("a refund and a dispute are mirrored; the refund has one mail", async () => {
    const user = await signUp({ on });
    await buy(user, {}, on);
    const { data: payment } = await user.client.from("payments").select().single();
    const part = await stripe.refunds.create({
      payment_intent: payment!.stripe_payment_id,
      amount: 500,
    });
    const refunded = await waitFor("the refund", async () => {
      const { data } = await user.client.from("payments").select("amount_refunded, refunds (*)")
        .single();
      return data!.amount_refunded === 500 && data;
    });
    deepEqual(
      refunded.refunds.map((refund) => [refund.stripe_refund_id, refund.status, refund.amount]),
      [
        [part.id, "succeeded", 500],
      ],
    );
    await mailTo(user.email, /refund/i, on);

    const charge = (await stripe.charges.list({ payment_intent: payment!.stripe_payment_id }))
      .data[0]!;
    await fetch(`${on.stripeUrl}/_local/disputes`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ charge: charge.id }),
    }).then((reply) => reply.body?.cancel());
    const dispute = await waitFor("the dispute", async () => {
      const { data } = await user.client.from("disputes").select();
      return data?.[0];
    });
    ok(dispute.status.length > 0);
    equal((await mailsTo(user.email, on)).filter((mail) => /refund/i.test(mail.subject)).length, 1);
  });

  await t.step("a refund that overtakes its invoice's events is not lost", async () => {
    const user = await signUp({ on });
    await buy(user, {}, on);
    await delivered(on);
    // As if the renewal's invoice had been looked at as a draft, before it had a payment.
    const sql = connect(on);
    await sql`delete from public.payments where workspace_id = ${user.workspaceId}`;
    await sql.end();
    const { id: customer } = await customerOf(user, on);
    const [charge] = (await stripe.charges.list({ customer })).data;
    await stripe.refunds.create({ charge: charge!.id });
    await waitFor("the refund", async () => {
      const { data } = await user.client.from("payments").select("amount_refunded").maybeSingle();
      return data?.amount_refunded === charge!.amount;
    });
  });

  await t.step(
    "a customer deleted at Stripe ends what it had, and the workspace may buy again",
    async () => {
      const user = await signUp({ on });
      await buy(user, {}, on);
      await delivered(on);
      const { id: customer } = await customerOf(user, on);
      await stripe.customers.del(customer);
      await subscriptionIn(user, "canceled");
      await delivered(on);
      const again = await subscribe(user, {}, { on });
      equal(again.status, 200, JSON.stringify(again.body));
    },
  );

  await t.step("after all that, nothing differs from Stripe", async () => {
    await delivered(on);
    deepEqual((await reconciled(on)).drifts, []);
  });
});
