import { Textarea } from "@mantine/core";
import { useApp } from "../../../app-context.ts";
import { Field, Form } from "../../../components/form.tsx";
import { useAction } from "../../../use-action.ts";
import { rows } from "../../../use-read.ts";
import { useShopTexts } from "../texts.ts";
import { optionsTyped } from "./options.ts";

/** What one buys of a product: without prices and stock yet. */
export function NewVariant(
  { productId, changed }: { productId: string; changed(): Promise<void> },
) {
  const { supabase } = useApp();
  const s = useShopTexts();
  const add = useAction(async (key, { sku, options, weight }: Record<string, string>) => {
    await rows(
      supabase.from("product_variants").insert({
        id: key,
        product_id: productId,
        sku: sku!.trim(),
        options: optionsTyped(options!),
        weight_grams: Number(weight),
      }),
    );
    await changed();
  });
  return (
    <Form action={add} submit={s.addVariant}>
      <Field label="SKU" hint={s.skuHint} name="sku" maxLength={64} />
      <Textarea
        label={s.options}
        description={s.optionsHint}
        name="options"
        autosize
        minRows={2}
      />
      <Field
        label={s.weight}
        name="weight"
        type="number"
        min={0}
        max={10_000_000}
        defaultValue={0}
      />
    </Form>
  );
}
