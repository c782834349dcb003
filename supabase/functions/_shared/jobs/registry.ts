/** Every kind of job there is. Only jobs-run imports this: it brings the mail renderer with it. */
import { billingReconcile, cardsExpiring } from "./billing-daily.ts";
import { cardTestingStop } from "./card-testing-stop.ts";
import { dunningStep } from "./dunning-step.ts";
import type { JobKind } from "./kind.ts";
import { mailSend } from "./mail-send.ts";
import { passwordReset } from "./password-reset.ts";
import { retention } from "./retention.ts";
import { stripeCustomerCreate } from "./stripe-customer-create.ts";
import { subscriptionRefund } from "./subscription-refund.ts";
import { trialEnd } from "./trial-end.ts";
import { usageHoldsExpire, usageReport, usageReportsOpen } from "./usage.ts";
import { webhookHandle } from "./webhook-handle.ts";

/** Handlers by kind, as `private.jobs.kind` names them. */
export const jobKinds: Record<string, JobKind> = {
  billing_reconcile: billingReconcile,
  card_testing_stop: cardTestingStop,
  cards_expiring: cardsExpiring,
  dunning_step: dunningStep,
  mail_send: mailSend,
  password_reset: passwordReset,
  retention,
  stripe_customer_create: stripeCustomerCreate,
  subscription_refund: subscriptionRefund,
  trial_end: trialEnd,
  usage_holds_expire: usageHoldsExpire,
  usage_report: usageReport,
  usage_reports_open: usageReportsOpen,
  webhook_handle: webhookHandle,
};
