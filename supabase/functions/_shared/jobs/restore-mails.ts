import { Resend } from "resend";
import * as z from "zod";
import { rows } from "../database.ts";
import { env } from "../env.ts";
import { retryAfter } from "../mail/retry-after.ts";
import { pacer } from "../pacer.ts";
import { jobKind, succeeded } from "./kind.ts";

/** Resend allows few requests a second to a whole account; mails of other systems need some. */
const callsPerSecond = 2;
const pageSize = 100;

interface From {
  taken_at: string;
  cursor: string | null;
  done: boolean;
}

/**
 * After a restore: notes the mails that Resend has sent since the moment that the database was taken back
 * to. Page by page, newest first; what is cut off goes on behind the last page that was noted.
 */
export const restoreMails = jobKind({
  schema: z.object({ restore_id: z.int() }),
  timeoutMs: 90_000,
  async handle({ admin, signal }, { restore_id }) {
    const from = await rows(admin.rpc("restore_mails_from", { restore_id })) as unknown as
      | From
      | null;
    if (from === null) return { outcome: "fatal", reason: `there is no restore ${restore_id}` };
    const resend = new Resend(env("RESEND_API_KEY"));
    const pace = pacer(callsPerSecond);
    const since = new Date(from.taken_at);
    let { cursor, done } = from;
    while (!done && !signal.aborted) {
      await pace();
      const { data, error, headers } = await resend.emails.list({
        limit: pageSize,
        ...(cursor !== null && { after: cursor }),
      }, { signal });
      if (error !== null) {
        return {
          outcome: "retry",
          reason: `${error.name}: ${error.message}`,
          afterSeconds: retryAfter(headers),
        };
      }
      const mails = data.data.filter((mail) => new Date(mail.created_at) >= since)
        .map(({ id, to, created_at }) => ({ id, to, created_at }));
      done = !data.has_more || mails.length < data.data.length;
      cursor = data.data.at(-1)?.id ?? cursor;
      await rows(
        admin.rpc("restore_mails_note", { restore_id, mails, cursor: cursor as string, done }),
      );
    }
    return done ? succeeded : { outcome: "retry", reason: "there are more mails", afterSeconds: 0 };
  },
});
