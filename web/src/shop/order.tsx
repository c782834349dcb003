import { Title } from "@mantine/core";
import { StateBadge } from "../components/state-badge.tsx";
import { useEffect, useState } from "react";
import { shopPage } from "../../../supabase/functions/_shared/shop/pages.ts";
import { useApp } from "../app-context.ts";
import { ProblemAlert } from "../components/alert.tsx";
import { ActionButton } from "../components/form.tsx";
import { ButtonLink } from "../components/button-link.tsx";
import { TextLink } from "../components/text-link.tsx";
import { Loading, Page } from "../components/page.tsx";
import { formatDay } from "../format.ts";
import { useLanguage } from "../text/language.tsx";
import { useShopTexts } from "./texts.ts";
import { useAction } from "../use-action.ts";
import { cancelOrder, type Order, type OrderName, readOrder } from "./api.ts";
import { AddressLines, OrderLines, OrderSums } from "./order-parts.tsx";

interface Props {
  /** Its id for the user who placed it, the token of its link for a guest. */
  name: OrderName;
  /** Where its receipt is. */
  receipt: string;
}

/** An order as its buyer sees it. */
export function OrderShown({ name, receipt }: Props) {
  const { supabase } = useApp();
  const { language } = useLanguage();
  const s = useShopTexts();
  const [order, setOrder] = useState<Order>();
  const look = useAction(async () => setOrder(await readOrder(supabase, name)));
  useEffect(() => void look.start(), [JSON.stringify(name)]);
  const cancel = useAction(async (key) => {
    await cancelOrder(supabase, name, key);
    setOrder(await readOrder(supabase, name));
  });
  if (order === undefined) {
    return (
      <Page key="asking" title={s.order}>
        {look.problem === undefined ? <Loading /> : <ProblemAlert problem={look.problem} />}
      </Page>
    );
  }
  return (
    <Page key="order" title={s.orderNumber(order.number)}>
      <p>
        <StateBadge state={order.status} label={s.orderStatus[order.status] ?? order.status} />{" "}
        {formatDay(order.created_at, language)}
      </p>
      {order.carrier !== null && (
        <p>
          {s.sentBy(order.carrier)} {order.tracking_url === null
            ? order.tracking_number
            : <a href={order.tracking_url}>{order.tracking_number ?? s.track}</a>}
        </p>
      )}
      <OrderLines order={order} />
      <OrderSums order={order} />
      {order.shipping_address !== null && (
        <>
          <Title order={2} size="h3" mb="sm">{s.address}</Title>
          <AddressLines address={order.shipping_address} />
        </>
      )}
      <ProblemAlert problem={cancel.problem} />
      <p className="actions">
        {order.paid_at !== null && <ButtonLink href={receipt}>{s.receipt}</ButtonLink>}
        {order.can_cancel && (
          <ActionButton action={cancel} variant="default">{s.cancelOrder}</ActionButton>
        )}
        <TextLink href={shopPage}>{s.toShop}</TextLink>
      </p>
    </Page>
  );
}
