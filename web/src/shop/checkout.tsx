import { NativeSelect, Radio, Stack, Text, Title } from "@mantine/core";
import { useEffect, useState } from "react";
import {
  cartPage,
  checkoutPage,
  orderReturnPage,
} from "../../../supabase/functions/_shared/shop/pages.ts";
import { useApp } from "../app-context.ts";
import { ProblemAlert } from "../components/alert.tsx";
import { Field, Form } from "../components/form.tsx";
import { LogIn } from "../components/log-in.tsx";
import { ButtonLink } from "../components/button-link.tsx";
import { Loading, Page } from "../components/page.tsx";
import { formatMoney } from "../format.ts";
import { useLanguage } from "../text/language.tsx";
import { useShopTexts } from "./texts.ts";
import { useAction } from "../use-action.ts";
import { type Cart, type CheckoutWish, startCheckout } from "./api.ts";
import { useCart } from "./cart-context.tsx";
import { countriesIn, likelyCountry } from "./countries.ts";
import { keepOrderToken, keptCartId } from "./kept.ts";
import { nameIn } from "./options.ts";
import { type Rate, ratesFor, readRates, weightOf } from "./rates.ts";

/** Asks for what an order needs, and leads to Stripe's page. */
export function CheckoutForm() {
  const { supabase, session } = useApp();

  const s = useShopTexts();
  const { cart, problem } = useCart();
  const [rates, setRates] = useState<Rate[]>();
  const look = useAction(async () => setRates(await readRates(supabase)));
  useEffect(() => void look.start(), []);
  const failed = problem ?? look.problem;
  if (cart === undefined || rates === undefined) {
    return (
      <Page key="asking" title={s.checkout}>
        <ProblemAlert problem={failed} />
        {failed === undefined && <Loading />}
      </Page>
    );
  }
  if (!cart.purchasable) {
    return (
      <Page key="not" title={s.checkout}>
        <p>{cart.lines.length === 0 ? s.emptyCart : s.notPurchasable}</p>
        <ButtonLink href={cartPage}>{s.cart}</ButtonLink>
      </Page>
    );
  }
  return (
    <Page key="form" title={s.checkout}>
      {session === null && (
        <details>
          <summary>{s.haveAccount}</summary>
          <LogIn />
        </details>
      )}
      <Ask cart={cart} rates={rates} />
    </Page>
  );
}

function addressOf(values: Record<string, string>): NonNullable<CheckoutWish["shipping_address"]> {
  const { name = "", line1 = "", line2, city = "", postal_code, country = "" } = values;
  return {
    name,
    line1,
    city,
    country,
    ...(line2 && { line2 }),
    ...(postal_code && { postal_code }),
  };
}

function Ask({ cart, rates }: { cart: Cart; rates: Rate[] }) {
  const { supabase, session } = useApp();
  const { t, language } = useLanguage();
  const s = useShopTexts();
  const [country, setCountry] = useState(likelyCountry);
  const offered = ratesFor(rates, cart, country);
  const [chosen, setChosen] = useState<string>();
  const rate = offered.find(({ id }) => id === chosen) ?? offered[0];
  const shipped = weightOf(cart) > 0 || offered.length > 0;

  const pay = useAction(async (key, values: Record<string, string>) => {
    const { email, code } = values;
    const checkout = await startCheckout(
      supabase,
      {
        ...(email && { email }),
        ...(shipped && { shipping_address: addressOf(values) }),
        ...(rate !== undefined && { shipping_rate_id: rate.id }),
        ...(code && { discount_code: code }),
        locale: language,
        success_url: `${location.origin}${orderReturnPage}?session_id={CHECKOUT_SESSION_ID}`,
        cancel_url: location.origin + checkoutPage,
      },
      keptCartId(),
      key,
    );
    if (checkout.order_token !== null) {
      keepOrderToken(checkout.session_id ?? checkout.order_id, checkout.order_token);
    }
    location.assign(checkout.checkout_url);
  });

  return (
    <Form action={pay} submit={s.toPayment}>
      {session === null
        ? (
          <Field
            label={t.email}
            name="email"
            type="email"
            autoComplete="email"
            hint={s.emailHint}
          />
        )
        : <p>{t.signedInAs(session.user.email ?? "")}</p>}
      {shipped && (
        <>
          <Title order={2} size="h3">{s.address}</Title>
          <Field label={t.name} name="name" autoComplete="shipping name" maxLength={200} />
          <Field
            label={s.line1}
            name="line1"
            autoComplete="shipping address-line1"
            maxLength={200}
          />
          <Field
            label={s.line2}
            name="line2"
            autoComplete="shipping address-line2"
            maxLength={200}
            required={false}
          />
          <Field
            label={s.postalCode}
            name="postal_code"
            autoComplete="shipping postal-code"
            maxLength={20}
            required={false}
          />
          <Field
            label={s.city}
            name="city"
            autoComplete="shipping address-level2"
            maxLength={100}
          />
          <NativeSelect
            label={s.country}
            name="country"
            autoComplete="shipping country"
            value={country}
            onChange={(event) => setCountry(event.currentTarget.value)}
            data={countriesIn(language).map(({ code, name }) => ({ value: code, label: name }))}
          />
        </>
      )}
      {offered.length > 0 && (
        <Radio.Group label={s.shipping} value={rate?.id ?? null} onChange={setChosen}>
          <Stack gap="xs" mt="xs">
            {offered.map((one) => (
              <Radio
                key={one.id}
                value={one.id}
                label={`${nameIn(language, one)}, ${
                  formatMoney(one.amount, cart.currency, language)
                }${one.max_days === null ? "" : ` (${s.days(one.min_days, one.max_days)})`}`}
              />
            ))}
          </Stack>
        </Radio.Group>
      )}
      <Field
        label={s.discountCode}
        name="code"
        maxLength={40}
        required={false}
        autoComplete="off"
      />
      <dl className="sums">
        <div>
          <dt>{s.subtotal}</dt>
          <dd>{formatMoney(cart.subtotal_amount, cart.currency, language)}</dd>
        </div>
        {rate !== undefined && (
          <div>
            <dt>{s.shipping}</dt>
            <dd>{formatMoney(rate.amount, cart.currency, language)}</dd>
          </div>
        )}
        <div className="strong">
          <dt>{s.total}</dt>
          <dd>
            {formatMoney(cart.subtotal_amount + (rate?.amount ?? 0), cart.currency, language)}
          </dd>
        </div>
      </dl>
      <Text size="sm" c="dimmed">{s.totalHint}</Text>
    </Form>
  );
}
