import { Button, Group } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { formatMoney } from "../../format.ts";
import { useLanguage } from "../../text/language.tsx";
import { nameIn } from "../options.ts";
import { useShopTexts } from "../texts.ts";
import { countOf, type Filters, toggled, unfiltered } from "./filters.ts";
import type { Category } from "./use-categories.ts";

interface Props {
  filters: Filters;
  categories: Category[];
  /** Of the list's prices. */
  currency: string;
  onChange: (filters: Filters) => void;
}

/** The filters in use, each to be taken out. */
export function Chosen({ filters, categories, currency, onChange }: Props) {
  const { language } = useLanguage();
  const s = useShopTexts();
  if (countOf(filters) === 0) return null;
  const { category, min, max, inStock, attributes } = filters;
  const money = (amount: number) => formatMoney(amount, currency, language);
  const found = categories.find(({ slug }) => slug === category);
  const chosen: [string, Filters][] = [
    ...(category === "" ? [] : [[
      found === undefined ? category : nameIn(language, found),
      { ...filters, category: "" },
    ] as [string, Filters]]),
    ...(inStock ? [[s.onlyInStock, { ...filters, inStock: false }] as [string, Filters]] : []),
    ...(min === null && max === null ? [] : [[
      s.priceBetween(min === null ? null : money(min), max === null ? null : money(max)),
      { ...filters, min: null, max: null },
    ] as [string, Filters]]),
    ...Object.entries(attributes).flatMap(([name, values]) =>
      values.map((value): [string, Filters] => [
        s.values[value] ?? value,
        toggled(filters, name, value),
      ])
    ),
  ];
  return (
    <Group component="ul" aria-label={s.chosen} className="plain-list" gap="xs" mb="md">
      {chosen.map(([label, without]) => (
        <li key={label}>
          <Button
            variant="light"
            size="compact-sm"
            aria-label={s.withoutFilter(label)}
            rightSection={<IconX size={14} aria-hidden />}
            onClick={() => onChange(without)}
          >
            {label}
          </Button>
        </li>
      ))}
      <li>
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => onChange(unfiltered(filters))}
        >
          {s.withoutAll}
        </Button>
      </li>
    </Group>
  );
}
