/**
 * Lite's mailer, replaced: every mail of auth becomes one call of the send-email hook.
 *
 * Replacing the mailer rather than the `EmailDriver` below it keeps what a driver never sees: both
 * codes of an e-mail change, the user's id, the hash of a reauthentication code.
 */
import type { App } from "@supabase/lite";
import type { Log } from "../log.ts";
import { userById, userJson } from "./auth-users.ts";
import { callEmailHook, type EmailAction, type EmailHook } from "./email-hook.ts";
import { codeHash } from "./one-time-code.ts";
import type { Contexts, Db } from "./request-context.ts";

/** Lite's own interface; it exports only the field that holds one. */
export type Mailer = NonNullable<App["_mailer"]>;

type MailMeta = Parameters<Mailer["sendConfirmation"]>[3];

export interface MailerOptions {
  hook: () => EmailHook | undefined;
  db: () => Db;
  contexts: Contexts;
  /** Base of the auth API, `<url>/auth/v1`. */
  issuer: string;
  siteUrl: string;
  log: Log;
}

interface Codes {
  token: string;
  tokenHash: string;
  tokenNew?: string;
  tokenHashNew?: string;
}

export function createMailer(options: MailerOptions): Mailer {
  const { hook, db, contexts, issuer, siteUrl, log } = options;

  async function send(action: EmailAction, codes: Codes, meta: MailMeta): Promise<void> {
    const target = hook();
    if (!target) {
      log("auth", `no send-email hook is set: a mail of type ${action} was not sent`, "warn");
      return;
    }
    const user = meta?.userId ? await userById(db(), meta.userId) : undefined;
    if (!user) throw new Error(`cannot send a mail of type ${action}: its user does not exist`);
    // Noted rather than thrown, for the caller undoes the call; Lite would print it with its stack.
    const context = contexts.getStore();
    try {
      await callEmailHook(target, {
        // Lite saves the new address after the mail; hosted hooks find it in the user.
        user: { ...userJson(user), ...(meta?.newEmail && { new_email: meta.newEmail }) },
        email_data: {
          token: codes.token,
          token_hash: codes.tokenHash,
          redirect_to: context?.redirectTo ?? siteUrl,
          email_action_type: action,
          site_url: issuer,
          token_new: codes.tokenNew ?? "",
          token_hash_new: codes.tokenHashNew ?? "",
          old_email: "",
        },
      });
    } catch (error) {
      log("auth", `send-email hook, ${action}: ${(error as Error).message}`, "error");
      if (!context) throw error;
      context.mailError = error as Error;
    }
  }

  return {
    sendConfirmation: (_to, tokenHash, token, meta) => send("signup", { token, tokenHash }, meta),
    sendRecovery: (_to, tokenHash, token, meta) => send("recovery", { token, tokenHash }, meta),
    sendMagicLink: (_to, tokenHash, token, meta) => send("magiclink", { token, tokenHash }, meta),
    sendEmailChange: (_to, tokenHash, token, meta) =>
      meta?.tokenNew && meta.tokenHashNew
        ? send("email_change", {
          token,
          tokenHash: meta.tokenHashNew,
          tokenNew: meta.tokenNew,
          tokenHashNew: tokenHash,
        }, meta)
        : send("email_change", { token, tokenHash }, meta),
    sendReauthentication: async (to, token, meta) =>
      await send("reauthentication", { token, tokenHash: await codeHash(to, token) }, meta),
  };
}
