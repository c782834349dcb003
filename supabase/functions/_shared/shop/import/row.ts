/** One record of a file as the row that the database takes, or what is wrong with which of its cells. */
import type { Column, ColumnName } from "./columns.ts";
import { roundToChargeable } from "../../money.ts";
import { decimalOf, minorUnits } from "./decimal.ts";
import { cleared, unguarded } from "./guard.ts";

/** A price as catalogue_import_apply takes it. */
export interface RowPrice {
  list: string;
  amount?: number;
  compare_at?: number;
  without_compare_at?: true;
  dropped?: true;
}

/** A row as catalogue_import_apply takes it: what is absent is left as it is. */
export type Row =
  & { line: number; sku: string; product: string; prices?: RowPrice[] }
  & Partial<Record<Exclude<ColumnName, "sku" | "product">, string | number | boolean>>;

/** What is wrong with a row. */
export interface RowError {
  line: number;
  column_name: string;
  problem: string;
}

type Cell = { value: string | number | boolean } | { problem: string };

const slugFormat = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const characters = (text: string) => [...text].length;

function text(most: number, least = 0) {
  return (cell: string): Cell => {
    const length = characters(cell);
    return length >= least && length <= most
      ? { value: cell }
      : { problem: `It has ${length} characters: ${least} to ${most} are possible.` };
  };
}

function slug(cell: string): Cell {
  const value = cell.trim();
  return slugFormat.test(value) && value.length <= 100
    ? { value }
    : { problem: "It is no slug: lower-case letters, digits and single hyphens, 100 at most." };
}

function whole(most: number) {
  return (cell: string): Cell => {
    const value = Number(cell);
    return /^\d{1,10}$/.test(cell) && value <= most
      ? { value }
      : { problem: `It is not a whole number from 0 to ${most}.` };
  };
}

const yes = new Set(["true", "1", "yes", "oui", "vrai"]);
const no = new Set(["false", "0", "no", "non", "faux"]);

function truth(cell: string): Cell {
  const word = cell.toLowerCase();
  if (yes.has(word)) return { value: true };
  return no.has(word) ? { value: false } : { problem: "It is neither true nor false." };
}

/** The text itself goes to the database: through a JavaScript number 1.10 would become 1.1. */
function jsonObject(cell: string): Cell {
  try {
    const value: unknown = JSON.parse(cell);
    if (value !== null && typeof value === "object" && !Array.isArray(value)) {
      return { value: cell };
    }
  } catch {
    // Said below.
  }
  return { problem: 'It is no JSON object, as {"colour": "red"}.' };
}

/** How each column is read; `clear` is what `(none)` stands for. Cells of `bare` ones are trimmed. */
const fields: Record<
  ColumnName,
  { read: (cell: string) => Cell; bare?: true; clear?: string }
> = {
  sku: {
    read: (cell) =>
      /^[!-~]{1,64}$/.test(cell)
        ? { value: cell }
        : { problem: "It is no SKU: 1 to 64 letters, digits and signs of ASCII, no spaces." },
    bare: true,
  },
  product: { read: slug, bare: true },
  category: { read: slug, bare: true },
  name_en: { read: text(200, 1) },
  name_fr: { read: text(200, 1) },
  description_en: { read: text(10_000), clear: "" },
  description_fr: { read: text(10_000), clear: "" },
  attributes: { read: jsonObject, bare: true, clear: "{}" },
  tax_code: {
    read: (cell) =>
      /^txcd_\d{8}$/.test(cell)
        ? { value: cell }
        : { problem: "It is no tax code of Stripe's, as txcd_99999999." },
    bare: true,
    clear: "",
  },
  product_active: { read: truth, bare: true },
  options: { read: jsonObject, bare: true, clear: "{}" },
  weight_grams: { read: whole(10_000_000), bare: true },
  low_stock: { read: whole(10_000), bare: true },
  position: { read: whole(2_147_483_647), bare: true },
  variant_active: { read: truth, bare: true },
  stock: { read: whole(1_000_000), bare: true },
};

/**
 * Reads a record.
 *
 * @param comma whether prices may have a decimal comma
 */
export function readRow(
  record: readonly string[],
  line: number,
  columns: readonly Column[],
  comma: boolean,
): { row: Row } | { errors: RowError[] } {
  const errors: RowError[] = [];
  const wrong = (column_name: string, problem: string) => {
    errors.push({ line, column_name, problem });
  };
  if (record.length !== columns.length) {
    wrong("", `It has ${record.length} cells, and the header ${columns.length}.`);
    return { errors };
  }
  const values: Record<string, unknown> = { line };
  const prices = new Map<string, RowPrice>();
  columns.forEach((column, index) => {
    const cell = unguarded(record[index]!);
    if (/[\0\uFFFD]/.test(cell)) {
      return wrong(column.name, "It is not UTF-8. Save the file as CSV UTF-8.");
    }
    if (column.kind !== "field") {
      const trimmed = cell.trim();
      if (trimmed === "") return;
      const price = prices.get(column.list) ?? { list: column.list };
      prices.set(column.list, price);
      if (trimmed === cleared) {
        if (column.kind === "price") price.dropped = true;
        else price.without_compare_at = true;
        return;
      }
      const parsed = minorUnits(trimmed, column.currency, comma);
      if ("problem" in parsed) return wrong(column.name, parsed.problem);
      const charged = roundToChargeable({ amount: parsed.amount, currency: column.currency });
      if (column.kind === "price" && charged.amount !== parsed.amount) {
        const next = decimalOf(charged.amount, column.currency);
        return wrong(
          column.name,
          `Stripe cannot charge it exactly; the next that it can is ${next}.`,
        );
      }
      price[column.kind === "price" ? "amount" : "compare_at"] = parsed.amount;
      return;
    }
    const field = fields[column.field];
    const bare = field.bare ? cell.trim() : cell;
    if (bare === "") {
      if (column.field === "sku" || column.field === "product") wrong(column.name, "It is empty.");
      return;
    }
    // As it is written: guarded, it is a text like any other.
    const written = field.bare ? record[index]!.trim() : record[index];
    if (written === cleared && field.clear !== undefined) {
      values[column.field] = field.clear;
      return;
    }
    const read = field.read(bare);
    if ("problem" in read) wrong(column.name, read.problem);
    else values[column.field] = read.value;
  });
  if (errors.length > 0) return { errors };
  if (prices.size > 0) values["prices"] = [...prices.values()];
  return { row: values as unknown as Row };
}
