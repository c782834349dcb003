import { useEffect, useState } from "react";
import { useApp } from "../app-context.ts";
import { ProblemAlert } from "../components/alert.tsx";
import { Page } from "../components/page.tsx";
import { formatDay, formatMoney } from "../format.ts";
import { useLanguage } from "../i18n/language.tsx";
import { useAction } from "../use-action.ts";
import { type Order, type OrderName, readOrder } from "./api.ts";
import { AddressLines, OrderLines, OrderSums } from "./order-parts.tsx";

/** The receipt of an order that was paid: on paper it is all that shows. */
export function Receipt({ name }: { name: OrderName }) {
  const { supabase, seller } = useApp();
  const { t, language } = useLanguage();
  const [order, setOrder] = useState<Order>();
  const look = useAction(async () => setOrder(await readOrder(supabase, name)));
  useEffect(() => void look.start(), [JSON.stringify(name)]);
  if (order === undefined || order.paid_at === null) {
    return (
      <Page key="asking" title={t.shop.receipt}>
        <ProblemAlert problem={look.problem} />
        {order === undefined
          ? look.problem === undefined && <p role="status">{t.loading}</p>
          : <p>{t.shop.notPaid}</p>}
      </Page>
    );
  }
  return (
    <Page key="receipt" title={t.shop.receiptOf(order.number)}>
      <p className="screen">
        <button type="button" onClick={() => print()}>{t.shop.print}</button>
      </p>
      <div className="parties">
        <section>
          <h2>{t.shop.seller}</h2>
          <address>
            {seller.map((line) => <span key={line} className="line">{line}</span>)}
          </address>
        </section>
        <section>
          <h2>{t.shop.buyer}</h2>
          {order.shipping_address !== null && <AddressLines address={order.shipping_address} />}
          {order.customer_email !== null && <p>{order.customer_email}</p>}
        </section>
        <section>
          <h2>{t.shop.order}</h2>
          <p>
            {order.number}
            <br />
            {t.shop.orderedOn(formatDay(order.created_at, language))}
            <br />
            {t.shop.paidOn(formatDay(order.paid_at, language))}
          </p>
        </section>
      </div>
      <OrderLines order={order} />
      <OrderSums order={order} />
      <p>{t.shop.paidAmount(formatMoney(order.paid_amount, order.currency, language))}</p>
    </Page>
  );
}
