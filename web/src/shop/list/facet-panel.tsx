import { Button, Checkbox, Fieldset, Group, Stack, TextInput } from "@mantine/core";
import { type SubmitEvent, useState } from "react";
import { exponentOf } from "../../../../supabase/functions/_shared/currencies.ts";
import { valuesOf } from "../../components/form.tsx";
import { formatMoney } from "../../format.ts";
import { useLanguage } from "../../text/language.tsx";
import { useShopTexts } from "../texts.ts";
import type { Facets } from "../types.ts";
import { CategoryTree } from "./category-tree.tsx";
import { type Filters, toggled } from "./filters.ts";
import type { Category } from "./use-categories.ts";

interface Props {
  filters: Filters;
  /** Undefined until they are counted. */
  facets: Facets | undefined;
  categories: Category[];
  onChange: (filters: Filters) => void;
}

/** Everything that narrows the list. */
export function FacetPanel({ filters, facets, categories, onChange }: Props) {
  const s = useShopTexts();
  return (
    <Stack gap="lg">
      <CategoryTree categories={categories} filters={filters} facets={facets} />
      <Checkbox
        label={s.onlyInStock}
        checked={filters.inStock}
        onChange={() => onChange({ ...filters, inStock: !filters.inStock })}
      />
      <Price
        // Another limit from elsewhere shows in the fields.
        key={`${filters.min} ${filters.max}`}
        filters={filters}
        facets={facets}
        onChange={onChange}
      />
      {facets?.attributes.map(({ name, values }) => (
        <Attribute key={name} name={name} values={values} filters={filters} onChange={onChange} />
      ))}
    </Stack>
  );
}

function Price({ filters, facets, onChange }: Omit<Props, "categories">) {
  const { language } = useLanguage();
  const s = useShopTexts();
  const range = facets?.price;
  if (!range) return null;
  const { currency, min_amount, max_amount } = range;
  const scale = 10 ** exponentOf(currency);
  const typed = (amount: number | null) => amount === null ? "" : String(amount / scale);
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const { min = "", max = "" } = valuesOf(event.currentTarget);
    const amount = (text: string) => text === "" ? null : Math.round(Number(text) * scale);
    onChange({ ...filters, min: amount(min), max: amount(max) });
  };
  const field = { type: "number", min: 0, max: 99_999_999 / scale, step: 1 / scale, size: "sm" };
  return (
    <Fieldset legend={s.price} variant="unstyled" className="facet">
      <form onSubmit={onSubmit}>
        <Group gap="xs" wrap="nowrap" align="flex-end">
          <TextInput
            {...field}
            name="min"
            label={s.priceFrom}
            defaultValue={typed(filters.min)}
            placeholder={typed(Math.floor(min_amount / scale) * scale)}
          />
          <TextInput
            {...field}
            name="max"
            label={s.priceTo}
            defaultValue={typed(filters.max)}
            placeholder={typed(Math.ceil(max_amount / scale) * scale)}
          />
        </Group>
        <Button type="submit" variant="default" size="xs" mt="xs" aria-label={s.applyPrice}>
          {s.apply}
        </Button>
        <p className="hint">
          {s.priceRange(
            formatMoney(min_amount, currency, language),
            formatMoney(max_amount, currency, language),
          )}
        </p>
      </form>
    </Fieldset>
  );
}

/** Values that show before one asks for all. */
const few = 6;

function Attribute(
  { name, values, filters, onChange }: Facets["attributes"][number] & {
    filters: Filters;
    onChange: Props["onChange"];
  },
) {
  const s = useShopTexts();
  const [all, setAll] = useState(false);
  const chosen = filters.attributes[name] ?? [];
  // What is chosen stays to be taken out, also where nothing has it any more.
  const gone = chosen.filter((one) => values.every(({ value }) => value !== one))
    .map((value) => ({ value, count: 0 }));
  const found = [...values, ...gone];
  const shown = all ? found : found.filter(({ value }, i) => i < few || chosen.includes(value));
  return (
    <Fieldset legend={s.attributeNames[name] ?? name} variant="unstyled" className="facet">
      <Stack gap={6}>
        {shown.map(({ value, count }) => (
          <Checkbox
            key={value}
            checked={chosen.includes(value)}
            onChange={() => onChange(toggled(filters, name, value))}
            label={
              <>
                {s.values[value] ?? value} <span className="count">{count}</span>
              </>
            }
          />
        ))}
      </Stack>
      {found.length > shown.length && (
        <Button
          variant="subtle"
          size="compact-sm"
          mt={6}
          onClick={() => setAll(true)}
        >
          {s.showAllValues(found.length)}
        </Button>
      )}
    </Fieldset>
  );
}
