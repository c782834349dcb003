/** The last thirty days, each with what was sold on it: none is left out. */

/** As public.staff_order_days() gives them; days without any are not there. */
export interface Day {
  /** As 2026-11-26, in the reader's time zone. */
  day: string;
  currency: string;
  orders: number;
  /** In minor units. */
  revenue: number;
}

/** A day and what was counted on it. */
export interface Point {
  day: string;
  value: number;
}

/** The day that a moment is in here, as 2026-11-26. */
function dayOf(moment: Date): string {
  const two = (part: number) => String(part).padStart(2, "0");
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

/**
 * Orders of all currencies together, and revenue of each, day by day.
 *
 * @param today default: this day; a business clock that is ahead has later ones
 */
export function dayPoints(days: Day[], today = dayOf(new Date())) {
  const last = days.reduce((latest, { day }) => day > latest ? day : latest, today);
  const end = new Date(`${last}T12:00:00`);
  const all = Array.from({ length: 30 }, (_, index) => {
    const one = new Date(end);
    one.setDate(end.getDate() - (29 - index));
    return dayOf(one);
  });
  const points = (found: Day[], valueOf: (day: Day) => number): Point[] =>
    all.map((day) => ({
      day,
      value: found.filter((one) => one.day === day).reduce((sum, one) => sum + valueOf(one), 0),
    }));
  const currencies = [...new Set(days.map(({ currency }) => currency))].toSorted();
  return {
    orders: points(days, ({ orders }) => orders),
    revenues: currencies.map((currency) => ({
      currency,
      points: points(
        days.filter((one) => one.currency === currency),
        ({ revenue }) => revenue,
      ),
    })),
  };
}
