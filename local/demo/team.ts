/** The subscriber's plans and team, by the ways that everybody takes. */
import type Stripe from "stripe";
import type { DemoPart, World } from "./part.ts";
import { until, type Visitor } from "./visitor.ts";

/** A workspace's subscription as the mirror has it, once it was paid; undefined where none was. */
async function subscriptionOf({ supabase }: Visitor, workspaceId: string) {
  const { data } = await supabase.from("subscriptions").select("status, plan_id")
    .eq("workspace_id", workspaceId).not("status", "in", "(incomplete,incomplete_expired)")
    .order("created_at", { ascending: false }).limit(1).throwOnError();
  return data[0];
}

/** Subscribes a workspace that was never subscribed, and pays by a good card. */
async function subscribe(
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
async function change(
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

/** The subscriber's workspace of a name, made where there is none. @returns its id */
async function workspaceNamed({ supabase }: Visitor, name: string): Promise<string> {
  const { data: known } = await supabase.from("workspaces").select("id").eq("name", name).limit(1)
    .throwOnError();
  if (known[0] !== undefined) return known[0].id;
  const { data: made } = await supabase.rpc("workspace_create", { name }).throwOnError();
  return (made as { id: string }).id;
}

/** Invites an address that never was. @returns the latest invitation, whatever became of it */
async function invite(
  { socle, supabase }: Visitor,
  invitation: { workspace_id: string; email: string; role: "admin" | "member" },
): Promise<{ id: string; state: string }> {
  const { workspace_id, email } = invitation;
  const { data: known } = await supabase.from("workspace_invitations").select("id, state")
    .eq("workspace_id", workspace_id).eq("email", email).order("created_at", { ascending: false })
    .limit(1).throwOnError();
  return known[0] ?? (await socle.workspaceInvite(invitation)).invitation;
}

/**
 * A plan that was changed for a larger one, and a shared workspace with members and an open invitation. Each
 * step is taken where it was not yet.
 */
export async function makeTeam({ subscriber, shopper, fresh, stripe }: World): Promise<void> {
  const { data: own } = await subscriber.supabase.from("workspaces").select("id")
    .eq("personal_of", subscriber.id).single().throwOnError();
  await subscribe(subscriber, stripe, own.id, "price_monthly_basic");
  await change(subscriber, own.id, "basic", "price_monthly_pro");

  const workspace_id = await workspaceNamed(subscriber, "Studio Dumas");
  await subscribe(subscriber, stripe, workspace_id, "price_monthly_team");
  const toShopper = await invite(subscriber, { workspace_id, email: shopper.email, role: "admin" });
  if (toShopper.state === "open") {
    await shopper.socle.workspaceAccept({ invitation_id: toShopper.id });
  }
  await invite(subscriber, { workspace_id, email: fresh.email, role: "member" });
}

export const team: DemoPart = { live: makeTeam };
