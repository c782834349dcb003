/** The access matrix of plans, prices and what was bought. */
import {
  everyRow,
  everything,
  none,
  ofMyWorkspaces,
  serverOnly,
  type TableAccess,
  words,
} from "../access.ts";

export const billingTables: Record<string, TableAccess> = {
  "public.plans": {
    columns: words(`
      id stripe_product_id name description rank active created_at updated_at per_seat
    `),
    anon: { select: "active" },
    authenticated: { select: "active" },
    service_role: everything,
    samples: ({ unique }) => [
      { id: `on_sale_${unique}`, name: "On sale", active: true },
      { id: `retired_${unique}`, name: "Retired", active: false },
    ],
  },
  "public.plan_features": {
    columns: words("plan_id feature limit_value"),
    anon: { select: everyRow },
    authenticated: { select: everyRow },
    service_role: everything,
    samples: (
      { unique, row },
    ) => [{ plan_id: row("public.plans")["id"], feature: `feature_${unique}` }],
  },
  "public.prices": {
    columns: words(`
      id product_id plan_id lookup_key currency unit_amount interval interval_count active
      created_at updated_at
    `),
    anon: { select: "active and plan_id in (select id from public.plans where active)" },
    authenticated: { select: "active and plan_id in (select id from public.plans where active)" },
    service_role: everything,
    samples: ({ unique, row }) => {
      const price = {
        product_id: "prod_sample",
        currency: "EUR",
        unit_amount: 100,
        interval: "month",
        created_at: "2026-01-01",
      };
      const planId = row("public.plans")["id"];
      return [
        { ...price, id: `price_on_sale_${unique}`, plan_id: planId, active: true },
        { ...price, id: `price_retired_${unique}`, plan_id: planId, active: false },
        { ...price, id: `price_planless_${unique}`, plan_id: null, active: true },
        { ...price, id: `price_of_retired_${unique}`, plan_id: `retired_${unique}`, active: true },
      ];
    },
  },
  "public.subscriptions": {
    columns: words(`
      id workspace_id user_id stripe_subscription_id plan_id price_id status quantity
      currency cancel_at_period_end current_period_start current_period_end trial_end
      cancel_at canceled_at ended_at created_at updated_at stripe_payment_method_id
      trial_start promotion_code coupon discount_ends_at next_price_id next_quantity next_change_at
    `),
    anon: none,
    authenticated: { select: ofMyWorkspaces("workspace_id") },
    service_role: everything,
    samples: ({ workspaceId, userId, unique }) => [{
      workspace_id: workspaceId,
      user_id: userId,
      stripe_subscription_id: `sub_${unique}`,
      status: "active",
      quantity: 1,
      currency: "EUR",
      created_at: "2026-01-01",
    }],
  },
  "public.invoices": {
    columns: words(`
      id workspace_id subscription_id stripe_invoice_id number status currency subtotal
      total amount_due amount_paid period_start period_end hosted_invoice_url invoice_pdf
      created_at paid_at updated_at billing_reason description attempt_count
      next_payment_attempt action_required voided_at marked_uncollectible_at price_id tax
      reverse_charge
    `),
    anon: none,
    authenticated: { select: ofMyWorkspaces("workspace_id", "owner", "admin", "billing") },
    service_role: everything,
    samples: ({ workspaceId, unique, row }) => [{
      workspace_id: workspaceId,
      subscription_id: row("public.subscriptions")["id"],
      stripe_invoice_id: `in_${unique}`,
      status: "paid",
      currency: "EUR",
      subtotal: 100,
      total: 100,
      amount_due: 100,
      amount_paid: 100,
      period_start: "2026-01-01",
      period_end: "2026-02-01",
      created_at: "2026-01-01",
    }],
  },
  "public.payments": {
    columns: words(`
      id workspace_id invoice_id stripe_payment_id status amount currency created_at
      paid_at updated_at amount_refunded
    `),
    anon: none,
    authenticated: { select: ofMyWorkspaces("workspace_id", "owner", "admin", "billing") },
    service_role: everything,
    samples: ({ workspaceId, unique, row }) => [{
      workspace_id: workspaceId,
      invoice_id: row("public.invoices")["id"],
      stripe_payment_id: `pi_${unique}`,
      status: "succeeded",
      amount: 100,
      currency: "EUR",
      created_at: "2026-01-01",
    }],
  },
  "public.payment_methods": {
    columns: words(`
      id workspace_id stripe_payment_method_id type brand last4 exp_month exp_year
      created_at updated_at
    `),
    anon: none,
    authenticated: { select: ofMyWorkspaces("workspace_id", "owner", "admin", "billing") },
    service_role: everything,
    samples: ({ workspaceId, unique }) => [{
      workspace_id: workspaceId,
      stripe_payment_method_id: `pm_${unique}`,
      type: "card",
      created_at: "2026-01-01",
    }],
  },
  "public.refunds": {
    columns: words(`
      id workspace_id payment_id stripe_refund_id status amount currency reason created_at
      updated_at
    `),
    anon: none,
    authenticated: { select: ofMyWorkspaces("workspace_id", "owner", "admin", "billing") },
    service_role: everything,
    samples: ({ workspaceId, unique, row }) => [{
      workspace_id: workspaceId,
      payment_id: row("public.payments")["id"],
      stripe_refund_id: `re_${unique}`,
      status: "succeeded",
      amount: 50,
      currency: "EUR",
      created_at: "2026-01-01",
    }],
  },
  "public.disputes": {
    columns: words(`
      id workspace_id payment_id stripe_dispute_id status amount currency reason
      evidence_due_by created_at updated_at
    `),
    anon: none,
    authenticated: { select: ofMyWorkspaces("workspace_id", "owner", "admin", "billing") },
    service_role: everything,
    samples: ({ workspaceId, unique, row }) => [{
      workspace_id: workspaceId,
      payment_id: row("public.payments")["id"],
      stripe_dispute_id: `dp_${unique}`,
      status: "needs_response",
      reason: "fraudulent",
      amount: 50,
      currency: "EUR",
      created_at: "2026-01-01",
    }],
  },
  "private.plan_products": {
    columns: words("product_id plan_id record created_at"),
    ...serverOnly,
    samples: ({ unique }) => [{ product_id: `prod_${unique}`, plan_id: "basic", record: {} }],
  },
  "private.billing_customers": {
    columns: words(`
      workspace_id stripe_customer_id email name created_at stripe_payment_method_id generation
    `),
    ...serverOnly,
    samples: "sign-up",
  },
  "private.subscription_intents": {
    columns: words(`
      id workspace_id user_id price_id quantity state stripe_subscription_id
      stripe_session_id success_url cancel_url created_at closed_at trial_days trial_needs_card
      promotion_code_id payment_method_id
    `),
    ...serverOnly,
    samples: ({ workspaceId, userId }) => [{
      workspace_id: workspaceId,
      user_id: userId,
      price_id: "price_sample",
      quantity: 1,
      state: "bought",
    }],
  },
  "private.reconciliations": {
    columns: words("id repair cause phase stage cursor checked started_at finished_at"),
    ...serverOnly,
    samples: () => [{ repair: false }],
  },
  "private.reconciliation_seen": {
    columns: words("reconciliation_id object_type object_id"),
    ...serverOnly,
    samples: ({ unique, row }) => [{
      reconciliation_id: row("private.reconciliations")["id"],
      object_type: "invoice",
      object_id: unique,
    }],
  },
  "private.billing_drifts": {
    columns: words(`
      id reconciliation_id kind object_type object_id detail found_at repaired_at
    `),
    ...serverOnly,
    samples: ({ unique, row }) => [{
      reconciliation_id: row("private.reconciliations")["id"],
      kind: "missing",
      object_type: "invoice",
      object_id: unique,
    }],
  },
};
