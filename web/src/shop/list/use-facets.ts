/**
 * What one can filter by, and how many match. The endpoint counts what matches all filters; beside the values
 * that are chosen the others of the same filter are to be seen as well, so each filter that is in use is
 * asked about without itself.
 */
import { useRef } from "react";
import type { ProductsListInput } from "../../../../client/src/mod.ts";
import { useApp } from "../../app-context.ts";
import { useRead } from "../../use-read.ts";
import type { Facets } from "../types.ts";
import { type Filters, queryOf } from "./filters.ts";

/** Each filter in use, with the others alone. */
function others(filters: Filters): Map<string, Filters> {
  const found = new Map<string, Filters>();
  if (filters.category !== "") found.set("category", { ...filters, category: "" });
  if (filters.min !== null || filters.max !== null) {
    found.set("price", { ...filters, min: null, max: null });
  }
  for (const name of Object.keys(filters.attributes)) {
    const { [name]: _, ...attributes } = filters.attributes;
    found.set(`is.${name}`, { ...filters, attributes });
  }
  return found;
}

/** @param counted of all that matches all filters */
export function useFacets(
  filters: Filters,
  locale: NonNullable<ProductsListInput["locale"]>,
  counted: Facets | undefined,
): Facets | undefined {
  const { socle } = useApp();
  const { value, problem } = useRead(async () => {
    const asked = [...others(filters)].map(async ([name, without]) => {
      const query = queryOf(without);
      const { facets } = await socle.productsList({ ...query, locale, facets: true, page_size: 1 });
      return [name, facets!] as const;
    });
    return new Map(await Promise.all(asked));
  }, JSON.stringify([queryOf(filters), locale]));
  const shown = useRef<Facets>(undefined);
  // What could not be asked is left out: what matches all filters is counted all the same.
  const without = value ?? (problem === undefined ? undefined : new Map<string, Facets>());
  if (counted !== undefined && without !== undefined) {
    const names = new Set(counted.attributes.map(({ name }) => name));
    for (const name of Object.keys(filters.attributes)) names.add(name);
    shown.current = {
      ...counted,
      categories: (without.get("category") ?? counted).categories,
      price: (without.get("price") ?? counted).price,
      attributes: [...names].map((name) => ({
        name,
        values: (without.get(`is.${name}`) ?? counted).attributes
          .find((one) => one.name === name)?.values ?? [],
      })),
    };
  }
  return shown.current;
}
