import { ActionIcon, Button, Group, Text, Title } from "@mantine/core";
import { IconMinus, IconPlus } from "@tabler/icons-react";
import { productPage } from "../../../../supabase/functions/_shared/shop/pages.ts";
import { ProblemAlert } from "../../components/alert.tsx";
import { TextLink } from "../../components/text-link.tsx";
import { formatMoney } from "../../format.ts";
import { useLanguage } from "../../text/language.tsx";
import { useAction } from "../../use-action.ts";
import { nameIn, optionsText } from "../options.ts";
import { useShopTexts } from "../texts.ts";
import type { CartChange, CartLine } from "../types.ts";
import { useCartChanges } from "./cart-context.tsx";
import { LinePicture } from "./picture.tsx";

/** A line of the cart: what it is, what changed, how many of it. */
export function CartLineShown({ line, currency }: { line: CartLine; currency: string }) {
  const { t, language } = useLanguage();
  const s = useShopTexts();
  const { setQuantity } = useCartChanges();
  const set = useAction((_key, quantity: number) => setQuantity(line.variant_id, quantity));
  const { item } = line;
  const name = item === null ? s.goneItem : nameIn(language, item);
  const options = item === null ? "" : optionsText(item.options, s.values);
  const label = options === "" ? name : `${name}, ${options}`;
  return (
    <div className="cart-line">
      <LinePicture item={item} />
      <div>
        <Title order={2} size="h5">
          {item === null ? name : <TextLink href={productPage(item.slug)}>{name}</TextLink>}
        </Title>
        {options !== "" && <Text size="sm" c="dimmed">{options}</Text>}
        {item !== null && <Text size="sm">{formatMoney(item.unit_amount, currency, language)}
        </Text>}
        {line.changes.length > 0 && (
          <ul className="plain-list">
            {line.changes.map((change) => (
              <li key={change.kind} className={change.kind === "price_down" ? "better" : "worse"}>
                <Change change={change} currency={currency} />
              </li>
            ))}
          </ul>
        )}
        <ProblemAlert problem={set.problem} />
      </div>
      <Group gap="sm" className="cart-amounts">
        {item !== null && (
          <Group gap={6} wrap="nowrap">
            <ActionIcon
              variant="default"
              size="lg"
              aria-label={s.oneLess(label)}
              aria-disabled={set.pending || line.quantity === 1}
              onClick={() => line.quantity > 1 && void set.start(line.quantity - 1)}
            >
              <IconMinus size={16} aria-hidden />
            </ActionIcon>
            <span aria-live="polite" className="quantity">
              <span className="hidden">{t.labelled(s.quantity, "")}</span> {line.quantity}
            </span>
            <ActionIcon
              variant="default"
              size="lg"
              aria-label={s.oneMore(label)}
              aria-disabled={set.pending || line.quantity >= 999}
              onClick={() => void set.start(line.quantity + 1)}
            >
              <IconPlus size={16} aria-hidden />
            </ActionIcon>
          </Group>
        )}
        <Text fw={650} className="amount">
          {formatMoney(line.subtotal_amount, currency, language)}
        </Text>
        <Button
          variant="subtle"
          size="compact-md"
          aria-label={s.removeLine(label)}
          aria-disabled={set.pending}
          onClick={() => void set.start(0)}
        >
          {s.remove}
        </Button>
      </Group>
    </div>
  );
}

function Change({ change, currency }: { change: CartChange; currency: string }) {
  const { language } = useLanguage();
  const s = useShopTexts();
  const money = (amount: number) => formatMoney(amount, currency, language);
  switch (change.kind) {
    case "price_up":
    case "price_down":
      return s.priceChanged(money(change.from_amount), money(change.to_amount));
    case "fewer_left":
      return s.canHave(change.can_have);
    case "capped":
      return s.capped(change.wanted, change.kept);
    case "out_of_stock":
      return s.availability.out_of_stock;
    case "not_on_sale":
      return s.notOnSale;
  }
}
