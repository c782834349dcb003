import { Button, Group, Paper, Stack, Text } from "@mantine/core";
import { checkoutPage, shopPage } from "../../../../supabase/functions/_shared/shop/pages.ts";
import { Note, ProblemAlert } from "../../components/alert.tsx";
import { ButtonLink } from "../../components/button-link.tsx";
import { Loading, Page } from "../../components/page.tsx";
import { TextLink } from "../../components/text-link.tsx";
import { formatMoney } from "../../format.ts";
import { useLanguage } from "../../text/language.tsx";
import { useShopTexts } from "../texts.ts";
import type { Cart } from "../types.ts";
import { useCart } from "./cart-context.tsx";
import { CartLineShown } from "./line.tsx";

/** What one is about to buy, with what changed since. */
export function CartShown() {
  const { t } = useLanguage();
  const s = useShopTexts();
  const { cart, problem, reload } = useCart();
  return (
    <Page title={s.cart}>
      {problem !== undefined && (
        <>
          <ProblemAlert problem={problem} />
          <Button onClick={() => void reload()}>{t.checkAgain}</Button>
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
        <div className="with-sums">
          <Stack component="ul" className="plain-list" gap="sm">
            {cart.lines.map((line) => (
              <Paper component="li" key={line.variant_id} withBorder p="md">
                <CartLineShown line={line} currency={cart.currency} />
              </Paper>
            ))}
          </Stack>
          <Sum cart={cart} />
        </div>
      )}
    </Page>
  );
}

function Sum({ cart }: { cart: Cart }) {
  const { language } = useLanguage();
  const s = useShopTexts();
  return (
    <Paper withBorder p="lg" className="beside">
      <Group justify="space-between" mb="xs">
        <Text span size="lg">{s.subtotal}</Text>
        <Text span size="lg" fw={650}>
          {formatMoney(cart.subtotal_amount, cart.currency, language)}
        </Text>
      </Group>
      <Text size="sm" c="dimmed" mb="md">{s.shippingLater}</Text>
      {cart.purchasable
        ? <ButtonLink href={checkoutPage} fullWidth>{s.toCheckout}</ButtonLink>
        : (
          <Note kind="bad">
            <p>{s.notPurchasable}</p>
          </Note>
        )}
      <Text ta="center" mt="md">
        <TextLink href={shopPage}>{s.goOnShopping}</TextLink>
      </Text>
    </Paper>
  );
}
