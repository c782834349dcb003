/** Subscriptions at the local Stripe as the mirror has them, what was paid for them, and quotes. */
import { type Answer, call, stripeSdk } from "../../support/stack.ts";
import { buy } from "../../support/purchases.ts";
import { signUp, type TestUser } from "../../support/users.ts";
import { plans } from "../../../supabase/functions/_shared/billing/plans.ts";
import { waitFor } from "../../support/wait.ts";
import type { Ask, Supply } from "../world.ts";
import { accounts } from "./accounts.ts";

const prices = plans.flatMap((plan) => plan.prices).map(({ lookupKey }) => lookupKey);

/** What ends a subscription, so that the workspace may have another. */
async function endSubscriptions({ world: { ground: { at } }, user }: Ask): Promise<void> {
  let answer: Answer | undefined;
  // Again until it is: a generated request may have a change of the same one under way.
  await waitFor("the subscription to end", async () => {
    const { data } = await user.client.from("subscriptions").select("status").eq(
      "workspace_id",
      user.workspaceId,
    );
    if (data?.every(({ status }) => ["canceled", "incomplete_expired"].includes(status))) {
      return true;
    }
    answer = await call("POST", "subscription-cancel", {
      on: at,
      token: user.token,
      body: { at_period_end: false },
    });
    return false;
  }).catch((cause: Error) => {
    throw new Error(`${cause.message}; the last answer: ${JSON.stringify(answer)}`, { cause });
  });
}

const running = ["active", "trialing", "paused"];

/** A subscription of the user's personal workspace that runs, whatever became of earlier ones. */
async function subscribed(ask: Ask): Promise<string> {
  const { world: { ground: { at } }, user } = ask;
  const held = async () => {
    const { data } = await user.client.from("subscriptions").select("id, status")
      .eq("workspace_id", user.workspaceId).not("status", "in", "(canceled,incomplete_expired)");
    return data?.find(({ status }) => running.includes(status)) ?? data?.[0];
  };
  const found = await held();
  if (found !== undefined && running.includes(found.status) && ask.pick % 3 !== 0) return found.id;
  if (found !== undefined) await endSubscriptions(ask);
  await buy(user, { price_id: prices[ask.pick % 2]! }, at);
  return (await waitFor("the subscription that was bought", held)).id;
}

/** A row of the newest documents that the user's workspace has. */
async function documentOf(table: "invoices" | "payments", user: TestUser): Promise<string> {
  return await waitFor(`a row of ${table}`, async () => {
    const { data } = await user.client.from(table).select("id").eq(
      "workspace_id",
      user.workspaceId,
    ).order("created_at", { ascending: false }).limit(1);
    return data?.[0]?.id;
  });
}

/** A quote for a change of the subscription there is. */
async function quote(ask: Ask): Promise<unknown> {
  const { world: { ground: { at } }, user, pick } = ask;
  await ask.world.supplied("subscription", user, pick, ask.named);
  let answer: Answer | undefined;
  for (let tried = 0; tried < prices.length; tried++) {
    answer = await call("POST", "subscription-preview", {
      on: at,
      token: user.token,
      body: { price_id: prices[(pick + tried) % prices.length] },
    });
    if (answer.status === 200) return answer.body.quote;
  }
  // The subscription was ended by a request: the next one asked for is another.
  await subscribed({ ...ask, pick: 0 });
  return "none";
}

export const billing: Record<string, Supply> = {
  /** A checkout's session, open. */
  session: {
    every: 6,
    async make(ask) {
      const { at } = ask.world.ground;
      const made = await call("POST", "subscription-checkout", {
        on: at,
        token: ask.user.token,
        body: {
          price_id: prices[0]!,
          workspace_id: await accounts["bare_workspace"]!.make(ask),
          success_url: `${at.siteUrl}/done`,
          cancel_url: `${at.siteUrl}/plans`,
        },
      });
      if (made.status !== 200) throw new Error(`no checkout: ${JSON.stringify(made.body)}`);
      return made.body.session_id;
    },
  },
  price: { every: 1, make: ({ pick }) => Promise.resolve(prices[pick % prices.length]) },
  subscription: { every: 12, make: subscribed },
  /** The workspace of such a subscription. */
  subscribed_workspace: {
    every: 12,
    async make(ask) {
      await subscribed(ask);
      return ask.user.workspaceId;
    },
  },
  paused_subscription: {
    every: 6,
    async make(ask) {
      const id = await subscribed(ask);
      await call("POST", "subscription-pause", {
        on: ask.world.ground.at,
        token: ask.user.token,
        body: { subscription_id: id },
      });
      return id;
    },
  },
  promotion_code: {
    every: 20,
    async make({ world: { ground: { at } } }) {
      const stripe = stripeSdk(at);
      const coupon = await stripe.coupons.create({ percent_off: 10, duration: "once" });
      const made = await stripe.promotionCodes.create({
        promotion: { type: "coupon", coupon: coupon.id },
      });
      return made.code;
    },
  },
  invoice: {
    every: 20,
    async make(ask) {
      await subscribed(ask);
      return await documentOf("invoices", ask.user);
    },
  },
  /** Of somebody who has subscribed anew: a payment is given back once. */
  payment: {
    every: 25,
    async make({ world: { ground: { at } } }) {
      const user = await signUp({ on: at });
      await buy(user, {}, at);
      return await documentOf("payments", user);
    },
  },
  quote: { every: 4, make: quote },
};
