import { Anchor, Breadcrumbs, SimpleGrid, Text, Title } from "@mantine/core";
import { useState } from "react";
import { shopPage } from "../../../../supabase/functions/_shared/shop/pages.ts";
import { useApp } from "../../app-context.ts";
import { Shown } from "../../components/shown.tsx";
import { Page } from "../../components/page.tsx";
import { TextLink } from "../../components/text-link.tsx";
import { useLanguage } from "../../text/language.tsx";
import { useRead } from "../../use-read.ts";
import { addressOf, readFilters } from "../list/filters.ts";
import { ProductCard } from "../product-card.tsx";
import { Stars } from "../stars.tsx";
import { useShopTexts } from "../texts.ts";
import type { Product } from "../types.ts";
import { Buy } from "./buy.tsx";
import { firstChoice } from "./choice.ts";
import { Gallery } from "./gallery.tsx";
import { Reviews } from "./reviews.tsx";

/** A product's page. */
export function ProductShown({ slug }: { slug: string }) {
  const { socle } = useApp();
  const { language } = useLanguage();
  const s = useShopTexts();
  const read = useRead(
    async () => (await socle.productsGet({ product: slug, locale: language })).product,
    `${slug} ${language}`,
  );
  if (read.value !== undefined) return <Found product={read.value} />;
  return (
    <Page key="asking" title={s.title}>
      <Shown read={read}>{() => null}</Shown>
      {read.problem !== undefined && <TextLink href={shopPage}>{s.toShop}</TextLink>}
    </Page>
  );
}

const within = (category: string) => addressOf({ ...readFilters(new URLSearchParams()), category });

function Found({ product }: { product: Product }) {
  const s = useShopTexts();
  const variants = product.variants.filter(({ unit_amount }) => unit_amount !== null);
  const [chosenId, setChosenId] = useState<string>();
  const chosen = variants.find(({ id }) => id === chosenId) ?? firstChoice(variants);
  const { rating } = product;
  return (
    <>
      <Breadcrumbs component="nav" aria-label={s.wayHere} mb="md" className="way">
        <TextLink href={shopPage} size="sm">{s.title}</TextLink>
        {product.categories.map(({ slug, name }) => (
          <TextLink key={slug} href={within(slug)} size="sm">{name}</TextLink>
        ))}
      </Breadcrumbs>
      <Page key="product" title={product.name}>
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xl" mb="xl">
          <Gallery images={product.images} variant={chosen} />
          <div>
            {rating.average !== null && (
              <Anchor href="#reviews" underline="hover" display="block" mb="sm">
                <Stars average={rating.average} count={rating.count} />
              </Anchor>
            )}
            {chosen === undefined ? <Text>{s.availability.out_of_stock}</Text> : (
              <Buy
                product={product}
                variants={variants}
                chosen={chosen}
                onChoose={({ id }) => setChosenId(id)}
              />
            )}
            <Text className="prose" mt="lg">{product.description}</Text>
            <Facts product={product} weight={chosen?.weight_grams ?? 0} />
          </div>
        </SimpleGrid>
        <Reviews product={product} />
        {product.related.length > 0 && (
          <section aria-labelledby="related">
            <Title id="related" order={2} size="h3" mb="md">{s.related}</Title>
            <SimpleGrid component="ul" cols={{ base: 2, sm: 4 }} className="plain-list">
              {product.related.map((one) => (
                <li key={one.id}>
                  <ProductCard product={one} order={3} />
                </li>
              ))}
            </SimpleGrid>
          </section>
        )}
      </Page>
    </>
  );
}

/** Attributes and weight. */
function Facts({ product, weight }: { product: Product; weight: number }) {
  const { language } = useLanguage();
  const s = useShopTexts();
  const kilograms = new Intl.NumberFormat(language, {
    style: "unit",
    unit: weight < 1000 ? "gram" : "kilogram",
    maximumFractionDigits: 1,
  }).format(weight < 1000 ? weight : weight / 1000);
  const facts = [
    ...Object.entries(product.attributes).filter(([, value]) => typeof value !== "object")
      .map(([name, value]) => [
        s.attributeNames[name] ?? name,
        s.values[String(value)] ?? String(value),
      ]),
    ...(weight > 0 ? [[s.weight, kilograms]] : []),
  ];
  if (facts.length === 0) return null;
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
