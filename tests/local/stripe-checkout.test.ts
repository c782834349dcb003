import assert from "node:assert/strict";
import type Stripe from "stripe";
import {
  activeSubscription,
  advance,
  customerAndPrice,
  days,
  errorOf,
  eventTypes,
  withStripe,
} from "./stripe-world.ts";

const success_url = "http://127.0.0.1:9/done?session_id={CHECKOUT_SESSION_ID}";
const cancel_url = "http://127.0.0.1:9/canceled";
const good = "4242 4242 4242 4242";
const declined = "4000 0000 0000 0002";
const asksOnce = "4000 0025 0000 3155";

interface Answer {
  status: number;
  location: string | null;
  text: string;
}

/** Presses a page's button, without following where it leads. */
async function send(url: string, fields: Record<string, string>): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    body: new URLSearchParams(fields),
    redirect: "manual",
  });
  const text = await response.text();
  return { status: response.status, location: response.headers.get("location"), text };
}

const pay = (session: Stripe.Checkout.Session, card_number: string, more = {}) =>
  send(`${session.url}/pay`, { card_number, ...more });

async function subscriptionSession(
  stripe: Stripe,
  params: Partial<Stripe.Checkout.SessionCreateParams> = {},
): Promise<{ session: Stripe.Checkout.Session; customer: Stripe.Customer; price: Stripe.Price }> {
  const { customer, price } = await customerAndPrice(stripe);
  const session = await stripe.checkout.sessions.create({
    mode: "subscription",
    customer: customer.id,
    line_items: [{ price: price.id, quantity: 2 }],
    client_reference_id: "workspace-1",
    metadata: { plan: "pro" },
    subscription_data: { metadata: { workspace: "1" } },
    success_url,
    cancel_url,
    ...params,
  });
  return { session, customer, price };
}

Deno.test("local stripe: a checkout is paid on its page and becomes a subscription", () =>
  withStripe(async ({ stripe }) => {
    const { session, customer } = await subscriptionSession(stripe);
    assert.deepEqual(
      [session.status, session.payment_status, session.amount_total, session.ui_mode],
      ["open", "unpaid", 3800, "hosted_page"],
    );
    const page = await (await fetch(session.url ?? "")).text();
    for (const text of ["€38.00", "2 × Pro", "ada@example.com", cancel_url, "card_number"]) {
      assert.ok(page.includes(text), text);
    }

    const paid = await pay(session, good);

    assert.equal(paid.status, 303);
    assert.equal(paid.location, success_url.replace("{CHECKOUT_SESSION_ID}", session.id));
    const done = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ["subscription.default_payment_method", "line_items", "invoice", "customer"],
    });
    assert.deepEqual([done.status, done.payment_status, done.url], ["complete", "paid", null]);
    const subscription = done.subscription as Stripe.Subscription;
    assert.equal(subscription.status, "active");
    assert.equal(subscription.metadata.workspace, "1");
    assert.equal(subscription.items.data[0]?.quantity, 2);
    assert.equal(
      (subscription.default_payment_method as Stripe.PaymentMethod).card?.last4,
      "4242",
    );
    assert.equal((done.invoice as Stripe.Invoice).amount_paid, 3800);
    assert.equal((done.customer as Stripe.Customer).id, customer.id);
    assert.equal(done.line_items?.data[0]?.amount_total, 3800);
    const lines = await stripe.checkout.sessions.listLineItems(session.id, {
      expand: ["data.price.product"],
    });
    assert.equal((lines.data[0]?.price?.product as Stripe.Product).name, "Pro");
    const [event] = (await stripe.events.list({ type: "checkout.session.completed" })).data;
    assert.equal(
      (event?.data.object as Stripe.Checkout.Session).client_reference_id,
      "workspace-1",
    );
    const bySubscription = await stripe.checkout.sessions.list({ subscription: subscription.id });
    assert.deepEqual(bySubscription.data.map(({ id }) => id), [session.id]);
  }));

