import { Button, SimpleGrid, Title } from "@mantine/core";
import { useApp } from "../../app-context.ts";
import { ProblemAlert } from "../../components/alert.tsx";
import { Loading, Page } from "../../components/page.tsx";
import { formatDay, formatMoney } from "../../format.ts";
import { useLanguage } from "../../text/language.tsx";
import { useShopTexts } from "../texts.ts";
import { useRead } from "../../use-read.ts";
import type { OrderName } from "../types.ts";
import { AddressLines, OrderLines, OrderSums } from "./order-parts.tsx";

/** The receipt of an order that was paid: on paper it is all that shows. */
export function Receipt({ name }: { name: OrderName }) {
  const { socle, seller } = useApp();
  const { language } = useLanguage();
  const s = useShopTexts();
  const { value: order, problem } = useRead(
    async () => (await socle.order(name)).order,
    JSON.stringify(name),
  );
  if (order === undefined || order.paid_at === null) {
    return (
      <Page key="asking" title={s.receipt}>
        <ProblemAlert problem={problem} />
        {order === undefined ? problem === undefined && <Loading /> : <p>{s.notPaid}</p>}
      </Page>
    );
  }
  return (
    <Page key="receipt" title={s.receiptOf(order.number)}>
      <p className="screen">
        <Button onClick={() => print()}>{s.print}</Button>
      </p>
      <SimpleGrid cols={{ base: 1, xs: 3 }} mb="lg">
        <section>
          <Title order={2} size="h4" mb="xs">{s.seller}</Title>
          <address>
            {seller.map((line) => <span key={line} className="line">{line}</span>)}
          </address>
        </section>
        <section>
          <Title order={2} size="h4" mb="xs">{s.buyer}</Title>
          {order.shipping_address !== null && <AddressLines address={order.shipping_address} />}
          {order.customer_email !== null && <p>{order.customer_email}</p>}
        </section>
        <section>
          <Title order={2} size="h4" mb="xs">{s.order}</Title>
          <p>
            {order.number}
            <br />
            {s.orderedOn(formatDay(order.created_at, language))}
            <br />
            {s.paidOn(formatDay(order.paid_at, language))}
          </p>
        </section>
      </SimpleGrid>
      <OrderLines order={order} />
      <OrderSums order={order} />
      <p>{s.paidAmount(formatMoney(order.paid_amount, order.currency, language))}</p>
    </Page>
  );
}
