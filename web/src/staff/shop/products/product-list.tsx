import { Badge } from "@mantine/core";
import { useApp } from "../../../app-context.ts";
import { ButtonLink } from "../../../components/button-link.tsx";
import { Page } from "../../../components/page.tsx";
import { TextLink } from "../../../components/text-link.tsx";
import type { Supabase } from "../../../supabase.ts";
import { type Language, useLanguage } from "../../../text/language.tsx";
import { rows } from "../../../use-read.ts";
import { Choice, Filters, Search, useFilters } from "../../parts/filters.tsx";
import { Listed } from "../../parts/listed.tsx";
import { usePages } from "../../parts/use-pages.ts";
import { useShopTexts } from "../texts.ts";
import { nameOf } from "./read.ts";

const pageSize = 25;

interface Filter {
  search: string | undefined;
  active: string | undefined;
}

/** What a filter of PostgREST takes literally. */
const literal = (text: string) => text.replaceAll(/["\\%*]/g, "").trim();

async function readProducts(
  supabase: Supabase,
  language: Language,
  { search, active }: Filter,
  after: string | undefined,
) {
  const name = `name_${language}` as const;
  let query = supabase.from("products")
    .select(
      "id, slug, name_en, name_fr, active, categories (name_en, name_fr), product_variants (id)",
    )
    .order(name).order("id").limit(pageSize + 1);
  if (active !== undefined) query = query.eq("active", active === "yes");
  if (after !== undefined) {
    // Several may have one name: the id tells them apart.
    const [lastName, lastId] = JSON.parse(after) as [string, string];
    const quoted = `"${lastName.replaceAll(/["\\]/g, "\\$&")}"`;
    query = query.or(`${name}.gt.${quoted},and(${name}.eq.${quoted},id.gt.${lastId})`);
  }
  const words = literal(search ?? "");
  if (words !== "") {
    query = query.or(
      ["name_en", "name_fr", "slug"].map((name) => `${name}.ilike."*${words}*"`).join(","),
    );
  }
  const read = await rows(query);
  const page = read.slice(0, pageSize);
  const last = page.at(-1);
  const next = last === undefined || read.length <= pageSize
    ? null
    : JSON.stringify([last[name], last.id]);
  return { rows: page, next };
}

/** The catalogue with what is not on sale, by name. */
export function ProductList() {
  const { supabase } = useApp();
  const { t, language } = useLanguage();
  const s = useShopTexts();
  const [filter] = useFilters();
  const asked = { search: filter("search"), active: filter("active") };
  const pages = usePages(
    (after) => readProducts(supabase, language, asked, after),
    JSON.stringify([language, asked]),
  );
  return (
    <Page
      title={s.products}
      actions={<ButtonLink href="/staff/products/new">{s.newProduct}</ButtonLink>}
    >
      <Filters>
        <Choice
          label={t.state}
          name="active"
          choices={{ yes: s.onSale, no: s.notOnSale }}
          all={s.all}
        />
        <Search label={s.searchProducts} name="search" />
      </Filters>
      <Listed
        caption={s.products}
        pages={pages}
        none={s.nothingFound}
        keyOf={({ id }) => id}
        columns={[
          {
            label: s.product,
            cell: (product) => (
              <TextLink href={`/staff/products/${product.id}`}>
                {nameOf(product, language)}
              </TextLink>
            ),
          },
          { label: s.slug, cell: ({ slug }) => slug },
          {
            label: s.category,
            cell: ({ categories }) => nameOf(categories, language),
          },
          {
            label: s.variants,
            cell: ({ product_variants }) => product_variants.length,
            number: true,
          },
          {
            label: t.state,
            cell: ({ active }) => <OnSale active={active} />,
          },
        ]}
      />
    </Page>
  );
}

/** Whether something is on sale. */
export function OnSale({ active }: { active: boolean }) {
  const s = useShopTexts();
  return (
    <Badge variant="light" color={active ? "green" : "gray"} tt="none" size="lg" radius="sm">
      {active ? s.onSale : s.notOnSale}
    </Badge>
  );
}
