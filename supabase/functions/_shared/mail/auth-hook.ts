/**
 * What Supabase Auth posts to a send-email hook. Only the fields that we read are named; Auth adds
 * others over time, so unknown ones pass.
 *
 * @see https://supabase.com/docs/guides/auth/auth-hooks/send-email-hook
 */
import * as z from "zod";

/** The actions that ask the user to follow a link or enter a code, then those that only tell. */
export const EmailAction = z.enum([
  "signup",
  "invite",
  "magiclink",
  "recovery",
  "email_change",
  "email",
  "reauthentication",
  "password_changed_notification",
  "email_changed_notification",
  "phone_changed_notification",
  "identity_linked_notification",
  "identity_unlinked_notification",
  "mfa_factor_enrolled_notification",
  "mfa_factor_unenrolled_notification",
]);
export type EmailAction = z.infer<typeof EmailAction>;

const text = z.string().default("");

export const SendEmailHook = z.looseObject({
  /** Of the call to the hook: the same on each of its attempts. Older versions of Auth lack it. */
  metadata: z.looseObject({ uuid: text }).optional(),
  user: z.looseObject({
    id: z.guid(),
    email: text,
    /** The address asked for; Auth sends `new_email`, its documentation says `email_new`. */
    new_email: text,
    email_new: text,
    phone: text,
    /** Written by the user: never trusted. */
    user_metadata: z.record(z.string(), z.unknown()).nullish(),
  }),
  email_data: z.looseObject({
    email_action_type: EmailAction,
    token: text,
    token_hash: text,
    token_new: text,
    token_hash_new: text,
    redirect_to: text,
    old_email: text,
    provider: text,
    factor_type: text,
  }),
});
export type SendEmailHook = z.infer<typeof SendEmailHook>;
