/** Rows as the API gives them, compared as a set. */

export type Row = Record<string, unknown>;

/** Rows as a set: REST promises no order. */
export function sorted(rows: Row[]): string[] {
  return rows.map((row) => JSON.stringify(Object.entries(row).toSorted().map(comparable)))
    .toSorted();
}

/** The same moment is written in several ways. */
function comparable([name, value]: [string, unknown]): [string, unknown] {
  const isTime = typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value);
  return [name, isTime ? Date.parse(value) : value];
}
