import { Text } from "@mantine/core";
import { useLocation } from "wouter";
import { useApp } from "../../../app-context.ts";
import { Page } from "../../../components/page.tsx";
import { Shown } from "../../../components/shown.tsx";
import { useRead } from "../../../use-read.ts";
import { useShopTexts } from "../texts.ts";
import { ProductForm } from "./product-form.tsx";
import { readChoices } from "./read.ts";

/** A product that does not exist yet; what one buys, its variants, comes on its page. */
export function NewProduct() {
  const { supabase } = useApp();
  const s = useShopTexts();
  const [, navigate] = useLocation();
  const choices = useRead(() => readChoices(supabase), "choices");
  return (
    <Page title={s.newProduct}>
      <Shown read={choices}>
        {({ categories }) =>
          categories.length === 0 ? <Text>{s.noCategories}</Text> : (
            <ProductForm
              product={{
                slug: "",
                category_id: categories[0]!.id,
                name_en: "",
                name_fr: "",
                description_en: "",
                description_fr: "",
                active: false,
              }}
              categories={categories}
              changed={(id) => Promise.resolve(navigate(`/staff/products/${id}`))}
            />
          )}
      </Shown>
    </Page>
  );
}
