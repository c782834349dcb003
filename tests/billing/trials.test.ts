/** Trials and promotion codes: what is promised, to whom, and once. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { connect } from "../support/connect.ts";
import { mailTo } from "../support/mails.ts";
import { buy, customerOf, subscribe, subscriptionIn } from "../support/purchases.ts";
import { call, stack, stripeSdk } from "../support/stack.ts";
import { signUp, type TestUser } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

const sql = connect();
Deno.test.afterAll(() => sql.end());
const stripe = stripeSdk();
const day = 86_400_000;

/**
 * A card for one test alone. There are few test cards, so that a test which is run again on the same
 * stack forgets that its card has had a trial.
 */
async function ownCard(name: string, number: string): Promise<string> {
  const { id: customer } = await stripe.customers.create({ name: "A card's fingerprint" });
  const { card } = await stripe.paymentMethods.attach(`pm_card_${name}`, { customer });
  await sql`delete from private.card_trials where fingerprint = ${card!.fingerprint!}`;
  return number;
}

function checkout(user: TestUser, more: Record<string, unknown> = {}) {
  return call("POST", "subscription-checkout", {
    token: user.token,
    body: {
      price_id: "price_monthly_pro",
      success_url: `${stack.siteUrl}/done`,
      cancel_url: `${stack.siteUrl}/plans`,
      ...more,
    },
  });
}

async function pay(url: string, card: string): Promise<number> {
  const reply = await fetch(`${url}/pay`, {
    method: "POST",
    body: new URLSearchParams({ card_number: card }),
    redirect: "manual",
  });
  await reply.body?.cancel();
  return reply.status;
}

Deno.test("a trial without a card begins at once, and is the only one of its workspace", async () => {
  const user = await signUp();
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => subscribe(user, { trial: true })),
  );
  const [first] = answers.filter(({ status }) => status === 200);
  ok(first !== undefined, JSON.stringify(answers[0]!.body));
  const row = await subscriptionIn(user, "trialing");
  const days = (Date.parse(row.trial_end!) - Date.parse(row.trial_start!)) / day;
  strictEqual(days, 14);
  const { data } = await stripe.subscriptions.list({
    customer: (await customerOf(user)).id,
    status: "all",
  });
  strictEqual(data.length, 1);
  strictEqual(data[0]!.trial_settings?.end_behavior.missing_payment_method, "cancel");
  await mailTo(user.email, /trial/i);

  await stripe.subscriptions.cancel(data[0]!.id);
  await subscriptionIn(user, "canceled");
  const second = await subscribe(user, { trial: true });
  deepStrictEqual([second.status, second.body.code], [409, "trial_used"]);
  const onPage = await checkout(user, { trial: true });
  deepStrictEqual([onPage.status, onPage.body.code], [409, "trial_used"]);
  await buy(user);
});

Deno.test("a trial that was asked for and given up before it began is not used up", async () => {
  const user = await signUp();
  const page = await checkout(user, { trial: true });
  strictEqual(page.status, 200, JSON.stringify(page.body));
  // Another purchase takes its place, and that one is given up as well.
  strictEqual((await subscribe(user)).status, 200);
  const again = await subscribe(user, { trial: true });
  deepStrictEqual([again.status, again.body.subscription.status], [200, "trialing"]);
});

Deno.test("a plan without a trial has none, and one that needs a card takes it first", async () => {
  const user = await signUp();
  const product = await stripe.products.create({ name: "Plain", metadata: { plan: "plain" } });
  const price = await stripe.prices.create({
    product: product.id,
    currency: "eur",
    unit_amount: 500,
    recurring: { interval: "month" },
  });
  const none = await waitFor("the plan to be on sale", async () => {
    const answer = await subscribe(user, { price_id: price.id, trial: true });
    return answer.body.code !== "price_not_found" && answer;
  });
  deepStrictEqual([none.status, none.body.code], [409, "trial_not_offered"]);
  await stripe.products.update(product.id, { active: false });
  const cardless = await subscribe(user, { price_id: "price_monthly_pro", trial: true });
  deepStrictEqual([cardless.status, cardless.body.code], [409, "trial_needs_card"]);

  const card = await ownCard("mastercard", "5555555555554444");
  const page = await checkout(user, { trial: true });
  const session = await stripe.checkout.sessions.retrieve(page.body.session_id);
  strictEqual(session.payment_method_collection, "always");
  ok(session.custom_text.submit?.message.includes("One trial per card"));
  strictEqual(await pay(page.body.checkout_url, card), 303);
  const row = await subscriptionIn(user, "trialing");
  deepStrictEqual(
    [row.plan_id, (Date.parse(row.trial_end!) - Date.parse(row.trial_start!)) / day],
    ["pro", 7],
  );
});

Deno.test("repeated trials on one card are one: the second is paid from today (better-auth#4539, vm0#15772)", async () => {
  const users = await Promise.all([signUp(), signUp(), signUp()]);
  const card = await ownCard("amex", "378282246310005");
  const [first, second, third] = users as [TestUser, TestUser, TestUser];
  const page = await checkout(first, { trial: true });
  strictEqual(await pay(page.body.checkout_url, card), 303);
  const begun = Date.parse((await subscriptionIn(first, "trialing")).trial_start!);
  // Stripe counts in whole seconds: of two trials of one second, either may be the first.
  await waitFor("the next second", () => Promise.resolve(Date.now() >= begun + 1000));

  const other = await checkout(second, { trial: true });
  strictEqual(await pay(other.body.checkout_url, card), 303);
  const paid = await subscriptionIn(second, "active");
  const invoice = await waitFor("its paid invoice", async () => {
    const { data } = await second.client.from("invoices").select().eq("amount_paid", 4900);
    return data?.[0];
  });
  strictEqual(invoice.status, "paid");
  await mailTo(second.email, /trial/i);
  // Told again, nothing happens again.
  await sql`select private.card_trial_seen(fingerprint, stripe_subscription_id, trial_start)
            from private.card_trials
            where stripe_subscription_id = ${paid.stripe_subscription_id}`;
  strictEqual((await subscriptionIn(first, "trialing")).plan_id, "pro");

  // Known to be that card's owner, nobody gets as far as that.
  const { id: customer } = await customerOf(third);
  await stripe.paymentMethods.attach("pm_card_amex", { customer });
  for (const price_id of ["price_monthly_pro", "price_monthly_basic"]) {
    const refused = await subscribe(third, { price_id, trial: true });
    deepStrictEqual([refused.status, refused.body.code], [409, "trial_used"]);
  }
});

