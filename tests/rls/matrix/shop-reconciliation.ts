/** The access matrix of the shop's comparisons with Stripe. */
import { type FunctionAccess, serverOnly, type TableAccess, words } from "../access.ts";

export const shopReconciliationTables: Record<string, TableAccess> = {
  "private.shop_reconciliations": {
    columns: words("id repair cause since phase cursor checked started_at finished_at"),
    ...serverOnly,
    samples: ({ unique }) => [{ repair: false, cause: unique }],
  },
  "private.shop_drifts": {
    columns: words(`
      id reconciliation_id kind object_type object_id order_id detail found_at repaired_at
    `),
    ...serverOnly,
    samples: ({ row, unique }) => [{
      reconciliation_id: row("private.shop_reconciliations")["id"],
      kind: "shortage",
      object_type: "variant",
      object_id: unique,
    }],
  },
  "private.shop_reconciliation_seen": {
    columns: words("reconciliation_id stripe_id"),
    ...serverOnly,
    samples: ({ row, unique }) => [{
      reconciliation_id: row("private.shop_reconciliations")["id"],
      stripe_id: unique,
    }],
  },
};

const server: FunctionAccess = { execute: ["service_role"] };
const signedIn: FunctionAccess = { execute: ["authenticated", "service_role"] };

export const shopReconciliationFunctions: Record<string, FunctionAccess> = {
  "private.core_health()": server,
  "private.movement_drift(text,jsonb)": server,
  "private.session_drift(jsonb)": server,
  "private.shop_alert_measures()": server,
  "private.shop_drifts_open()": server,
  "private.staff_order_days(text)": { ...signedIn, definer: true },
  "private.staff_shop_reconcile(text)": { ...signedIn, definer: true },
  "private.staff_shop_reconciliations()": { ...signedIn, definer: true },
  "public.shop_books()": server,
  "public.shop_holds_overdue(integer)": server,
  "public.shop_reconciliation_begin(bigint,boolean,text)": server,
  "public.shop_reconciliation_compare(bigint,text,jsonb)": server,
  "public.shop_reconciliation_note(bigint,text,text,integer,text[],jsonb)": server,
  "public.shop_reconciliation_report(bigint)": server,
  "public.shop_reconciliation_unlisted(bigint,integer)": server,
  "public.staff_order_days(text)": signedIn,
  "public.staff_shop_reconcile(text)": signedIn,
  "public.staff_shop_reconciliations()": signedIn,
};