Deno.test("local stripe: a declined card says so on the page, and another one pays", () =>
  withStripe(async ({ stripe }) => {
    const { session } = await subscriptionSession(stripe);
    const refused = await pay(session, declined);
    assert.equal(refused.status, 402);
    assert.match(refused.text, /role="alert">Your card was declined\./);
    assert.match(refused.text, /name="card_number"/);
    const open = await stripe.checkout.sessions.retrieve(session.id);
    assert.deepEqual([open.status, open.subscription], ["open", null]);
    const unknown = await pay(session, "1234 5678");
    assert.deepEqual([unknown.status, /Your card number is invalid/.test(unknown.text)], [
      400,
      true,
    ]);
    const past = await pay(session, good, { expiry: "01 / 20" });
    assert.match(past.text, /expiration date is in the past/);

    assert.equal((await pay(session, good)).status, 303);
    const all = await stripe.subscriptions.list({ status: "all" });
    assert.deepEqual(all.data.map(({ status }) => status), ["active"]);
    const charges = await stripe.charges.list();
    assert.deepEqual(charges.data.map(({ status }) => status), ["succeeded", "failed"]);
  }));

Deno.test("local stripe: paying twice pays once, also at the same time", () =>
  withStripe(async ({ stripe }) => {
    const { session } = await subscriptionSession(stripe);
    const answers = await Promise.all([pay(session, good), pay(session, good)]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 409]);
    const again = await pay(session, good);
    assert.equal(again.status, 409);
    assert.match(again.text, /This is paid already/);
    assert.match(again.text, new RegExp(`session_id=${session.id}`));
    assert.match(await (await fetch(session.url ?? "")).text(), /This is paid already/);
    assert.equal((await stripe.charges.list()).data.length, 1);
    assert.equal((await stripe.subscriptions.list()).data.length, 1);
  }));

Deno.test("local stripe: a 3-D Secure step is failed, retried and passed, then renews without", () =>
  withStripe(async ({ local, stripe }) => {
    const { session } = await subscriptionSession(stripe);
    const step = await pay(session, asksOnce);
    assert.equal(step.status, 303);
    assert.match(step.location ?? "", /\/authenticate\/pi_/);
    const failed = await send(step.location ?? "", { outcome: "fail" });
    assert.equal(failed.status, 303);
    const back = await fetch(failed.location ?? "", { redirect: "manual" });
    assert.equal(back.status, 402);
    assert.match(await back.text(), /unable to authenticate your payment method/);

    const second = await pay(session, asksOnce);
    const passed = await send(second.location ?? "", { outcome: "pass" });
    // The customer may close the tab here: the subscription is his already.
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ["subscription"] });
    assert.equal(done.status, "complete");
    assert.equal((done.subscription as Stripe.Subscription).status, "active");
    const home = await fetch(passed.location ?? "", { redirect: "manual" });
    await home.body?.cancel();
    assert.equal(
      home.headers.get("location"),
      success_url.replace("{CHECKOUT_SESSION_ID}", session.id),
    );
    const twice = await send(second.location ?? "", { outcome: "pass" });
    assert.equal(twice.location, `/checkout/${session.id}/return`);

    await advance(local.url, days(40));
    const renewed = await stripe.subscriptions.retrieve(
      (done.subscription as Stripe.Subscription).id,
    );
    assert.equal(renewed.status, "active");
    assert.equal((await stripe.invoices.list({ subscription: renewed.id })).data.length, 2);
  }));

