/**
 * Pausing by Stripe's own pause: nothing is billed, and what was paid for and not used is credited when
 * it goes on. (Not `pause_collection`, which goes on counting periods and only forgives their invoices.)
 */
import type Stripe from "stripe";
import type * as z from "zod";
import { problem } from "../problem.ts";
import { type Change, changeSubscription, type ChangeTools } from "./changes.ts";
import { releaseSchedule } from "./renewal-changes.ts";
import { isDefiniteRefusal } from "./stripe.ts";
import type { Subscription } from "./subscription.ts";

async function unlessAlready(
  stripe: Stripe,
  id: string,
  status: string,
  act: () => Promise<unknown>,
): Promise<void> {
  try {
    await act();
  } catch (error) {
    // Another tab was faster: Stripe refuses what is so already.
    if (!isDefiniteRefusal(error)) throw error;
    if ((await stripe.subscriptions.retrieve(id)).status !== status) throw error;
  }
}

/**
 * Pauses a subscription. What was planned for its renewal is let go first: Stripe pauses no subscription
 * that a schedule governs.
 *
 * @throws {Problem} `workspace_not_found`, `forbidden`, `subscription_not_found`,
 *   `subscription_ambiguous`, `subscription_not_changeable`, `payment_provider_unavailable`
 */
export async function pauseSubscription(
  tools: ChangeTools,
  change: Change,
): Promise<z.infer<typeof Subscription>> {
  const { stripe } = tools;
  return await changeSubscription(tools, change, async (id) => {
    const held = await stripe.subscriptions.retrieve(id);
    if (held.status === "paused") return;
    if (held.status !== "active") {
      throw problem("subscription_not_changeable", {
        detail: `Only one that is active can be paused: this one is ${held.status}.`,
      });
    }
    if (held.cancel_at_period_end || held.cancel_at !== null) {
      throw problem("subscription_not_changeable", {
        detail: "It is to end: let it go on first (subscription-uncancel).",
      });
    }
    await releaseSchedule(tools, held);
    await unlessAlready(stripe, id, "paused", () =>
      stripe.subscriptions.pause(id, {
        type: "subscription",
        bill_for: { unused_time_from: { type: "now" } },
        invoicing_behavior: "pending_invoice_item",
      }));
  });
}

/**
 * Lets a paused subscription go on: a new period begins now, less what the pause has credited.
 *
 * @throws {Problem} as {@link pauseSubscription}; `payment_declined`
 */
export async function resumeSubscription(
  tools: ChangeTools,
  change: Change,
): Promise<z.infer<typeof Subscription>> {
  const { stripe } = tools;
  return await changeSubscription(tools, change, async (id) => {
    const held = await stripe.subscriptions.retrieve(id);
    if (held.status !== "paused") return;
    await unlessAlready(
      stripe,
      id,
      "active",
      () => stripe.subscriptions.resume(id, { billing_cycle_anchor: { type: "now" } }),
    );
  });
}
