/** `/verify` where Lite differs from GoTrue: `type: "email"`, and a change that two mailboxes confirm. */
import { sql } from "kysely";
import { emailTokenType } from "./auth-users.ts";
import type { AuthConfig } from "./config.ts";
import { codeHash } from "./one-time-code.ts";
import type { Db } from "./request-context.ts";

/** What a verification asks for, from a body or from a link. */
export interface Verification {
  type: string;
  email?: string;
  token?: string;
  token_hash?: string;
}

const halfDone =
  "Confirmation link accepted. Please proceed to confirm link sent to the other email";

/**
 * Prepares a verification for Lite.
 *
 * @returns what Lite shall verify, or `message` where the other mailbox still has to confirm
 */
export async function prepareVerification(
  wanted: Verification,
  config: AuthConfig,
  db: Db,
): Promise<Verification | { message: string }> {
  const hash = wanted.token_hash ??
    (wanted.email && wanted.token ? await codeHash(wanted.email, wanted.token) : undefined);
  if (hash === undefined) return wanted;
  if (wanted.type === "email") {
    return { type: await emailTokenType(db, hash), token_hash: hash };
  }
  if (wanted.type !== "email_change") return wanted;

  const found = await sql<{ id: string; half: boolean; fresh: boolean; secure: boolean }>`
    select id, email_change_confirm_status = 1 as half, coalesce(email, '') <> '' as secure,
      email_change_sent_at > now() - make_interval(secs => ${config.otpExpiry}::float8) as fresh
    from auth.users
    where email_change_token_current = ${hash} or email_change_token_new = ${hash}
    for update`.execute(db);
  const user = found.rows[0];
  if (!user?.fresh || !config.secureEmailChange || !user.secure) {
    return { type: "email_change", token_hash: hash };
  }
  if (!user.half) {
    await sql`
      update auth.users set
        email_change_confirm_status = 1,
        email_change_token_current = nullif(email_change_token_current, ${hash}),
        email_change_token_new = nullif(email_change_token_new, ${hash})
      where id = ${user.id}::uuid`.execute(db);
    return { message: halfDone };
  }
  // Lite finishes on the current address's code alone: the second one, whichever, takes its place.
  await sql`
    update auth.users set
      email_change_confirm_status = 0,
      email_change_token_current = ${hash},
      email_change_token_new = null
    where id = ${user.id}::uuid`.execute(db);
  return { type: "email_change", token_hash: hash };
}
