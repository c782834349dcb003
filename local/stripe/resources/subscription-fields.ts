import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { invalid, notImplemented } from "../errors.ts";
import { assertLocated } from "./customer-taxes.ts";
import type { Subscription } from "./subscription-object.ts";

/** The payment settings of a subscription after a call. */
export function paymentSettingsOf(
  current: Subscription["payment_settings"],
  given: Stripe.SubscriptionCreateParams.PaymentSettings | undefined,
): NonNullable<Subscription["payment_settings"]> {
  const types = given?.payment_method_types;
  if (types && types.some((type) => type !== "card")) {
    throw notImplemented(
      "payment methods other than cards",
      "payment_settings[payment_method_types]",
    );
  }
  return {
    payment_method_options: null,
    payment_method_types: types === undefined
      ? current?.payment_method_types ?? null
      : types || null,
    save_default_payment_method: given?.save_default_payment_method ??
      current?.save_default_payment_method ?? "off",
  };
}

/** Whether a subscription's invoices compute tax; throws where the customer cannot be taxed. */
export function automaticTaxOf(
  call: Call,
  customer: string,
  { enabled }: { enabled: boolean },
): Subscription["automatic_tax"] {
  if (enabled) assertLocated(call.need("customer", customer), "automatic_tax");
  return { disabled_reason: null, enabled, liability: enabled ? { type: "self" } : null };
}

/** The invoice settings of a subscription after a call: the seller's tax ids to show. */
export function invoiceSettingsOf(
  call: Call,
  current: Subscription["invoice_settings"],
  given: { account_tax_ids?: string[] | "" | null },
): Subscription["invoice_settings"] {
  const { account_tax_ids: ids } = given;
  if (ids === undefined) return current;
  for (const id of ids || []) {
    const param = "invoice_settings[account_tax_ids]";
    if (call.need("tax_id", id, param).customer === null) continue;
    throw invalid(`The tax id ${id} is a customer's, not the account's.`, { param });
  }
  return { ...current, account_tax_ids: ids || null };
}

/** A payment method that a subscription may use: its customer's. */
export function methodForCustomer(
  call: Call,
  id: string | undefined,
  customer: string,
): string | null {
  if (!id) return null;
  const method = call.need("payment_method", id, "default_payment_method");
  if (method.customer !== customer) {
    throw invalid(
      `The customer does not have a payment method with the ID ${id}. The payment method must be ` +
        "attached to the customer.",
      { code: "resource_missing", param: "default_payment_method" },
    );
  }
  return id;
}
