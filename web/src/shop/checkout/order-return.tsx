import { useSearchParams } from "wouter";
import {
  cartPage,
  guestOrderPage,
  orderPage,
} from "../../../../supabase/functions/_shared/shop/pages.ts";
import { useApp } from "../../app-context.ts";
import { ProblemAlert } from "../../components/alert.tsx";
import { ButtonAnchor, ButtonLink } from "../../components/button-link.tsx";
import { ActionButton } from "../../components/form.tsx";
import { Page } from "../../components/page.tsx";
import { TextLink } from "../../components/text-link.tsx";
import { useLanguage } from "../../text/language.tsx";
import { useAction } from "../../use-action.ts";
import { useRead } from "../../use-read.ts";
import { keptOrderToken } from "../cart/kept.ts";
import { useShopTexts } from "../texts.ts";

/** Where Stripe's page leads back: says how it ended, as Stripe has it now. No webhook is waited for. */
export function OrderReturn() {
  const { socle } = useApp();
  const { t } = useLanguage();
  const s = useShopTexts();
  const [parameters] = useSearchParams();
  const sessionId = parameters.get("session_id") ?? "";
  const token = keptOrderToken(sessionId);
  const { value: found, problem, reload } = useRead(
    () =>
      socle.checkoutStatus({
        session_id: sessionId,
        ...(token !== undefined && { order_token: token }),
      }),
    sessionId,
  );
  const look = useAction(async () => await reload());

  const order = found?.order ?? undefined;
  const again = <ActionButton action={look}>{t.checkAgain}</ActionButton>;
  if (found === undefined || order === undefined) {
    return (
      <Page key="asking" title={s.order}>
        {problem === undefined ? <p role="status">{s.checkoutChecking}</p> : (
          <>
            <ProblemAlert problem={problem} />
            <p className="actions">{again}</p>
          </>
        )}
      </Page>
    );
  }
  const shown = token === undefined ? orderPage(order.id) : guestOrderPage(token);
  if (found.status === "open") {
    return (
      <Page key="open" title={s.checkoutOpen}>
        <p>{s.checkoutOpenText}</p>
        <p className="actions">
          {found.checkout_url !== null && (
            <ButtonAnchor href={found.checkout_url}>{s.checkoutGoOn}</ButtonAnchor>
          )}
          <TextLink href={cartPage}>{s.cart}</TextLink>
        </p>
      </Page>
    );
  }
  if (found.status === "expired") {
    return (
      <Page key="expired" title={s.checkoutExpired}>
        <p>{s.expiredText}</p>
        <ButtonLink href={cartPage}>{s.cart}</ButtonLink>
      </Page>
    );
  }
  const paid = found.payment_status !== "unpaid";
  return (
    <Page key={paid ? "paid" : "unpaid"} title={paid ? s.thanks : s.checkoutProcessing}>
      <p>{paid ? s.thanksText(order.number) : s.checkoutProcessingText}</p>
      {!paid && <ProblemAlert problem={problem} />}
      <p className="actions">
        <ButtonLink href={shown}>{s.toOrder}</ButtonLink>
        {!paid && again}
      </p>
    </Page>
  );
}
