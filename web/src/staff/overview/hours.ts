/** The last 24 hours, each with what was counted in it: none is left out. */

/** As public.staff_overview() gives them; hours without any are not there. */
export interface JobsByHour {
  since: string | null;
  hours: { hour: string; succeeded: number; dead: number; pending: number }[];
}

/** Likewise, by provider. */
export interface EventsByHour {
  since: string | null;
  hours: { hour: string; provider: string; events: number }[];
}

/** An hour with its counts by name. */
export interface Hour {
  /** Its beginning, in milliseconds since 1970. */
  at: number;
  counts: Record<string, number>;
}

const hourMs = 3_600_000;

/** The beginnings of the hours until now, oldest first. */
function hoursUntil(now: number): number[] {
  const current = Math.floor(now / hourMs) * hourMs;
  return Array.from({ length: 24 }, (_, index) => current - (23 - index) * hourMs);
}

/** @param now milliseconds since 1970 */
export function jobHours({ hours }: JobsByHour, now = Date.now()): Hour[] {
  const found = new Map(hours.map((one) => [Date.parse(one.hour), one]));
  return hoursUntil(now).map((at) => {
    const { succeeded = 0, dead = 0, pending = 0 } = found.get(at) ?? {};
    return { at, counts: { succeeded, dead, pending } };
  });
}

/** @param now milliseconds since 1970 */
export function eventHours({ hours }: EventsByHour, now = Date.now()): Hour[] {
  return hoursUntil(now).map((at) => ({
    at,
    counts: Object.fromEntries(
      hours.filter((one) => Date.parse(one.hour) === at)
        .map(({ provider, events }) => [provider, events]),
    ),
  }));
}
