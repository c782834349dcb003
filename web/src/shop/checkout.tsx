import { useEffect, useState } from "react";
import { Link } from "wouter";
import {
  cartPage,
  checkoutPage,
  orderReturnPage,
} from "../../../supabase/functions/_shared/shop/pages.ts";
import { useApp } from "../app-context.ts";
import { ProblemAlert } from "../components/alert.tsx";
import { Field, Form } from "../components/form.tsx";
import { LogIn } from "../components/log-in.tsx";
import { Page } from "../components/page.tsx";
import { formatMoney } from "../format.ts";
import { useLanguage } from "../i18n/language.tsx";
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
  const { t } = useLanguage();
  const { cart, problem } = useCart();
  const [rates, setRates] = useState<Rate[]>();
  const look = useAction(async () => setRates(await readRates(supabase)));
  useEffect(() => void look.start(), []);
  const failed = problem ?? look.problem;
  if (cart === undefined || rates === undefined) {
    return (
      <Page key="asking" title={t.shop.checkout}>
        <ProblemAlert problem={failed} />
        {failed === undefined && <p role="status">{t.loading}</p>}
      </Page>
    );
  }
  if (!cart.purchasable) {
    return (
      <Page key="not" title={t.shop.checkout}>
        <p>{cart.lines.length === 0 ? t.shop.emptyCart : t.shop.notPurchasable}</p>
        <p>
          <Link href={cartPage} className="button">{t.shop.cart}</Link>
        </p>
      </Page>
    );
  }
  return (
    <Page key="form" title={t.shop.checkout}>
      {session === null && (
        <details>
          <summary>{t.shop.haveAccount}</summary>
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
    <Form action={pay} submit={t.shop.toPayment}>
      {session === null
        ? (
          <Field
            label={t.email}
            name="email"
            type="email"
            autoComplete="email"
            hint={t.shop.emailHint}
          />
        )
        : <p>{t.signedInAs(session.user.email ?? "")}</p>}
      {shipped && (
        <>
          <h2>{t.shop.address}</h2>
          <Field label={t.name} name="name" autoComplete="shipping name" maxLength={200} />
          <Field
            label={t.shop.line1}
            name="line1"
            autoComplete="shipping address-line1"
            maxLength={200}
          />
          <Field
            label={t.shop.line2}
            name="line2"
            autoComplete="shipping address-line2"
            maxLength={200}
            required={false}
          />
          <Field
            label={t.shop.postalCode}
            name="postal_code"
            autoComplete="shipping postal-code"
            maxLength={20}
            required={false}
          />
          <Field
            label={t.shop.city}
            name="city"
            autoComplete="shipping address-level2"
            maxLength={100}
          />
          <div className="field">
            <label htmlFor="country">{t.shop.country}</label>
            <select
              id="country"
              name="country"
              autoComplete="shipping country"
              value={country}
              onChange={(event) => setCountry(event.currentTarget.value)}
            >
              {countriesIn(language).map(({ code, name }) => (
                <option key={code} value={code}>{name}</option>
              ))}
            </select>
          </div>
        </>
      )}
      {offered.length > 0 && (
        <fieldset className="choices">
          <legend>{t.shop.shipping}</legend>
          {offered.map((one) => (
            <label key={one.id}>
              <input
                type="radio"
                name="rate"
                checked={one.id === rate?.id}
                onChange={() => setChosen(one.id)}
              />
              <span>
                {nameIn(language, one)}, {formatMoney(one.amount, cart.currency, language)}
                {one.max_days !== null && ` (${t.shop.days(one.min_days, one.max_days)})`}
              </span>
            </label>
          ))}
        </fieldset>
      )}
      <Field
        label={t.shop.discountCode}
        name="code"
        maxLength={40}
        required={false}
        autoComplete="off"
      />
      <dl className="sums">
        <div>
          <dt>{t.shop.subtotal}</dt>
          <dd>{formatMoney(cart.subtotal_amount, cart.currency, language)}</dd>
        </div>
        {rate !== undefined && (
          <div>
            <dt>{t.shop.shipping}</dt>
            <dd>{formatMoney(rate.amount, cart.currency, language)}</dd>
          </div>
        )}
        <div className="strong">
          <dt>{t.shop.total}</dt>
          <dd>
            {formatMoney(cart.subtotal_amount + (rate?.amount ?? 0), cart.currency, language)}
          </dd>
        </div>
      </dl>
      <p className="small">{t.shop.totalHint}</p>
    </Form>
  );
}
