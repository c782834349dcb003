/** Subscribing and changing plans by the ways that everybody takes; each where it was not done yet. */
import type Stripe from "stripe";
import { until, type Visitor } from "./visitor.ts";

/** A workspace's subscription as the mirror has it, once it was paid; undefined where none was. */
export async function subscriptionOf({ supabase }: Visitor, workspaceId: string) {
  const { data } = await supabase.from("subscriptions")
    .select("status, plan_id, stripe_subscription_id")
    .eq("workspace_id", workspaceId).not("status", "in", "(incomplete,incomplete_expired)")
    .order("created_at", { ascending: false }).limit(1).throwOnError();
  return data[0];
}

/** Subscribes a workspace that was never subscribed, and pays by a good card. */
export async function subscribe(
  visitor: Visitor,
  stripe: Stripe,
  workspaceId: string,
  priceId: string,
): Promise<void> {
  if (await subscriptionOf(visitor, workspaceId) !== undefined) return;
  // One that was begun and not paid is gone on with.
  const { subscription } = await visitor.socle.subscriptionCreate({
    workspace_id: workspaceId,
    price_id: priceId,
  });
  const intent = subscription.client_secret?.split("_secret")[0];
  if (intent === undefined) throw new Error(`cannot pay for ${priceId}: Stripe wants no payment`);
  await stripe.paymentIntents.confirm(intent, { payment_method: "pm_card_visa" });
  await until(`the subscription to ${priceId}`, async () => {
    const known = await subscriptionOf(visitor, workspaceId);
    return known?.status === "active" ? known : undefined;
  });
}

/** Changes the plan, where it is still the smaller one. */
export async function changePlan(
  visitor: Visitor,
  workspaceId: string,
  fromPlan: string,
  toPrice: string,
): Promise<void> {
  const subscription = await subscriptionOf(visitor, workspaceId);
  if (subscription?.status !== "active" || subscription.plan_id !== fromPlan) return;
  const { quote } = await visitor.socle.subscriptionPreview({
    workspace_id: workspaceId,
    price_id: toPrice,
  });
  await visitor.socle.subscriptionUpdate({ quote });
}

/** The workspace that everybody has for himself. */
export async function ownWorkspace({ supabase, id }: Visitor): Promise<string> {
  const { data } = await supabase.from("workspaces").select("id").eq("personal_of", id).single()
    .throwOnError();
  return data.id;
}
