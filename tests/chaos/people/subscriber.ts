/** A user who subscribes, pays, changes the plan, and maybe ends it. */
import type Stripe from "stripe";
import { payPage } from "../../support/pay-page.ts";
import { stripeSdk } from "../../support/stack.ts";
import { ask, type Client, does, leaves } from "../client.ts";
import type { KnownSubscription, SubscriptionState } from "../ledger.ts";
import { type Member, read } from "./account.ts";

const prices = ["price_monthly_basic", "price_monthly_pro", "price_yearly_basic"];

function oneOf<T>(choices: readonly T[], random: () => number): T {
  return choices[Math.floor(random() * choices.length)]!;
}

/** Lives through a subscription as far as the answers let him. */
export async function subscribe(client: Client, member: Member): Promise<void> {
  const bought = client.random() < 0.75
    ? await buyInPage(client, member)
    : await buyAtStripe(client, member);
  if (bought === undefined) return;
  // Webhooks come late here: who does not want to wait goes.
  const rows = await read(
    client,
    "subscriptions",
    () =>
      member.db.from("subscriptions").select("stripe_subscription_id,status")
        .in("status", ["active", "trialing"]),
    (found) => found.length > 0,
    client.thorough ? 60 : 15,
  );
  const id = rows?.[0]?.stripe_subscription_id;
  const known = id === undefined ? undefined : client.ledger.subscriptions.get(id);
  if (known === undefined) return;
  if (does(client, 0.6)) await upgrade(client, member, known);
  if (does(client, 0.5)) await end(client, member, known);
}

/** By subscription-create, and a card in the application's own page. */
async function buyInPage(client: Client, { userId, token }: Member): Promise<true | undefined> {
  const { random, ledger, on } = client;
  const price = oneOf(prices, random);
  const answer = await ask(client, "subscription-create", { token, body: { price_id: price } });
  if (answer?.status !== 200) return undefined;
  const { id, client_secret } = answer.body.subscription;
  const known: KnownSubscription = {
    id,
    userId,
    paid: false,
    allowed: [{ price, quantity: 1, ends: "no" }],
  };
  ledger.subscriptions.set(id, known);
  if (leaves(client, 0.08) || client_secret === null) return undefined;
  // The browser talks to Stripe by itself: what is broken is our way to Stripe.
  const confirm = (payment_method: string): Promise<Stripe.PaymentIntent> =>
    stripeSdk(on).paymentIntents.confirm(client_secret.split("_secret")[0]!, { payment_method });
  if (random() < 0.15) {
    await confirm("pm_card_chargeDeclined").catch((error: Error & { type?: string }) => {
      if (error.type !== "StripeCardError") throw error;
    });
    if (leaves(client, 0.4)) return undefined;
  }
  known.paid = (await confirm("pm_card_visa")).status === "succeeded";
  return true;
}

/** By subscription-checkout, on Stripe's page. */
async function buyAtStripe(client: Client, { userId, token }: Member): Promise<true | undefined> {
  const { on, random, ledger } = client;
  const price = oneOf(prices, random);
  const answer = await ask(client, "subscription-checkout", {
    token,
    body: {
      price_id: price,
      success_url: `${on.siteUrl}/done`,
      cancel_url: `${on.siteUrl}/plans`,
    },
  });
  if (answer?.status !== 200 || leaves(client, 0.1)) return undefined;
  const tabs = random() < 0.2 ? 2 : 1;
  await Promise.all(Array.from({ length: tabs }, () => payPage(answer.body.checkout_url)));
  const session = await stripeSdk(on).checkout.sessions.retrieve(answer.body.session_id);
  if (session.payment_status !== "paid") return undefined;
  const id = String(session.subscription);
  ledger.subscriptions.set(id, {
    id,
    userId,
    paid: true,
    allowed: [{ price, quantity: 1, ends: "no" }],
  });
  return true;
}

/** What one knows after a request: `next` for sure, or maybe, or that nothing changed. */
function learn(
  known: KnownSubscription,
  answer: { status: number } | undefined,
  change: (before: SubscriptionState) => SubscriptionState,
): void {
  const after = known.allowed.map(change);
  if (answer === undefined) known.allowed = [...known.allowed, ...after];
  else if (answer.status < 400) known.allowed = after;
}

async function upgrade(client: Client, { token }: Member, known: KnownSubscription): Promise<void> {
  const { random } = client;
  const wanted = random() < 0.5
    ? { quantity: 2 + Math.floor(random() * 3) }
    : { price_id: known.allowed[0]!.price === prices[1] ? prices[0]! : prices[1]! };
  const quote = await ask(client, "subscription-preview", {
    token,
    body: wanted,
    keyed: false,
    expected: ["subscription_not_changeable"],
  });
  if (quote?.status !== 200 || leaves(client, 0.1)) return;
  const answer = await ask(client, "subscription-update", {
    token,
    body: { quote: quote.body.quote },
    // The clock jumps, and with it what a proration comes to.
    expected: ["quote_stale"],
  });
  learn(known, answer, (before) => ({
    ...before,
    ..."quantity" in wanted ? { quantity: wanted.quantity } : { price: wanted.price_id },
  }));
  if (answer?.status === 200) client.ledger.changes++;
}

async function end(client: Client, { token }: Member, known: KnownSubscription): Promise<void> {
  const { random } = client;
  const now = random() < 0.5;
  const body = now
    ? { at_period_end: false, refund: random() < 0.5 ? "unused" : "none" }
    : { at_period_end: true };
  const answer = await ask(client, "subscription-cancel", { token, body });
  learn(
    known,
    answer,
    (before) => ({ ...before, ends: now ? "ended" : "with its period" }),
  );
  if (answer?.status === 200) client.ledger.cancellations++;
  if (now || answer?.status !== 200 || random() < 0.5) return;
  learn(
    known,
    await ask(client, "subscription-uncancel", { token, body: {} }),
    (before) => ({ ...before, ends: "no" }),
  );
}
