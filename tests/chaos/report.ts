/** The invariant report: what was done, and each thing that had to be true, with whatever breaks it. */
import type { Figures } from "./events.ts";
import type { Tally } from "./fault-kinds.ts";
import type { Evidence, Invariant, Offence } from "./invariants/invariant.ts";
import type { Ledger } from "./ledger.ts";

/** What became of an invariant. */
export interface Verdict {
  name: string;
  says: string;
  offences: Offence[];
}

/** What a run came to. */
export interface Run {
  seed: number;
  minutes: number;
  users: number;
  ledger: Ledger;
  faults: Tally;
  events: Figures;
  clockHours: number;
  seconds: number;
  drainSeconds: number;
  verdicts: Verdict[];
}

/** Offences that are shown of one invariant; the rest is counted. */
const shown = 5;

/** Checks every invariant; one that cannot be checked is broken. */
export async function judge(
  invariants: readonly Invariant[],
  evidence: Evidence,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const { name, says, offences } of invariants) {
    try {
      verdicts.push({ name, says, offences: [...await offences(evidence)] });
    } catch (error) {
      verdicts.push({ name, says, offences: [{ cannot_be_checked: String(error) }] });
    }
  }
  return verdicts;
}

function counted(tally: Record<string, number>): string {
  return Object.entries(tally).toSorted().map(([what, times]) => `${what} ${times}`).join(", ");
}

/** Each way of each kind of fault. */
function byWay(faults: Tally): Record<string, number> {
  return Object.fromEntries(
    Object.entries(faults).flatMap(([kind, ways]) =>
      Object.entries(ways).map(([way, times]) => [`${kind} ${way}`, times])
    ),
  );
}

/** How often each failing answer came. */
function byCode(ledger: Ledger): Record<string, number> {
  const codes = Map.groupBy(ledger.failures, ({ status, code }) => `${status} ${code}`);
  return Object.fromEntries([...codes].map(([code, answers]) => [code, answers.length]));
}

/** The report as text, for a person. */
export function describe(run: Run): string {
  const { ledger, events, verdicts } = run;
  const broken = verdicts.filter(({ offences }) => offences.length > 0);
  const paid = [...ledger.subscriptions.values()].filter((one) => one.paid).length;
  const lines = [
    `users        ${run.users} came, ${ledger.signUps.length} signed up, ${paid} paid for a subscription`,
    // #region shop
    `orders       ${ledger.orders.size} placed, ${ledger.refunds.length} refunded by staff`,
    // #endregion shop
    `requests     ${ledger.requests}, of which ${ledger.acknowledged} were answered in the end and ${ledger.givenUp} given up`,
    `failures     ${counted(byCode(ledger)) || "none"}`,
    `faults       ${counted(byWay(run.faults)) || "none"}`,
    `events       ${events.events} of Stripe's, acknowledged ${events.deliveries} times, refused ${events.refused} times, the latest ${
      Math.round(events.latestSeconds / 60)
    } minutes late`,
    `clock        moved by ${
      run.clockHours.toFixed(1)
    } hours; ${run.seconds} s in all, ${run.drainSeconds} of them to come to rest`,
    "",
    ...verdicts.flatMap(({ name, says, offences }) =>
      offences.length === 0 ? [`  ok      ${name}`] : [
        `  BROKEN  ${name}: ${offences.length} offence${offences.length === 1 ? "" : "s"}`,
        `          ${says}`,
        ...offences.slice(0, shown).map((one) => `          - ${JSON.stringify(one)}`),
        ...(offences.length > shown ? [`          … and ${offences.length - shown} more`] : []),
      ]
    ),
    "",
    broken.length === 0
      ? `All ${verdicts.length} invariants hold.`
      : `${broken.length} of ${verdicts.length} invariants are broken.`,
    `Again with the same choices: deno task chaos --seed ${run.seed} --minutes ${run.minutes}`,
    "(what meets what differs from run to run: processes are killed wherever they are)",
  ];
  return lines.join("\n");
}

/** The run as one line of JSON, so that runs can be added up. */
export function summary(run: Run): string {
  const { ledger, verdicts, events, faults, seed, minutes, users, seconds, drainSeconds } = run;
  return JSON.stringify({
    at: new Date().toISOString(),
    seed,
    minutes,
    seconds,
    drain_seconds: drainSeconds,
    users,
    sign_ups: ledger.signUps.length,
    subscriptions: ledger.subscriptions.size,
    // #region shop
    orders: ledger.orders.size,
    refunds: ledger.refunds.length,
    // #endregion shop
    changes: ledger.changes,
    cancellations: ledger.cancellations,
    requests: ledger.requests,
    given_up: ledger.givenUp,
    failures: byCode(ledger),
    faults: byWay(faults),
    events,
    broken: Object.fromEntries(
      verdicts.filter(({ offences }) => offences.length > 0)
        .map(({ name, offences }) => [name, offences.length]),
    ),
  });
}
