/** The subscriber's plans and team: a plan that was changed for a larger one and renewed, and a shared workspace. */
import { offsetOf } from "./clock.ts";
import type { DemoPart, World } from "./part.ts";
import { changePlan, ownWorkspace, subscribe } from "./subscribing.ts";
import type { Variables, Visitor } from "./visitor.ts";

/** The subscriber's shared workspace, made where there is none. @returns its id */
async function studio({ supabase }: Visitor): Promise<string> {
  const name = "Studio Dumas";
  const { data: known } = await supabase.from("workspaces").select("id").eq("name", name).limit(1)
    .throwOnError();
  if (known[0] !== undefined) return known[0].id;
  const { data: made } = await supabase.rpc("workspace_create", { name }).throwOnError();
  return (made as { id: string }).id;
}

/** Invites an address that never was, and again whose invitation has expired. @returns the latest, whatever became of it */
async function invite(
  env: Variables,
  { socle, supabase }: Visitor,
  invitation: { workspace_id: string; email: string; role: "admin" | "member" },
): Promise<{ id: string; state: string }> {
  const { workspace_id, email } = invitation;
  const { data: known } = await supabase.from("workspace_invitations")
    .select("id, state, expires_at")
    .eq("workspace_id", workspace_id).eq("email", email).order("created_at", { ascending: false })
    .limit(1).throwOnError();
  const latest = known[0];
  if (latest !== undefined) {
    // An expired one's row says open until it is sent again.
    const now = Date.now() + await offsetOf(env) * 1000;
    if (latest.state !== "open" || Date.parse(latest.expires_at) > now) return latest;
  }
  return (await socle.workspaceInvite(invitation)).invitation;
}

async function beginSmall({ visitor, stripe }: World): Promise<void> {
  const subscriber = await visitor("subscriber");
  await subscribe(subscriber, stripe, await ownWorkspace(subscriber), "price_monthly_basic");
}

async function goLarger({ visitor }: World): Promise<void> {
  const subscriber = await visitor("subscriber");
  await changePlan(subscriber, await ownWorkspace(subscriber), "basic", "price_monthly_pro");
}

async function foundStudio({ visitor, stripe }: World): Promise<void> {
  const subscriber = await visitor("subscriber");
  await subscribe(subscriber, stripe, await studio(subscriber), "price_monthly_team");
}

async function inviteShopper({ env, visitor }: World): Promise<void> {
  const subscriber = await visitor("subscriber");
  const shopper = await visitor("shopper");
  const workspace_id = await studio(subscriber);
  const { id, state } = await invite(env, subscriber, {
    workspace_id,
    email: shopper.email,
    role: "admin",
  });
  if (state === "open") await shopper.socle.workspaceAccept({ invitation_id: id });
}

/** It stays open: an invitation is good for seven days. */
async function inviteFresh({ env, visitor }: World): Promise<void> {
  const subscriber = await visitor("subscriber");
  const { email } = await visitor("fresh");
  await invite(env, subscriber, {
    workspace_id: await studio(subscriber),
    email,
    role: "member",
  });
}

/** Nobody sees the key: it is made for the list of keys. */
async function makeKey({ visitor }: World): Promise<void> {
  const { supabase, socle, ...subscriber } = await visitor("subscriber");
  const workspace_id = await ownWorkspace({ supabase, socle, ...subscriber });
  const { data: known } = await supabase.from("workspace_api_keys").select("id")
    .eq("workspace_id", workspace_id).limit(1).throwOnError();
  if (known.length > 0) return;
  await socle.apiKeyCreate({
    workspace_id,
    name: "Nightly report",
    role: "member",
    scopes: ["workspace:read"],
  });
}

export const team: DemoPart = {
  acts: [
    { daysAgo: 54.4, do: beginSmall },
    { daysAgo: 40.3, do: goLarger },
    { daysAgo: 40.3, do: makeKey },
    { daysAgo: 36.6, do: foundStudio },
    { daysAgo: 33.2, do: inviteShopper },
    { daysAgo: 4.3, do: inviteFresh },
  ],
};
