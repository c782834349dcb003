/** Reconciliation finds each kind of difference, says which, and mends it when asked. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { reconcile } from "../../supabase/functions/_shared/billing/reconcile.ts";
import { connect } from "../support/connect.ts";
import { startOwnStack } from "../support/own-stack.ts";
import { buy, customerOf } from "../support/purchases.ts";
import { call, operator, stripeSdk } from "../support/stack.ts";
import { delivered, reconciled } from "../support/stripe-local.ts";
import { signUp } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

Deno.test("billing-reconcile: each kind of difference is one row, and repair leaves none", async () => {
  await using own = await startOwnStack();
  const on = own.at;
  const sql = connect(on);
  try {
    const users = await Promise.all(Array.from({ length: 4 }, () => signUp({ on })));
    const ids = await Promise.all(users.map((user) => buy(user, {}, on)));
    const [credited] = (await stripeSdk(on).invoices.list({ subscription: ids[3]! })).data;
    await stripeSdk(on).creditNotes.create({
      invoice: credited!.id!,
      amount: 100,
      refund_amount: 100,
    });
    await delivered(on);
    deepEqual((await reconciled(on)).drifts, [], "nothing differs at first");

    const stripe = stripeSdk(on);
    const invoiceOf = async (id: string) =>
      (await stripe.invoices.list({ subscription: id })).data[0]!.id!;
    await sql`update public.subscriptions set status = 'past_due' where stripe_subscription_id = ${ids[
      0
    ]!}`;
    await sql`delete from public.subscriptions where stripe_subscription_id = ${ids[1]!}`;
    const amount = await invoiceOf(ids[2]!);
    await sql`update public.invoices set amount_paid = 1 where stripe_invoice_id = ${amount}`;
    await sql`
      insert into public.subscriptions
        (workspace_id, stripe_subscription_id, status, quantity, currency, created_at)
      values (${
      users[3]!.workspaceId
    }, 'sub_never_was', 'canceled', 1, 'EUR', now() - interval '1 day')`;
    await sql`delete from public.credit_notes`;
    await sql`
      update public.prices set active = false
      where lookup_key = 'price_yearly_pro'`;

    const found = (await reconciled(on)).drifts;
    const kinds = found.map((drift) => `${drift["kind"]} ${drift["object_type"]}`).sort();
    deepEqual(kinds, [
      "amount invoice",
      "differs price",
      "extra subscription",
      "missing credit_note",
      "missing subscription",
      "paid_not_active subscription",
    ]);
    ok(found.every((drift) => drift["repaired"] === false));
    deepEqual(
      found.find((drift) => drift["kind"] === "paid_not_active")?.["detail"],
      { status: { stripe: "active", ours: "past_due" } },
    );

    const mended = (await reconciled(on, { repair: true })).drifts;
    equal(mended.length, 6);
    ok(mended.every((drift) => drift["repaired"] === true));
    deepEqual((await reconciled(on)).drifts, []);

    // The other way round: what Stripe has ended still gives access here.
    await sql`update public.subscriptions set status = 'active' where stripe_subscription_id = ${ids[
      0
    ]!}`;
    await stripe.subscriptions.cancel(ids[0]!);
    await delivered(on);
    await sql`update public.subscriptions set status = 'active' where stripe_subscription_id = ${ids[
      0
    ]!}`;
    deepEqual((await reconciled(on, { repair: true })).drifts.map((drift) => drift["kind"]), [
      "active_not_paid",
    ]);

    // Two that exist all the same are reported, and left to a person.
    const { id: customer } = await customerOf(users[1]!, on);
    const second = await stripe.subscriptions.create({
      customer,
      items: [{
        price: (await stripe.prices.list({ lookup_keys: ["price_monthly_pro"] })).data[0]!.id,
      }],
      trial_period_days: 7,
    });
    await delivered(on);
    const two = (await reconciled(on, { repair: true })).drifts;
    equal(two.length, 1);
    equal(two[0]!["kind"], "two_live");
    equal(two[0]!["repaired"], false);
    ok(JSON.stringify(two[0]!["detail"]).includes(second.id));
  } finally {
    await sql.end();
  }
});

Deno.test("billing-reconcile: a run that was cut off goes on where it was", async () => {
  await using own = await startOwnStack();
  const on = own.at;
  const sql = connect(on);
  try {
    await buy(await signUp({ on }), {}, on);
    await delivered(on);
    // As a run leaves it that died after the products and prices.
    const [run] = await sql<{ id: string }[]>`
      insert into private.reconciliations (repair, phase, checked) values (false, 'subscription', 7) returning id`;
    const answer = await call("POST", "billing-reconcile", {
      on,
      key: on.secretKey,
      body: { run_id: Number(run!.id) },
    });
    equal(answer.body.run_id, Number(run!.id));
    equal(answer.body.done, true);
    equal(answer.body.checked, 10, "one subscription, one invoice and one charge more");
    deepEqual(answer.body.drifts, []);
    const [left] = await sql<
      { n: number }[]
    >`select count(*)::int as n from private.reconciliation_seen`;
    equal(left!.n, 0);
  } finally {
    await sql.end();
  }
});

Deno.test("billing-reconcile: a run that never gets far is done all the same, and asks for nothing twice", async () => {
  await using own = await startOwnStack();
  const on = own.at;
  const sql = connect(on);
  try {
    const before = await sql<{ id: string; amount: number }[]>`
      select id, unit_amount::int as amount from public.prices`;
    await sql`update public.prices set unit_amount = unit_amount + 1`;
    const real = stripeSdk(on);
    const asked: string[] = [];
    let failing = 0;
    const stripe = new Proxy(real, {
      get: (_target, name) =>
        name !== "prices" ? Reflect.get(real, name) : {
          list: real.prices.list.bind(real.prices),
          async retrieve(id: string) {
            // Stripe answers one call, then none for a while.
            if (++failing % 2 === 0) throw new Error("Stripe is away");
            asked.push(id);
            // Every second one was only late.
            if (asked.length % 2 === 0) {
              const { amount } = before.find((one) => one.id === id)!;
              await sql`update public.prices set unit_amount = ${amount} where id = ${id}`;
            }
            return await real.prices.retrieve(id);
          },
        },
    });
    const [run] = await sql<{ id: string }[]>`
      insert into private.reconciliations (repair, phase) values (false, 'price') returning id`;
    const go = () =>
      reconcile({ admin: operator(on), stripe }, {
        runId: Number(run!.id),
        repair: false,
        budgetMs: 60_000,
      });
    let report: Awaited<ReturnType<typeof go>> | undefined;
    for (let tries = 0; report === undefined && tries < 3 * before.length; tries++) {
      report = await go().catch((error: Error) => {
        if (error.message !== "Stripe is away") throw error;
        return undefined;
      });
    }
    equal(report?.done, true);
    deepEqual(asked.toSorted(), before.map(({ id }) => id).toSorted());
    equal(report!.checked, before.length);
    equal(report!.drifts.length, Math.ceil(before.length / 2));

    // What it stood behind is gone at Stripe.
    const [lost] = await sql<{ id: string }[]>`
      insert into private.reconciliations (repair, phase, cursor) values (false, 'price', 'price_gone')
      returning id`;
    const again = await call("POST", "billing-reconcile", {
      on,
      key: on.secretKey,
      body: { run_id: Number(lost!.id) },
    });
    deepEqual([again.status, again.body.done, again.body.checked], [200, true, before.length]);
  } finally {
    await sql.end();
  }
});

Deno.test("billing-reconcile: a job that is tried again goes on with the run that it began", async () => {
  await using own = await startOwnStack();
  const on = own.at;
  const sql = connect(on);
  try {
    await buy(await signUp({ on }), {}, on);
    await delivered(on);
    // As the first attempt leaves it that died after the products and prices.
    const [run] = await sql<{ id: string }[]>`
      insert into private.reconciliations (repair, cause, phase, checked)
      values (false, 'tonight', 'subscription', 7) returning id`;
    await sql`select public.job_enqueue('billing_reconcile', '{}', 'tonight')`;
    await call("POST", "jobs-run", { on, key: on.secretKey, body: {} });
    await waitFor("the job's end", async () => {
      const jobs = await sql`
        select from private.jobs where dedupe_key = 'tonight' and state = 'succeeded'`;
      return jobs[0];
    });
    const runs = await sql<{ id: string; phase: string; checked: number }[]>`
      select id, phase, checked from private.reconciliations`;
    deepEqual([...runs], [{ id: run!.id, phase: "done", checked: 10 }]);

    const begin = async (cause: string | null) => {
      const [row] = await sql<{ begun: { id: number } }[]>`
        select public.reconciliation_begin(null, true, ${cause}) as begun`;
      return row!.begun.id;
    };
    equal(await begin("tonight"), Number(run!.id));
    ok(await begin("tomorrow") !== Number(run!.id));
    ok(await begin(null) !== await begin(null), "by hand, each call is a run");
  } finally {
    await sql.end();
  }
});

Deno.test("billing-reconcile: rows that Stripe never had are found however many they are", async () => {
  await using own = await startOwnStack();
  const on = own.at;
  const sql = connect(on);
  try {
    const user = await signUp({ on });
    // More than the 200 that a step looks for.
    await sql`
      insert into public.subscriptions
        (workspace_id, stripe_subscription_id, status, quantity, currency, created_at)
      select ${user.workspaceId}, 'sub_never_' || n, 'canceled', 1, 'EUR', now() - interval '1 day'
      from generate_series(1, 205) as n`;
    // Without mending: a call to Stripe each, at the pace that Stripe allows, takes its time as it is.
    const { drifts } = await reconciled(on);
    equal(drifts.length, 205);
    equal(new Set(drifts.map((drift) => drift["object_id"])).size, 205);
    ok(drifts.every((drift) => drift["kind"] === "extra" && drift["repaired"] === false));
  } finally {
    await sql.end();
  }
});

Deno.test("billing-reconcile: refunds are compared, also those that never happened", async () => {
  await using own = await startOwnStack();
  const on = own.at;
  const sql = connect(on);
  try {
    const stripe = stripeSdk(on);
    const refunded = await buy(await signUp({ on }), {}, on);
    await buy(await signUp({ on }), {}, on);
    await delivered(on);
    const { data: [invoice] } = await stripe.invoices.list({
      subscription: refunded,
      expand: ["data.payments"],
    });
    const intent = invoice!.payments!.data[0]!.payment.payment_intent as string;
    await stripe.refunds.create({ payment_intent: intent, amount: 100 });
    await delivered(on);
    deepEqual((await reconciled(on)).drifts, [], "nothing differs at first");

    await sql`
      update public.payments
      set amount_refunded = case when stripe_payment_id = ${intent} then 0 else 1 end`;
    const found = (await reconciled(on, { repair: true })).drifts;
    deepEqual(found.map(({ kind, object_type, repaired }) => [kind, object_type, repaired]), [
      ["amount", "charge", true],
      ["amount", "charge", true],
    ]);
    deepEqual(found.find((drift) => JSON.stringify(drift["detail"]).includes("100"))?.["detail"], {
      amount_refunded: { stripe: 100, ours: 0 },
    });
    deepEqual((await reconciled(on)).drifts, []);
  } finally {
    await sql.end();
  }
});
