import { Rows } from "../components/rows.tsx";
import { StateBadge } from "../components/state-badge.tsx";
import { useEffect, useState } from "react";
import { orderPage, shopPage } from "../../../supabase/functions/_shared/shop/pages.ts";
import { useApp } from "../app-context.ts";
import { ProblemAlert } from "../components/alert.tsx";
import { TextLink } from "../components/text-link.tsx";
import { Loading, Page } from "../components/page.tsx";
import { formatDay, formatMoney } from "../format.ts";
import { useLanguage } from "../text/language.tsx";
import { useShopTexts } from "./texts.ts";
import { ProblemError, problemOf } from "../problem.ts";
import type { Supabase } from "../supabase.ts";
import { useAction } from "../use-action.ts";

async function readOrders(supabase: Supabase) {
  const { data, error } = await supabase.from("orders")
    .select("id, number, status, currency, total_amount, created_at")
    .order("created_at", { ascending: false }).limit(50);
  if (error !== null) throw new ProblemError(await problemOf(error));
  return data;
}

/** The orders of whoever is signed in, newest first: read under RLS. */
export function Orders() {
  const { supabase } = useApp();
  const { t, language } = useLanguage();
  const s = useShopTexts();
  const [orders, setOrders] = useState<Awaited<ReturnType<typeof readOrders>>>();
  const look = useAction(async () => setOrders(await readOrders(supabase)));
  useEffect(() => void look.start(), []);
  return (
    <Page title={s.orders}>
      <ProblemAlert problem={look.problem} />
      {orders === undefined && look.problem === undefined && <Loading />}
      {orders?.length === 0 && <p>{t.none}</p>}
      {orders !== undefined && orders.length > 0 && (
        <Rows
          caption={s.orders}
          rows={orders}
          keyOf={({ id }) => id}
          columns={[
            {
              label: t.number,
              cell: ({ id, number }) => <TextLink href={orderPage(id)}>{number}</TextLink>,
            },
            { label: t.date, cell: ({ created_at }) => formatDay(created_at, language) },
            {
              label: t.state,
              cell: ({ status }) => (
                <StateBadge state={status} label={s.orderStatus[status] ?? status} />
              ),
            },
            {
              label: t.amount,
              cell: ({ total_amount, currency }) => formatMoney(total_amount, currency, language),
              number: true,
            },
          ]}
        />
      )}
      <p>
        <TextLink href={shopPage}>{s.toShop}</TextLink>
      </p>
    </Page>
  );
}
