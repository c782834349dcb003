import { Box, Image, Radio, SimpleGrid, Stack, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { cartPage, shopPage } from "../../../supabase/functions/_shared/shop/pages.ts";
import { useApp } from "../app-context.ts";
import { Note, ProblemAlert } from "../components/alert.tsx";
import { Field, Form } from "../components/form.tsx";
import { TextLink } from "../components/text-link.tsx";
import { Loading, Page } from "../components/page.tsx";
import { formatMoney } from "../format.ts";
import { useLanguage } from "../text/language.tsx";
import { useShopTexts } from "./texts.ts";
import { useAction } from "../use-action.ts";
import { type Product, readProduct, type Variant } from "./api.ts";
import { useCartChanges } from "./cart-context.tsx";
import { optionsText } from "./options.ts";

/** A product, and the way into the cart. */
export function ProductShown({ slug }: { slug: string }) {
  const { supabase } = useApp();
  const { language } = useLanguage();
  const s = useShopTexts();
  const [product, setProduct] = useState<Product>();
  const look = useAction(async () => setProduct(await readProduct(supabase, language, slug)));
  useEffect(() => void look.start(), [slug, language]);
  if (product === undefined) {
    return (
      <Page key="asking" title={s.title}>
        {look.problem === undefined ? <Loading /> : (
          <>
            <ProblemAlert problem={look.problem} />
            <p>
              <TextLink href={shopPage}>{s.toShop}</TextLink>
            </p>
          </>
        )}
      </Page>
    );
  }
  return (
    <Page key="product" title={product.name}>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xl" mb="lg">
        {product.images[0] !== undefined && (
          <Image src={product.images[0].url} alt={product.images[0].alt} className="square" />
        )}
        <div>
          <Text className="prose" mb="md">{product.description}</Text>
          <AddToCart product={product} />
        </div>
      </SimpleGrid>
      <p>
        <TextLink href={shopPage}>{s.toShop}</TextLink>
      </p>
    </Page>
  );
}

function AddToCart({ product }: { product: Product }) {
  const s = useShopTexts();
  const { add } = useCartChanges();
  const offered = product.variants.filter(({ unit_amount }) => unit_amount !== null);
  const [chosenId, setChosenId] = useState<string>();
  const [added, setAdded] = useState(false);
  // The first that can be had, until another is chosen.
  const chosen = offered.find(({ id }) => id === chosenId) ??
    offered.find(({ availability }) => availability !== "out_of_stock") ?? offered[0];
  const toCart = useAction(async (key, { quantity = "1" }: Record<string, string>) => {
    setAdded(false);
    if (chosen === undefined) return;
    await add(chosen.id, Number(quantity), key);
    setAdded(true);
  });
  if (chosen === undefined) return <p>{s.availability.out_of_stock}</p>;
  return (
    <>
      {offered.length > 1 && (
        <Radio.Group label={s.variant} value={chosen.id} onChange={setChosenId} mb="md">
          <Stack gap="xs" mt="xs">
            {offered.map(({ id, options }) => (
              <Radio key={id} value={id} label={optionsText(options)} />
            ))}
          </Stack>
        </Radio.Group>
      )}
      <Price variant={chosen} currency={product.currency} />
      {chosen.availability !== "out_of_stock" && (
        <Form action={toCart} submit={s.addToCart}>
          <Field
            label={s.quantity}
            name="quantity"
            type="number"
            min={1}
            max={chosen.few_left ?? 999}
            defaultValue={1}
            maw="7rem"
          />
        </Form>
      )}
      {added && (
        <Note>
          <p>
            {s.added} <TextLink href={cartPage}>{s.toCart}</TextLink>
          </p>
        </Note>
      )}
    </>
  );
}

function Price({ variant, currency }: { variant: Variant; currency: string }) {
  const { language } = useLanguage();
  const texts = useShopTexts();
  const { unit_amount, compare_at_amount, availability, few_left } = variant;
  return (
    <Box mb="md">
      <Text span size="xl" fw={650}>{formatMoney(unit_amount ?? 0, currency, language)}</Text>
      {compare_at_amount !== null && (
        <>
          {" "}
          <s>
            <span className="hidden">{texts.before}</span>
            {formatMoney(compare_at_amount, currency, language)}
          </s>
        </>
      )}
      <br />
      {few_left === null ? texts.availability[availability] : texts.fewLeft(few_left)}
    </Box>
  );
}
