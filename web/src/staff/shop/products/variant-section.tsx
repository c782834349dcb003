import { Checkbox, Group, SimpleGrid, Stack } from "@mantine/core";
import { useState } from "react";
import { useApp } from "../../../app-context.ts";
import { Note, ProblemAlert } from "../../../components/alert.tsx";
import { Field, PendingButton, valuesOf } from "../../../components/form.tsx";
import { Section } from "../../../components/section.tsx";
import type { Supabase } from "../../../supabase.ts";
import { useLanguage } from "../../../text/language.tsx";
import { useAction } from "../../../use-action.ts";
import { rows } from "../../../use-read.ts";
import { amountTyped, typedAmount } from "../../parts/amount.ts";
import { useShopTexts } from "../texts.ts";
import { OnSale } from "./product-list.tsx";
import type { PriceList, Stock, Variant } from "./read.ts";
import { StockOf } from "./stock.tsx";

interface Props {
  variant: Variant;
  stock: Stock | undefined;
  priceLists: PriceList[];
  changed(): Promise<void>;
}

/** Writes what a variant costs in one list: nothing typed means that it is not sold by it. */
async function writePrice(
  supabase: Supabase,
  variant: Variant,
  list: PriceList,
  values: Record<string, string>,
): Promise<void> {
  const known = variant.variant_prices.find(({ price_list_id }) => price_list_id === list.id);
  const name = `price:${list.id}`;
  const compareName = `compare_at:${list.id}`;
  const unit_amount = amountTyped(values[name], list.currency, name);
  const compare_at_amount = amountTyped(values[compareName], list.currency, compareName) ?? null;
  const prices = supabase.from("variant_prices");
  const keys = { variant_id: variant.id, price_list_id: list.id };
  if (unit_amount === undefined) {
    if (known !== undefined) await rows(prices.delete().match(keys));
  } else if (known === undefined) {
    await rows(prices.insert({ ...keys, unit_amount, compare_at_amount }));
  } else if (known.unit_amount !== unit_amount || known.compare_at_amount !== compare_at_amount) {
    await rows(prices.update({ unit_amount, compare_at_amount }).match(keys));
  }
}

/** A variant: whether it is on sale, what it costs in each list, and its stock. */
export function VariantSection({ variant, stock, priceLists, changed }: Props) {
  const { supabase } = useApp();
  const { t } = useLanguage();
  const s = useShopTexts();
  const [saved, setSaved] = useState(false);
  const save = useAction(async (_key, values: Record<string, string>) => {
    setSaved(false);
    for (const list of priceLists) await writePrice(supabase, variant, list, values);
    await rows(
      supabase.from("product_variants").update({
        active: values["active"] === "on",
        low_stock: Number(values["low_stock"]),
      }).eq("id", variant.id),
    );
    await changed();
    setSaved(true);
  });
  const options = Object.values(variant.options as Record<string, string>).join(", ");
  return (
    <Section
      title={[variant.sku, options].filter(Boolean).join(" · ")}
      actions={<OnSale active={variant.active} />}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save.start(valuesOf(event.currentTarget));
        }}
      >
        <Stack gap="md">
          {priceLists.map((list) => <Prices key={list.id} list={list} variant={variant} />)}
          <Group gap="lg" align="flex-end">
            <Field
              label={s.lowStock}
              name="low_stock"
              type="number"
              min={0}
              max={10_000}
              defaultValue={variant.low_stock}
            />
            <Checkbox label={s.onSale} name="active" defaultChecked={variant.active} pb={8} />
          </Group>
          <ProblemAlert problem={save.problem} />
          <div className="actions">
            <PendingButton type="submit" pending={save.pending}>{t.save}</PendingButton>
          </div>
          {saved && <Note>{t.saved}</Note>}
        </Stack>
      </form>
      {stock !== undefined && <StockOf stock={stock} changed={changed} />}
    </Section>
  );
}

function Prices({ list, variant }: { list: PriceList; variant: Variant }) {
  const s = useShopTexts();
  const price = variant.variant_prices.find(({ price_list_id }) => price_list_id === list.id);
  return (
    <SimpleGrid cols={2} maw="30rem">
      <Field
        label={s.priceIn(list.id, list.currency)}
        name={`price:${list.id}`}
        required={false}
        defaultValue={typedAmount(price?.unit_amount, list.currency)}
      />
      <Field
        label={s.priceBefore}
        name={`compare_at:${list.id}`}
        required={false}
        defaultValue={typedAmount(price?.compare_at_amount, list.currency)}
      />
    </SimpleGrid>
  );
}
