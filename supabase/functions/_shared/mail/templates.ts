/**
 * Every mail that we send, by name: the closed list. Free of React, see template.ts.
 *
 * To add one: a file in templates/ and a line here.
 */
import type { z } from "zod";
import { email } from "./templates/email.ts";
import { emailChange } from "./templates/email-change.ts";
import { invite } from "./templates/invite.ts";
import { magiclink } from "./templates/magiclink.ts";
import { notifications } from "./templates/notifications.ts";
import { reauthentication } from "./templates/reauthentication.ts";
import { receipt } from "./templates/receipt.ts";
import { recovery } from "./templates/recovery.ts";
import { signup } from "./templates/signup.ts";
import { welcome } from "./templates/welcome.ts";

/** The mails of Supabase Auth have the names of its send-email hook's actions. */
export const templates = {
  welcome,
  receipt,
  signup,
  invite,
  magiclink,
  recovery,
  email_change: emailChange,
  email,
  reauthentication,
  ...notifications,
};

export type MailName = keyof typeof templates;

/** What the caller passes for the mail `Name`; also what a job's payload holds. */
export type PropsOf<Name extends MailName> = z.input<(typeof templates)[Name]["props"]>;

export const MAIL_NAMES = Object.keys(templates) as [MailName, ...MailName[]];
