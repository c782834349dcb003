/** What must be true after a run, whatever happened in it. */
import type { Sql } from "postgres";
import type { MailboxMail } from "../../../local/mail/mailbox.ts";
import type { Tally } from "../fault-kinds.ts";
import type { Ledger } from "../ledger.ts";
import type { StripeBooks } from "../stripe-books.ts";

/** What is looked at. */
export interface Evidence {
  /** How long users came and things failed. */
  minutes: number;
  faults: Tally;
  sql: Sql;
  ledger: Ledger;
  stripe: StripeBooks;
  /** Everything that Resend has accepted. */
  mails: MailboxMail[];
  // #region shop
  /** Units of each variant at the start. */
  start: Map<string, number>;
  // #endregion shop
  /** What the product's own comparisons with Stripe found, mending nothing. */
  drifts: Record<string, unknown>[];
  /** What GET health says when all is over. */
  health: { status: number; body: unknown };
  /** What every part logged. */
  log: string[];
}

/** A row, an object or an answer that breaks an invariant, with what shows it. */
export type Offence = Record<string, unknown>;

/** One of them. */
export interface Invariant {
  name: string;
  /** In a sentence, for somebody who has never seen this. */
  says: string;
  /** Everything that breaks it: none is what it should be. */
  offences(evidence: Evidence): Offence[] | Promise<Offence[]>;
}
