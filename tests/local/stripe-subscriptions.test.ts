import assert from "node:assert/strict";
import Stripe from "stripe";
import {
  customerAndPrice,
  errorOf,
  eventTypes,
  incompleteSubscription,
  withStripe,
} from "./stripe-world.ts";

Deno.test("local stripe: a subscription waits for its first payment and becomes active by it", () =>
  withStripe(async ({ stripe }) => {
    const { subscription, invoice, intent, customer } = await incompleteSubscription(stripe);
    assert.equal(subscription.status, "incomplete");
    assert.equal(invoice.status, "open");
    assert.equal(invoice.amount_due, 1900);
    assert.match(invoice.number ?? "", /^[A-Z0-9]{8}-0001$/);
    assert.match(
      invoice.confirmation_secret?.client_secret ?? "",
      new RegExp(`^${intent}_secret_`),
    );
    const waiting = await stripe.paymentIntents.retrieve(intent);
    assert.equal(waiting.status, "requires_payment_method");

    const paid = await stripe.paymentIntents.confirm(intent, { payment_method: "pm_card_visa" });

    assert.equal(paid.status, "succeeded");
    assert.equal(paid.amount_received, 1900);
    const charge = await stripe.charges.retrieve(paid.latest_charge as string);
    assert.equal(charge.status, "succeeded");
    assert.equal(charge.payment_method_details?.card?.last4, "4242");

    const active = await stripe.subscriptions.retrieve(subscription.id, {
      expand: ["default_payment_method", "latest_invoice.payments.data.payment.payment_intent"],
    });
    assert.equal(active.status, "active");
    const method = active.default_payment_method as Stripe.PaymentMethod;
    assert.equal(method.customer, customer.id);
    assert.match(method.id, /^pm_[A-Za-z0-9]{24}$/);
    const billed = active.latest_invoice as Stripe.Invoice;
    assert.equal(billed.status, "paid");
    assert.equal(billed.amount_remaining, 0);
    assert.equal(billed.parent?.subscription_details?.subscription, subscription.id);
    const payment = billed.payments?.data[0];
    assert.equal(payment?.status, "paid");
    assert.equal((payment?.payment.payment_intent as Stripe.PaymentIntent).id, intent);

    const { data } = await stripe.invoicePayments.list({
      payment: { type: "payment_intent", payment_intent: intent },
    });
    assert.deepEqual(data.map((one) => one.invoice), [billed.id]);
    const [event] = (await stripe.events.list({ type: "customer.subscription.updated" })).data;
    assert.equal(
      (event?.data.previous_attributes as Partial<Stripe.Subscription>).status,
      "incomplete",
    );
  }));

Deno.test("local stripe: a first payment emits Stripe's events in a plausible order", () =>
  withStripe(async ({ stripe }) => {
    const { intent } = await incompleteSubscription(stripe);
    await stripe.paymentIntents.confirm(intent, { payment_method: "pm_card_visa" });
    assert.deepEqual(await eventTypes(stripe), [
      "customer.created",
      "product.created",
      "plan.created",
      "price.created",
      "invoice.created",
      "customer.subscription.created",
      "customer.updated",
      "payment_intent.created",
      "invoice.finalized",
      "payment_method.attached",
      "charge.succeeded",
      "payment_intent.succeeded",
      "invoice.updated",
      "invoice.paid",
      "customer.subscription.updated",
      "invoice.payment_succeeded",
      "invoice_payment.paid",
    ]);
  }));

Deno.test("local stripe: the period is on the item and a month keeps the day", () =>
  withStripe(async ({ stripe }) => {
    const { subscription } = await incompleteSubscription(stripe);
    const [item] = subscription.items.data;
    const iso = (seconds: number | undefined) => new Date((seconds ?? 0) * 1000).toISOString();
    assert.equal(iso(item?.current_period_start), "2026-01-31T10:00:00.000Z");
    assert.equal(iso(item?.current_period_end), "2026-02-28T10:00:00.000Z");
    const listed = await stripe.subscriptionItems.list({ subscription: subscription.id });
    assert.deepEqual(listed.data.map(({ id }) => id), [item?.id]);
    assert.equal((await stripe.subscriptionItems.retrieve(item?.id ?? "")).id, item?.id);
  }, { now: () => Date.UTC(2026, 0, 31, 10) }));

