/** What a job kind is, and what an attempt may end in. */
import type * as z from "zod";
import type { Db } from "../database.ts";

/** The end of an attempt. A thrown error is `retry`; `note` is kept where a success was not the usual one. */
export type Outcome =
  | { outcome: "succeeded"; note?: string }
  | { outcome: "retry"; reason: string; afterSeconds?: number | undefined }
  | { outcome: "fatal"; reason: string };

/** What a handler gets besides its payload. */
export interface JobContext {
  admin: Db;
  /**
   * What caused the job: external effects derive their idempotency key from it. Not from the job's id,
   * which another database (a reset one, the staging project's) counts as well.
   */
  cause: string;
  /** Aborted when the attempt has run out of time. */
  signal: AbortSignal;
}

/** A kind of job: `handle` must bear repetition, since an attempt may die after its effect. */
export interface JobKind<S extends z.ZodType = z.ZodType> {
  schema: S;
  timeoutMs: number;
  /** The payload holds links or codes that must not outlive their use: emptied on success. */
  forgetPayload?: true;
  handle(context: JobContext, payload: z.output<S>): Promise<Outcome>;
}

/** The usual end. */
export const succeeded: Outcome = { outcome: "succeeded" };

/** Lets TypeScript see a kind's payload type inside its handler. */
export function jobKind<S extends z.ZodType>(kind: JobKind<S>): JobKind {
  return kind as unknown as JobKind;
}
