/** The access matrix of what follows an unpaid renewal, of credit notes and refunds. */
import {
  everyRow,
  everything,
  named,
  none,
  ofMyWorkspaces,
  serverOnly,
  type TableAccess,
  words,
} from "../access.ts";

const billingRoles = ["owner", "admin", "billing"];

export const dunningTables: Record<string, TableAccess> = {
  "public.credit_notes": {
    columns: words(`
      id workspace_id invoice_id stripe_credit_note_id number status reason memo currency subtotal total
      stripe_refund_ids pdf created_at voided_at updated_at tax
      refunded_amounts
    `),
    anon: none,
    authenticated: { select: ofMyWorkspaces("workspace_id", ...billingRoles) },
    service_role: everything,
    samples: ({ workspaceId, unique, row }) => [{
      workspace_id: workspaceId,
      invoice_id: row("public.invoices")["id"],
      stripe_credit_note_id: `cn_${unique}`,
      number: "1",
      status: "issued",
      currency: "EUR",
      subtotal: 50,
      total: 50,
      created_at: "2026-01-01",
    }],
  },
  "public.billing_documents": {
    columns: words(`
      id kind workspace_id invoice_id number plan description status currency amount created_at
      page_url pdf_url tax
    `),
    view: true,
    anon: none,
    authenticated: { select: ofMyWorkspaces("workspace_id", ...billingRoles) },
    service_role: { select: everyRow },
    samples: () => [],
  },
  "public.billing_details": {
    columns: words(`
      workspace_id name line1 line2 postal_code city state country tax_id_type tax_id tax_id_status
      updated_at
    `),
    anon: none,
    authenticated: { select: ofMyWorkspaces("workspace_id", ...billingRoles) },
    service_role: everything,
    samples: ({ workspaceId }) => [{ workspace_id: workspaceId, name: "Ada", country: "FR" }],
  },
  "private.refund_intents": {
    columns: words(`
      id payment_id amount state cause stripe_refund_id refusal created_at closed_at
    `),
    ...serverOnly,
    samples: ({ row }) => [{ payment_id: row("public.payments")["id"], amount: 1 }],
  },
  "public.dunning_policy": {
    columns: words("step after action mail"),
    anon: none,
    authenticated: { select: everyRow },
    service_role: everything,
    samples: ({ unique }) => [
      { step: `step_${unique}`, after: "1 day", action: "mail", mail: "payment_reminder" },
    ],
  },
  "public.dunning_cases": {
    columns: words(`
      id workspace_id invoice_id first_failed_at closed_at outcome access created_at updated_at
    `),
    anon: none,
    authenticated: { select: ofMyWorkspaces("workspace_id", ...billingRoles) },
    service_role: everything,
    samples: ({ workspaceId, row }) => [{
      workspace_id: workspaceId,
      invoice_id: row("public.invoices")["id"],
      first_failed_at: "2026-01-01",
    }],
  },
  "public.dunning_events": {
    columns: words("case_id step action at created_at"),
    anon: none,
    authenticated: {
      select: named(
        "those of the cases that they read",
        `case_id in (select id from public.dunning_cases where ${
          ofMyWorkspaces("workspace_id", ...billingRoles)
        })`,
      ),
    },
    service_role: everything,
    samples: ({ row }) => [{
      case_id: row("public.dunning_cases")["id"],
      step: "payment_failed",
      action: "mail",
      at: "2026-01-01",
    }],
  },
};