Deno.test("local stripe: a declined first payment leaves the subscription incomplete, then another card pays", () =>
  withStripe(async ({ stripe }) => {
    const { subscription, intent, invoice } = await incompleteSubscription(stripe);
    const error = await errorOf(
      stripe.paymentIntents.confirm(intent, {
        payment_method: "pm_card_chargeDeclinedInsufficientFunds",
      }),
    );
    assert.ok(error instanceof Stripe.errors.StripeCardError);
    assert.equal(error.statusCode, 402);
    assert.equal(error.code, "card_declined");
    assert.equal(error.decline_code, "insufficient_funds");
    assert.equal(error.payment_intent?.status, "requires_payment_method");

    const declined = await stripe.paymentIntents.retrieve(intent, { expand: ["latest_charge"] });
    assert.equal(declined.last_payment_error?.code, "card_declined");
    assert.equal((declined.latest_charge as Stripe.Charge).status, "failed");
    assert.equal((await stripe.subscriptions.retrieve(subscription.id)).status, "incomplete");
    const tried = await stripe.invoices.retrieve(invoice.id);
    assert.deepEqual([tried.status, tried.attempt_count], ["open", 1]);
    const types = await eventTypes(stripe);
    for (
      const type of ["charge.failed", "payment_intent.payment_failed", "invoice.payment_failed"]
    ) assert.ok(types.includes(type), type);

    await stripe.paymentIntents.confirm(intent, { payment_method: "pm_card_mastercard" });
    assert.equal((await stripe.subscriptions.retrieve(subscription.id)).status, "active");
  }));

Deno.test("local stripe: a card that wants authentication waits for the customer's step", () =>
  withStripe(async ({ stripe }) => {
    const { subscription, intent } = await incompleteSubscription(stripe);
    const waiting = await stripe.paymentIntents.confirm(intent, {
      payment_method: "pm_card_threeDSecure2Required",
      return_url: "http://127.0.0.1:9/return",
    });
    assert.equal(waiting.status, "requires_action");
    const step = waiting.next_action?.redirect_to_url?.url ?? "";
    assert.match(await (await fetch(step)).text(), /Complete authentication/);
    const answer = (outcome: string) =>
      fetch(step, { method: "POST", body: new URLSearchParams({ outcome }), redirect: "manual" });

    const failed = await answer("fail");
    await failed.body?.cancel();
    const again = await stripe.paymentIntents.retrieve(intent);
    assert.equal(again.status, "requires_payment_method");
    assert.equal(again.last_payment_error?.code, "payment_intent_authentication_failure");

    await stripe.paymentIntents.confirm(intent, {
      payment_method: "pm_card_authenticationRequired",
      return_url: "http://127.0.0.1:9/return",
    });
    const passed = await answer("pass");
    await passed.body?.cancel();
    const back = new URL(passed.headers.get("location") ?? "");
    assert.equal(back.searchParams.get("payment_intent"), intent);
    assert.equal((await stripe.subscriptions.retrieve(subscription.id)).status, "active");
    const types = await eventTypes(stripe);
    assert.ok(types.includes("payment_intent.requires_action"));
    assert.ok(types.includes("invoice.payment_action_required"));
  }));

Deno.test("local stripe: a trial starts free and waits for a card to be set up", () =>
  withStripe(async ({ stripe }) => {
    const { customer, price } = await customerAndPrice(stripe);
    const subscription = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      payment_behavior: "default_incomplete",
      payment_settings: { save_default_payment_method: "on_subscription" },
      trial_period_days: 14,
      expand: ["pending_setup_intent", "latest_invoice.confirmation_secret"],
    });
    assert.equal(subscription.status, "trialing");
    const invoice = subscription.latest_invoice as Stripe.Invoice;
    assert.deepEqual([invoice.status, invoice.amount_due], ["paid", 0]);
    assert.equal(invoice.confirmation_secret, null);
    assert.equal(subscription.items.data[0]?.current_period_end, subscription.trial_end);
    const setup = subscription.pending_setup_intent as Stripe.SetupIntent;
    assert.equal(setup.status, "requires_payment_method");

    const refused = await errorOf(
      stripe.setupIntents.confirm(setup.id, { payment_method: "pm_card_chargeDeclined" }),
    );
    assert.equal(refused.code, "card_declined");
    await stripe.setupIntents.confirm(setup.id, { payment_method: "pm_card_visa" });

    const after = await stripe.subscriptions.retrieve(subscription.id);
    assert.equal(after.pending_setup_intent, null);
    assert.match(after.default_payment_method as string, /^pm_/);
  }));

Deno.test("local stripe: a free price is active at once", () =>
  withStripe(async ({ stripe }) => {
    const { customer, price } = await customerAndPrice(stripe);
    const free = await stripe.prices.create({
      product: price.product as string,
      currency: "eur",
      unit_amount: 0,
      recurring: { interval: "year" },
    });
    const subscription = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: free.id }],
      payment_behavior: "default_incomplete",
    });
    assert.equal(subscription.status, "active");
    assert.match(subscription.pending_setup_intent as string, /^seti_/);
  }));

