/** The columns that a file of the catalogue may have, and the header that names them. */

/** Columns by the names of their headers; prices have one, or two, a price list. */
export const columnNames = [
  "sku",
  "product",
  "category",
  "name_en",
  "name_fr",
  "description_en",
  "description_fr",
  "attributes",
  "tax_code",
  "product_active",
  "options",
  "weight_grams",
  "low_stock",
  "position",
  "variant_active",
  "stock",
] as const;

/** A column that is no price. */
export type ColumnName = typeof columnNames[number];

/** What a column of a file is. */
export type Column =
  | { name: string; kind: "field"; field: ColumnName }
  | { name: string; kind: "price" | "compare_at"; list: string; currency: string };

/** The separators that a header may have. */
export type Separator = "," | ";" | "\t";

/** The first line says it: what stands there most often, outside of quotes. */
export function separatorOf(firstLine: string): Separator {
  const bare = firstLine.replaceAll(/"[^"]*"/g, "");
  const count = (separator: Separator) => bare.split(separator).length;
  return ([",", ";", "\t"] as const).reduce((best, one) => count(one) > count(best) ? one : best);
}

/**
 * What the columns of a header are.
 *
 * @param currencies the currency of each price list
 * @returns the columns in their order, or why the header is none
 */
export function readHeader(
  names: readonly string[],
  currencies: Readonly<Record<string, string>>,
): { columns: Column[] } | { problem: string } {
  const columns: Column[] = [];
  const seen = new Set<string>();
  for (const written of names) {
    const name = written.trim().toLowerCase();
    if (seen.has(name)) {
      return { problem: `The column ${name || "without a name"} is there twice.` };
    }
    seen.add(name);
    const column = columnOf(name, currencies);
    if (typeof column === "string") return { problem: column };
    columns.push(column);
  }
  for (const needed of ["sku", "product"]) {
    if (!seen.has(needed)) {
      return { problem: `The first line must name the columns: there is no ${needed}.` };
    }
  }
  return { columns };
}

function columnOf(name: string, currencies: Readonly<Record<string, string>>): Column | string {
  const field = columnNames.find((one) => one === name);
  if (field !== undefined) return { name, kind: "field", field };
  const [, kind, list] = /^(price|compare_at):(.+)$/.exec(name) ?? [];
  if (kind === undefined || list === undefined) {
    return `There is no column ${JSON.stringify(name.slice(0, 60))}. There are ${
      columnNames.join(", ")
    }, and price:<list> and compare_at:<list> of each price list.`;
  }
  const currency = currencies[list];
  if (currency === undefined) {
    const known = Object.keys(currencies).join(", ");
    return `There is no price list ${JSON.stringify(list.slice(0, 60))}. There are ${known}.`;
  }
  return { name, kind: kind as "price" | "compare_at", list, currency };
}
