import { useEffect, useState } from "react";
import { Link } from "wouter";
import { shopPage } from "../../../supabase/functions/_shared/shop/pages.ts";
import { useApp } from "../app-context.ts";
import { ProblemAlert } from "../components/alert.tsx";
import { ActionButton } from "../components/form.tsx";
import { Page } from "../components/page.tsx";
import { formatDay } from "../format.ts";
import { useLanguage } from "../i18n/language.tsx";
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
  const { t, language } = useLanguage();
  const [order, setOrder] = useState<Order>();
  const look = useAction(async () => setOrder(await readOrder(supabase, name)));
  useEffect(() => void look.start(), [JSON.stringify(name)]);
  const cancel = useAction(async (key) => {
    await cancelOrder(supabase, name, key);
    setOrder(await readOrder(supabase, name));
  });
  if (order === undefined) {
    return (
      <Page key="asking" title={t.shop.order}>
        {look.problem === undefined
          ? <p role="status">{t.loading}</p>
          : <ProblemAlert problem={look.problem} />}
      </Page>
    );
  }
  return (
    <Page key="order" title={t.shop.orderNumber(order.number)}>
      <p>
        <span className={`badge ${order.status}`}>
          {t.shop.orderStatus[order.status] ?? order.status}
        </span>{" "}
        {formatDay(order.created_at, language)}
      </p>
      {order.carrier !== null && (
        <p>
          {t.shop.sentBy(order.carrier)} {order.tracking_url === null
            ? order.tracking_number
            : <a href={order.tracking_url}>{order.tracking_number ?? t.shop.track}</a>}
        </p>
      )}
      <OrderLines order={order} />
      <OrderSums order={order} />
      {order.shipping_address !== null && (
        <>
          <h2>{t.shop.address}</h2>
          <AddressLines address={order.shipping_address} />
        </>
      )}
      <ProblemAlert problem={cancel.problem} />
      <p className="actions">
        {order.paid_at !== null && <Link href={receipt} className="button">{t.shop.receipt}</Link>}
        {order.can_cancel && (
          <ActionButton action={cancel} className="second">{t.shop.cancelOrder}</ActionButton>
        )}
        <Link href={shopPage}>{t.shop.toShop}</Link>
      </p>
    </Page>
  );
}
