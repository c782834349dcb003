/** Every kind of job there is. Only jobs-run imports this: it brings the mail renderer with it. */
import { accountDelete, billingClose, filesRemove, orphansSweep } from "./account-delete.ts";
import { accountExport, exportsExpire } from "./account-export.ts";
import { billingReconcile, cardsExpiring } from "./billing-daily.ts";
import { cardTestingStop } from "./card-testing-stop.ts";
import { dunningStep } from "./dunning-step.ts";
import { gettingStarted } from "./getting-started.ts";
import type { JobKind } from "./kind.ts";
import { mailSend } from "./mail-send.ts";
import { ownJobKinds } from "./own.ts";
import { passwordReset } from "./password-reset.ts";
import { refundFinish } from "./refund-finish.ts";
import { restoreCauses } from "./restore-causes.ts";
import { restoreMails } from "./restore-mails.ts";
import { retention } from "./retention.ts";
import { seatsSync } from "./seats-sync.ts";
import { shopJobs } from "../shop/jobs.ts";
import { together } from "../together.ts";
import { stripeCustomerCreate } from "./stripe-customer-create.ts";
import { subscriptionRefund } from "./subscription-refund.ts";
import { trialEnd } from "./trial-end.ts";
import { usageHoldsExpire, usageReport, usageReportsOpen } from "./usage.ts";
import { taxIdWithdraw } from "./tax-id-withdraw.ts";
import { usageReconcile } from "./usage-reconcile.ts";
import { webhookHandle } from "./webhook-handle.ts";
import { webhookSend } from "./webhook-send.ts";

/** Handlers by kind, as `private.jobs.kind` names them. */
export const jobKinds: Record<string, JobKind> = together(
  {
    account_delete: accountDelete,
    account_export: accountExport,
    billing_close: billingClose,
    billing_reconcile: billingReconcile,
    card_testing_stop: cardTestingStop,
    cards_expiring: cardsExpiring,
    dunning_step: dunningStep,
    getting_started: gettingStarted,
    exports_expire: exportsExpire,
    files_remove: filesRemove,
    mail_send: mailSend,
    orphans_sweep: orphansSweep,
    password_reset: passwordReset,
    refund_finish: refundFinish,
    restore_causes: restoreCauses,
    restore_mails: restoreMails,
    retention,
    seats_sync: seatsSync,
    stripe_customer_create: stripeCustomerCreate,
    subscription_refund: subscriptionRefund,
    trial_end: trialEnd,
    usage_holds_expire: usageHoldsExpire,
    usage_reconcile: usageReconcile,
    usage_report: usageReport,
    usage_reports_open: usageReportsOpen,
    tax_id_withdraw: taxIdWithdraw,
    webhook_handle: webhookHandle,
    webhook_send: webhookSend,
  },
  shopJobs,
  ownJobKinds,
);
