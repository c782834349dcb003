/** The subscriber's plans and team, by the ways that everybody takes. */
import type Stripe from "stripe";
import type { DemoPart, World } from "./part.ts";
import { until, type Visitor } from "./visitor.ts";

/** Subscribes a workspace and pays by a good card. */
async function subscribe(
  { socle, supabase }: Visitor,
  stripe: Stripe,
  workspaceId: string,
  priceId: string,
): Promise<void> {
  const { subscription } = await socle.subscriptionCreate({
    workspace_id: workspaceId,
    price_id: priceId,
  });
  const intent = subscription.client_secret?.split("_secret")[0];
  if (intent === undefined) throw new Error(`cannot pay for ${priceId}: Stripe wants no payment`);
  await stripe.paymentIntents.confirm(intent, { payment_method: "pm_card_visa" });
  await until(`the subscription to ${priceId}`, async () => {
    const { data } = await supabase.from("subscriptions").select("id")
      .eq("workspace_id", workspaceId).eq("status", "active").throwOnError();
    return data[0];
  });
}

/** A plan that was changed for a larger one, and a shared workspace with members and an open invitation. */
async function makeTeam({ subscriber, shopper, fresh, stripe }: World): Promise<void> {
  const { socle, supabase } = subscriber;
  const { data: subscriptions } = await supabase.from("subscriptions").select("id").throwOnError();
  if (subscriptions.length > 0) return;
  const { data: own } = await supabase.from("workspaces").select("id").single().throwOnError();
  await subscribe(subscriber, stripe, own.id, "price_monthly_basic");
  const { quote } = await socle.subscriptionPreview({
    workspace_id: own.id,
    price_id: "price_monthly_pro",
  });
  await socle.subscriptionUpdate({ quote });

  const { data: shared } = await supabase.rpc("workspace_create", { name: "Studio Dumas" })
    .throwOnError();
  const workspace_id = (shared as { id: string }).id;
  await subscribe(subscriber, stripe, workspace_id, "price_monthly_team");
  const { invitation } = await socle.workspaceInvite({
    workspace_id,
    email: shopper.email,
    role: "admin",
  });
  await shopper.socle.workspaceAccept({ invitation_id: invitation.id });
  await socle.workspaceInvite({ workspace_id, email: fresh.email, role: "member" });
}

export const team: DemoPart = { live: makeTeam };
