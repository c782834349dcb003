/** Which mails a call to the send-email hook asks for. Pure: no environment, no sending. */
import { createHash } from "node:crypto";
import type { EmailAction, SendEmailHook } from "./auth-hook.ts";
import { type Locale, localeOf } from "./locale.ts";
import type { MailName, PropsOf } from "./templates.ts";

/** One mail to enqueue or send. */
export type AuthMail = {
  [Name in MailName]: {
    to: string;
    template: Name;
    props: PropsOf<Name>;
    locale: Locale;
    /** The same for each attempt of the hook, another for each mail and cause; holds no token. */
    dedupeKey: string;
  };
}[MailName];

export interface AuthMailOptions {
  /** Where the user's browser reaches Auth: `<supabaseUrl>/auth/v1/verify`. */
  supabaseUrl: string;
  /** The application; security notices then carry a button to it. */
  siteUrl?: string | undefined;
}

/**
 * The mails of one hook call: one, or two where an address changes with Secure Email Change, or
 * none where a notice concerns a user without an address.
 *
 * @param payload as parsed by `SendEmailHook`
 * @throws {Error} the payload asks for a link or code but holds no token or no address
 */
export function authMails(payload: SendEmailHook, options: AuthMailOptions): AuthMail[] {
  const { user, email_data: { email_action_type: action, token, token_hash } } = payload;
  const common = { locale: localeOf(user.user_metadata?.locale) };
  const name = nameOf(payload);
  const key = (cause: string) => `${user.id}:${action}:${digest(cause)}`;

  switch (action) {
    case "signup":
    case "invite":
    case "magiclink":
    case "recovery":
      return [{
        ...common,
        to: required(user.email, action, "user.email"),
        template: action,
        props: { ...name, url: verifyUrl(payload, token_hash, options), ...code(token) },
        dedupeKey: key(token_hash),
      }];
    case "email":
    case "reauthentication":
      return [{
        ...common,
        to: required(user.email, action, "user.email"),
        template: action,
        props: { ...name, code: required(token, action, "email_data.token") },
        dedupeKey: key(token_hash || token),
      }];
    case "email_change":
      return emailChange(payload, options).map(({ to, recipient, hash, url, code }) => ({
        ...common,
        to,
        template: action,
        props: { ...name, recipient, new_email: newEmail(payload), url, ...code },
        dedupeKey: key(hash),
      }));
    default:
      return notice(payload, action, options).map((mail) => ({
        ...common,
        ...mail,
        // A notice has no token. Where Auth names the call that is the cause; else all that it says.
        dedupeKey: key(payload.metadata?.uuid || JSON.stringify(payload)),
      }));
  }
}

/**
 * With Secure Email Change both addresses confirm. For historical reasons the names are crossed:
 * `token_hash_new` belongs to `token` and the current address, `token_hash` to `token_new` and the
 * new one. Without it only the new address confirms, with `token_hash` and whichever token is set.
 *
 * @see https://supabase.com/docs/guides/auth/auth-hooks/send-email-hook#email-change-behavior-and-token-hash-mapping
 * @see https://github.com/supabase/auth/blob/master/internal/api/mail.go (sendEmail)
 */
function emailChange(payload: SendEmailHook, options: AuthMailOptions) {
  const { user, email_data: { token, token_hash, token_new, token_hash_new } } = payload;
  const current = token_hash_new === "" ? [] : [{
    to: required(user.email, "email_change", "user.email"),
    recipient: "current" as const,
    hash: token_hash_new,
    url: verifyUrl(payload, token_hash_new, options),
    code: code(token),
  }];
  const next = token_hash === "" ? [] : [{
    to: newEmail(payload),
    recipient: "new" as const,
    hash: token_hash,
    url: verifyUrl(payload, token_hash, options),
    code: code(token_new || (token_hash_new === "" ? token : "")),
  }];
  const mails = [...current, ...next];
  required(mails[0]?.hash ?? "", "email_change", "email_data.token_hash");
  return mails;
}

type NoticeAction = Extract<EmailAction, `${string}_notification`>;
type Notice = {
  [Name in NoticeAction]: { to: string; template: Name; props: PropsOf<Name> };
}[NoticeAction];

function notice(
  payload: SendEmailHook,
  action: NoticeAction,
  { siteUrl }: AuthMailOptions,
): Notice[] {
  const { user, email_data: { old_email, provider, factor_type } } = payload;
  const common = { ...nameOf(payload), ...(siteUrl === undefined ? {} : { url: siteUrl }) };
  // Whoever changed the address has the new mailbox: the owner to warn reads the old one.
  const to = action === "email_changed_notification" ? old_email : user.email;
  if (to === "") return [];

  switch (action) {
    case "password_changed_notification":
      return [{ to, template: action, props: common }];
    case "email_changed_notification":
      return [{
        to,
        template: action,
        props: { ...common, old_email, new_email: user.email },
      }];
    case "phone_changed_notification":
      return [{ to, template: action, props: { ...common, new_phone: phoneNumber(user.phone) } }];
    case "identity_linked_notification":
    case "identity_unlinked_notification":
      return [{ to, template: action, props: { ...common, provider: providerName(provider) } }];
    case "mfa_factor_enrolled_notification":
    case "mfa_factor_unenrolled_notification":
      return [{ to, template: action, props: { ...common, factor_type } }];
  }
}

/** Auth checks `redirect_to` against its allow list again; here it only must not add parameters. */
function verifyUrl(
  { email_data: { email_action_type, redirect_to } }: SendEmailHook,
  hash: string,
  { supabaseUrl }: AuthMailOptions,
): string {
  const url = new URL(`${supabaseUrl.replace(/\/+$/, "")}/auth/v1/verify`);
  url.searchParams.set("token", required(hash, email_action_type, "email_data.token_hash"));
  url.searchParams.set("type", email_action_type);
  if (redirect_to !== "") url.searchParams.set("redirect_to", redirect_to);
  return url.href;
}

function newEmail({ user }: SendEmailHook): string {
  return required(user.new_email || user.email_new, "email_change", "user.new_email");
}

function nameOf({ user }: SendEmailHook): { name?: string } {
  const given = user.user_metadata?.name ?? user.user_metadata?.full_name;
  return typeof given === "string" ? { name: given } : {};
}

function code(token: string): { code?: string } {
  return token === "" ? {} : { code: token };
}

/** Auth keeps numbers without their plus sign. */
function phoneNumber(phone: string): string {
  return /^\d/.test(phone) ? `+${phone}` : phone;
}

function providerName(provider: string): string {
  const known: Record<string, string> = {
    azure: "Microsoft",
    email: "e-mail",
    github: "GitHub",
    gitlab: "GitLab",
    linkedin_oidc: "LinkedIn",
    slack_oidc: "Slack",
  };
  return known[provider] ?? provider.charAt(0).toUpperCase() + provider.slice(1);
}

function required(value: string, action: EmailAction, field: string): string {
  if (value === "") throw new Error(`cannot write the ${action} mail: ${field} is empty`);
  return value;
}

/** A token's hash opens a session, and dedupe keys reach logs and Resend: so a hash of it. */
function digest(cause: string): string {
  return createHash("sha256").update(cause).digest("hex").slice(0, 32);
}
