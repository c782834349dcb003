/** The catalogue as lines of a CSV, which an import reads as what they were. */
import { columnNames } from "../import/columns.ts";
import { decimalOf } from "../import/decimal.ts";
import { guarded } from "../import/guard.ts";

/** A row as catalogue_export_rows gives it. */
export interface ExportRow
  extends Record<typeof columnNames[number], string | number | boolean | null> {
  sku: string;
  product: string;
  /** Of each list: what it costs, and what it is compared with; in minor units. */
  prices: Record<string, [number, number | null]> | null;
}

/** Currency of each price list, in the order of the columns. */
export type PriceLists = readonly (readonly [id: string, currency: string])[];

/** Spreadsheets take a file for UTF-8 when it begins so. */
export const byteOrderMark = "\uFEFF";

function line(cells: readonly string[]): string {
  return cells.map((cell) => /[",\r\n;]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
    .join(",") + "\r\n";
}

/** The first line. */
export function headerLine(lists: PriceLists): string {
  return line([...columnNames, ...lists.flatMap(([id]) => [`price:${id}`, `compare_at:${id}`])]);
}

/** A row's line. */
export function rowLine(row: ExportRow, lists: PriceLists): string {
  const cells = columnNames.map((name) => guarded(String(row[name] ?? "")));
  for (const [id, currency] of lists) {
    for (const amount of row.prices?.[id] ?? [null, null]) {
      cells.push(amount === null ? "" : decimalOf(amount, currency));
    }
  }
  return line(cells);
}
