/** The mails of auth that Lite sends wrongly or refuses: repeated sign-ups, `/resend`, pauses. */
import { sql } from "kysely";
import { mailTooSoon } from "./auth-errors.ts";
import { userByEmail, userById, type UserRow } from "./auth-users.ts";
import type { AuthConfig } from "./config.ts";
import type { Mailer } from "./mailer.ts";
import { codeHash, oneTimeCode } from "./one-time-code.ts";
import type { Db } from "./request-context.ts";

export interface AuthMails {
  /** The 429 for a mail that comes too soon after the last one, or undefined. */
  tooSoon(lastSent: string | null): Response | undefined;
  /** The mail of a sign-up once more, with a new code. */
  confirmAgain(user: UserRow): Promise<void>;
  /** `POST /resend`. Says 200 for addresses it does not know, as GoTrue does. */
  resend(type: unknown, email: unknown): Promise<Response | undefined>;
}

export function createAuthMails(
  config: AuthConfig,
  mailer: Mailer,
  db: () => Db,
): AuthMails {
  function tooSoon(lastSent: string | null): Response | undefined {
    if (lastSent === null) return undefined;
    const wait = config.emailMaxFrequency - (Date.now() - Date.parse(lastSent)) / 1000;
    return wait > 0 ? mailTooSoon(Math.ceil(wait)) : undefined;
  }

  async function confirmAgain(user: UserRow): Promise<void> {
    const code = oneTimeCode(config.otpLength);
    const hash = await codeHash(user.email!, code);
    await sql`
      update auth.users set confirmation_token = ${hash}, confirmation_sent_at = now()
      where id = ${user.id}::uuid`.execute(db());
    await mailer.sendConfirmation(user.email!, hash, code, { userId: user.id });
  }

  async function changeAgain(user: UserRow): Promise<void> {
    const code = oneTimeCode(config.otpLength);
    const codeNew = oneTimeCode(config.otpLength);
    const hash = await codeHash(user.email!, code);
    const hashNew = await codeHash(user.email_change!, codeNew);
    const both = config.secureEmailChange && !!user.email;
    await sql`
      update auth.users set
        email_change_token_current = ${both ? hash : null},
        email_change_token_new = ${hashNew},
        email_change_confirm_status = 0,
        email_change_sent_at = now()
      where id = ${user.id}::uuid`.execute(db());
    const meta = { userId: user.id, newEmail: user.email_change! };
    if (both) {
      await mailer.sendEmailChange(user.email!, hash, code, {
        ...meta,
        tokenNew: codeNew,
        tokenHashNew: hashNew,
      });
    } else {
      await mailer.sendEmailChange(user.email_change!, hashNew, codeNew, meta);
    }
  }

  return {
    tooSoon,
    confirmAgain,
    async resend(type, email) {
      if ((type !== "signup" && type !== "email_change") || typeof email !== "string" || !email) {
        return undefined; // Lite words these refusals
      }
      const user = await userByEmail(db(), email);
      if (type === "signup" && user && !user.email_confirmed_at) {
        const wait = tooSoon(user.confirmation_sent_at);
        if (wait) return wait;
        await confirmAgain(user);
      } else if (type === "email_change" && user?.email_change) {
        const wait = tooSoon(user.email_change_sent_at);
        if (wait) return wait;
        await changeAgain((await userById(db(), user.id))!);
      }
      return Response.json({});
    },
  };
}
