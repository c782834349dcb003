/** The access matrix of what changes a subscription: quotes in use, trials, refunds at an end. */
import { serverOnly, type TableAccess, words } from "../access.ts";

export const subscriptionTables: Record<string, TableAccess> = {
  "private.subscription_changes": {
    columns: words(`
      quote_id workspace_id user_id stripe_subscription_id state attempt locked_until
      stripe_invoice_id created_at closed_at
    `),
    ...serverOnly,
    samples: ({ workspaceId, userId, unique }) => [{
      quote_id: crypto.randomUUID(),
      workspace_id: workspaceId,
      user_id: userId,
      stripe_subscription_id: `sub_${unique}`,
      locked_until: "2026-01-01",
    }],
  },
  "private.workspace_trials": {
    columns: words("workspace_id intent_id stripe_subscription_id created_at"),
    ...serverOnly,
    samples: ({ workspaceId }) => [{ workspace_id: workspaceId }],
  },
  "private.card_trials": {
    columns: words("fingerprint stripe_subscription_id trial_start created_at"),
    ...serverOnly,
    samples: ({ unique }) => [{
      fingerprint: `card_${unique}`,
      stripe_subscription_id: `sub_${unique}`,
      trial_start: "2026-01-01",
    }],
  },
  "private.subscription_cancellations": {
    columns: words(`
      id workspace_id user_id stripe_subscription_id currency parts created_at refunded_at
    `),
    ...serverOnly,
    samples: ({ workspaceId, userId, unique }) => [{
      workspace_id: workspaceId,
      user_id: userId,
      stripe_subscription_id: `sub_${unique}`,
      currency: "EUR",
      parts: [],
    }],
  },
};
