import { Link } from "wouter";
import {
  checkoutPage,
  productPage,
  shopPage,
} from "../../../supabase/functions/_shared/shop/pages.ts";
import { Note, ProblemAlert } from "../components/alert.tsx";
import { ActionButton } from "../components/form.tsx";
import { Page } from "../components/page.tsx";
import { formatMoney } from "../format.ts";
import { useLanguage } from "../i18n/language.tsx";
import { useAction } from "../use-action.ts";
import type { Cart, CartChange, CartLine } from "./api.ts";
import { useCart, useCartChanges } from "./cart-context.tsx";
import { nameIn, optionsText } from "./options.ts";

/** What one is about to buy, with what changed since. */
export function CartShown() {
  const { t, language } = useLanguage();
  const { cart, problem, reload } = useCart();
  const again = useAction(async () => await reload());
  return (
    <Page title={t.shop.cart}>
      {problem !== undefined && (
        <>
          <ProblemAlert problem={problem} />
          <ActionButton action={again}>{t.checkAgain}</ActionButton>
        </>
      )}
      {cart === undefined && problem === undefined && <p role="status">{t.loading}</p>}
      {cart !== undefined && cart.left_out.length > 0 && (
        <Note kind="bad">
          <p>{t.shop.leftOut(cart.left_out.length)}</p>
        </Note>
      )}
      {cart?.lines.length === 0 && (
        <>
          <p>{t.shop.emptyCart}</p>
          <p>
            <Link href={shopPage} className="button">{t.shop.toShop}</Link>
          </p>
        </>
      )}
      {cart !== undefined && cart.lines.length > 0 && (
        <>
          <ul className="lines">
            {cart.lines.map((line) => (
              <li key={line.variant_id}>
                <Line line={line} cart={cart} />
              </li>
            ))}
          </ul>
          <p className="total">
            <span>{t.shop.subtotal}</span>
            <strong>{formatMoney(cart.subtotal_amount, cart.currency, language)}</strong>
          </p>
          {cart.purchasable
            ? (
              <p className="actions">
                <Link href={checkoutPage} className="button">{t.shop.toCheckout}</Link>
                <Link href={shopPage}>{t.shop.toShop}</Link>
              </p>
            )
            : (
              <Note kind="bad">
                <p>{t.shop.notPurchasable}</p>
              </Note>
            )}
        </>
      )}
    </Page>
  );
}

function Line({ line, cart }: { line: CartLine; cart: Cart }) {
  const { t, language } = useLanguage();
  const { setQuantity } = useCartChanges();
  const set = useAction((_key, quantity: number) => setQuantity(line.variant_id, quantity));
  const { item } = line;
  const name = item === null ? t.shop.goneItem : nameIn(language, item);
  const options = item === null ? "" : optionsText(item.options);
  const label = options === "" ? name : `${name}, ${options}`;
  return (
    <>
      <div>
        <h2>{item === null ? name : <Link href={productPage(item.slug)}>{name}</Link>}</h2>
        {options !== "" && <p className="small">{options}</p>}
        {item !== null && <p>{formatMoney(item.unit_amount, cart.currency, language)}</p>}
        {line.changes.length > 0 && (
          <ul className="changes">
            {line.changes.map((change) => (
              <li key={change.kind}>
                <Change change={change} currency={cart.currency} />
              </li>
            ))}
          </ul>
        )}
        <ProblemAlert problem={set.problem} />
      </div>
      <div className="controls">
        {item !== null && (
          <span className="stepper">
            <button
              type="button"
              className="second"
              aria-label={t.shop.oneLess(label)}
              aria-disabled={set.pending || line.quantity === 1}
              onClick={() => line.quantity > 1 && void set.start(line.quantity - 1)}
            >
              −
            </button>
            <span aria-live="polite">
              <span className="hidden">{t.shop.quantity}:</span> {line.quantity}
            </span>
            <button
              type="button"
              className="second"
              aria-label={t.shop.oneMore(label)}
              aria-disabled={set.pending || line.quantity >= 999}
              onClick={() => void set.start(line.quantity + 1)}
            >
              +
            </button>
          </span>
        )}
        <strong>{formatMoney(line.subtotal_amount, cart.currency, language)}</strong>
        <button
          type="button"
          className="plain"
          aria-label={t.shop.removeLine(label)}
          aria-disabled={set.pending}
          onClick={() => void set.start(0)}
        >
          {t.shop.remove}
        </button>
      </div>
    </>
  );
}

function Change({ change, currency }: { change: CartChange; currency: string }) {
  const { t, language } = useLanguage();
  const money = (amount: number) => formatMoney(amount, currency, language);
  switch (change.kind) {
    case "price_up":
    case "price_down":
      return t.shop.priceChanged(money(change.from_amount), money(change.to_amount));
    case "fewer_left":
      return t.shop.canHave(change.can_have);
    case "capped":
      return t.shop.capped(change.wanted, change.kept);
    case "out_of_stock":
      return t.shop.availability.out_of_stock;
    case "not_on_sale":
      return t.shop.notOnSale;
  }
}
