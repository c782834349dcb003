/** An unpaid renewal on a stack whose clock moves: mails, access and timeline follow the policy. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { connect } from "../support/connect.ts";
import { mailsTo } from "../support/mails.ts";
import { startOwnStack } from "../support/own-stack.ts";
import { buy, customerOf, subscriptionIn } from "../support/purchases.ts";
import { stripeSdk } from "../support/stack.ts";
import { advance, delivered, faults, redeliver, settings } from "../support/stripe-local.ts";
import { signUp, type TestUser } from "../support/users.ts";

const day = 24 * 60 * 60;

Deno.test("dunning: an unpaid renewal", async (t) => {
  await using own = await startOwnStack();
  const on = own.at;
  const stripe = stripeSdk(on);
  const sql = connect(on);
  await using _closed = { [Symbol.asyncDispose]: () => sql.end() };
  await settings(on, { retry_days: [3, 5], after_last_retry: "past_due" });

  const accessOf = async (user: TestUser) => {
    const [row] = await sql`select private.workspace_access(${user.workspaceId}) as access`;
    return row!["access"];
  };
  const timelineOf = async (user: TestUser) => {
    const { data, error } = await user.client
      .rpc("dunning_timeline", { workspace_id: user.workspaceId });
    equal(error, null);
    return data!;
  };
  const subjects = async (user: TestUser) =>
    (await mailsTo(user.email, on)).map(({ subject }) => subject)
      .filter((subject) => !/welcome|is active|receipt/i.test(subject));
  const travel = async (seconds: number) => {
    await advance(on, seconds);
    await delivered(on);
  };
  /** Buys by a card that will be declined at the first renewal, and renews. */
  const unpaid = async () => {
    const user = await signUp({ on });
    const id = await buy(user, {}, on);
    const { id: customer } = await customerOf(user, on);
    const failing = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer });
    await stripe.subscriptions.update(id, { default_payment_method: failing.id });
    return { user, id, customer };
  };
  const payWithGoodCard = async (customer: string, id: string) => {
    const good = await stripe.paymentMethods.attach("pm_card_visa", { customer });
    await stripe.subscriptions.update(id, { default_payment_method: good.id });
    const [open] = (await stripe.invoices.list({ subscription: id, status: "open" })).data;
    await stripe.invoices.pay(open!.id!, { payment_method: good.id });
  };

  await t.step(
    "goes by the policy: one mail a step, read-only, locked, and back at once",
    async () => {
      const { user, id, customer } = await unpaid();
      const { current_period_end: end } = (await stripe.subscriptions.retrieve(id)).items.data[0]!;
      const { now } = await (await fetch(`${on.stripeUrl}/_local/clock`)).json();
      await travel(end - now + 60);
      await subscriptionIn(user, "past_due");
      deepEqual(await subjects(user), ["Your Socle payment did not go through"]);
      equal(await accessOf(user), "full");
      const timeline = await timelineOf(user);
      deepEqual(timeline.map(({ step, done }) => [step, done]), [
        ["payment_failed", true],
        ["reminder", false],
        ["read_only", false],
        ["locked", false],
      ]);
      equal(Date.parse(timeline[3]!.at) - Date.parse(timeline[0]!.at), 14 * day * 1000);
      ok(timeline[0]!.hosted_invoice_url.startsWith("http"));

      // Day 3: Stripe's own second attempt fails as well, and there is one mail.
      await travel(3 * day);
      deepEqual((await subjects(user)).slice(1), [
        "Reminder: your Socle payment of €19.00 is still due",
      ]);
      equal(await accessOf(user), "full");
      await travel(4 * day);
      equal(await accessOf(user), "read_only");
      await travel(7 * day);
      equal(await accessOf(user), "locked");
      deepEqual((await subjects(user)).slice(2), [
        "Your Socle workspace is now read-only",
        "Access to your Socle plan is locked",
      ]);
      const [mail] = (await mailsTo(user.email, on)).filter((one) => /locked/.test(one.subject));
      ok(mail!.text!.includes(timeline[0]!.hosted_invoice_url));

      await payWithGoodCard(customer, id);
      await delivered(on);
      equal(await accessOf(user), "full");
      await subscriptionIn(user, "active");
      deepEqual((await subjects(user)).slice(4), ["Your Socle workspace is open again"]);
      deepEqual((await timelineOf(user)).map(({ step }) => step), [
        "payment_failed",
        "reminder",
        "read_only",
        "locked",
        "recovered",
      ]);
    },
  );

  await t.step(
    "who has paid hears nothing more, even while the webhook that says so is lost",
    async () => {
      const { user, id, customer } = await unpaid();
      await travel(32 * day);
      await subscriptionIn(user, "past_due");
      await faults(on, { deliveries: { drop: 100 } });
      await payWithGoodCard(customer, id);
      await advance(on, 8 * day);
      await delivered(on);
      const told = await subjects(user);
      equal(await accessOf(user), "full");
      deepEqual(told, ["Your Socle payment did not go through"]);
      await faults(on, {});
      await redeliver(on);
      await delivered(on);
      deepEqual(await subjects(user), told);
      equal((await timelineOf(user)).at(-1)!.outcome, "paid");
    },
  );
});
