import { useEffect, useState } from "react";
import { Link, useSearchParams } from "wouter";
import {
  cartPage,
  guestOrderPage,
  orderPage,
} from "../../../supabase/functions/_shared/shop/pages.ts";
import { useApp } from "../app-context.ts";
import { ProblemAlert } from "../components/alert.tsx";
import { ActionButton } from "../components/form.tsx";
import { Page } from "../components/page.tsx";
import { useLanguage } from "../i18n/language.tsx";
import { useAction } from "../use-action.ts";
import { checkoutStatus, type OrderStatus } from "./api.ts";
import { keptOrderToken } from "./kept.ts";

/** Where Stripe's page leads back: says how it ended, as Stripe has it now. No webhook is waited for. */
export function OrderReturn() {
  const { supabase } = useApp();
  const { t } = useLanguage();
  const [parameters] = useSearchParams();
  const sessionId = parameters.get("session_id") ?? "";
  const token = keptOrderToken(sessionId);
  const [found, setFound] = useState<OrderStatus>();
  const look = useAction(async () => setFound(await checkoutStatus(supabase, sessionId, token)));
  useEffect(() => void look.start(), [sessionId]);

  const order = found?.order ?? undefined;
  const again = <ActionButton action={look}>{t.checkAgain}</ActionButton>;
  if (found === undefined || order === undefined) {
    return (
      <Page key="asking" title={t.shop.order}>
        {look.problem === undefined ? <p role="status">{t.checkoutChecking}</p> : (
          <>
            <ProblemAlert problem={look.problem} />
            <p className="actions">{again}</p>
          </>
        )}
      </Page>
    );
  }
  const shown = token === undefined ? orderPage(order.id) : guestOrderPage(token);
  if (found.status === "open") {
    return (
      <Page key="open" title={t.checkoutOpen}>
        <p>{t.checkoutOpenText}</p>
        <p className="actions">
          {found.checkout_url !== null && (
            <a className="button" href={found.checkout_url}>{t.checkoutGoOn}</a>
          )}
          <Link href={cartPage}>{t.shop.cart}</Link>
        </p>
      </Page>
    );
  }
  if (found.status === "expired") {
    return (
      <Page key="expired" title={t.checkoutExpired}>
        <p>{t.shop.expiredText}</p>
        <p>
          <Link href={cartPage} className="button">{t.shop.cart}</Link>
        </p>
      </Page>
    );
  }
  const paid = found.payment_status !== "unpaid";
  return (
    <Page key={paid ? "paid" : "unpaid"} title={paid ? t.shop.thanks : t.checkoutProcessing}>
      <p>{paid ? t.shop.thanksText(order.number) : t.checkoutProcessingText}</p>
      {!paid && <ProblemAlert problem={look.problem} />}
      <p className="actions">
        <Link href={shown} className="button">{t.shop.toOrder}</Link>
        {!paid && again}
      </p>
    </Page>
  );
}
