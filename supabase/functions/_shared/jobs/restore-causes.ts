import { Resend } from "resend";
import * as z from "zod";
import { rows } from "../database.ts";
import { env } from "../env.ts";
import { retryAfter } from "../mail/retry-after.ts";
import { pacer } from "../pacer.ts";
import { jobKind, type Outcome, succeeded } from "./kind.ts";

/** Half of what Resend allows a whole account by default: the other half is for mails that are sent. */
const callsPerSecond = 1;
/** Small, so that a mail that has begun to wait meanwhile soon has its turn. */
const batch = 10;
const budgetMs = 60_000;

interface Known {
  id: string;
  /** Empty where a mail has no cause. */
  cause: string;
}

/** The tag `cause` of a mail; where Resend does not say, when to ask again. */
async function causeOf(
  resend: Resend,
  id: string,
  signal: AbortSignal,
): Promise<Known | Extract<Outcome, { outcome: "retry" }>> {
  const { data, error, headers } = await resend.emails.get(id, { signal });
  if (error !== null && error.statusCode !== 404) {
    return {
      outcome: "retry",
      reason: `cannot ask Resend about an earlier mail: ${error.name}`,
      afterSeconds: retryAfter(headers),
    };
  }
  return { id, cause: data?.tags?.find((tag) => tag.name === "cause")?.value ?? "" };
}

/**
 * After a restore: asks Resend for the cause of each mail that restore_mails has noted, each once for good, and
 * keeps it. One job for all, which alone keeps the pace; what is cut off goes on behind what was kept.
 */
export const restoreCauses = jobKind({
  schema: z.object({
    restore_id: z.int(),
    /** Which job of this restore, from 1. */
    link: z.int().default(1),
  }),
  timeoutMs: 90_000,
  async handle({ admin, signal }, { restore_id, link }) {
    const resend = new Resend(env("RESEND_API_KEY"));
    const pace = pacer(callsPerSecond);
    const until = Date.now() + budgetMs;
    let kept = 0;
    let refused: Outcome | undefined;
    while (refused === undefined && Date.now() < until) {
      const ids = await rows(admin.rpc("restore_mails_unasked", { batch })) as string[];
      if (ids.length === 0) return succeeded;
      const mails: Known[] = [];
      for (const id of ids) {
        await pace();
        const said = await causeOf(resend, id, signal);
        if ("outcome" in said) {
          refused = said;
          break;
        }
        mails.push(said);
      }
      await rows(admin.rpc("restore_mail_causes", { mails: mails as never }));
      kept += mails.length;
    }
    if (refused !== undefined && kept === 0) return refused;
    // Another job and not another attempt: attempts are for what does not get on.
    await rows(admin.rpc("job_enqueue", {
      kind: "restore_causes",
      payload: { restore_id, link: link + 1 },
      dedupe_key: `restore:${restore_id}:${link + 1}`,
    }));
    return succeeded;
  },
});
