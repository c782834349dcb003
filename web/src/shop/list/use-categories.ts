/** The tree of categories. */
import { useApp } from "../../app-context.ts";
import { type Read, rows, useRead } from "../../use-read.ts";

export interface Category {
  id: string;
  slug: string;
  parent_id: string | null;
  name_en: string;
  name_fr: string;
}

export function useCategories(): Read<Category[]> {
  const { supabase } = useApp();
  return useRead(
    () =>
      rows(
        supabase.from("categories").select("id, slug, parent_id, name_en, name_fr")
          .eq("active", true).order("position").order("slug"),
      ),
    "categories",
  );
}

/** A category and all that it is in, from the top down. */
export function wayTo(categories: Category[], slug: string): Category[] {
  const way: Category[] = [];
  let next = categories.find((one) => one.slug === slug);
  while (next !== undefined && !way.includes(next)) {
    way.unshift(next);
    next = categories.find(({ id }) => id === way[0]!.parent_id);
  }
  return way;
}

/** How many products are in each, those below it included. @param counts by id, of each alone */
export function countsWithin(
  categories: Category[],
  counts: { id: string; count: number }[],
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { id, count } of counts) {
    const slug = categories.find((one) => one.id === id)?.slug;
    for (const above of slug === undefined ? [] : wayTo(categories, slug)) {
      sums.set(above.id, (sums.get(above.id) ?? 0) + count);
    }
  }
  return sums;
}
