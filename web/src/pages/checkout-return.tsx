import { useEffect, useState } from "react";
import { Link, useSearchParams } from "wouter";
import { useApp } from "../app-context.ts";
import { ProblemAlert } from "../components/alert.tsx";
import { ActionButton } from "../components/form.tsx";
import { Page } from "../components/page.tsx";
import { formatDay } from "../format.ts";
import { type CheckoutStatus, invoke } from "../functions.ts";
import { useLanguage } from "../i18n/language.tsx";
import { useAction } from "../use-action.ts";

/** Where Stripe's page leads back: says how it ended, as Stripe has it now. No webhook is waited for. */
export function CheckoutReturn() {
  const { supabase } = useApp();
  const { t } = useLanguage();
  const [parameters] = useSearchParams();
  const sessionId = parameters.get("session_id") ?? "";
  const [checkout, setCheckout] = useState<CheckoutStatus>();
  const look = useAction(async () => {
    setCheckout(await invoke(supabase, "checkout-status", { session_id: sessionId }));
  });
  // Once for each session; `look` itself is another on each render.
  useEffect(() => void look.start(), [sessionId]);

  if (checkout !== undefined) return <Outcome checkout={checkout} look={look} />;
  return (
    <Page key="asking" title={t.checkoutTitle}>
      {look.problem === undefined ? <p role="status">{t.checkoutChecking}</p> : (
        <>
          <ProblemAlert problem={look.problem} />
          <p className="actions">
            <ActionButton action={look}>{t.checkAgain}</ActionButton>
            <Link href="/billing">{t.toBilling}</Link>
          </p>
        </>
      )}
    </Page>
  );
}

function Outcome(
  { checkout, look }: { checkout: CheckoutStatus; look: ReturnType<typeof useAction<[]>> },
) {
  const { t, language } = useLanguage();
  const toBilling = <Link href="/billing">{t.toBilling}</Link>;
  const { status, payment_status, checkout_url, subscription } = checkout;
  if (status === "expired") {
    return (
      <Page key="expired" title={t.checkoutExpired}>
        <p>{t.checkoutExpiredText}</p>
        <p className="actions">{toBilling}</p>
      </Page>
    );
  }
  if (status === "open") {
    return (
      <Page key="open" title={t.checkoutOpen}>
        <p>{t.checkoutOpenText}</p>
        <p className="actions">
          {checkout_url !== null && <a className="button" href={checkout_url}>{t.checkoutGoOn}</a>}
          {toBilling}
        </p>
      </Page>
    );
  }
  if (payment_status === "unpaid") {
    return (
      <Page key="unpaid" title={t.checkoutProcessing}>
        <p>{t.checkoutProcessingText}</p>
        <ProblemAlert problem={look.problem} />
        <p className="actions">
          <ActionButton action={look}>{t.checkAgain}</ActionButton>
          {toBilling}
        </p>
      </Page>
    );
  }
  return (
    <Page key="paid" title={t.checkoutPaid}>
      {subscription?.current_period_end && (
        <p>
          {t.checkoutPaidText(formatDay(subscription.current_period_end, language))}
        </p>
      )}
      <p>
        <Link href="/billing" className="button">{t.toBilling}</Link>
      </p>
    </Page>
  );
}
