/** Waiting until a stack's database has learnt the plans from its Stripe, by webhooks as ever. */
import type { Stack } from "../../local/stack.ts";
import { plans } from "../../supabase/functions/_shared/billing/plans.ts";
import { waitFor } from "./wait.ts";

/** Waits until every declared price is on sale. */
export async function plansKnown(stack: Stack): Promise<void> {
  const declared = plans.flatMap((plan) => plan.prices).length;
  await waitFor("the declared prices to be on sale", async () => {
    const reply = await fetch(`${stack.env["SUPABASE_URL"]}/rest/v1/prices?select=id`, {
      headers: { apikey: stack.env["SUPABASE_PUBLISHABLE_KEY"]! },
    });
    const prices = await reply.json();
    return Array.isArray(prices) && prices.length >= declared;
  });
}
