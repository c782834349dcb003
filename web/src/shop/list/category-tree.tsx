import { NavLink } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { useLanguage } from "../../text/language.tsx";
import { nameIn } from "../options.ts";
import { useShopTexts } from "../texts.ts";
import type { Facets } from "../types.ts";
import { addressOf, type Filters } from "./filters.ts";
import { type Category, countsWithin, wayTo } from "./use-categories.ts";

interface Props {
  categories: Category[];
  filters: Filters;
  facets: Facets | undefined;
}

/** Links down the tree: what is above the chosen category, itself, and what is in it. */
export function CategoryTree({ categories, filters, facets }: Props) {
  const { language } = useLanguage();
  const s = useShopTexts();
  const counts = countsWithin(categories, facets?.categories ?? []);
  const way = wayTo(categories, filters.category);
  const opened = new Set(way.map(({ id }) => id));
  const link = (slug: string, label: string, depth: number, count: number | undefined) => (
    <NavLink
      key={slug}
      component={Link}
      href={addressOf({ ...filters, category: slug })}
      label={label}
      rightSection={count !== undefined && <span className="count">{count}</span>}
      active={filters.category === slug}
      aria-current={filters.category === slug ? "page" : undefined}
      className="category"
      style={{ paddingInlineStart: `${0.6 + depth * 0.9}rem` }}
    />
  );
  const below = (parent: string | null, depth: number): ReactNode[] =>
    categories.filter(({ parent_id }) => parent_id === parent).flatMap((one) => [
      link(one.slug, nameIn(language, one), depth, counts.get(one.id) ?? 0),
      ...(opened.has(one.id) ? below(one.id, depth + 1) : []),
    ]);
  return (
    <nav aria-label={s.categories}>
      {link("", s.allCategories, 0, undefined)}
      {below(null, 0)}
    </nav>
  );
}
