/** Comparisons with Stripe, as staff read and begin them. */
import type { Supabase } from "../../supabase.ts";
import { rows } from "../../use-read.ts";

/** A difference between Stripe and our tables. */
export interface Drift {
  kind: string;
  object_type: string;
  object_id: string;
  order_id: string | null;
  detail: Record<string, unknown>;
  repaired_at: string | null;
}

/** One comparison, from its beginning. */
export interface Run {
  id: number;
  /** Whether differences were mended at once. */
  repair: boolean;
  /** Objects compared. */
  checked: number;
  started_at: string;
  finished_at: string | null;
  /** All differences; of these `open` are not mended. */
  drifts: number;
  open: number;
  /** The first hundred. */
  found: Drift[];
}

/** What is compared. */
export interface Comparison {
  name: "billing" | "shop";
  jobKind: string;
  /** The ten latest, newest first. @throws {ProblemError} */
  read(supabase: Supabase): Promise<Run[]>;
  /** The job that does it, a new one or the one that is open. @throws {ProblemError} */
  begin(supabase: Supabase, reason: string): Promise<number>;
}

export const billingComparison: Comparison = {
  name: "billing",
  jobKind: "billing_reconcile",
  read: async (supabase) =>
    await rows(supabase.rpc("staff_billing_reconciliations")) as unknown as Run[],
  begin: (supabase, reason) => rows(supabase.rpc("staff_billing_reconcile", { reason })),
};
