/** The access matrix of what follows an unpaid renewal. */
import { everyRow, everything, none, ofMyWorkspaces, type TableAccess, words } from "../access.ts";

const billingRoles = ["owner", "admin", "billing"];

export const dunningTables: Record<string, TableAccess> = {
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
      select: `case_id in (select id from public.dunning_cases where ${
        ofMyWorkspaces("workspace_id", ...billingRoles)
      })`,
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
