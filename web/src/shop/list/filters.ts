/** What the list is asked for, as the address holds it: so that back, reload and a sent link work. */
import type { ProductsListInput } from "../../../../client/src/mod.ts";
import { shopPage } from "../../../../supabase/functions/_shared/shop/pages.ts";

export const sorts = ["relevance", "newest", "price_asc", "price_desc", "rating"] as const;
export type Sort = (typeof sorts)[number];

export interface Filters {
  search: string;
  /** Its slug; empty: all. */
  category: string;
  /** One of the values, for each of the names. */
  attributes: Record<string, string[]>;
  /** In minor units; null: no limit. */
  min: number | null;
  max: number | null;
  inStock: boolean;
  /** Undefined: relevance with a search, else the newest. */
  sort: Sort | undefined;
}

/** Before an attribute's name in the address: `is.brand=Acme`. */
const prefix = "is.";

function amount(text: string | null): number | null {
  return text !== null && /^\d{1,8}$/.test(text) ? Number(text) : null;
}

/** The filters that an address has; what is none of them is left out. */
export function readFilters(parameters: URLSearchParams): Filters {
  const attributes: Record<string, string[]> = {};
  for (const [key, value] of parameters) {
    if (!key.startsWith(prefix) || key === prefix || value === "") continue;
    const name = key.slice(prefix.length);
    attributes[name] = [...attributes[name] ?? [], value];
  }
  const sort = sorts.find((one) => one === parameters.get("sort"));
  const search = parameters.get("search")?.trim().slice(0, 200) ?? "";
  return {
    search,
    category: parameters.get("category") ?? "",
    attributes,
    min: amount(parameters.get("min")),
    max: amount(parameters.get("max")),
    inStock: parameters.get("in_stock") === "true",
    // Relevance is of a search alone.
    sort: sort === "relevance" && search === "" ? undefined : sort,
  };
}

/** The list's address with these filters. */
export function addressOf(filters: Filters): string {
  const { search, category, attributes, min, max, inStock, sort } = filters;
  const parameters = new URLSearchParams({
    ...(search !== "" && { search }),
    ...(category !== "" && { category }),
    ...(min !== null && { min: String(min) }),
    ...(max !== null && { max: String(max) }),
    ...(inStock && { in_stock: "true" }),
    ...(sort !== undefined && { sort }),
  });
  for (const [name, values] of Object.entries(attributes)) {
    for (const value of values) parameters.append(prefix + name, value);
  }
  const query = parameters.toString();
  return query === "" ? shopPage : `${shopPage}?${query}`;
}

/** What the endpoint is asked by. */
export function queryOf(filters: Filters): ProductsListInput {
  const { search, category, attributes, min, max, inStock, sort } = filters;
  return {
    ...(search !== "" && { search }),
    ...(category !== "" && { category }),
    ...(Object.keys(attributes).length > 0 && { attributes: JSON.stringify(attributes) }),
    ...(min !== null && { min_amount: min }),
    ...(max !== null && { max_amount: max }),
    ...(inStock && { in_stock: true }),
    ...(sort !== undefined && { sort }),
  };
}

/** The filters with an attribute's value taken in, or out if it is in. */
export function toggled(filters: Filters, name: string, value: string): Filters {
  const held = filters.attributes[name] ?? [];
  const values = held.includes(value)
    ? held.filter((one) => one !== value)
    : [...held, value].slice(-20);
  const { [name]: _, ...others } = filters.attributes;
  return { ...filters, attributes: values.length === 0 ? others : { ...others, [name]: values } };
}

/** How many filters narrow the list, search and sort aside. */
export function countOf({ category, attributes, min, max, inStock }: Filters): number {
  return Number(category !== "") + Number(min !== null || max !== null) + Number(inStock) +
    Object.values(attributes).flat().length;
}

/** Only what was searched for and how it is sorted. */
export function unfiltered({ search, sort }: Filters): Filters {
  return { search, sort, category: "", attributes: {}, min: null, max: null, inStock: false };
}
