/** What the page of an order and its receipt share. */
import { Text } from "@mantine/core";
import { Rows } from "../../components/rows.tsx";
import { formatMoney } from "../../format.ts";
import { useLanguage } from "../../text/language.tsx";
import { useShopTexts } from "../texts.ts";
import type { Order } from "../types.ts";
import { countryIn } from "../countries.ts";
import { nameIn, optionsText, orderWords } from "../options.ts";

/** What was bought. */
export function OrderLines({ order }: { order: Order }) {
  const { t, language } = useLanguage();
  const s = useShopTexts();
  const words = orderWords(order.locale, language, s.values);
  const money = (amount: number) => formatMoney(amount, order.currency, language);
  return (
    <Rows
      caption={s.lines}
      rows={order.items}
      keyOf={({ id }) => id}
      columns={[
        {
          label: s.item,
          cell: ({ name, options }) => (
            <span>
              {name}
              {Object.keys(options).length > 0 && (
                <Text span size="sm" c="dimmed">{` ${optionsText(options, words)}`}</Text>
              )}
            </span>
          ),
        },
        { label: s.unitPrice, cell: ({ unit_amount }) => money(unit_amount), number: true },
        { label: s.quantity, cell: ({ quantity }) => quantity, number: true },
        {
          label: t.amount,
          cell: ({ unit_amount, quantity }) => money(unit_amount * quantity),
          number: true,
        },
      ]}
    />
  );
}

/** What it comes to: each amount that is not nothing. */
export function OrderSums({ order }: { order: Order }) {
  const { language } = useLanguage();
  const s = useShopTexts();
  const money = (amount: number) => formatMoney(amount, order.currency, language);
  const sums: [string, number | undefined][] = [
    [s.subtotal, order.subtotal_amount],
    [
      order.discount_code === null ? s.discount : `${s.discount} ${order.discount_code}`,
      -order.discount_amount || undefined,
    ],
    [
      order.shipping_rate === null
        ? s.shipping
        : `${s.shipping} (${nameIn(language, order.shipping_rate)})`,
      order.shipping_rate === null ? undefined : order.shipping_amount,
    ],
    [s.tax, order.tax_amount || undefined],
  ];
  return (
    <dl className="sums">
      {sums.map(([label, amount]) =>
        amount !== undefined && (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{money(amount)}</dd>
          </div>
        )
      )}
      <div className="strong">
        <dt>{s.total}</dt>
        <dd>{money(order.total_amount)}</dd>
      </div>
      {order.refunded_amount > 0 && (
        <div>
          <dt>{s.refunded}</dt>
          <dd>{money(-order.refunded_amount)}</dd>
        </div>
      )}
    </dl>
  );
}

/** An address, line by line. */
export function AddressLines({ address }: { address: NonNullable<Order["shipping_address"]> }) {
  const { language } = useLanguage();
  const { name, line1, line2, postal_code, city, state, country } = address;
  const lines = [
    name,
    line1,
    line2,
    [postal_code, city].filter(Boolean).join(" "),
    state,
    country && countryIn(language, country),
  ].filter(Boolean);
  return (
    <address>
      {lines.map((line) => <span key={line} className="line">{line}</span>)}
    </address>
  );
}
