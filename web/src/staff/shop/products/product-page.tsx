import { useApp } from "../../../app-context.ts";
import { Page } from "../../../components/page.tsx";
import { Shown } from "../../../components/shown.tsx";
import { Section } from "../../../components/section.tsx";
import { useLanguage } from "../../../text/language.tsx";
import { useRead } from "../../../use-read.ts";
import { useShopTexts } from "../texts.ts";
import { Images } from "./images.tsx";
import { ProductForm } from "./product-form.tsx";
import { OnSale } from "./product-list.tsx";
import { nameOf, readChoices, readProduct } from "./read.ts";
import { NewVariant } from "./new-variant.tsx";
import { VariantSection } from "./variant-section.tsx";

/** One product: its texts, variants with prices and stock, and images. */
export function ProductPage({ id }: { id: string }) {
  const { supabase } = useApp();
  const { language } = useLanguage();
  const s = useShopTexts();
  const choices = useRead(() => readChoices(supabase), "choices");
  const read = useRead(() => readProduct(supabase, id), id);
  return (
    <Page
      title={read.value === undefined ? s.product : nameOf(read.value, language)}
      actions={read.value && <OnSale active={read.value.active} />}
    >
      <Shown read={choices}>
        {({ categories, priceLists }) => (
          <Shown read={read}>
            {(product) => (
              <>
                <Section title={s.texts}>
                  <ProductForm
                    key={product.updated_at}
                    product={product}
                    categories={categories}
                    changed={read.reload}
                  />
                </Section>
                {product.product_variants.map((variant) => (
                  <VariantSection
                    key={variant.id}
                    variant={variant}
                    stock={product.stock[variant.id]}
                    priceLists={priceLists}
                    changed={read.reload}
                  />
                ))}
                <Section title={s.newVariant}>
                  <NewVariant
                    key={product.product_variants.length}
                    productId={product.id}
                    changed={read.reload}
                  />
                </Section>
                <Images product={product} changed={read.reload} />
              </>
            )}
          </Shown>
        )}
      </Shown>
    </Page>
  );
}
