/** Of the run itself: over empty ledgers everything else holds. */
import { faultKinds, timesOf } from "../fault-kinds.ts";
import type { Evidence, Invariant, Offence } from "./invariant.ts";

/** Of the requests, how many may have been given up. One user in eight has little patience. */
const givenUpShare = 0.5;

/** What is seldom wants time: from this on each thing must have happened at all. */
const wholeFrom = 2;

/**
 * How often a thing must have happened. Far below what a run on two idle cores comes to, so that a slow
 * machine passes, and what no longer happens does not.
 */
function floor(minutes: number, perMinute: number): number {
  return minutes < wholeFrom ? 0 : Math.max(1, Math.floor(minutes * perMinute));
}

/** What is in the database because users did it and Stripe was paid. */
async function done({ sql }: Evidence): Promise<{ paid_orders: number; refunds: number }> {
  const [row] = await sql<{ paid_orders: number; refunds: number }[]>`
    select
      (select count(*)::int from public.orders where paid_at is not null) as paid_orders,
      (select count(*)::int from public.order_refunds where state = 'done') as refunds`;
  return row!;
}

export const run: Invariant[] = [
  {
    name: "the run was one",
    says:
      "Users signed up, subscribed, changed, cancelled, bought and were refunded, and every kind of fault struck: what did not happen proves nothing.",
    async offences(evidence) {
      const { ledger, faults, minutes } = evidence;
      const { paid_orders, refunds } = await done(evidence);
      const paid = [...ledger.subscriptions.values()].filter((one) => one.paid).length;
      const wanted: [string, number, number][] = [
        ["sign-ups", ledger.signUps.length, Math.max(1, Math.floor(minutes / 2))],
        ["paid subscriptions", paid, floor(minutes, 0.25)],
        ["changes of a subscription", ledger.changes, floor(minutes, 0.1)],
        ["cancellations of a subscription", ledger.cancellations, floor(minutes, 0.1)],
        ["paid orders", paid_orders, floor(minutes, 0.25)],
        ["refunds of an order", refunds, floor(minutes, 0.1)],
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
