/** Rows as psql prints them: columns under their names, numbers to the right, how many there are. */

function width(text: string): number {
  return Math.max(...text.split("\n").map((line) => [...line].length));
}

/** A cell without what would break its line or steer the terminal. */
function printable(text: string): string {
  return text.replaceAll(
    /\p{Cc}/gu,
    (character) => character === "\n" ? "↵" : character === "\t" ? "  " : "�",
  );
}

/** The table with its header, without the count of rows. */
export function tableLines(columns: string[], rows: (string | null)[][]): string[] {
  const cells = rows.map((row) => row.map((cell) => printable(cell ?? "")));
  const widths = columns.map((name, index) =>
    Math.max(width(name), ...cells.map((row) => width(row[index] ?? "")))
  );
  const toTheRight = columns.map((_, index) =>
    cells.length > 0 && cells.every((row) => /^(-?\d+(\.\d+)?)?$/.test(row[index] ?? ""))
  );
  const line = (row: string[]) =>
    row.map((cell, index) => {
      const padding = " ".repeat(widths[index]! - width(cell));
      return toTheRight[index] ? ` ${padding}${cell} ` : ` ${cell}${padding} `;
    }).join("|").trimEnd();
  const rule = widths.map((one) => "-".repeat(one + 2)).join("+");
  return [line(columns), rule, ...cells.map(line)];
}

/** The whole of it. */
export function table(columns: string[], rows: (string | null)[][]): string {
  const many = rows.length === 1 ? "(1 row)" : `(${rows.length} rows)`;
  return [...tableLines(columns, rows), many].join("\n");
}