Deno.test("local stripe: a checkout expires by the clock or by a call, and cannot be paid then", () =>
  withStripe(async ({ local, stripe }) => {
    const { now } = await advance(local.url, 0);
    const { session } = await subscriptionSession(stripe, { expires_at: now + 1801 });
    await pay(session, declined);
    await advance(local.url, 1801);
    const expired = await stripe.checkout.sessions.retrieve(session.id);
    assert.deepEqual([expired.status, expired.url], ["expired", null]);
    const late = await pay(session, good);
    assert.equal(late.status, 410);
    assert.match(late.text, /This checkout has expired/);
    assert.match(late.text, new RegExp(cancel_url));
    const left = await stripe.subscriptions.list({ status: "all" });
    assert.deepEqual(left.data.map(({ status }) => status), ["incomplete_expired"]);
    assert.ok((await eventTypes(stripe)).includes("checkout.session.expired"));

    const other = (await subscriptionSession(stripe)).session;
    assert.equal((await stripe.checkout.sessions.expire(other.id)).status, "expired");
    assert.match(
      (await errorOf(stripe.checkout.sessions.expire(other.id))).message,
      /has a status of expired/,
    );
    assert.equal((await pay(other, good)).status, 410);
    assert.equal((await stripe.charges.list()).data.filter(({ paid }) => paid).length, 0);
  }));

Deno.test("local stripe: a trial is started with a card for later, or without where that is wanted", () =>
  withStripe(async ({ local, stripe }) => {
    const { session } = await subscriptionSession(stripe, {
      subscription_data: { trial_period_days: 7 },
    });
    assert.equal(session.amount_total, 0);
    assert.equal((await pay(session, "")).status, 400);
    assert.equal((await pay(session, declined)).status, 402);
    const none = await stripe.subscriptions.list({ status: "all" });
    assert.equal(none.data.length, 0, "a refused card starts no trial");
    const step = await pay(session, asksOnce);
    assert.match(step.location ?? "", /\/authenticate\/seti_/);
    assert.equal((await send(step.location ?? "", { outcome: "pass" })).status, 303);
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ["subscription"] });
    const subscription = done.subscription as Stripe.Subscription;
    assert.deepEqual([done.payment_status, subscription.status], [
      "no_payment_required",
      "trialing",
    ]);
    assert.match(String(subscription.default_payment_method), /^pm_/);
    await advance(local.url, days(7));
    assert.equal((await stripe.subscriptions.retrieve(subscription.id)).status, "active");

    const without = (await subscriptionSession(stripe, {
      payment_method_collection: "if_required",
      subscription_data: {
        trial_period_days: 7,
        trial_settings: { end_behavior: { missing_payment_method: "cancel" } },
      },
    })).session;
    assert.equal((await pay(without, "")).status, 303);
    assert.equal((await stripe.checkout.sessions.retrieve(without.id)).status, "complete");
  }));

Deno.test("local stripe: a card of the customer's does not stand in for the one typed at a checkout", () =>
  withStripe(async ({ stripe }) => {
    const { customer, price } = await activeSubscription(stripe);
    const session = await stripe.checkout.sessions.create({
      mode: "subscription",
      customer: customer.id,
      line_items: [{ price: price.id, quantity: 1 }],
      subscription_data: { trial_period_days: 7 },
      success_url,
    });
    assert.equal((await pay(session, "5555 5555 5555 4444", { expiry: "11 / 39" })).status, 303);
    const done = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ["subscription.default_payment_method"],
    });
    const method = (done.subscription as Stripe.Subscription)
      .default_payment_method as Stripe.PaymentMethod;
    assert.deepEqual([method.card?.last4, method.card?.exp_month, method.card?.exp_year], [
      "4444",
      11,
      2039,
    ]);
  }));

