/** The shop's comparison with Stripe and with its ledgers. */
import { rows } from "../../use-read.ts";
import type { Comparison, Run } from "../reconciliation/comparison.ts";

export const shopComparison: Comparison = {
  name: "shop",
  jobKind: "shop_reconcile",
  read: async (supabase) =>
    await rows(supabase.rpc("staff_shop_reconciliations")) as unknown as Run[],
  begin: (supabase, reason) => rows(supabase.rpc("staff_shop_reconcile", { reason })),
};
