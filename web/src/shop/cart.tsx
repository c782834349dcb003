import { ActionIcon, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import {
  checkoutPage,
  productPage,
  shopPage,
} from "../../../supabase/functions/_shared/shop/pages.ts";
import { Note, ProblemAlert } from "../components/alert.tsx";
import { ActionButton } from "../components/form.tsx";
import { ButtonLink } from "../components/button-link.tsx";
import { TextLink } from "../components/text-link.tsx";
import { Loading, Page } from "../components/page.tsx";
import { formatMoney } from "../format.ts";
import { useLanguage } from "../text/language.tsx";
import { useShopTexts } from "./texts.ts";
import { useAction } from "../use-action.ts";
import type { Cart, CartChange, CartLine } from "./api.ts";
import { useCart, useCartChanges } from "./cart-context.tsx";
import { nameIn, optionsText } from "./options.ts";

/** What one is about to buy, with what changed since. */
export function CartShown() {
  const { t, language } = useLanguage();
  const s = useShopTexts();
  const { cart, problem, reload } = useCart();
  const again = useAction(async () => await reload());
  return (
    <Page title={s.cart}>
      {problem !== undefined && (
        <>
          <ProblemAlert problem={problem} />
          <ActionButton action={again}>{t.checkAgain}</ActionButton>
        </>
      )}
      {cart === undefined && problem === undefined && <Loading />}
      {cart !== undefined && cart.left_out.length > 0 && (
        <Note kind="bad">
          <p>{s.leftOut(cart.left_out.length)}</p>
        </Note>
      )}
      {cart?.lines.length === 0 && (
        <>
          <p>{s.emptyCart}</p>
          <ButtonLink href={shopPage}>{s.toShop}</ButtonLink>
        </>
      )}
      {cart !== undefined && cart.lines.length > 0 && (
        <>
          <Stack component="ul" className="plain-list" gap="sm">
            {cart.lines.map((line) => (
              <Paper component="li" key={line.variant_id} withBorder p="md">
                <Line line={line} cart={cart} />
              </Paper>
            ))}
          </Stack>
          <Group my="md" gap="md">
            <Text span size="lg">{s.subtotal}</Text>
            <Text span size="lg" fw={650}>
              {formatMoney(cart.subtotal_amount, cart.currency, language)}
            </Text>
          </Group>
          {cart.purchasable
            ? (
              <p className="actions">
                <ButtonLink href={checkoutPage}>{s.toCheckout}</ButtonLink>
                <TextLink href={shopPage}>{s.toShop}</TextLink>
              </p>
            )
            : (
              <Note kind="bad">
                <p>{s.notPurchasable}</p>
              </Note>
            )}
        </>
      )}
    </Page>
  );
}

function Line({ line, cart }: { line: CartLine; cart: Cart }) {
  const { language } = useLanguage();
  const s = useShopTexts();
  const { setQuantity } = useCartChanges();
  const set = useAction((_key, quantity: number) => setQuantity(line.variant_id, quantity));
  const { item } = line;
  const name = item === null ? s.goneItem : nameIn(language, item);
  const options = item === null ? "" : optionsText(item.options);
  const label = options === "" ? name : `${name}, ${options}`;
  return (
    <Group justify="space-between" gap="md">
      <div>
        <Title order={2} size="h4">
          {item === null ? name : <TextLink href={productPage(item.slug)}>{name}</TextLink>}
        </Title>
        {options !== "" && <Text size="sm" c="dimmed">{options}</Text>}
        {item !== null && <Text>{formatMoney(item.unit_amount, cart.currency, language)}</Text>}
        {line.changes.length > 0 && (
          <ul className="plain-list">
            {line.changes.map((change) => (
              <Text component="li" c="red.9" key={change.kind}>
                <Change change={change} currency={cart.currency} />
              </Text>
            ))}
          </ul>
        )}
        <ProblemAlert problem={set.problem} />
      </div>
      <Group gap="md">
        {item !== null && (
          <Group gap="xs">
            <ActionIcon
              variant="default"
              size="lg"
              aria-label={s.oneLess(label)}
              aria-disabled={set.pending || line.quantity === 1}
              onClick={() => line.quantity > 1 && void set.start(line.quantity - 1)}
            >
              −
            </ActionIcon>
            <span aria-live="polite">
              <span className="hidden">{s.quantity}:</span> {line.quantity}
            </span>
            <ActionIcon
              variant="default"
              size="lg"
              aria-label={s.oneMore(label)}
              aria-disabled={set.pending || line.quantity >= 999}
              onClick={() => void set.start(line.quantity + 1)}
            >
              +
            </ActionIcon>
          </Group>
        )}
        <Text fw={650}>{formatMoney(line.subtotal_amount, cart.currency, language)}</Text>
        <Button
          variant="subtle"
          aria-label={s.removeLine(label)}
          aria-disabled={set.pending}
          onClick={() => void set.start(0)}
        >
          {s.remove}
        </Button>
      </Group>
    </Group>
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
