/** Calls, one after the other by each of some callers at once. */
import type { Pair } from "./figure.ts";
import { median } from "./statistics.ts";

/** What came of a stretch of calls. */
export interface Load {
  /** Median of how long a call took, in milliseconds. */
  p50: number;
  perSecond: number;
}

/** Lets `callers` call at once, again and again, for a stretch of time. @throws what a call throws */
export async function load(
  { seconds, callers }: { seconds: number; callers: number },
  call: () => Promise<void>,
): Promise<Load> {
  const times: number[] = [];
  const started = performance.now();
  const until = started + seconds * 1000;
  await Promise.all(Array.from({ length: callers }, async () => {
    for (let from = started; from < until; from = performance.now()) {
      await call();
      times.push(performance.now() - from);
    }
  }));
  return { p50: median(times), perSecond: times.length / ((performance.now() - started) / 1000) };
}

/**
 * Two kinds of calls by turns of a quarter of a second each, until each has had its seconds: what else the
 * machine does changes more slowly than that.
 */
export async function alternatingLoad(
  { seconds, callers }: { seconds: number; callers: number },
  sides: Record<keyof Pair, () => Promise<void>>,
): Promise<Record<keyof Pair, Load>> {
  const turns = Math.max(1, Math.round(seconds * 4));
  const loads: Record<keyof Pair, Load[]> = { baseline: [], subject: [] };
  for (let turn = 0; turn < turns; turn++) {
    for (const side of ["baseline", "subject"] as const) {
      loads[side].push(await load({ seconds: seconds / turns, callers }, sides[side]));
    }
  }
  const both = (side: keyof Pair): Load => ({
    p50: median(loads[side].map(({ p50 }) => p50)),
    perSecond: median(loads[side].map(({ perSecond }) => perSecond)),
  });
  return { baseline: both("baseline"), subject: both("subject") };
}

/** Medians of two kinds of calls that alternate, one at a time: what else the machine does falls on both. */
export async function alternating(
  calls: number,
  { baseline, subject }: Record<keyof Pair, () => Promise<void>>,
): Promise<Pair> {
  const timed = async (call: () => Promise<void>) => {
    const from = performance.now();
    await call();
    return performance.now() - from;
  };
  const times = { baseline: [] as number[], subject: [] as number[] };
  for (let call = 0; call < calls; call++) {
    times.baseline.push(await timed(baseline));
    times.subject.push(await timed(subject));
  }
  return { baseline: median(times.baseline), subject: median(times.subject) };
}

/** A call over HTTP that must be answered by this status, its body read to the end. */
export async function expectStatus(status: number, request: Promise<Response>): Promise<void> {
  const reply = await request;
  const text = await reply.text();
  if (reply.status !== status) throw new Error(`answered ${reply.status}: ${text.slice(0, 500)}`);
}
