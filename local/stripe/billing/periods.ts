/** How often a price recurs. */
export interface Recurrence {
  interval: string;
  interval_count: number;
}

const daySeconds = 24 * 60 * 60;

/**
 * The time `steps` recurrences after an anchor, in whole seconds, UTC. Months keep the anchor's day
 * where they have it and take their last day where not (31 January, 28 February, 31 March), as at
 * Stripe; so always count from the anchor, never from the previous period.
 */
export function after(anchor: number, { interval, interval_count }: Recurrence, steps = 1): number {
  const count = interval_count * steps;
  switch (interval) {
    case "day":
      return anchor + count * daySeconds;
    case "week":
      return anchor + count * 7 * daySeconds;
    case "month":
      return addMonths(anchor, count);
    case "year":
      return addMonths(anchor, count * 12);
    default:
      throw new Error(`cannot add an interval of ${interval}`);
  }
}

function addMonths(anchor: number, months: number): number {
  const date = new Date(anchor * 1000);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const daysInMonth = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0))
    .getUTCDate();
  date.setUTCDate(Math.min(day, daysInMonth));
  return date.getTime() / 1000;
}
