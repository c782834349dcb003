/** Everything that requests may be about, and which field means what. */
import fc from "fast-check";
import type { Declared } from "../../../scripts/declarations.ts";
import { Reference } from "../reference.ts";
import type { Supply } from "../world.ts";
import { accounts } from "./accounts.ts";
import { billing } from "./billing.ts";
import { shopFields, shopFieldsOfEndpoints, shopSupplies } from "./shop.ts";
import { staff } from "./staff.ts";

export const supplies: Record<string, Supply> = {
  ...accounts,
  ...shopSupplies,
  ...billing,
  ...staff,
};

/** The supply of a field, by its name; those of one endpoint go first. */
const fields: Record<string, string> = {
  workspace_id: "workspace",
  subscription_id: "subscription",
  price_id: "price",
  invoice_id: "invoice",
  payment_id: "payment",
  quote: "quote",
  session_id: "session",
  endpoint_id: "webhook_endpoint",
  invitation_id: "invitation",
  feature: "feature",
  ...shopFields,
};

const subscribed = { workspace_id: "subscribed_workspace" };

/** By function, or by address and method. */
const ofEndpoint: Record<string, Record<string, string>> = {
  "auth-signup": { email: "new_email" },
  "auth-login": { email: "email", password: "password" },
  "auth-password-reset": { email: "email" },
  "account-delete": { password: "password", token: "deletion_token" },
  "mail-unsubscribe": { token: "unsubscribe_token" },
  "workspace-accept": { token: "invitation_token" },
  "webhook-events": { id: "webhook_event", ids: "webhook_event" },
  "webhook-deliveries": { ids: "webhook_delivery" },
  "jobs": { ids: "job" },
  "mail-suppressions": { address: "suppressed_address" },
  "api-key-create": { workspace_id: "workspace_with_keys" },
  "subscription-create": { workspace_id: "bare_workspace", promotion_code: "promotion_code" },
  "subscription-checkout": { workspace_id: "bare_workspace", promotion_code: "promotion_code" },
  "subscription-preview": { ...subscribed, promotion_code: "promotion_code" },
  "subscription-cancel": subscribed,
  "subscription-uncancel": subscribed,
  "subscription-pause": subscribed,
  "subscription-resume": { ...subscribed, subscription_id: "paused_subscription" },
  "subscription-unschedule": subscribed,
  "billing-portal": subscribed,
  "workspace DELETE": { workspace_id: "bare_workspace" },
  ...shopFieldsOfEndpoints,
};

/** Supplies whose values are lists of them. */
const lists = new Set(["ids"]);

const pick = fc.nat({ max: 5039 });

/** A reference: mostly to what is the caller's own. */
export function reference(supply: string): fc.Arbitrary<Reference> {
  return fc.record({
    whose: fc.oneof(
      { weight: 5, arbitrary: fc.constant("own" as const) },
      { weight: 1, arbitrary: fc.constant("other" as const) },
    ),
    pick,
  }).map(({ whose, pick }) => new Reference(supply, whose, pick));
}

/** Texts of which the schema says less than the handler asks for. */
function texts(siteUrl: string): Record<string, fc.Arbitrary<unknown>> {
  const address = fc.constantFrom("/done", "/done?session={CHECKOUT_SESSION_ID}", "/a/../b#c", "");
  const page = fc.oneof(
    { weight: 6, arbitrary: address.map((path) => siteUrl + path) },
    { weight: 1, arbitrary: fc.webUrl() },
  );
  return {
    success_url: page,
    cancel_url: page,
    return_url: page,
    redirect_to: page,
    country: fc.constantFrom("FR", "DE", "GB", "US", "CH", "XX"),
    tax_id: fc.constantFrom(
      null,
      { type: "eu_vat", value: "FR40303265045" },
      { type: "eu_vat", value: "fr 40 303 265 045" },
      { type: "ch_vat", value: "CHE-123.456.789 TVA" },
      { type: "us_ein", value: "12-3456789" },
      { type: "gb_vat", value: "not one" },
    ),
    tracking_url: fc.constantFrom("https://post.example/1", "https://post.example/?a=b c", "http:"),
    avatar_url: fc.constantFrom(null, null, null, "https://example.com/a.png", "x"),
    // Few enough to be in stock and to be given back; what is far off, changes bring.
    quantity: fc.integer({ min: 1, max: 3 }),
    amount: fc.integer({ min: 1, max: 300 }),
    provider: fc.constantFrom("stripe", "resend", "other"),
    kind: fc.constantFrom("usage", "mail_send", "webhook_handle", "none"),
    captcha_token: fc.constant("a token"),
    expires_at: fc.constantFrom(null, "2099-01-01T00:00:00Z", "2000-01-01T00:00:00Z"),
    min_amount: fc.nat({ max: 3000 }).map(String),
    max_amount: fc.nat({ max: 3000 }).map(String),
  };
}

/** What to put into a field of an endpoint, where the schema alone would give what means nothing. */
export function knownFields(
  { name: endpoint, address, declaration: { method } }: Declared,
  siteUrl: string,
): (field: string) => fc.Arbitrary<unknown> | undefined {
  const own = { ...fields, ...ofEndpoint[endpoint], ...ofEndpoint[`${address} ${method}`] };
  const known = texts(siteUrl);
  return (field) => {
    if (field === "kind" && endpoint !== "jobs") return undefined;
    const supply = Object.hasOwn(own, field) ? own[field] : undefined;
    if (supply === undefined) return Object.hasOwn(known, field) ? known[field] : undefined;
    const one = reference(supply);
    return lists.has(field) ? fc.array(one, { minLength: 1, maxLength: 3 }) : one;
  };
}
