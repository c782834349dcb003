/** What providers send us, signed as they sign it: anyone who holds the secret can sign anything. */
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { EmailAction } from "../../supabase/functions/_shared/mail/auth-hook.ts";
import { env } from "../../supabase/functions/_shared/env.ts";
import { stripeClient } from "../../supabase/functions/_shared/billing/stripe.ts";

/** What is done to a signature. */
export type SignatureChange =
  | { how: "wrong" }
  | { how: "none" }
  | { how: "old"; seconds: number }
  | { how: "id"; text: string };

/** Any of these. */
export const signatureChange: fc.Arbitrary<SignatureChange> = fc.oneof(
  fc.constant({ how: "wrong" as const }),
  fc.constant({ how: "none" as const }),
  fc.record({
    how: fc.constant("old" as const),
    seconds: fc.constantFrom(-1e12, -86_400, -301, 301, 1e6),
  }),
  fc.record({
    how: fc.constant("id" as const),
    text: fc.constantFrom("", "x".repeat(3000), "\u00e9"),
  }),
);

const id = (prefix: string) => fc.uuid().map((one) => prefix + one.replaceAll("-", ""));
const address = fc.constantFrom("ada@example.com", "Ada <ada@example.com>", "no address", "");
const moment = fc.constantFrom("2026-11-20T10:00:00Z", "2026-11-20T10:00:00.123+01:00");

const stripeEvents = fc.record({
  id: id("evt_"),
  object: fc.constant("event"),
  type: fc.constantFrom(
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "customer.updated",
    "customer.deleted",
    "invoice.paid",
    "invoice.payment_failed",
    "invoice_payment.paid",
    "charge.refunded",
    "charge.failed",
    "charge.dispute.created",
    "refund.updated",
    "checkout.session.completed",
    "checkout.session.expired",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "price.updated",
    "product.deleted",
    "payment_method.attached",
    "credit_note.created",
    "something.new",
  ),
  api_version: fc.constantFrom("2026-10-28.endive", "2020-08-27", null),
  created: fc.integer({ min: 0, max: 2 ** 31 }),
  livemode: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, {
    weight: 1,
    arbitrary: fc.constant(true),
  }),
  pending_webhooks: fc.constant(1),
  request: fc.constant(null),
  data: fc.record({
    object: fc.record({
      id: fc.oneof(id("sub_"), id("in_"), id("ch_"), id("cus_"), id("cs_test_"), id("pi_")),
      object: fc.constantFrom(
        "subscription",
        "invoice",
        "charge",
        "customer",
        "checkout.session",
        "payment_intent",
        "dispute",
        "price",
        "product",
      ),
      customer: fc.option(id("cus_")),
      subscription: fc.option(id("sub_")),
      payment_intent: fc.option(id("pi_")),
      charge: fc.option(id("ch_")),
      metadata: fc.dictionary(fc.constantFrom("order_id", "workspace_id", "x"), fc.string(), {
        maxKeys: 2,
      }),
      status: fc.constantFrom("active", "canceled", "failed", "paid"),
      amount: fc.integer(),
    }, { requiredKeys: ["id", "object"] }),
  }),
});

const resendEvents = fc.record({
  type: fc.constantFrom(
    "email.sent",
    "email.delivered",
    "email.delivery_delayed",
    "email.bounced",
    "email.complained",
    "email.failed",
    "email.suppressed",
    "suppression.added",
    "suppression.removed",
    "contact.created",
  ),
  created_at: moment,
  data: fc.record({
    email_id: fc.uuid(),
    created_at: moment,
    to: fc.array(address, { maxLength: 3 }),
    email: address,
    bounce: fc.record({
      type: fc.constantFrom("Permanent", "Transient", "Undetermined"),
      subType: fc.string(),
      message: fc.string(),
    }, { requiredKeys: [] }),
  }, { requiredKeys: [] }),
});

const code = fc.constantFrom("", "123456");
const hash = fc.constantFrom("", "pkce_abcdef0123456789");

const emailHooks = fc.record({
  user: fc.record({
    id: fc.uuid(),
    email: address,
    new_email: address,
    phone: fc.constant(""),
    user_metadata: fc.oneof(
      fc.constant(null),
      fc.dictionary(fc.constantFrom("name", "locale", "x"), fc.jsonValue({ maxDepth: 1 })),
    ),
  }, { requiredKeys: ["id"] }),
  email_data: fc.record({
    email_action_type: fc.constantFrom(...EmailAction.options),
    token: code,
    token_hash: hash,
    token_new: code,
    token_hash_new: hash,
    redirect_to: fc.constantFrom("", "http://127.0.0.1:3000/", "https://elsewhere.example/", "x"),
    old_email: address,
    provider: fc.constantFrom("", "email", "google"),
    factor_type: fc.constantFrom("", "totp"),
  }, { requiredKeys: ["email_action_type"] }),
});

/** What each of them sends. */
export const signedForms = {
  "stripe-webhook": stripeEvents,
  "resend-webhook": resendEvents,
  "auth-email-hook": emailHooks,
};
export type SignedForm = keyof typeof signedForms;

const secretOf = {
  "resend-webhook": () => env("RESEND_WEBHOOK_SECRET"),
  "auth-email-hook": () => env("SEND_EMAIL_HOOK_SECRET").replace("v1,", ""),
};

/** The headers that sign a body, with the changes made. */
export async function signatureOf(
  form: SignedForm,
  payload: string,
  changes: SignatureChange[],
): Promise<Record<string, string>> {
  const late = changes.find((one) => one.how === "old")?.seconds ?? 0;
  const timestamp = Math.floor(Date.now() / 1000) - late;
  const signed = changes.some(({ how }) => how === "wrong") ? `${payload} ` : payload;
  if (changes.some(({ how }) => how === "none")) return {};
  if (form === "stripe-webhook") {
    const signature = await stripeClient().webhooks.generateTestHeaderStringAsync({
      payload: signed,
      secret: env("STRIPE_WEBHOOK_SECRET"),
      timestamp,
    });
    return { "stripe-signature": signature };
  }
  const id = changes.find((one) => one.how === "id")?.text ?? `msg_${crypto.randomUUID()}`;
  const moment = new Date(timestamp * 1000);
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": new Webhook(secretOf[form]()).sign(
      id,
      Number.isNaN(moment.getTime()) ? new Date(8.64e15) : moment,
      signed,
    ),
  };
}
