/** Of the run itself: over empty ledgers everything else holds. */
import { faultKinds, timesOf } from "../fault-kinds.ts";
import type { Invariant, Offence } from "./invariant.ts";

/** Of the requests, how many may have been given up. One user in eight has little patience. */
const givenUpShare = 0.5;

/** What is seldom wants time: from this on each thing must have happened at all. */
const wholeFrom = 2;

/**
 * How often a thing must have happened. Far below what a run on two idle cores comes to, so that a slow
 * machine passes, and what no longer happens does not.
 */
export function floor(minutes: number, perMinute: number): number {
  return minutes < wholeFrom ? 0 : Math.max(1, Math.floor(minutes * perMinute));
}

export const run: Invariant[] = [
  {
    name: "the run was one",
    says:
      "Users signed up, subscribed, changed and cancelled, and every kind of fault struck: what did not happen proves nothing.",
    offences({ ledger, faults, minutes }) {
      const paid = [...ledger.subscriptions.values()].filter((one) => one.paid).length;
      const wanted: [string, number, number][] = [
        ["sign-ups", ledger.signUps.length, Math.max(1, Math.floor(minutes / 2))],
        ["paid subscriptions", paid, floor(minutes, 0.25)],
        ["changes of a subscription", ledger.changes, floor(minutes, 0.1)],
        ["cancellations of a subscription", ledger.cancellations, floor(minutes, 0.1)],
        ["acknowledged events", ledger.events.size, floor(minutes, 0.5)],
        ...faultKinds.map((kind): [string, number, number] => [
          `faults of ${kind}`,
          timesOf(faults, kind),
          floor(minutes, 0.25),
        ]),
      ];
      const share = ledger.requests === 0 ? 1 : ledger.givenUp / ledger.requests;
      return [
        ...wanted.filter(([, times, least]) => times < least)
          .map(([what, times, least]): Offence => ({ what, times, least })),
        ...(share > givenUpShare ? [{ what: "requests given up", share, most: givenUpShare }] : []),
      ];
    },
  },
];
