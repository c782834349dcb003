import { Button, Text } from "@mantine/core";
import { useState } from "react";
import { orderPage, shopPage } from "../../../../supabase/functions/_shared/shop/pages.ts";
import { useApp } from "../../app-context.ts";
import { ButtonLink } from "../../components/button-link.tsx";
import { Page } from "../../components/page.tsx";
import { Rows } from "../../components/rows.tsx";
import { Shown } from "../../components/shown.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { TextLink } from "../../components/text-link.tsx";
import { formatDay, formatMoney } from "../../format.ts";
import type { Supabase } from "../../supabase.ts";
import { useLanguage } from "../../text/language.tsx";
import { rows, useRead } from "../../use-read.ts";
import { nameIn } from "../options.ts";
import { useShopTexts } from "../texts.ts";

/** Orders that show before one asks for more. */
const step = 20;

/** One more than is shown tells whether there are others. */
const readOrders = (supabase: Supabase, count: number) =>
  rows(
    supabase.from("orders")
      .select(
        "id, number, status, currency, total_amount, created_at, order_items (name_en, name_fr, quantity)",
      )
      .order("created_at", { ascending: false }).order("id").limit(count + 1),
  );

/** The orders of whoever is signed in, newest first: read under RLS. */
export function Orders() {
  const { supabase } = useApp();
  const { t, language } = useLanguage();
  const s = useShopTexts();
  const [count, setCount] = useState(step);
  const read = useRead(() => readOrders(supabase, count), `orders ${count}`);
  return (
    <Page title={s.orders}>
      <Shown read={read}>
        {(orders) =>
          orders.length === 0
            ? (
              <>
                <p>{s.noOrders}</p>
                <ButtonLink href={shopPage}>{s.toShop}</ButtonLink>
              </>
            )
            : (
              <>
                <Rows
                  caption={s.orders}
                  rows={orders.slice(0, count)}
                  keyOf={({ id }) => id}
                  columns={[
                    {
                      label: t.number,
                      cell: ({ id, number }) => <TextLink href={orderPage(id)}>{number}</TextLink>,
                    },
                    { label: t.date, cell: ({ created_at }) => formatDay(created_at, language) },
                    {
                      label: s.lines,
                      cell: ({ order_items }) => (
                        <Text span size="sm" c="dimmed" className="order-items">
                          {order_items.map(({ quantity, ...item }) =>
                            quantity === 1
                              ? nameIn(language, item)
                              : `${quantity} × ${nameIn(language, item)}`
                          ).join(", ")}
                        </Text>
                      ),
                    },
                    {
                      label: t.state,
                      cell: ({ status }) => (
                        <StateBadge state={status} label={s.orderStatus[status] ?? status} />
                      ),
                    },
                    {
                      label: t.amount,
                      cell: ({ total_amount, currency }) =>
                        formatMoney(total_amount, currency, language),
                      number: true,
                    },
                  ]}
                />
                {orders.length > count && (
                  <Button
                    variant="default"
                    onClick={() => setCount(count + step)}
                  >
                    {s.more}
                  </Button>
                )}
              </>
            )}
      </Shown>
    </Page>
  );
}
