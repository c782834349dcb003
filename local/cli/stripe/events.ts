/**
 * What causes each event, through Stripe's own API, as the Stripe CLI's `trigger` does: the objects are made
 * and used, and the event is what comes of it. Nothing here writes an event.
 */
import type Stripe from "stripe";

/** What a cause works with. */
export interface Cause {
  stripe: Stripe;
  /** The customer that it is about: an existing one that was named, or a new one. */
  customer(): Promise<string>;
}

/** Stripe's test cards (https://docs.stripe.com/testing). */
type Card =
  | "pm_card_visa"
  | "pm_card_chargeCustomerFail"
  | "pm_card_createDispute"
  | "pm_card_chargeDeclined";

async function priceOf({ stripe }: Cause): Promise<string> {
  const price = await stripe.prices.create({
    currency: "eur",
    unit_amount: 1900,
    recurring: { interval: "month" },
    product_data: { name: "Triggered" },
  });
  return price.id;
}

/** Attaches a card and makes it the customer's default. */
async function cardOf({ stripe }: Cause, customer: string, card: Card): Promise<string> {
  const { id } = await stripe.paymentMethods.attach(card, { customer });
  await stripe.customers.update(customer, { invoice_settings: { default_payment_method: id } });
  return id;
}

async function pay(cause: Cause, card: Card = "pm_card_visa"): Promise<Stripe.PaymentIntent> {
  return await cause.stripe.paymentIntents.create({
    amount: 2000,
    currency: "eur",
    customer: await cause.customer(),
    payment_method: card,
    confirm: true,
    automatic_payment_methods: { enabled: true, allow_redirects: "never" },
  });
}

async function refused(attempt: Promise<unknown>): Promise<void> {
  let succeeded = false;
  try {
    await attempt;
    succeeded = true;
  } catch (error) {
    // A declined card is what was wanted.
    if ((error as { type?: string }).type !== "StripeCardError") throw error;
  }
  if (succeeded) throw new Error("the card was not declined");
}

async function subscribe(
  cause: Cause,
  more: Partial<Stripe.SubscriptionCreateParams> = {},
  card: Card = "pm_card_visa",
): Promise<Stripe.Subscription> {
  const customer = await cause.customer();
  await cardOf(cause, customer, card);
  const price = await priceOf(cause);
  return await cause.stripe.subscriptions.create({ customer, items: [{ price }], ...more });
}

/** The first invoice of a new subscription: paid, or open until it is. */
async function invoiceOf(
  cause: Cause,
  behaviour: Stripe.SubscriptionCreateParams.PaymentBehavior = "allow_incomplete",
  card?: Card,
): Promise<string> {
  const { latest_invoice: invoice } = await subscribe(
    cause,
    { payment_behavior: behaviour },
    card,
  );
  if (invoice === null) throw new Error("the subscription has no invoice");
  return typeof invoice === "string" ? invoice : invoice.id;
}

async function productOf({ stripe }: Cause): Promise<Stripe.Product> {
  return await stripe.products.create({ name: "Triggered" });
}

async function sessionOf(cause: Cause): Promise<Stripe.Checkout.Session> {
  return await cause.stripe.checkout.sessions.create({
    mode: "payment",
    customer: await cause.customer(),
    line_items: [{
      quantity: 1,
      price_data: { currency: "eur", unit_amount: 2000, product_data: { name: "Triggered" } },
    }],
    success_url: "http://127.0.0.1:54327/done",
  });
}

async function scheduleOf(cause: Cause): Promise<Stripe.SubscriptionSchedule> {
  const { id } = await subscribe(cause);
  return await cause.stripe.subscriptionSchedules.create({ from_subscription: id });
}

async function setUp(cause: Cause, card: Card): Promise<void> {
  await cause.stripe.setupIntents.create({
    customer: await cause.customer(),
    payment_method: card,
    confirm: true,
    automatic_payment_methods: { enabled: true, allow_redirects: "never" },
  });
}

async function trialOf(cause: Cause): Promise<void> {
  // Of less than three days: the end is announced at once.
  const end = Math.floor(Date.now() / 1000) + 2 * 24 * 60 * 60;
  await subscribe(cause, { trial_end: end });
}

