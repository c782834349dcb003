import { useEffect, useState } from "react";
import { Link } from "wouter";
import { cartPage, shopPage } from "../../../supabase/functions/_shared/shop/pages.ts";
import { useApp } from "../app-context.ts";
import { Note, ProblemAlert } from "../components/alert.tsx";
import { Field, Form } from "../components/form.tsx";
import { Page } from "../components/page.tsx";
import { formatMoney } from "../format.ts";
import { useLanguage } from "../i18n/language.tsx";
import { useAction } from "../use-action.ts";
import { type Product, readProduct, type Variant } from "./api.ts";
import { useCartChanges } from "./cart-context.tsx";
import { optionsText } from "./options.ts";

/** A product, and the way into the cart. */
export function ProductShown({ slug }: { slug: string }) {
  const { supabase } = useApp();
  const { t, language } = useLanguage();
  const [product, setProduct] = useState<Product>();
  const look = useAction(async () => setProduct(await readProduct(supabase, language, slug)));
  useEffect(() => void look.start(), [slug, language]);
  if (product === undefined) {
    return (
      <Page key="asking" title={t.shop.title}>
        {look.problem === undefined ? <p role="status">{t.loading}</p> : (
          <>
            <ProblemAlert problem={look.problem} />
            <p>
              <Link href={shopPage}>{t.shop.toShop}</Link>
            </p>
          </>
        )}
      </Page>
    );
  }
  return (
    <Page key="product" title={product.name}>
      <div className="product">
        {product.images[0] !== undefined && (
          <img src={product.images[0].url} alt={product.images[0].alt} />
        )}
        <div>
          <p className="prose">{product.description}</p>
          <AddToCart product={product} />
        </div>
      </div>
      <p>
        <Link href={shopPage}>{t.shop.toShop}</Link>
      </p>
    </Page>
  );
}

function AddToCart({ product }: { product: Product }) {
  const { t } = useLanguage();
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
  if (chosen === undefined) return <p>{t.shop.availability.out_of_stock}</p>;
  return (
    <>
      {offered.length > 1 && (
        <fieldset className="choices">
          <legend>{t.shop.variant}</legend>
          {offered.map((variant) => (
            <label key={variant.id}>
              <input
                type="radio"
                name="variant"
                checked={variant.id === chosen.id}
                onChange={() => setChosenId(variant.id)}
              />
              <span>{optionsText(variant.options)}</span>
            </label>
          ))}
        </fieldset>
      )}
      <Price variant={chosen} currency={product.currency} />
      {chosen.availability !== "out_of_stock" && (
        <Form action={toCart} submit={t.shop.addToCart}>
          <Field
            label={t.shop.quantity}
            name="quantity"
            type="number"
            min={1}
            max={chosen.few_left ?? 999}
            defaultValue={1}
            className="count"
          />
        </Form>
      )}
      {added && (
        <Note>
          <p>
            {t.shop.added} <Link href={cartPage}>{t.shop.toCart}</Link>
          </p>
        </Note>
      )}
    </>
  );
}

function Price({ variant, currency }: { variant: Variant; currency: string }) {
  const { t, language } = useLanguage();
  const { unit_amount, compare_at_amount, availability, few_left } = variant;
  return (
    <p>
      <span className="price">{formatMoney(unit_amount ?? 0, currency, language)}</span>
      {compare_at_amount !== null && (
        <>
          {" "}
          <s>
            <span className="hidden">{t.shop.before}</span>
            {formatMoney(compare_at_amount, currency, language)}
          </s>
        </>
      )}
      <br />
      {few_left === null ? t.shop.availability[availability] : t.shop.fewLeft(few_left)}
    </p>
  );
}
