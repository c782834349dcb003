/** Buying a subscription as an application does: subscription-create, then the card at Stripe. */
import { strictEqual } from "node:assert/strict";
import type Stripe from "stripe";
import { type Answer, call, stack, type StackAddress, stripeSdk } from "./stack.ts";
import type { TestUser } from "./users.ts";
import { waitFor } from "./wait.ts";

/** What is asked for, as subscription-create takes it. */
export interface Order {
  trial?: boolean;
  promotion_code?: string;
  price_id?: string;
  quantity?: number;
  workspace_id?: string;
}

/** Calls subscription-create; `key` is the Idempotency-Key. */
export function subscribe(
  user: TestUser,
  order: Order = {},
  options: { key?: string; on?: StackAddress } = {},
): Promise<Answer> {
  const { key, on = stack } = options;
  return call("POST", "subscription-create", {
    on,
    token: user.token,
    body: { price_id: "price_monthly_basic", ...order },
    ...(key !== undefined && { headers: { "idempotency-key": key } }),
  });
}

/** Confirms a payment as Stripe.js does with a client secret. */
export function confirmPayment(
  clientSecret: string,
  paymentMethod = "pm_card_visa",
  on: StackAddress = stack,
): Promise<Stripe.PaymentIntent> {
  return stripeSdk(on).paymentIntents.confirm(clientSecret.split("_secret")[0]!, {
    payment_method: paymentMethod,
  });
}

/** Sets a good card up as Stripe.js does with a client secret. */
function confirmSetup(clientSecret: string, on: StackAddress): Promise<Stripe.SetupIntent> {
  return stripeSdk(on).setupIntents.confirm(clientSecret.split("_secret")[0]!, {
    payment_method: "pm_card_visa",
  });
}

/** The workspace's Stripe customer, once it is there. */
export function customerOf(user: TestUser, on: StackAddress = stack): Promise<Stripe.Customer> {
  return waitFor(`the Stripe customer of ${user.email}`, async () => {
    const { data } = await stripeSdk(on).customers.list({ email: user.email });
    return data[0];
  });
}

/** A user's subscription row, once it has the status. */
export function subscriptionIn(user: TestUser, status: string) {
  return waitFor(`a subscription that is ${status}`, async () => {
    const { data, error } = await user.client.from("subscriptions").select().eq("status", status);
    if (error !== null) throw error;
    return data[0];
  });
}

/** Subscribes, pays by a good card, and waits until the mirror shows it; Stripe's id. */
export async function buy(
  user: TestUser,
  order: Order = {},
  on: StackAddress = stack,
): Promise<string> {
  const answer = await subscribe(user, order, { on });
  strictEqual(answer.status, 200, JSON.stringify(answer.body));
  const { id, client_secret } = answer.body.subscription;
  // With credit from before nothing is due: the card is set up for what follows.
  if (client_secret.startsWith("seti_")) await confirmSetup(client_secret, on);
  else await confirmPayment(client_secret, "pm_card_visa", on);
  await subscriptionIn(user, "active");
  await waitFor("the paid invoice", async () => {
    const { data } = await user.client.from("invoices").select("id").eq("status", "paid");
    return data?.[0];
  });
  return id;
}

/** Every subscription that Stripe holds for a customer, whatever its status. */
export function subscriptionsAtStripe(
  customer: string,
  on: StackAddress = stack,
): Promise<Stripe.Subscription[]> {
  return stripeSdk(on).subscriptions.list({ customer, status: "all" })
    .autoPagingToArray({ limit: 1000 });
}

/** What a user's cards have got back, a payment each. */
export async function refundsOf(user: TestUser, on: StackAddress = stack): Promise<number[]> {
  const { id: customer } = await customerOf(user, on);
  const { data } = await stripeSdk(on).charges.list({ customer });
  return data.map((charge) => charge.amount_refunded).filter((amount) => amount > 0);
}