/** By type of event. */
export const causes: Record<string, (cause: Cause) => Promise<unknown>> = {
  "charge.dispute.created": (cause) => pay(cause, "pm_card_createDispute"),
  "charge.failed": (cause) => refused(pay(cause, "pm_card_chargeDeclined")),
  "charge.refunded": async (cause) =>
    await cause.stripe.refunds.create({ payment_intent: (await pay(cause)).id }),
  "charge.succeeded": (cause) => pay(cause),
  "checkout.session.expired": async (cause) =>
    await cause.stripe.checkout.sessions.expire((await sessionOf(cause)).id),
  "coupon.created": ({ stripe }) => stripe.coupons.create({ percent_off: 10, duration: "once" }),
  "credit_note.created": async (cause) => {
    const invoice = await invoiceOf(cause);
    await cause.stripe.creditNotes.create({ invoice, amount: 500, credit_amount: 500 });
  },
  "customer.created": ({ stripe }) => stripe.customers.create({ name: "Triggered" }),
  "customer.deleted": async ({ stripe }) => {
    const { id } = await stripe.customers.create({ name: "Triggered" });
    await stripe.customers.del(id);
  },
  "customer.subscription.created": (cause) => subscribe(cause),
  "customer.subscription.deleted": async (cause) =>
    await cause.stripe.subscriptions.cancel((await subscribe(cause)).id),
  "customer.subscription.paused": async (cause) =>
    await cause.stripe.subscriptions.pause((await subscribe(cause)).id),
  "customer.subscription.resumed": async (cause) => {
    const { id } = await subscribe(cause);
    await cause.stripe.subscriptions.pause(id);
    await cause.stripe.subscriptions.resume(id);
  },
  "customer.subscription.trial_will_end": trialOf,
  "customer.subscription.updated": async (cause) =>
    await cause.stripe.subscriptions.update((await subscribe(cause)).id, {
      cancel_at_period_end: true,
    }),
  "customer.updated": async (cause) =>
    await cause.stripe.customers.update(await cause.customer(), {
      metadata: { triggered: crypto.randomUUID() },
    }),
  "invoice.created": (cause) => invoiceOf(cause),
  "invoice.finalized": (cause) => invoiceOf(cause),
  "invoice.paid": (cause) => invoiceOf(cause),
  "invoice.payment_failed": (cause) =>
    invoiceOf(cause, "allow_incomplete", "pm_card_chargeCustomerFail"),
  "invoice.voided": async (cause) =>
    await cause.stripe.invoices.voidInvoice(await invoiceOf(cause, "default_incomplete")),
  "invoice_payment.paid": (cause) => invoiceOf(cause),
  "payment_intent.created": (cause) => pay(cause),
  "payment_intent.payment_failed": (cause) => refused(pay(cause, "pm_card_chargeDeclined")),
  "payment_intent.succeeded": (cause) => pay(cause),
  "payment_method.attached": async (cause) =>
    await cardOf(cause, await cause.customer(), "pm_card_visa"),
  "payment_method.detached": async (cause) =>
    await cause.stripe.paymentMethods.detach(
      await cardOf(cause, await cause.customer(), "pm_card_visa"),
    ),
  "price.created": priceOf,
  "price.updated": async (cause) =>
    await cause.stripe.prices.update(await priceOf(cause), { nickname: "Triggered" }),
  "product.created": productOf,
  "product.deleted": async (cause) => await cause.stripe.products.del((await productOf(cause)).id),
  "product.updated": async (cause) =>
    await cause.stripe.products.update((await productOf(cause)).id, { name: "Triggered again" }),
  "refund.created": async (cause) =>
    await cause.stripe.refunds.create({ payment_intent: (await pay(cause)).id }),
  "setup_intent.setup_failed": (cause) => refused(setUp(cause, "pm_card_chargeDeclined")),
  "setup_intent.succeeded": (cause) => setUp(cause, "pm_card_visa"),
  "subscription_schedule.created": scheduleOf,
  "subscription_schedule.released": async (cause) =>
    await cause.stripe.subscriptionSchedules.release((await scheduleOf(cause)).id),
};

/** The customer of a cause, made at most once. */
export function causeWith(stripe: Stripe, named?: string): Cause {
  let customer: Promise<string> | undefined;
  return {
    stripe,
    customer() {
      customer ??= named === undefined
        ? stripe.customers.create({ name: "Triggered" }).then(({ id }) => id)
        : Promise.resolve(named);
      return customer;
    },
  };
}
