import { Button, Drawer, Group, NativeSelect } from "@mantine/core";
import { IconAdjustmentsHorizontal } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useLocation, useSearchParams } from "wouter";
import { ProblemAlert } from "../../components/alert.tsx";
import { Loading, Page } from "../../components/page.tsx";
import { useLanguage } from "../../text/language.tsx";
import { nameIn } from "../options.ts";
import { useShopTexts } from "../texts.ts";
import { useWide } from "../use-wide.ts";
import { Chosen } from "./chosen.tsx";
import { FacetPanel } from "./facet-panel.tsx";
import {
  addressOf,
  countOf,
  type Filters,
  queryOf,
  readFilters,
  type Sort,
  sorts,
} from "./filters.ts";
import { Grid } from "./grid.tsx";
import { SearchBox } from "./search-box.tsx";
import { useCategories } from "./use-categories.ts";
import { useFacets } from "./use-facets.ts";
import { useProducts } from "./use-products.ts";

/** The products on sale, searched, narrowed and sorted by what is in the address. */
export function ShopList() {
  const { t, language } = useLanguage();
  const s = useShopTexts();
  const [parameters] = useSearchParams();
  const [, navigate] = useLocation();
  const filters = readFilters(parameters);
  const list = useProducts({ ...queryOf(filters), locale: language });
  const facets = useFacets(filters, language, list.facets);
  const categories = useCategories().value ?? [];
  const wide = useWide();
  const [opened, setOpened] = useState(false);
  useEffect(() => setOpened(false), [wide, filters.category]);

  const change = (next: Filters, replace = false) => navigate(addressOf(next), { replace });
  const panel = (
    <FacetPanel filters={filters} facets={facets} categories={categories} onChange={change} />
  );
  const category = categories.find(({ slug }) => slug === filters.category);
  const count = facets === undefined ? undefined : s.found(facets.products, list.capped);
  return (
    <Page title={category === undefined ? s.title : nameIn(language, category)}>
      <SearchBox
        search={filters.search}
        onSearch={(search, { further }) =>
          change(
            { ...filters, search, sort: search === "" ? filters.sort : undefined },
            further,
          )}
      />
      <div className={wide ? "with-panel" : undefined}>
        {wide && <aside aria-label={s.filters}>{panel}</aside>}
        <div>
          <Group justify="space-between" mb="md" gap="sm">
            <span role="status">{count}</span>
            <Group gap="sm">
              {!wide && (
                <Button
                  variant="default"
                  leftSection={<IconAdjustmentsHorizontal size={18} aria-hidden />}
                  onClick={() => setOpened(true)}
                >
                  {s.filtersOf(countOf(filters))}
                </Button>
              )}
              <NativeSelect
                aria-label={s.sort}
                value={filters.sort ?? (filters.search === "" ? "newest" : "relevance")}
                onChange={(event) =>
                  change({ ...filters, sort: event.currentTarget.value as Sort })}
                data={sorts.filter((one) => one !== "relevance" || filters.search !== "")
                  .map((one) => ({ value: one, label: s.sorts[one] }))}
              />
            </Group>
          </Group>
          <Chosen
            filters={filters}
            categories={categories}
            currency={facets?.price?.currency ?? "EUR"}
            onChange={change}
          />
          <ProblemAlert problem={list.problem} />
          {list.products === undefined && list.problem === undefined && <Loading />}
          {list.products?.length === 0 && !list.pending && (
            <>
              <p>{s.nothingFound}</p>
              {filters.search !== "" && (
                <Button
                  variant="default"
                  onClick={() => change({ ...filters, search: "", sort: undefined })}
                >
                  {s.withoutSearch}
                </Button>
              )}
            </>
          )}
          {list.products !== undefined && <Grid list={list} products={list.products} />}
          {list.problem !== undefined && (
            <Button onClick={() => void list.more()}>{t.checkAgain}</Button>
          )}
        </div>
      </div>
      {!wide && (
        <Drawer
          opened={opened}
          onClose={() => setOpened(false)}
          title={s.filters}
          position="right"
          closeButtonProps={{ "aria-label": t.close }}
        >
          {panel}
          <div className="drawer-end">
            <Button fullWidth onClick={() => setOpened(false)}>
              {s.showFound(facets?.products ?? 0, list.capped)}
            </Button>
          </div>
        </Drawer>
      )}
    </Page>
  );
}