Deno.test("of several trials of one card the earliest by Stripe's time counts, in whatever order they are seen", async () => {
  const user = await signUp();
  for (const order of [[0, 1, 2], [2, 1, 0], [1, 2, 0], [1, 0, 2], [0, 2, 1], [2, 0, 1]]) {
    const names = [0, 1, 2].map((index) => `sub_${index}_${crypto.randomUUID()}`);
    const fingerprint = crypto.randomUUID();
    let ended: string[] = [];
    const undone = new Error("these are no real subscriptions");
    await sql.begin(async (tx) => {
      for (const name of names) {
        await tx`insert into public.subscriptions
          (workspace_id, stripe_subscription_id, status, quantity, currency, created_at)
          values (${user.workspaceId}, ${name}, 'trialing', 1, 'EUR', now())`;
      }
      for (const index of [...order, ...order]) {
        await tx`select private.card_trial_seen(${fingerprint}, ${names[index]!},
                   to_timestamp(${1_700_000_000 + index}))`;
      }
      const jobs = await tx<{ id: string }[]>`
        select payload ->> 'stripe_subscription_id' as id from private.jobs
        where kind = 'trial_end' and payload ->> 'stripe_subscription_id' = any (${names})`;
      ended = jobs.map(({ id }) => id).toSorted();
      throw undone;
    }).catch((error) => strictEqual(error, undone));
    deepStrictEqual(ended, names.slice(1).toSorted(), order.join());
  }
});

Deno.test("a promotion code lowers the first payment, and what it is shows in the mirror", async () => {
  const coupon = await stripe.coupons.create({ percent_off: 20, duration: "forever" });
  const code = `WELCOME${Date.now().toString(36)}`.toUpperCase();
  await stripe.promotionCodes.create({ promotion: { type: "coupon", coupon: coupon.id }, code });
  const user = await signUp();
  await buy(user, { promotion_code: ` ${code.toLowerCase()} ` });
  const row = await subscriptionIn(user, "active");
  deepStrictEqual([row.promotion_code, row.coupon, row.discount_ends_at], [code, coupon.id, null]);
  strictEqual((await user.client.from("invoices").select("total").single()).data?.total, 1520);

  const onPage = await signUp();
  const page = await checkout(onPage, { promotion_code: code });
  await pay(page.body.checkout_url, "4242424242424242");
  await subscriptionIn(onPage, "active");
  const total = await waitFor("its invoice", async () => {
    const { data } = await onPage.client.from("invoices").select("total").eq("status", "paid");
    return data?.[0]?.total;
  });
  strictEqual(total, 3920);
});

Deno.test("a promotion code that is unknown, expired or for something else is refused with the reason", async () => {
  const stamp = Date.now().toString(36).toUpperCase();
  const coupon = (more = {}) =>
    stripe.coupons.create({ percent_off: 10, duration: "once", ...more });
  const promotion = async (name: string, couponId: string, more = {}) =>
    await stripe.promotionCodes.create({
      promotion: { type: "coupon", coupon: couponId },
      code: `${name}${stamp}`,
      ...more,
    });
  const user = await signUp();
  const other = await signUp();
  const any = await coupon();
  const gone = await promotion("GONE", any.id);
  await stripe.promotionCodes.update(gone.id, { active: false });
  await promotion("OTHER", any.id, { customer: (await customerOf(other)).id });
  await promotion("LARGE", any.id, {
    restrictions: { minimum_amount: 10_000, minimum_amount_currency: "eur" },
  });
  await promotion(
    "DOLLAR",
    (await stripe.coupons.create({
      amount_off: 500,
      currency: "usd",
      duration: "once",
    })).id,
  );
  await promotion("PRO", (await coupon({ applies_to: { products: ["plan_pro"] } })).id);
  await promotion("FIRST", any.id, { restrictions: { first_time_transaction: true } });
  const cases: [string, string][] = [
    ["NOWHERE", "unknown"],
    ["a b c", "unknown"],
    [`GONE${stamp}`, "expired"],
    [`OTHER${stamp}`, "not_applicable"],
    [`LARGE${stamp}`, "not_applicable"],
    [`DOLLAR${stamp}`, "not_applicable"],
    [`PRO${stamp}`, "not_applicable"],
  ];
  for (const [promotion_code, reason] of cases) {
    const answer = await subscribe(user, { promotion_code });
    deepStrictEqual(
      [answer.status, answer.body.code, answer.body.reason],
      [422, "promotion_code_invalid", reason],
      promotion_code,
    );
  }
  // What only Stripe knows is refused by Stripe, and the purchase is free for another attempt.
  await buy(user);
  await stripe.subscriptions.cancel((await subscriptionIn(user, "active")).stripe_subscription_id);
  await subscriptionIn(user, "canceled");
  const first = await subscribe(user, { promotion_code: `FIRST${stamp}` });
  deepStrictEqual([first.status, first.body.reason], [422, "not_applicable"]);
  strictEqual((await subscribe(user)).status, 200);
});
