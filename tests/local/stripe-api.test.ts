import assert from "node:assert/strict";
import Stripe from "stripe";
import { startStripe } from "../../local/stripe/server.ts";
import {
  customerAndPrice,
  errorOf,
  incompleteSubscription,
  sdk,
  secretKey,
  withDataFile,
  withStripe,
} from "./stripe-world.ts";

Deno.test("local stripe: only its secret key is let in", () =>
  withStripe(async ({ local }) => {
    const wrong = await errorOf(sdk(local.url, "sk_test_other").customers.list());
    assert.ok(wrong instanceof Stripe.errors.StripeAuthenticationError);
    const none = await fetch(`${local.url}/v1/customers`);
    assert.equal(none.status, 401);
    assert.match((await none.json()).error.message, /did not provide an API key/);
  }));

Deno.test("local stripe: an answer carries request id and version, and one version is spoken", () =>
  withStripe(async ({ local, stripe }) => {
    const { lastResponse } = await stripe.customers.create({ email: "ada@example.com" });
    assert.match(lastResponse.requestId, /^req_/);
    assert.equal(lastResponse.apiVersion, Stripe.API_VERSION);
    assert.match(lastResponse.idempotencyKey ?? "", /^stripe-node-retry-/);
    const old = await fetch(`${local.url}/v1/customers`, {
      headers: { authorization: `Bearer ${secretKey}`, "stripe-version": "2020-08-27" },
    });
    assert.equal(old.status, 400);
    assert.match((await old.json()).error.message, /does not implement API version 2020-08-27/);
  }));

Deno.test("local stripe: what does not exist is resource_missing, 404 in a path and 400 in a parameter", () =>
  withStripe(async ({ local, stripe }) => {
    const path = await errorOf(stripe.customers.retrieve("cus_none"));
    assert.deepEqual([path.statusCode, path.code, path.param], [404, "resource_missing", "id"]);
    assert.equal(path.message, "No such customer: 'cus_none'");
    const parameter = await errorOf(
      stripe.subscriptions.create({ customer: "cus_none", items: [{ price: "price_none" }] }),
    );
    assert.deepEqual(
      [parameter.statusCode, parameter.code, parameter.param],
      [400, "resource_missing", "customer"],
    );
    const call = await fetch(`${local.url}/v1/nothing`, {
      headers: { authorization: `Bearer ${secretKey}` },
    });
    assert.equal(call.status, 404);
    assert.match((await call.json()).error.message, /Unrecognized request URL/);
  }));

Deno.test("local stripe: an idempotency key answers the same again, also for an error", () =>
  withStripe(async ({ stripe }) => {
    const create = (email: string) =>
      stripe.customers.create({ email }, { idempotencyKey: "sign-up-1" });
    const [first, second] = await Promise.all([
      create("ada@example.com"),
      create("ada@example.com"),
    ]);
    assert.equal(first.id, second.id);
    const replay = await create("ada@example.com");
    assert.equal(replay.id, first.id);
    // The SDK types them as a record; its fetch client gives the response's own.
    const headers = replay.lastResponse.headers as unknown as Headers;
    assert.equal(headers.get("idempotent-replayed"), "true");
    assert.equal(headers.get("original-request"), first.lastResponse.requestId);
    assert.equal((await stripe.customers.list()).data.length, 1);

    const other = await errorOf(create("eve@example.com"));
    assert.ok(other instanceof Stripe.errors.StripeIdempotencyError);
    assert.equal(other.statusCode, 400);

    const { intent } = await incompleteSubscription(stripe);
    const decline = () =>
      errorOf(stripe.paymentIntents.confirm(
        intent,
        { payment_method: "pm_card_chargeDeclined" },
        { idempotencyKey: "pay-1" },
      ));
    assert.equal((await decline()).charge, (await decline()).charge);
    assert.equal((await stripe.charges.list({ payment_intent: intent })).data.length, 1);
  }));

Deno.test("local stripe: a refused parameter does not use its idempotency key up", () =>
  withStripe(async ({ stripe }) => {
    const options = { idempotencyKey: "again" };
    await errorOf(stripe.prices.create({ currency: "eur", wrong: 1 } as never, options));
    assert.ok((await stripe.customers.create({ name: "Ada" }, options)).id);
  }));

