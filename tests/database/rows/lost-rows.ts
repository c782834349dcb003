/** Which rows are no longer what they were: a count says nothing of one that was emptied or replaced. */
import type { Rows } from "./tables.ts";

type Row = Record<string, unknown>;

/** What has become of a table's rows. */
export interface Lost {
  table: string;
  /** How many are gone, or say something else. */
  rows: number;
  /** How many there were. */
  of: number;
  /** Columns whose values are others now; none where rows only went. */
  columns: string[];
}

/** How often each value occurs. */
function counted(values: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** How many of `before` are not among `after`, each as often as it occurs. */
function missing(before: string[], after: string[]): number {
  const left = counted(after);
  return before.filter((value) => {
    const count = left.get(value) ?? 0;
    left.set(value, count - 1);
    return count <= 0;
  }).length;
}

/** Compares by the columns that are there before and after: one that is dropped takes its values with it. */
export function lostRows(before: Rows, after: Rows): Lost[] {
  return [...before].flatMap(([table, held]): Lost[] => {
    const now = after.get(table) ?? [];
    const kept = Object.keys(now[0] ?? held[0] ?? {}).filter((name) => name in (held[0] ?? {}));
    const by = (columns: string[]) => (row: Row) =>
      JSON.stringify(columns.map((column) => row[column]));
    const rows = missing(held.map(by(kept)), now.map(by(kept)));
    if (rows === 0) return [];
    const columns = now.length < held.length
      ? []
      : kept.filter((column) => missing(held.map(by([column])), now.map(by([column]))) > 0);
    return [{ table, rows, of: held.length, columns }];
  });
}