Deno.test("local stripe: without default_incomplete the customer's card pays at once, or says why not", () =>
  withStripe(async ({ stripe }) => {
    const { customer, price } = await customerAndPrice(stripe);
    const items = [{ price: price.id }];
    const none = await errorOf(stripe.subscriptions.create({ customer: customer.id, items }));
    assert.equal(none.code, "resource_missing");

    const use = async (token: string) => {
      const method = await stripe.paymentMethods.attach(token, { customer: customer.id });
      await stripe.customers.update(customer.id, {
        invoice_settings: { default_payment_method: method.id },
      });
    };
    await use("pm_card_visa");
    const paid = await stripe.subscriptions.create({ customer: customer.id, items });
    assert.equal(paid.status, "active");

    await use("pm_card_chargeCustomerFail");
    const unpaid = await stripe.subscriptions.create({ customer: customer.id, items });
    assert.equal(unpaid.status, "incomplete");
    const refused = await errorOf(stripe.subscriptions.create({
      customer: customer.id,
      items,
      payment_behavior: "error_if_incomplete",
    }));
    assert.equal(refused.statusCode, 402);
    const all = await stripe.subscriptions.list({ customer: customer.id, status: "all" });
    assert.deepEqual(all.data.map(({ id }) => id), [unpaid.id, paid.id]);
  }));

Deno.test("local stripe: a subscription is set to end, kept after all, and ended", () =>
  withStripe(async ({ stripe }) => {
    const { subscription, intent } = await incompleteSubscription(stripe);
    await stripe.paymentIntents.confirm(intent, { payment_method: "pm_card_visa" });

    const ending = await stripe.subscriptions.update(subscription.id, {
      cancel_at_period_end: true,
    });
    assert.equal(ending.status, "active");
    assert.equal(ending.cancel_at, ending.items.data[0]?.current_period_end);
    assert.equal(ending.cancellation_details?.reason, "cancellation_requested");

    const kept = await stripe.subscriptions.update(subscription.id, {
      cancel_at_period_end: false,
      metadata: { kept: "yes" },
    });
    assert.deepEqual([kept.cancel_at, kept.canceled_at], [null, null]);
    assert.deepEqual(kept.metadata, { kept: "yes" });

    const ended = await stripe.subscriptions.cancel(subscription.id);
    assert.equal(ended.status, "canceled");
    assert.ok(ended.ended_at);
    assert.deepEqual((await stripe.subscriptions.list()).data, []);
    const again = await errorOf(stripe.subscriptions.cancel(subscription.id));
    assert.equal(again.code, "resource_missing");
    const types = await eventTypes(stripe);
    assert.equal(types.at(-1), "customer.subscription.deleted");
  }));

Deno.test("local stripe: canceling a subscription that was never paid voids what it asked for", () =>
  withStripe(async ({ stripe }) => {
    const { subscription, invoice, intent } = await incompleteSubscription(stripe);
    const ended = await stripe.subscriptions.cancel(subscription.id);
    assert.equal(ended.status, "incomplete_expired");
    assert.equal((await stripe.invoices.retrieve(invoice.id)).status, "void");
    assert.equal((await stripe.paymentIntents.retrieve(intent)).status, "canceled");
  }));

Deno.test("local stripe: deleting a customer ends the subscriptions and leaves a tombstone", () =>
  withStripe(async ({ stripe }) => {
    const { subscription, intent, customer } = await incompleteSubscription(stripe);
    await stripe.paymentIntents.confirm(intent, { payment_method: "pm_card_visa" });
    await stripe.customers.del(customer.id);
    assert.equal((await stripe.subscriptions.retrieve(subscription.id)).status, "canceled");
    const gone = await stripe.customers.retrieve(customer.id);
    assert.equal(gone.deleted, true);
    const late = await errorOf(stripe.customers.update(customer.id, { name: "x" }));
    assert.equal(late.code, "resource_missing");
  }));

Deno.test("local stripe: a declining card cannot be attached, one that fails later can", () =>
  withStripe(async ({ stripe }) => {
    const { customer } = await customerAndPrice(stripe);
    const attach = (token: string) =>
      stripe.paymentMethods.attach(token, { customer: customer.id });
    assert.equal((await errorOf(attach("pm_card_chargeDeclined"))).code, "card_declined");
    const method = await attach("pm_card_chargeCustomerFail");
    const listed = await stripe.paymentMethods.list({ customer: customer.id, type: "card" });
    assert.deepEqual(listed.data.map(({ id }) => id), [method.id]);

    const failed = await errorOf(stripe.paymentIntents.create({
      amount: 500,
      currency: "eur",
      customer: customer.id,
      payment_method: method.id,
      confirm: true,
      off_session: true,
    }));
    assert.equal(failed.code, "card_declined");

    await stripe.paymentMethods.detach(method.id);
    assert.deepEqual((await stripe.paymentMethods.list({ customer: customer.id })).data, []);
  }));
