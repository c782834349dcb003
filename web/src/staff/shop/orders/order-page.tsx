import { SimpleGrid } from "@mantine/core";
import { useApp } from "../../../app-context.ts";
import { Note } from "../../../components/alert.tsx";
import { Page } from "../../../components/page.tsx";
import { Shown } from "../../../components/shown.tsx";
import { StateBadge } from "../../../components/state-badge.tsx";
import { useRead } from "../../../use-read.ts";
import { useShopTexts } from "../texts.ts";
import { OrderActions } from "./order-actions.tsx";
import { OrderLines } from "./order-lines.tsx";
import { Buyer, Disputes, Ledger, Timeline } from "./order-sections.tsx";
import { Refunds } from "./order-refunds.tsx";
import { Returns } from "./order-returns.tsx";
import type { StaffOrder } from "./staff-order.ts";

/** One order, with its ledger, and everything that staff can do about it. */
export function OrderPage({ id }: { id: string }) {
  const { socle } = useApp();
  const s = useShopTexts();
  const read = useRead(async () => (await socle.ordersList({ id })).order!, id);
  return (
    <Page
      title={read.value === undefined ? s.order : s.orderNumber(read.value.number)}
      actions={read.value && <State order={read.value} />}
    >
      <Shown read={read}>
        {(order) => (
          <>
            {order.status === "review" && <Note kind="bad">{s.inReview}</Note>}
            {order.status === "disputed" && <Note kind="bad">{s.isDisputed}</Note>}
            <OrderActions order={order} changed={read.reload} />
            <OrderLines order={order} changed={read.reload} />
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="lg">
              <Buyer order={order} />
              <Timeline order={order} />
            </SimpleGrid>
            <Returns order={order} changed={read.reload} />
            <Refunds order={order} />
            <Ledger order={order} />
            <Disputes order={order} />
          </>
        )}
      </Shown>
    </Page>
  );
}

function State({ order: { status } }: { order: StaffOrder }) {
  const s = useShopTexts();
  return <StateBadge state={status} label={s.orderStatus[status]} />;
}
