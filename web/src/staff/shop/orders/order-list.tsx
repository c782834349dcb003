import { Group } from "@mantine/core";
import type { OrdersListInput } from "../../../../../client/src/mod.ts";
import { useApp } from "../../../app-context.ts";
import { Page } from "../../../components/page.tsx";
import { StateBadge } from "../../../components/state-badge.tsx";
import { TextLink } from "../../../components/text-link.tsx";
import { formatMoney } from "../../../format.ts";
import { useLanguage } from "../../../text/language.tsx";
import { Choice, Filters, Search, useFilters } from "../../parts/filters.tsx";
import { Listed } from "../../parts/listed.tsx";
import { Moment } from "../../parts/moment.tsx";
import { usePages } from "../../parts/use-pages.ts";
import { useShopTexts } from "../texts.ts";

const orderNumber = /^[0-9a-z]{10}$/i;

/** What a search is for: an order's number, or a buyer's whole address. */
function searched(text: string | undefined): OrdersListInput {
  if (text === undefined) return {};
  return orderNumber.test(text) ? { number: text } : { email: text };
}

/** All orders, newest first. */
export function OrderList() {
  const { socle } = useApp();
  const { t, language } = useLanguage();
  const s = useShopTexts();
  const [filter] = useFilters();
  const status = filter("status");
  const search = filter("search");
  const waiting = filter("returns");
  const pages = usePages(async (cursor) => {
    const { orders, next_cursor } = await socle.ordersList({
      ...searched(search),
      ...(status !== undefined && { status: status as NonNullable<OrdersListInput["status"]> }),
      ...(waiting === "waiting" && { returns: "waiting" }),
      cursor,
      page_size: 25,
    });
    return { rows: orders, next: next_cursor };
  }, JSON.stringify([status, search, waiting]));
  return (
    <Page title={s.orders}>
      <Filters>
        <Choice label={t.state} name="status" choices={s.orderStatus} all={s.all} />
        <Choice
          label={s.returns}
          name="returns"
          choices={{ waiting: s.returnsWaiting }}
          all={s.withOrWithout}
        />
        <Search label={s.searchOrders} name="search" />
      </Filters>
      <Listed
        caption={s.orders}
        pages={pages}
        none={s.nothingFound}
        keyOf={({ id }) => id}
        columns={[
          {
            label: t.number,
            cell: ({ id, number }) => (
              <TextLink href={`/staff/orders/${id}`} ff="monospace">{number}</TextLink>
            ),
          },
          { label: s.placed, cell: ({ created_at }) => <Moment at={created_at} /> },
          { label: s.buyer, cell: ({ customer_email }) => customer_email ?? s.forgotten },
          {
            label: t.state,
            cell: ({ status, returns_waiting }) => (
              <Group gap={4} component="span">
                <StateBadge state={status} label={s.orderStatus[status]} />
                {returns_waiting && <StateBadge state="requested" label={s.returnAsked} />}
              </Group>
            ),
          },
          {
            label: t.amount,
            cell: ({ total_amount, currency }) => formatMoney(total_amount, currency, language),
            number: true,
          },
        ]}
      />
    </Page>
  );
}