Deno.test("local stripe: an idempotency key whose call still runs is 409", async () => {
  const entered = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  await withStripe(async ({ stripe }) => {
    const create = () => stripe.customers.create({ name: "Ada" }, { idempotencyKey: "slow" });
    const first = create();
    await entered.promise;
    const second = await errorOf(create());
    assert.deepEqual([second.statusCode, second.code], [409, "idempotency_key_in_use"]);
    released.resolve();
    assert.equal((await first).id, (await create()).id);
  }, {
    intercept: {
      before: async () => {
        entered.resolve();
        await released.promise;
      },
    },
  });
});

Deno.test("local stripe: an answer lost after its effect is found again by its key", async () => {
  let lose = true;
  await withStripe(async ({ stripe }) => {
    const create = () => stripe.customers.create({ name: "Ada" }, { idempotencyKey: "lost" });
    assert.equal((await errorOf(create())).statusCode, 500);
    const { id } = await create();
    assert.deepEqual((await stripe.customers.list()).data.map((one) => one.id), [id]);
  }, {
    intercept: {
      after: async () => {
        if (!lose) return;
        lose = false;
        return await Promise.resolve(
          Response.json({ error: { message: "lost" } }, { status: 500 }),
        );
      },
    },
  });
});

Deno.test("local stripe: lists are walked forwards and backwards, newest first", () =>
  withStripe(async ({ stripe }) => {
    const made: string[] = [];
    for (let index = 0; index < 25; index++) {
      made.unshift((await stripe.customers.create({ name: `Customer ${index}` })).id);
    }
    const first = await stripe.customers.list();
    assert.deepEqual(first.data.map(({ id }) => id), made.slice(0, 10));
    assert.deepEqual([first.has_more, first.url], [true, "/v1/customers"]);
    const last = await stripe.customers.list({ limit: 10, starting_after: made[19] as string });
    assert.deepEqual(last.data.map(({ id }) => id), made.slice(20));
    assert.equal(last.has_more, false);
    const back = await stripe.customers.list({ limit: 5, ending_before: made[12] as string });
    assert.deepEqual(back.data.map(({ id }) => id), made.slice(7, 12));
    assert.equal(back.has_more, true);
    const all = await stripe.customers.list({ limit: 7 }).autoPagingToArray({ limit: 100 });
    assert.deepEqual(all.map(({ id }) => id), made);
    assert.equal((await errorOf(stripe.customers.list({ limit: 101 }))).param, "limit");
  }));

Deno.test("local stripe: expand follows ids and lists on any path, and refuses what it cannot", () =>
  withStripe(async ({ stripe }) => {
    const { subscription, customer } = await incompleteSubscription(stripe);
    const listed = await stripe.subscriptions.list({
      expand: ["data.customer", "data.items.data.price.product", "data.latest_invoice.payments"],
    });
    const [found] = listed.data;
    assert.equal((found?.customer as Stripe.Customer).email, customer.email);
    assert.equal((found?.items.data[0]?.price.product as Stripe.Product).name, "Pro");
    assert.equal((found?.latest_invoice as Stripe.Invoice).payments?.data.length, 1);
    const plain = await stripe.invoices.retrieve(subscription.latest_invoice as string, {
      expand: ["parent.subscription_details.subscription"],
    }).catch(() => undefined);
    assert.equal(plain, undefined, "an object is not an id");

    const invoice = await stripe.invoices.retrieve(
      (subscription.latest_invoice as Stripe.Invoice).id,
      { expand: ["parent.subscription_details.subscription", "customer.subscriptions"] },
    );
    const parent = invoice.parent?.subscription_details?.subscription as Stripe.Subscription;
    assert.equal(parent.id, subscription.id);
    assert.equal((invoice.customer as Stripe.Customer).subscriptions?.data.length, 1);
    assert.equal(invoice.payments, undefined);

    const expand = (path: string) =>
      errorOf(stripe.subscriptions.retrieve(subscription.id, { expand: [path] }));
    assert.match((await expand("status")).message, /This property cannot be expanded \(status\)/);
    assert.match((await expand("nothing.at.all")).message, /cannot be expanded/);
    const deep = "latest_invoice.customer.default_source.customer.subscriptions";
    assert.match((await expand(deep)).message, /more than 4 levels/);
  }));