Deno.test("local stripe: a guest buys goods with shipping, once", () =>
  withStripe(async ({ stripe }) => {
    const session = await stripe.checkout.sessions.create({
      mode: "payment",
      customer_email: "guest@example.com",
      line_items: [
        {
          price_data: { currency: "eur", unit_amount: 2500, product_data: { name: "Hat" } },
          quantity: 2,
        },
        {
          price_data: { currency: "eur", unit_amount: 199, product_data: { name: "Pin" } },
          quantity: 1,
        },
      ],
      metadata: { order: "42" },
      payment_intent_data: { metadata: { order: "42" }, description: "Order 42" },
      shipping_address_collection: { allowed_countries: ["FR", "BE"] },
      shipping_options: [
        {
          shipping_rate_data: {
            display_name: "Post",
            fixed_amount: { amount: 490, currency: "eur" },
          },
        },
        {
          shipping_rate_data: {
            display_name: "Courier",
            fixed_amount: { amount: 1290, currency: "eur" },
          },
        },
      ],
      success_url,
      cancel_url,
    });
    assert.deepEqual([session.amount_subtotal, session.amount_total], [5199, 5689]);
    assert.equal((await pay(session, good)).status, 400, "where to ship to is missing");
    const address = { shipping_name: "Zoë", line1: "1 rue X", city: "Paris", postal_code: "75001" };
    assert.equal((await pay(session, good, { ...address, country: "US" })).status, 400);
    const courier = session.shipping_options[1]?.shipping_rate as string;
    const paid = await pay(session, good, { ...address, country: "FR", shipping_rate: courier });
    assert.equal(paid.status, 303, paid.text);

    const done = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ["payment_intent.latest_charge", "shipping_cost.shipping_rate", "line_items"],
    });
    assert.deepEqual([done.amount_total, done.customer], [6489, null]);
    assert.equal(
      (done.shipping_cost?.shipping_rate as Stripe.ShippingRate).display_name,
      "Courier",
    );
    assert.equal(done.collected_information?.shipping_details?.address.city, "Paris");
    assert.equal(done.customer_details?.email, "guest@example.com");
    assert.deepEqual(done.line_items?.data.map(({ description }) => description), ["Hat", "Pin"]);
    const intent = done.payment_intent as Stripe.PaymentIntent;
    assert.deepEqual([intent.amount, intent.status, intent.metadata.order], [
      6489,
      "succeeded",
      "42",
    ]);
    const found = await stripe.checkout.sessions.list({ payment_intent: intent.id });
    assert.deepEqual(found.data.map(({ id }) => id), [session.id]);
  }));

Deno.test("local stripe: a card is saved by a checkout of its own", () =>
  withStripe(async ({ stripe }) => {
    const { customer } = await customerAndPrice(stripe);
    const session = await stripe.checkout.sessions.create({
      mode: "setup",
      currency: "eur",
      customer: customer.id,
      success_url,
    });
    assert.equal((await pay(session, declined)).status, 402);
    assert.equal((await pay(session, good)).status, 303);
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ["setup_intent"] });
    const intent = done.setup_intent as Stripe.SetupIntent;
    assert.deepEqual([done.status, intent.status], ["complete", "succeeded"]);
    const methods = await stripe.customers.listPaymentMethods(customer.id);
    assert.deepEqual(methods.data.map(({ id }) => id), [intent.payment_method]);
  }));

Deno.test("local stripe: a checkout refuses what Stripe refuses, and what is not done here", () =>
  withStripe(async ({ local, stripe }) => {
    const { customer, price } = await customerAndPrice(stripe);
    const { now } = await advance(local.url, 0);
    const refusal = (params: Partial<Stripe.Checkout.SessionCreateParams>) =>
      errorOf(stripe.checkout.sessions.create({
        mode: "subscription",
        customer: customer.id,
        line_items: [{ price: price.id, quantity: 1 }],
        success_url,
        ...params,
      })).then(({ message }) => message);
    assert.match(await refusal({ ui_mode: "hosted" }), /Invalid ui_mode/);
    assert.match(await refusal({ expires_at: now + 60 }), /at least 30 minutes/);
    assert.match(await refusal({ expires_at: now + 86_460 }), /less than 24 hours/);
    assert.match(await refusal({ success_url: "done" }), /Not a valid URL/);
    assert.match(await refusal({ mode: "payment" }), /passed a recurring price/);
    assert.match(await refusal({ customer_email: "a@b.c" }), /only specify one/);
    assert.match(await refusal({ payment_intent_data: {} as never, submit_type: "pay" }), /mode/);
    assert.match(
      await refusal({ payment_method_types: ["card"] } as never),
      /Received unknown parameter: payment_method_types/,
    );
  }));
