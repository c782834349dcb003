import { Checkbox, NativeSelect, SimpleGrid, Stack, Textarea } from "@mantine/core";
import { useState } from "react";
import { useApp } from "../../../app-context.ts";
import { Note, ProblemAlert } from "../../../components/alert.tsx";
import { Field, PendingButton, valuesOf } from "../../../components/form.tsx";
import { useLanguage } from "../../../text/language.tsx";
import { useAction } from "../../../use-action.ts";
import { rows } from "../../../use-read.ts";
import { useShopTexts } from "../texts.ts";
import { type Choices, nameOf, type Product } from "./read.ts";

interface Props {
  product:
    & Pick<
      Product,
      | "slug"
      | "category_id"
      | "name_en"
      | "name_fr"
      | "description_en"
      | "description_fr"
      | "active"
    >
    & { id?: string };
  categories: Choices["categories"];
  /** Gets the product's id: of a new one, too. */
  changed(id: string): Promise<void>;
}

/** A product's own columns: writes them, or the product that does not exist yet. */
export function ProductForm({ product, categories, changed }: Props) {
  const { supabase } = useApp();
  const { t, language } = useLanguage();
  const s = useShopTexts();
  const [saved, setSaved] = useState(false);
  const save = useAction(async (key, values: Record<string, string>) => {
    setSaved(false);
    const columns = {
      slug: values["slug"]!,
      category_id: values["category_id"]!,
      name_en: values["name_en"]!,
      name_fr: values["name_fr"]!,
      description_en: values["description_en"]!,
      description_fr: values["description_fr"]!,
      active: values["active"] === "on",
    };
    const id = product.id ?? key;
    if (product.id === undefined) await rows(supabase.from("products").insert({ id, ...columns }));
    else await rows(supabase.from("products").update(columns).eq("id", id));
    await changed(id);
    setSaved(true);
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save.start(valuesOf(event.currentTarget));
      }}
    >
      <Stack gap="md">
        <SimpleGrid cols={{ base: 1, sm: 2 }} style={{ alignItems: "end" }}>
          <Field
            label={s.nameEn}
            name="name_en"
            maxLength={200}
            defaultValue={product.name_en}
          />
          <Field
            label={s.nameFr}
            name="name_fr"
            maxLength={200}
            defaultValue={product.name_fr}
          />
          <Textarea
            label={s.descriptionEn}
            name="description_en"
            maxLength={10_000}
            autosize
            minRows={3}
            maxRows={12}
            defaultValue={product.description_en}
          />
          <Textarea
            label={s.descriptionFr}
            name="description_fr"
            maxLength={10_000}
            autosize
            minRows={3}
            maxRows={12}
            defaultValue={product.description_fr}
          />
          <NativeSelect
            label={s.category}
            name="category_id"
            defaultValue={product.category_id}
            data={categories.map((one) => ({ value: one.id, label: nameOf(one, language) }))}
          />
          <Field
            label={s.slug}
            hint={s.slugHint}
            name="slug"
            maxLength={100}
            defaultValue={product.slug}
          />
        </SimpleGrid>
        <Checkbox label={s.onSale} name="active" defaultChecked={product.active} />
        <ProblemAlert problem={save.problem} />
        <div className="actions">
          <PendingButton type="submit" pending={save.pending}>{t.save}</PendingButton>
        </div>
        {saved && <Note>{t.saved}</Note>}
      </Stack>
    </form>
  );
}
