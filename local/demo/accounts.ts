/** Who can be logged in as on a stack of `task start`: on this machine alone (see stack-guard.ts). */

export interface Account {
  email: string;
  name: string;
  locale: "en" | "fr";
  /** What there is to see, for the start screen. */
  shows: string;
}

/** Of all of them. */
export const demoPassword = "look around";

/** `.example` is reserved: no mail to it ever arrives (RFC 2606). */
export const accounts = {
  subscriber: {
    email: "subscriber@socle.example",
    name: "Claire Dumas",
    locale: "en",
    shows: "a plan that was changed and renewed, invoices, usage, an API key, a team",
  },
  shopper: {
    email: "shopper@socle.example",
    name: "Hugo Lefèvre",
    locale: "fr",
    shows: "a team of another's",
  },
  late: {
    email: "late@socle.example",
    name: "Paul Weber",
    locale: "en",
    shows: "a renewal that was declined, and what follows while it is unpaid",
  },
  fresh: {
    email: "fresh@socle.example",
    name: "Noor Janssen",
    locale: "en",
    shows: "nothing yet: an invitation waits",
  },
  staff: {
    email: "staff@socle.example",
    name: "Ines Moreau",
    locale: "en",
    shows: "the staff's pages",
  },
} as const satisfies Record<string, Account>;

export type AccountName = keyof typeof accounts;
