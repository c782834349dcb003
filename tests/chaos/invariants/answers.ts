/** Of what callers were answered while things failed. */
import type { BadAnswer } from "../ledger.ts";
import type { Invariant, Offence } from "./invariant.ts";

/** 5xx of the catalogue (docs/errors.md), and of the platform when a function's process ends. */
const declared = new Set([
  "502 payment_provider_unavailable",
  "502 auth_unavailable",
  "502 storage_unavailable",
  "503 database_unavailable",
  // #region shop
  "503 cart_unavailable",
  // #endregion shop
  "503 unhealthy",
  "502 WORKER_ERROR",
  "503 BOOT_ERROR",
]);

/** What the functions logged of the request. */
function logged(log: string[], { requestId }: BadAnswer): string {
  if (requestId === null) return "no request id";
  return log.find((line) => line.includes(requestId)) ?? "nothing";
}

export const answers: Invariant[] = [
  {
    name: "no undeclared failure",
    says:
      "Whatever was broken, callers got a declared 502 or 503; a 500 means that somebody forgot a case.",
    offences({ ledger, log }) {
      return ledger.failures.filter(({ status, code }) => !declared.has(`${status} ${code}`))
        .map((answer): Offence => ({ ...answer, log: logged(log, answer) }));
    },
  },
  {
    name: "no unexplained refusal",
    says: "No user was refused something (4xx) that his story gives no reason for.",
    offences({ ledger, log }) {
      return ledger.surprises.map((answer): Offence => ({ ...answer, log: logged(log, answer) }));
    },
  },
  {
    name: "a repeated request is the same request",
    says: "Asked again under the same Idempotency-Key, an endpoint named what it had made before.",
    offences: ({ ledger }) => ledger.otherwise,
  },
  {
    name: "reading works or says why not",
    says: "supabase-js got rows, or an error that says that the database is away.",
    offences: ({ ledger }) => ledger.readErrors as unknown as Offence[],
  },
  {
    name: "no part crashed",
    says: "Neither functions nor gateway logged an error that they did not foresee.",
    offences({ log }) {
      return log.filter((line) =>
        /"code":"internal_error"|^gateway: |unhandled|Uncaught/i.test(line)
      ).map((line) => ({ log: line.slice(0, 1000) }));
    },
  },
];
