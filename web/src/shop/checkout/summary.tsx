import { Paper, Text, Title } from "@mantine/core";
import { cartPage } from "../../../../supabase/functions/_shared/shop/pages.ts";
import { TextLink } from "../../components/text-link.tsx";
import { formatMoney } from "../../format.ts";
import { useLanguage } from "../../text/language.tsx";
import { LinePicture } from "../cart/picture.tsx";
import { nameIn, optionsText } from "../options.ts";
import { useShopTexts } from "../texts.ts";
import type { Cart } from "../types.ts";
import type { Rate } from "./rates.ts";

/** What is about to be ordered, and what it comes to before discount and taxes. */
export function Summary({ cart, rate }: { cart: Cart; rate: Rate | undefined }) {
  const { language } = useLanguage();
  const s = useShopTexts();
  const money = (amount: number) => formatMoney(amount, cart.currency, language);
  return (
    <Paper component="section" aria-labelledby="summary" withBorder p="lg" className="beside">
      <Title id="summary" order={2} size="h4" mb="sm">{s.summary}</Title>
      <ul className="plain-list">
        {cart.lines.map(({ variant_id, item, quantity, subtotal_amount }) =>
          item !== null && (
            <li key={variant_id} className="summary-line">
              <LinePicture item={item} />
              <Text size="sm">
                {quantity} × {nameIn(language, item)}
                <Text span size="sm" c="dimmed" display="block">
                  {optionsText(item.options, s.values)}
                </Text>
              </Text>
              <Text size="sm" className="amount">{money(subtotal_amount)}</Text>
            </li>
          )
        )}
      </ul>
      <dl className="sums">
        <div>
          <dt>{s.subtotal}</dt>
          <dd>{money(cart.subtotal_amount)}</dd>
        </div>
        {rate !== undefined && (
          <div>
            <dt>{s.shipping}</dt>
            <dd>{rate.amount === 0 ? s.free : money(rate.amount)}</dd>
          </div>
        )}
        <div className="strong">
          <dt>{s.total}</dt>
          <dd>{money(cart.subtotal_amount + (rate?.amount ?? 0))}</dd>
        </div>
      </dl>
      <Text size="sm" c="dimmed">{s.totalHint}</Text>
      <Text mt="sm" size="sm">
        <TextLink href={cartPage}>{s.changeCart}</TextLink>
      </Text>
    </Paper>
  );
}
