/** What time does to changes: a planned one happens, a paused subscription waits, an old quote is refused. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { mailTo } from "../support/mails.ts";
import { startOwnStack } from "../support/own-stack.ts";
import { buy, customerOf, subscribe, subscriptionIn } from "../support/purchases.ts";
import { accept, change, preview, quoted } from "../support/quotes.ts";
import { call, stripeSdk } from "../support/stack.ts";
import { advance, delivered, faults, reconciled } from "../support/stripe-local.ts";
import { signUp, type TestUser } from "../support/users.ts";
import { quoteIsCharge } from "./quote-is-charge.ts";
import { waitFor } from "../support/wait.ts";

const day = 24 * 60 * 60;

Deno.test("subscriptions in time: planned changes, pauses, trials and unpaid purchases", async (t) => {
  await using own = await startOwnStack();
  const on = own.at;
  const stripe = stripeSdk(on);
  const ask = (user: TestUser, what: string) =>
    call("POST", `subscription-${what}`, { on, token: user.token, body: {} });
  const rowOf = async (user: TestUser) => {
    const { data } = await user.client.from("subscriptions").select().single();
    return data!;
  };

  /** Ends what a step leaves: else it renews in each later one, event by event. */
  const step = (name: string, run: () => Promise<void>) =>
    t.step(name, async () => {
      await run();
      for (const { id, status } of (await stripe.subscriptions.list({ limit: 100 })).data) {
        if (status !== "incomplete_expired") await stripe.subscriptions.cancel(id);
      }
    });

  await step(
    "what is quoted is charged: random plans, quantities, codes and moments",
    async () => {
      const accepted = await quoteIsCharge(on);
      console.log(`${accepted} quotes were charged as quoted`);
      ok(accepted > 0);
    },
  );

  await step(
    "a smaller plan at the renewal: nothing is due now, and it is smaller then",
    async () => {
      const user = await signUp({ on });
      const id = await buy(user, { price_id: "price_monthly_pro" }, on);
      const wanted = { price_id: "price_monthly_basic", when: "renewal" };
      const quote = await quoted(user, wanted, on);
      const before = await rowOf(user);
      deepStrictEqual(
        [quote.lines, quote.total, quote.amount_due, quote.next_amount],
        [[], 0, 0, 1900],
      );
      strictEqual(Date.parse(quote.effective_at), Date.parse(before.current_period_end!));
      const accepted = await accept(user, quote.quote, { on });
      strictEqual(accepted.status, 200, JSON.stringify(accepted.body));
      deepStrictEqual(
        [accepted.body.subscription.plan_id, accepted.body.subscription.next_quantity],
        ["pro", 1],
      );
      deepStrictEqual((await accept(user, quote.quote, { on })).body, accepted.body);
      const row = await rowOf(user);
      const { data: next } = await user.client.from("prices").select("lookup_key")
        .eq("id", row.next_price_id!).single();
      strictEqual(next?.lookup_key, "price_monthly_basic");
      strictEqual(row.next_change_at, row.current_period_end);
      await mailTo(user.email, /changes on/i, on);

      // Called off, and planned again.
      const calledOff = await ask(user, "unschedule");
      strictEqual(calledOff.body.subscription.next_price_id, null);
      strictEqual((await stripe.subscriptions.retrieve(id)).schedule, null);
      await change(user, wanted, on);

      await advance(on, 32 * day);
      const renewed = await waitFor("the smaller plan", async () => {
        const now = await rowOf(user);
        return now.plan_id === "basic" && now;
      });
      deepStrictEqual([renewed.status, renewed.next_price_id], ["active", null]);
      await delivered(on);
      const { data: invoices } = await user.client.from("invoices").select("total")
        .order("created_at");
      deepStrictEqual(invoices?.map(({ total }) => total), [4900, 1900]);
      await mailTo(user.email, /has changed: Basic/i, on);
    },
  );

  await step("planned during a trial, with a code: its end charges what was quoted", async () => {
    const user = await signUp({ on });
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
    const paid = await fetch(`${page.body.checkout_url}/pay`, {
      method: "POST",
      body: new URLSearchParams({ card_number: "5555555555554444" }),
      redirect: "manual",
    });
    strictEqual(paid.status, 303, await paid.text());
    await subscriptionIn(user, "trialing");
    const coupon = await stripe.coupons.create({ percent_off: 10, duration: "once" });
    const { code } = await stripe.promotionCodes.create({
      promotion: { type: "coupon", coupon: coupon.id },
    });
    const wanted = { price_id: "price_monthly_basic", quantity: 2, promotion_code: code };
    const quote = await quoted(user, { ...wanted, when: "renewal" }, on);
    deepStrictEqual([quote.amount_due, quote.next_amount], [0, 3420]);
    const accepted = await accept(user, quote.quote, { on });
    strictEqual(accepted.status, 200, JSON.stringify(accepted.body));
    strictEqual(accepted.body.subscription.status, "trialing");
    await advance(on, 8 * day);
    await subscriptionIn(user, "active");
    await waitFor("the first payment", async () => {
      const { data } = await user.client.from("invoices").select("amount_paid");
      return data?.some((invoice) => invoice.amount_paid === 3420);
    });
  });

  await step("an upgrade at once takes the place of what was planned", async () => {
    const user = await signUp({ on });
    await buy(user, {}, on);
    await change(user, { price_id: "price_yearly_basic", when: "renewal" }, on);
    const quote = await quoted(user, { price_id: "price_monthly_pro" }, on);
    strictEqual(quote.replaces_planned_change, true);
    const { subscription, invoice } = (await accept(user, quote.quote, { on })).body;
    deepStrictEqual(
      [subscription.plan_id, subscription.next_price_id, invoice.total],
      ["pro", null, quote.total],
    );
  });

  await step("from monthly to yearly at the renewal", async () => {
    const user = await signUp({ on });
    await buy(user, {}, on);
    const quote = await quoted(user, { price_id: "price_yearly_basic", when: "renewal" }, on);
    strictEqual(quote.next_amount, 19000);
    strictEqual((await accept(user, quote.quote, { on })).status, 200);
    await advance(on, 32 * day);
    const row = await waitFor("the year", async () => {
      const now = await rowOf(user);
      const length = Date.parse(now.current_period_end!) - Date.parse(now.current_period_start!);
      return length > 300 * day * 1000 && now;
    });
    strictEqual(
      row.current_period_start,
      new Date(Date.parse(quote.effective_at)).toISOString().replace(".000Z", "+00:00"),
    );
  });

  await step(
    "paused: no period ends and nothing is billed; resumed: the unused time is taken off",
    async () => {
      const user = await signUp({ on });
      const id = await buy(user, {}, on);
      await change(user, { price_id: "price_monthly_pro", when: "renewal" }, on);
      const paused = await ask(user, "pause");
      strictEqual(paused.status, 200, JSON.stringify(paused.body));
      deepStrictEqual(
        [paused.body.subscription.status, paused.body.subscription.next_price_id],
        ["paused", null],
        "what was planned is let go first",
      );
      strictEqual((await ask(user, "pause")).body.subscription.status, "paused");
      await mailTo(user.email, /on hold|pause/i, on);
      for (
        const refused of [
          await preview(user, { quantity: 2 }, on),
          await subscribe(user, {}, { on }),
        ]
      ) strictEqual(refused.status, 409);
      await advance(on, 40 * day);
      await delivered(on);
      strictEqual((await stripe.invoices.list({ subscription: id })).data.length, 1);
      const resumed = await ask(user, "resume");
      strictEqual(resumed.status, 200, JSON.stringify(resumed.body));
      strictEqual(resumed.body.subscription.status, "active");
      strictEqual((await ask(user, "resume")).body.subscription.status, "active");
      const [latest] = (await stripe.invoices.list({ subscription: id })).data;
      ok(latest!.total < 50, `a whole month was credited: ${latest!.total}`);
      await mailTo(user.email, /resumed/i, on);
      await delivered(on);
    },
  );

  await step(
    "a trial that nobody gave a card for ends without a bill, and a new purchase is possible",
    async () => {
      const user = await signUp({ on });
      strictEqual((await subscribe(user, { trial: true }, { on })).status, 200);
      await subscriptionIn(user, "trialing");
      const early = await ask(user, "pause");
      deepStrictEqual([early.status, early.body.code], [409, "subscription_not_changeable"]);
      const trial = await change(user, { quantity: 3 }, on);
      deepStrictEqual([trial.invoice, trial.subscription.quantity], [null, 3]);
      await advance(on, 15 * day);
      await subscriptionIn(user, "canceled");
      const { data: invoices } = await user.client.from("invoices").select("total");
      ok(invoices?.every(({ total }) => total === 0));
      await buy(user, {}, on);
    },
  );

  await step(
    "a purchase left unpaid expires: no access, mirrored, and not `incomplete` for ever (cashier-stripe#1201)",
    async () => {
      const user = await signUp({ on });
      const first = await subscribe(user, {}, { on });
      strictEqual(first.body.subscription.status, "incomplete");
      await subscriptionIn(user, "incomplete");
      await advance(on, day);
      const row = await subscriptionIn(user, "incomplete_expired");
      strictEqual(row.stripe_subscription_id, first.body.subscription.id);
      const profile = await call("GET", "user-profile", { on, token: user.token });
      strictEqual(profile.body.subscription, null);
      const change = await preview(user, { quantity: 2 }, on);
      deepStrictEqual([change.status, change.body.code], [404, "subscription_not_found"]);
      const second = await buy(user, {}, on);
      ok(second !== first.body.subscription.id);
    },
  );

  await step(
    "a change whose request dies before or after Stripe has made it is made once",
    async () => {
      const user = await signUp({ on });
      const id = await buy(user, {}, on);
      let quantity = 1;
      for (const when of ["before", "after"]) {
        const quote = await quoted(user, { quantity: ++quantity }, on);
        await faults(on, {
          api: { fail: 20, status: 500, match: "POST /v1/subscriptions/{id}", when },
        });
        const broken = await accept(user, quote.quote, { on });
        deepStrictEqual([broken.status, broken.body.code], [502, "payment_provider_unavailable"]);
        ok(broken.headers.get("retry-after"));
        // While nobody knows what became of it, nothing else is changed.
        await faults(on, {});
        const other = await quoted(user, { quantity: 50 }, on);
        const meanwhile = await accept(user, other.quote, { on });
        ok([409].includes(meanwhile.status), JSON.stringify(meanwhile.body));
        const made = await accept(user, quote.quote, { on });
        deepStrictEqual([made.status, made.body.invoice?.total], [200, quote.total]);
        strictEqual((await stripe.invoices.list({ subscription: id })).data.length, quantity);
      }
      for (
        const match of ["POST /v1/subscription_schedules", "POST /v1/subscription_schedules/{id}"]
      ) {
        for (const when of ["before", "after"]) {
          const planned = await quoted(user, { quantity: ++quantity, when: "renewal" }, on);
          await faults(on, { api: { fail: 20, status: 500, match, when } });
          const broken = await accept(user, planned.quote, { on });
          ok([200, 502].includes(broken.status), JSON.stringify(broken.body));
          await faults(on, {});
          const made = await accept(user, planned.quote, { on });
          strictEqual(made.status, 200, JSON.stringify(made.body));
          strictEqual(made.body.subscription.next_quantity, quantity);
        }
      }
      const { data: schedules } = await stripe.subscriptionSchedules.list({
        customer: (await customerOf(user, on)).id,
      });
      strictEqual(schedules.length, 1);
      await delivered(on);
    },
  );

  await step("a quote that the renewal has overtaken is stale", async () => {
    const user = await signUp({ on });
    const id = await buy(user, {}, on);
    const { quote } = await quoted(user, { price_id: "price_monthly_pro" }, on);
    await advance(on, 32 * day);
    await delivered(on);
    const invoices = (await stripe.invoices.list({ subscription: id })).data.length;
    const answer = await accept(user, quote, { on });
    deepStrictEqual([answer.status, answer.body.code], [409, "quote_stale"]);
    strictEqual((await stripe.invoices.list({ subscription: id })).data.length, invoices);
  });

  await step("and Stripe and the mirror agree about all of it", async () => {
    await delivered(on);
    deepStrictEqual((await reconciled(on)).drifts, []);
    ok((await customerOf(await signUp({ on }), on)).id);
  });
});
