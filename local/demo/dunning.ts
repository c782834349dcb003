/** Somebody whose card was good for a month: his renewal is declined, and nobody has paid it yet. */
import type { Act, DemoPart, World } from "./part.ts";
import { ownWorkspace, subscribe, subscriptionOf } from "./subscribing.ts";

async function begin({ visitor, stripe }: World): Promise<void> {
  const late = await visitor("late");
  await subscribe(late, stripe, await ownWorkspace(late), "price_monthly_basic");
}

/** From here on his bank declines every charge. */
async function loseCard({ visitor, stripe }: World): Promise<void> {
  const late = await visitor("late");
  const known = await subscriptionOf(late, await ownWorkspace(late));
  if (known?.status !== "active") return;
  const { customer, default_payment_method: present } = await stripe.subscriptions.retrieve(
    known.stripe_subscription_id,
    { expand: ["default_payment_method"] },
  );
  if (typeof present === "object" && present?.metadata?.["declines"] !== undefined) return;
  const failing = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", {
    customer: typeof customer === "string" ? customer : customer.id,
  });
  await stripe.paymentMethods.update(failing.id, { metadata: { declines: "yes" } });
  await stripe.subscriptions.update(known.stripe_subscription_id, {
    default_payment_method: failing.id,
  });
}

/** A day on which nobody does anything: what falls due until then happens. */
const passes = (daysAgo: number): Act => ({
  daysAgo,
  past: true,
  do: () => Promise.resolve(),
});

export const dunning: DemoPart = {
  // A month later, 10 to 13 days ago, comes the renewal; 7 days after it the workspace is read-only, 14 days
  // after it locked, which is yet to come.
  acts: [
    { daysAgo: 41.7, do: begin },
    { daysAgo: 36.6, past: true, do: loseCard },
    // Each a step of the policy.
    passes(10.4),
    passes(6.2),
    passes(3.4),
  ],
};
