import { Radio, Stack, Title } from "@mantine/core";
import { useState } from "react";
import {
  checkoutPage,
  orderReturnPage,
} from "../../../../supabase/functions/_shared/shop/pages.ts";
import { useApp } from "../../app-context.ts";
import { Note } from "../../components/alert.tsx";
import { Captcha } from "../../components/captcha.tsx";
import { Field, Form } from "../../components/form.tsx";
import { formatMoney } from "../../format.ts";
import { problemOf } from "../../problem.ts";
import { useLanguage } from "../../text/language.tsx";
import { useAction } from "../../use-action.ts";
import { useCartChanges } from "../cart/cart-context.tsx";
import { keepOrderToken, keptCartId } from "../cart/kept.ts";
import { likelyCountry } from "../countries.ts";
import { nameIn } from "../options.ts";
import { useShopTexts } from "../texts.ts";
import type { Cart } from "../types.ts";
import { AddressFields, addressOf } from "./address-fields.tsx";
import type { Address } from "./last-address.ts";
import { type Rate, ratesFor, weightOf } from "./rates.ts";
import { Summary } from "./summary.tsx";

/** The cart is not what it was: what is shown is read anew. */
const cartCodes = ["out_of_stock", "item_unavailable", "cart_empty"];

interface Props {
  cart: Cart;
  rates: Rate[];
  /** Of the order before. */
  address: Address | null;
}

/** The form: who, where to, how, by which code; beside it what is bought. */
export function CheckoutFields({ cart, rates, address }: Props) {
  const { socle, session } = useApp();
  const { t, language } = useLanguage();
  const s = useShopTexts();
  const { reload } = useCartChanges();
  const [country, setCountry] = useState(() => address?.country ?? likelyCountry());
  const offered = ratesFor(rates, cart, country);
  const [rateId, setRateId] = useState<string>();
  const rate = offered.find(({ id }) => id === rateId) ?? offered[0];
  const shipped = weightOf(cart) > 0 || offered.length > 0;
  const [changed, setChanged] = useState(false);

  const pay = useAction(async (idempotencyKey, values: Record<string, string>) => {
    // Nobody pays another amount than the one that was in sight.
    const now = await reload();
    if (now === undefined) return;
    const differs = now.subtotal_amount !== cart.subtotal_amount;
    setChanged(differs);
    if (differs || !now.purchasable) return;
    const { email, code, captcha_token } = values;
    const cartId = keptCartId();
    try {
      const checkout = await socle.checkoutCreate({
        ...(email && { email }),
        ...(shipped && { shipping_address: addressOf(values) }),
        ...(rate !== undefined && { shipping_rate_id: rate.id }),
        ...(code && { discount_code: code }),
        ...(captcha_token && { captcha_token }),
        locale: language,
        success_url: `${location.origin}${orderReturnPage}?session_id={CHECKOUT_SESSION_ID}`,
        cancel_url: location.origin + checkoutPage,
      }, { idempotencyKey, ...(cartId !== null && { cartId }) });
      if (checkout.order_token !== null) {
        keepOrderToken(checkout.session_id ?? checkout.order_id, checkout.order_token);
      }
      location.assign(checkout.checkout_url);
    } catch (error) {
      if (cartCodes.includes((await problemOf(error)).code)) await reload();
      throw error;
    }
  });

  return (
    <div className="with-sums">
      <Form action={pay} submit={s.toPayment}>
        {session === null
          ? (
            <Field
              label={t.email}
              name="email"
              type="email"
              autoComplete="email"
              maxLength={254}
              hint={s.emailHint}
            />
          )
          : <p>{t.signedInAs(session.user.email ?? "")}</p>}
        {shipped && <AddressFields address={address} country={country} onCountry={setCountry} />}
        {shipped && (
          <Rates rates={offered} chosen={rate} currency={cart.currency} onChoose={setRateId} />
        )}
        <Field
          label={s.discountCode}
          name="code"
          maxLength={40}
          required={false}
          autoComplete="off"
          hint={s.discountHint}
        />
        {session === null && <Captcha pending={pay.pending} />}
        {changed && (
          <Note kind="bad">
            <p>{s.cartChanged}</p>
          </Note>
        )}
      </Form>
      <Summary cart={cart} rate={rate} />
    </div>
  );
}

interface RatesProps {
  rates: Rate[];
  chosen: Rate | undefined;
  currency: string;
  onChoose: (id: string) => void;
}

function Rates({ rates, chosen, currency, onChoose }: RatesProps) {
  const { language } = useLanguage();
  const s = useShopTexts();
  if (rates.length === 0) {
    return (
      <Note kind="bad">
        <p>{s.noRate}</p>
      </Note>
    );
  }
  return (
    <>
      <Title order={2} size="h3">{s.shipping}</Title>
      <Radio.Group aria-label={s.shipping} value={chosen?.id ?? null} onChange={onChoose}>
        <Stack gap="xs">
          {rates.map((one) => (
            <Radio
              key={one.id}
              value={one.id}
              label={`${nameIn(language, one)}, ${
                one.amount === 0 ? s.free : formatMoney(one.amount, currency, language)
              }`}
              description={one.max_days === null ? undefined : s.days(one.min_days, one.max_days)}
            />
          ))}
        </Stack>
      </Radio.Group>
    </>
  );
}
