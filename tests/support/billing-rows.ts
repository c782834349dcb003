/** What billing holds of a workspace, in a form that two runs, or a run and Stripe, can be compared in. */
import type { Sql } from "postgres";
import type Stripe from "stripe";
import { mailsTo } from "./mails.ts";
import { type StackAddress, stripeSdk } from "./stack.ts";
import type { TestUser } from "./users.ts";

/** A workspace's rows without what each database gives of its own: ids and the moment of writing. */
export async function billingRows(sql: Sql, workspaceId: string) {
  const subscriptions = await sql`
    select to_jsonb(held) - 'id' - 'updated_at' as row from public.subscriptions as held
    where workspace_id = ${workspaceId} order by stripe_subscription_id`;
  const invoices = await sql`
    select to_jsonb(invoice) - 'id' - 'updated_at' - 'subscription_id'
      || jsonb_build_object('subscription', held.stripe_subscription_id) as row
    from public.invoices as invoice
    left join public.subscriptions as held on held.id = invoice.subscription_id
    where invoice.workspace_id = ${workspaceId} order by stripe_invoice_id`;
  const payments = await sql`
    select to_jsonb(payment) - 'id' - 'updated_at' - 'invoice_id'
      || jsonb_build_object('invoice', invoice.stripe_invoice_id) as row
    from public.payments as payment
    left join public.invoices as invoice on invoice.id = payment.invoice_id
    where payment.workspace_id = ${workspaceId} order by stripe_payment_id`;
  const rowsOf = (found: Iterable<{ row: unknown }>) => [...found].map(({ row }) => row);
  return {
    subscriptions: rowsOf(subscriptions as never),
    invoices: rowsOf(invoices as never),
    payments: rowsOf(payments as never),
  };
}

/** The plans and prices that are on sale, as the database has them. */
export async function catalogueRows(sql: Sql) {
  const plans = await sql`
    select plan.id, plan.name, plan.description, plan.rank, plan.active,
      (select jsonb_object_agg(feature, limit_value) from public.plan_features where plan_id = plan.id)
        as features
    from public.plans as plan order by plan.id`;
  const prices = await sql`
    select plan_id, lookup_key, currency, unit_amount, "interval", active from public.prices
    order by plan_id, lookup_key, unit_amount, active`;
  return { plans: [...plans], prices: [...prices] };
}

/** The subjects of a user's mails, sorted: which were sent, whatever their order. */
export async function subjectsTo(user: TestUser, on: StackAddress): Promise<string[]> {
  return (await mailsTo(user.email, on)).map(({ subject }) => subject).toSorted();
}

/** What Stripe holds of a customer, as far as our rows tell the same. */
export async function billingAtStripe(customer: string, on: StackAddress) {
  const stripe = stripeSdk(on);
  const [subscriptions, invoices] = await Promise.all([
    stripe.subscriptions.list({ customer, status: "all" }).autoPagingToArray({ limit: 1000 }),
    stripe.invoices.list({ customer, expand: ["data.payments"] }).autoPagingToArray({
      limit: 1000,
    }),
  ]);
  const seconds = (time: number | null | undefined) => time ?? null;
  return {
    subscriptions: subscriptions.map((held: Stripe.Subscription) => [
      held.id,
      held.status,
      held.items.data[0]!.quantity,
      seconds(held.items.data[0]!.current_period_end),
      held.cancel_at_period_end,
      seconds(held.ended_at),
    ]).toSorted(),
    invoices: invoices.map((invoice: Stripe.Invoice) => [
      invoice.id,
      invoice.status,
      invoice.number,
      invoice.total,
      invoice.amount_paid,
    ]).toSorted(),
    payments: invoices.flatMap((invoice: Stripe.Invoice) =>
      invoice.payments!.data.map((payment) => [payment.payment.payment_intent, invoice.id])
    ).toSorted(),
  };
}

/** The same of our rows. */
export function comparable(rows: Awaited<ReturnType<typeof billingRows>>) {
  // deno-lint-ignore no-explicit-any -- rows as JSON
  const of = (list: unknown[]) => list as any[];
  const seconds = (time: string | null) => time === null ? null : Date.parse(time) / 1000;
  return {
    subscriptions: of(rows.subscriptions).map((row) => [
      row.stripe_subscription_id,
      row.status,
      row.quantity,
      seconds(row.current_period_end),
      row.cancel_at_period_end,
      seconds(row.ended_at),
    ]).toSorted(),
    invoices: of(rows.invoices).map((row) => [
      row.stripe_invoice_id,
      row.status,
      row.number,
      row.total,
      row.amount_paid,
    ]).toSorted(),
    payments: of(rows.payments).map((row) => [row.stripe_payment_id, row.invoice]).toSorted(),
  };
}
