/** What a list of products is asked by: filters, sort, and the place where a page begins. */
import * as z from "zod";
import { problem } from "../../problem.ts";

/** `relevance` needs a search, and is then the default; without one it is `newest`. */
export const Sort = z.enum(["relevance", "price_asc", "price_desc", "newest", "rating"]);

const flag = z.enum(["true", "false"]);
/** At most eight digits, as prices have. */
const Amount = z.string().regex(/^(0|[1-9][0-9]{0,7})$/);

/** How texts are told and by which prices. */
export const Reader = z.strictObject({
  locale: z.enum(["en", "fr"]).default("en"),
  /** Default: the shop's default list. */
  price_list: z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/).optional(),
});

/** The query of `products`, as strings. */
export const ProductsQuery = Reader.extend({
  /** Words in French or English; accents and typos are forgiven. */
  search: z.string().min(1).max(200).optional(),
  /** A category's slug or id; those below it are in it. */
  category: z.string().min(1).max(100).optional(),
  /** The lowest price of a product is at least this, in minor units of the list's currency. */
  min_amount: Amount.optional(),
  /** The lowest price of a product is at most this. */
  max_amount: Amount.optional(),
  /** JSON, `{"brand": ["Acme", "Bolt"], "material": "wool"}`: one of a name's values, and each of the names. */
  attributes: z.string().max(4000).optional(),
  /** `true`: only what can be bought now. */
  in_stock: flag.optional(),
  sort: Sort.optional(),
  /** `true`: how many of the first 1,000 are in each category, have each attribute, are in stock. */
  facets: flag.optional(),
  page_size: z.string().regex(/^([1-9]|[1-9][0-9]|100)$/).optional(),
  /** `next_cursor` of the page before, of the same query. */
  cursor: z.string().max(200).optional(),
});

const Value = z.union([z.string().min(1).max(200), z.number(), z.boolean()]).transform(String);
const Attributes = z.record(
  z.string().min(1).max(100),
  z.union([Value.transform((one) => [one]), z.array(Value).min(1).max(20)]),
).refine((names) => Object.keys(names).length <= 10, "At most 10 attributes");

function refused(pointer: string, detail: string) {
  return problem("invalid_query", { errors: [{ pointer, detail }] });
}

/** The values asked for by attribute. @throws {Problem} `invalid_query` */
export function readAttributes(text: string): Record<string, string[]> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refused("/attributes", "This is not JSON");
  }
  const parsed = Attributes.safeParse(value);
  // Unescaped, JSON says more than the query's own check has seen.
  const storable = (one: string) => one.isWellFormed() && !one.includes("\0");
  if (!parsed.success || !Object.entries(parsed.data).flat(2).every(storable)) {
    throw refused(
      "/attributes",
      "Write at most 10 names, each with a value or a list of at most 20",
    );
  }
  return parsed.data;
}

/** Where a page begins: after the product `id`, whose sort key is `key`. */
export interface Place {
  key: string;
  id: string;
}

const sorts = Sort.options;
const keys: Record<z.infer<typeof Sort>, RegExp> = {
  // How well the last one answers, where its document is, how many came so far.
  relevance: /^\d{1,2}\.\d{1,9}\.\d{1,4}\.\d{1,4}$/,
  price_asc: /^\d{1,8}$/,
  price_desc: /^\d{1,8}$/,
  rating: /^\d{1,6}$/,
  newest: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$/,
};
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A place as an opaque text: `next_cursor`. */
export function writeCursor(sort: z.infer<typeof Sort>, { key, id }: Place): string {
  return btoa(`${sorts.indexOf(sort)}|${key}|${id}`)
    .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/**
 * The place that a cursor names.
 *
 * @throws {Problem} `invalid_query` for what {@link writeCursor} has not written for this sort
 */
export function readCursor(sort: z.infer<typeof Sort>, cursor: string): Place {
  const invalid = () => refused("/cursor", "This is no cursor of this list and sort");
  if (!/^[\w-]+$/.test(cursor)) throw invalid();
  let text: string;
  try {
    text = atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    throw invalid();
  }
  const [of, key, id, ...rest] = text.split("|");
  const right = of === String(sorts.indexOf(sort)) && key !== undefined && keys[sort].test(key) &&
    id !== undefined && uuid.test(id) && rest.length === 0;
  // The 31st of June has the form, too.
  if (!right || sort === "newest" && !sameMoment(key)) throw invalid();
  return { key, id };
}

function sameMoment(time: string): boolean {
  const moment = new Date(time);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().slice(0, 19) === time.slice(0, 19);
}
