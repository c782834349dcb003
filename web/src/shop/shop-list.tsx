import { type SubmitEvent, useEffect, useState } from "react";
import { Link, useLocation, useSearchParams } from "wouter";
import { productPage, shopPage } from "../../../supabase/functions/_shared/shop/pages.ts";
import { useApp } from "../app-context.ts";
import { ProblemAlert } from "../components/alert.tsx";
import { ActionButton } from "../components/form.tsx";
import { Page } from "../components/page.tsx";
import { formatMoney } from "../format.ts";
import { useLanguage } from "../i18n/language.tsx";
import { useAction } from "../use-action.ts";
import { listProducts, type ProductCard } from "./api.ts";

/** The products on sale, searched by what is in the address. */
export function ShopList() {
  const { supabase } = useApp();
  const { t, language } = useLanguage();
  const [parameters] = useSearchParams();
  const search = parameters.get("search") ?? "";
  const [products, setProducts] = useState<ProductCard[]>();
  const [cursor, setCursor] = useState<string | null>(null);
  const more = useAction(async (_key, after: string | null) => {
    const page = await listProducts(supabase, language, {
      search,
      ...(after !== null && { cursor: after }),
    });
    setProducts((shown = []) => after === null ? page.products : [...shown, ...page.products]);
    setCursor(page.next_cursor);
  });
  useEffect(() => void more.start(null), [search, language]);
  return (
    <Page title={t.shop.title}>
      <Search key={search} search={search} />
      <ProblemAlert problem={more.problem} />
      {products === undefined && more.problem === undefined && <p role="status">{t.loading}</p>}
      {products?.length === 0 && <p role="status">{t.shop.nothingFound}</p>}
      <ul className="products">
        {products?.map((product) => (
          <li key={product.id} className="card">
            <Card product={product} />
          </li>
        ))}
      </ul>
      {cursor !== null && (
        <ActionButton action={{ ...more, start: () => more.start(cursor) }}>
          {t.shop.more}
        </ActionButton>
      )}
    </Page>
  );
}

function Search({ search }: { search: string }) {
  const { t } = useLanguage();
  const [, navigate] = useLocation();
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const words = String(new FormData(event.currentTarget).get("search") ?? "").trim();
    navigate(words === "" ? shopPage : `${shopPage}?${new URLSearchParams({ search: words })}`);
  };
  return (
    <form role="search" className="search" onSubmit={onSubmit}>
      <label htmlFor="search">{t.shop.search}</label>
      <span className="beside">
        <input id="search" name="search" type="search" maxLength={200} defaultValue={search} />
        <button type="submit">{t.shop.find}</button>
      </span>
    </form>
  );
}

function Card({ product }: { product: ProductCard }) {
  const { t, language } = useLanguage();
  const { name, image, min_amount, max_amount, currency, in_stock } = product;
  const price = formatMoney(min_amount, currency, language);
  return (
    <>
      {image !== null && <img src={image.url} alt="" loading="lazy" />}
      <h2>
        <Link href={productPage(product.slug)}>{name}</Link>
      </h2>
      <p className="strong">{min_amount === max_amount ? price : t.shop.from(price)}</p>
      {!in_stock && <p className="small">{t.shop.availability.out_of_stock}</p>}
    </>
  );
}
