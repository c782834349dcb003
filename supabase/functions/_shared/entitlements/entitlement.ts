/** What a workspace may use, as the client RPC `entitlements` answers it. */
import type { FeatureName } from "../billing/plans.ts";

/**
 * One feature of a workspace: `(await supabase.rpc("entitlements", { workspace_id })).data as Entitlement[]`.
 * The generated types of the database know neither the names nor what may be null.
 */
export interface Entitlement {
  /** A declared name; another one where Stripe or staff name features of their own. */
  // deno-lint-ignore ban-types -- keeps the editor's completion of the declared names
  feature: FeatureName | (string & {});
  included: boolean;
  /** How much; null without a limit, 0 when it is not included. */
  limit: number | null;
  /** How much is used, of a meter in the current period; null for what is not counted. */
  used: number | null;
  source: "plan" | "override";
}
