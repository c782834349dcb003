/**
 * Every mail that we send, by name: the closed list. Free of React, see template.ts.
 *
 * To add one: a file in templates/ and a line here.
 */
import type * as z from "zod";
import { shopMails } from "../shop/mails.ts";
import { together } from "../together.ts";
import { alert } from "./templates/alert.ts";
import {
  accountDeleteBlocked,
  accountDeleteCancelled,
  accountDeleteConfirm,
  accountDeleted,
  accountDeleteScheduled,
} from "./templates/account-deletion.ts";
import { accountExport } from "./templates/account-export.ts";
import { cardExpiring } from "./templates/card-expiring.ts";
import {
  accessLocked,
  accessReadOnly,
  accessRestored,
  paymentReminder,
} from "./templates/dunning.ts";
import { email } from "./templates/email.ts";
import { emailChange } from "./templates/email-change.ts";
import { gettingStarted } from "./templates/getting-started.ts";
import { invitation } from "./templates/invitation.ts";
import { invite } from "./templates/invite.ts";
import { magiclink } from "./templates/magiclink.ts";
import { notifications } from "./templates/notifications.ts";
import { planChanged, planChangePlanned } from "./templates/plan-change.ts";
import { paymentActionRequired } from "./templates/payment-action-required.ts";
import { paymentFailed } from "./templates/payment-failed.ts";
import { reauthentication } from "./templates/reauthentication.ts";
import { receipt } from "./templates/receipt.ts";
import { recovery } from "./templates/recovery.ts";
import { refunded } from "./templates/refunded.ts";
import { signup } from "./templates/signup.ts";
import { subscriptionEnded } from "./templates/subscription-ended.ts";
import { subscriptionEnding } from "./templates/subscription-ending.ts";
import { subscriptionPaused, subscriptionResumed } from "./templates/subscription-pause.ts";
import { subscriptionStarted } from "./templates/subscription-started.ts";
import { trialEndedEarly } from "./templates/trial-ended-early.ts";
import { taxIdRefused } from "./templates/tax-id-refused.ts";
import { trialEnding } from "./templates/trial-ending.ts";
import { trialStarted } from "./templates/trial-started.ts";
import { welcome } from "./templates/welcome.ts";

/** The mails of Supabase Auth have the names of its send-email hook's actions. */
export const templates = together(
  {
    welcome,
    getting_started: gettingStarted,
    invitation,
    subscription_started: subscriptionStarted,
    receipt,
    payment_failed: paymentFailed,
    payment_action_required: paymentActionRequired,
    payment_reminder: paymentReminder,
    tax_id_refused: taxIdRefused,
    access_read_only: accessReadOnly,
    access_locked: accessLocked,
    access_restored: accessRestored,
    trial_started: trialStarted,
    trial_ending: trialEnding,
    trial_ended_early: trialEndedEarly,
    plan_changed: planChanged,
    plan_change_planned: planChangePlanned,
    card_expiring: cardExpiring,
    subscription_paused: subscriptionPaused,
    subscription_resumed: subscriptionResumed,
    subscription_ending: subscriptionEnding,
    subscription_ended: subscriptionEnded,
    refunded,
  },
  shopMails,
  {
    alert,
    account_export: accountExport,
    account_delete_confirm: accountDeleteConfirm,
    account_delete_scheduled: accountDeleteScheduled,
    account_delete_cancelled: accountDeleteCancelled,
    account_delete_blocked: accountDeleteBlocked,
    account_deleted: accountDeleted,
    signup,
    invite,
    magiclink,
    recovery,
    email_change: emailChange,
    email,
    reauthentication,
  },
  notifications,
);

export type MailName = keyof typeof templates;

/** What the caller passes for the mail `Name`; also what a job's payload holds. */
export type PropsOf<Name extends MailName> = z.input<(typeof templates)[Name]["props"]>;

export const MAIL_NAMES = Object.keys(templates) as [MailName, ...MailName[]];