Deno.test("local stripe: subscriptions, invoices and events are found by what they belong to", () =>
  withStripe(async ({ stripe }) => {
    const one = await incompleteSubscription(stripe);
    const two = await incompleteSubscription(stripe);
    await stripe.paymentIntents.confirm(two.intent, { payment_method: "pm_card_visa" });
    const ids = (list: { data: { id: string }[] }) => list.data.map(({ id }) => id);

    assert.deepEqual(
      ids(await stripe.subscriptions.list({ status: "incomplete" })),
      [one.subscription.id],
    );
    assert.deepEqual(
      ids(await stripe.subscriptions.list({ price: two.price.id })),
      [two.subscription.id],
    );
    assert.deepEqual(
      ids(await stripe.invoices.list({ subscription: one.subscription.id })),
      [one.invoice.id],
    );
    assert.deepEqual(ids(await stripe.invoices.list({ status: "paid" })), [two.invoice.id]);
    assert.deepEqual(
      ids(await stripe.invoices.list({ customer: two.customer.id })),
      [two.invoice.id],
    );
    const lines = await stripe.invoices.listLineItems(one.invoice.id);
    assert.equal(lines.data[0]?.pricing?.price_details?.price, one.price.id);
    const paid = await stripe.events.list({ types: ["invoice.paid", "invoice_payment.paid"] });
    assert.deepEqual(
      paid.data.map(({ type }) => type),
      ["invoice_payment.paid", "invoice.paid"],
    );
    const [event] = paid.data;
    assert.equal((await stripe.events.retrieve(event?.id ?? "")).type, event?.type);
    const past = await stripe.events.list({ created: { lt: (event?.created ?? 0) - 60 } });
    assert.deepEqual(past.data, []);
  }));

Deno.test("local stripe: reset empties it, health answers without a key", () =>
  withStripe(async ({ local, stripe }) => {
    await customerAndPrice(stripe);
    const reset = await fetch(`${local.url}/_local/reset`, { method: "POST" });
    assert.deepEqual(await reset.json(), { status: "ok" });
    assert.deepEqual((await stripe.events.list()).data, []);
    assert.deepEqual((await stripe.prices.list()).data, []);
    const health = await (await fetch(`${local.url}/_local/health`)).json();
    assert.equal(health.status, "ok");
  }));

Deno.test("local stripe: a port in use rejects the start by name", () =>
  withStripe(async ({ local }) => {
    const port = Number(new URL(local.url).port);
    await assert.rejects(
      startStripe({ port, secretKey, log: () => {} }),
      Deno.errors.AddrInUse,
    );
  }));

Deno.test("local stripe: with a data file everything is there after a restart", () =>
  withDataFile(async (dataFile) => {
    let subscription = "";
    let customer = "";
    await withStripe(async ({ stripe }) => {
      const made = await incompleteSubscription(stripe);
      subscription = made.subscription.id;
      await stripe.paymentIntents.confirm(made.intent, { payment_method: "pm_card_visa" });
      customer = (await stripe.customers.create({ name: "A" }, { idempotencyKey: "kept" })).id;
    }, { dataFile });
    await withStripe(async ({ stripe }) => {
      assert.equal((await stripe.subscriptions.retrieve(subscription)).status, "active");
      const again = await stripe.customers.create({ name: "A" }, { idempotencyKey: "kept" });
      assert.equal(again.id, customer);
      const method = (await stripe.subscriptions.retrieve(subscription)).default_payment_method;
      const paid = await stripe.paymentIntents.create({
        amount: 100,
        currency: "eur",
        customer: (await stripe.subscriptions.retrieve(subscription)).customer as string,
        payment_method: method as string,
        confirm: true,
      });
      assert.equal(paid.status, "succeeded");
    }, { dataFile });
  }));
