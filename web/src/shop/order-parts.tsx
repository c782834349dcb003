/** What the page of an order and its receipt share. */
import { formatMoney } from "../format.ts";
import { useLanguage } from "../i18n/language.tsx";
import type { Order } from "./api.ts";
import { countryIn } from "./countries.ts";
import { nameIn, optionsText } from "./options.ts";

/** What was bought. */
export function OrderLines({ order }: { order: Order }) {
  const { t, language } = useLanguage();
  const money = (amount: number) => formatMoney(amount, order.currency, language);
  return (
    <table>
      <caption className="hidden">{t.shop.lines}</caption>
      <thead>
        <tr>
          <th scope="col">{t.shop.item}</th>
          <th scope="col" className="number">{t.shop.unitPrice}</th>
          <th scope="col" className="number">{t.shop.quantity}</th>
          <th scope="col" className="number">{t.amount}</th>
        </tr>
      </thead>
      <tbody>
        {order.items.map((item) => (
          <tr key={item.id}>
            <th scope="row" data-label={t.shop.item}>
              <span>
                {item.name}
                {Object.keys(item.options).length > 0 && (
                  <span className="small">{` ${optionsText(item.options)}`}</span>
                )}
              </span>
            </th>
            <td className="number" data-label={t.shop.unitPrice}>{money(item.unit_amount)}</td>
            <td className="number" data-label={t.shop.quantity}>{item.quantity}</td>
            <td className="number" data-label={t.amount}>
              {money(item.unit_amount * item.quantity)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What it comes to: each amount that is not nothing. */
export function OrderSums({ order }: { order: Order }) {
  const { t, language } = useLanguage();
  const money = (amount: number) => formatMoney(amount, order.currency, language);
  const sums: [string, number | undefined][] = [
    [t.shop.subtotal, order.subtotal_amount],
    [
      order.discount_code === null ? t.shop.discount : `${t.shop.discount} ${order.discount_code}`,
      -order.discount_amount || undefined,
    ],
    [
      order.shipping_rate === null
        ? t.shop.shipping
        : `${t.shop.shipping} (${nameIn(language, order.shipping_rate)})`,
      order.shipping_rate === null ? undefined : order.shipping_amount,
    ],
    [t.shop.tax, order.tax_amount || undefined],
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
        <dt>{t.shop.total}</dt>
        <dd>{money(order.total_amount)}</dd>
      </div>
      {order.refunded_amount > 0 && (
        <div>
          <dt>{t.shop.refunded}</dt>
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
