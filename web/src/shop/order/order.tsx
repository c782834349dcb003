import { Anchor, Group, Paper, SimpleGrid, Title } from "@mantine/core";
import { useState } from "react";
import { shopPage } from "../../../../supabase/functions/_shared/shop/pages.ts";
import { useApp } from "../../app-context.ts";
import { ButtonLink } from "../../components/button-link.tsx";
import { Confirm } from "../../components/dialog.tsx";
import { PendingButton } from "../../components/form.tsx";
import { Page } from "../../components/page.tsx";
import { Shown } from "../../components/shown.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { TextLink } from "../../components/text-link.tsx";
import { formatDay } from "../../format.ts";
import { useLanguage } from "../../text/language.tsx";
import { useAction } from "../../use-action.ts";
import { useRead } from "../../use-read.ts";
import { useShopTexts } from "../texts.ts";
import type { Order, OrderName } from "../types.ts";
import { AddressLines, OrderLines, OrderSums } from "./order-parts.tsx";
import { Returns } from "./returns.tsx";
import { OrderTimeline } from "./timeline.tsx";

interface Props {
  /** Its id for the user who placed it, the token of its link for a guest. */
  name: OrderName;
  /** Where its receipt is. */
  receipt: string;
}

/** An order as its buyer sees it. */
export function OrderShown({ name, receipt }: Props) {
  const { socle } = useApp();
  const s = useShopTexts();
  const read = useRead(async () => (await socle.order(name)).order, JSON.stringify(name));
  if (read.value !== undefined) {
    return <Found order={read.value} name={name} receipt={receipt} onChange={read.reload} />;
  }
  return (
    <Page key="asking" title={s.order}>
      <Shown read={read}>{() => null}</Shown>
    </Page>
  );
}

interface FoundProps extends Props {
  order: Order;
  onChange: () => Promise<void>;
}

function Found({ order, name, receipt, onChange }: FoundProps) {
  const { language } = useLanguage();
  const s = useShopTexts();
  return (
    <Page key="order" title={s.orderNumber(order.number)}>
      <Group gap="sm" mb="lg">
        <StateBadge state={order.status} label={s.orderStatus[order.status] ?? order.status} />
        <span>{formatDay(order.created_at, language)}</span>
      </Group>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl" className="order">
        <div>
          <Title order={2} size="h3" mb="xs">{s.lines}</Title>
          <OrderLines order={order} />
          <OrderSums order={order} />
        </div>
        <div>
          <Paper component="section" aria-labelledby="timeline" withBorder p="lg" mb="lg">
            <Title id="timeline" order={2} size="h3" mb="md">{s.timeline}</Title>
            <OrderTimeline order={order} />
            {order.carrier !== null && (
              <p className="sent">
                {s.sentBy(order.carrier)} {order.tracking_url === null
                  ? order.tracking_number
                  : <Anchor href={order.tracking_url}>{order.tracking_number ?? s.track}</Anchor>}
              </p>
            )}
          </Paper>
          {order.shipping_address !== null && (
            <>
              <Title order={2} size="h3" mb="sm">{s.address}</Title>
              <AddressLines address={order.shipping_address} />
            </>
          )}
        </div>
      </SimpleGrid>
      <Returns order={order} name={name} onChange={onChange} />
      <div className="actions">
        {order.paid_at !== null && (
          <ButtonLink href={receipt} variant="default">{s.receipt}</ButtonLink>
        )}
        {order.can_cancel && <Cancel order={order} name={name} onChange={onChange} />}
        <TextLink href={shopPage}>{s.toShop}</TextLink>
      </div>
    </Page>
  );
}

function Cancel({ order, name, onChange }: Omit<FoundProps, "receipt">) {
  const { socle } = useApp();
  const s = useShopTexts();
  const [asking, setAsking] = useState(false);
  const cancel = useAction(async (idempotencyKey) => {
    await socle.orderCancel(name, { idempotencyKey });
    setAsking(false);
    await onChange();
  });
  return (
    <>
      <PendingButton
        variant="default"
        pending={cancel.pending}
        onClick={() => setAsking(true)}
      >
        {s.cancelOrder}
      </PendingButton>
      <Confirm
        title={s.cancelTitle(order.number)}
        opened={asking}
        onClose={() => setAsking(false)}
        action={cancel}
        confirm={s.cancelYes}
      >
        <p>{order.paid_at === null ? s.cancelUnpaid : s.cancelPaid}</p>
      </Confirm>
    </>
  );
}
