/** What a workspace has been sold or given, written as the mirror of Stripe and staff write it. */
import type { Sql } from "postgres";

/** A subscription as a sync would mirror it; change or end it by its id. */
export async function subscribed(
  sql: Sql,
  workspaceId: string,
  planId: string,
  fields: {
    status?: string;
    price_id?: string;
    current_period_start?: Date;
    current_period_end?: Date;
  } = {},
): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    insert into public.subscriptions ${
    sql({
      workspace_id: workspaceId,
      stripe_subscription_id: `sub_${crypto.randomUUID()}`,
      plan_id: planId,
      status: "active",
      quantity: 1,
      currency: "EUR",
      created_at: new Date(),
      ...fields,
    })
  } returning id`;
  return row!.id;
}

/** A plan with a monthly price (or none) and these features: null has no limit. */
export async function planOf(
  sql: Sql,
  plan: { id: string; rank: number; price?: boolean; features: Record<string, number | null> },
): Promise<void> {
  await sql`
    insert into public.plans (id, name, rank, active) values (${plan.id}, ${plan.id}, ${plan.rank}, true)`;
  for (const [feature, limit] of Object.entries(plan.features)) {
    await sql`
      insert into public.plan_features (plan_id, feature, limit_value)
      values (${plan.id}, ${feature}, ${limit})`;
  }
  if (plan.price === false) return;
  await sql`
    insert into public.prices (
      id, product_id, plan_id, lookup_key, currency, unit_amount, "interval", active, created_at
    )
    values (${`price_${plan.id}`}, ${`prod_${plan.id}`}, ${plan.id}, ${`price_monthly_${plan.id}`},
      'EUR', ${1000 * (plan.rank + 1)}, 'month', true, now())`;
}
