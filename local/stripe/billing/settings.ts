import { invalid } from "../errors.ts";
import { standardRate } from "./tax-rates.ts";
import type { Store } from "../store.ts";

/** What the account's owner chooses in Stripe's dashboard under Billing. */
export interface BillingSettings {
  /** Days from each failed attempt to collect a renewal until the next; none follows the last. */
  retry_days: number[];
  /** What becomes of a subscription when the last attempt has failed. */
  after_last_retry: "cancel" | "unpaid" | "past_due";
  /** How long before a renewal `invoice.upcoming` is sent; periods no longer than that get none. */
  upcoming_days: number;
  /** The country in which the seller sits and is registered for tax. */
  tax_head_office: string;
  /** Whether the seller collects other countries' VAT by the European Union's one-stop shop. */
  tax_oss: boolean;
  /** Whether prices that do not say so hold their tax; automatic tax refuses them while null. */
  tax_behavior: "exclusive" | "inclusive" | null;
  /** The seller's address, in one line: every invoice shows it. */
  account_address: string;
  /** The seller's own tax ids that every invoice shows which names no others. */
  account_tax_ids: string[];
}

const defaults: BillingSettings = {
  retry_days: [3, 5, 7],
  after_last_retry: "cancel",
  upcoming_days: 7,
  tax_head_office: "FR",
  tax_oss: true,
  tax_behavior: null,
  account_address: "1 rue de la Paix, 75002 Paris, FR",
  account_tax_ids: [],
};

/** The account's settings; what was never chosen is Stripe's own default. */
export function billingSettings(store: Store): BillingSettings {
  return { ...defaults, ...JSON.parse(store.setting("billing") ?? "{}") };
}

/** Changes settings; throws what is wrong with what was given. */
export function changeBillingSettings(store: Store, given: unknown): BillingSettings {
  if (typeof given !== "object" || given === null) throw invalid("the body must be an object");
  for (const [name, value] of Object.entries(given)) {
    if (!allowed(name, value)) {
      throw invalid(`cannot set ${name} to ${JSON.stringify(value)}`, { param: name });
    }
  }
  const settings = { ...billingSettings(store), ...given };
  store.set("billing", JSON.stringify(settings));
  return settings;
}

function allowed(name: string, value: unknown): boolean {
  switch (name) {
    case "retry_days":
      return Array.isArray(value) && value.every((days) => Number.isInteger(days) && days > 0);
    case "after_last_retry":
      return ["cancel", "unpaid", "past_due"].includes(String(value));
    case "upcoming_days":
      return Number.isInteger(value) && Number(value) >= 0;
    case "account_address":
      return typeof value === "string" && value.length > 0 && value.length <= 200;
    case "tax_head_office":
      return standardRate(String(value)) !== undefined;
    case "tax_oss":
      return typeof value === "boolean";
    case "tax_behavior":
      return value === null || value === "exclusive" || value === "inclusive";
    case "account_tax_ids":
      return Array.isArray(value) && value.every((id) => typeof id === "string");
    default:
      return false;
  }
}
