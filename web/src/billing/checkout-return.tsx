import { useEffect, useState } from "react";
import { useSearchParams } from "wouter";
import { useApp } from "../app-context.ts";
import { ProblemAlert } from "../components/alert.tsx";
import { ActionButton } from "../components/form.tsx";
import { ButtonAnchor, ButtonLink } from "../components/button-link.tsx";
import { TextLink } from "../components/text-link.tsx";
import { Page } from "../components/page.tsx";
import { formatDay } from "../format.ts";
import type { CheckoutStatusReply } from "../../../client/src/mod.ts";
import { useLanguage } from "../text/language.tsx";
import { useBillingTexts } from "./texts.ts";
import { useAction } from "../use-action.ts";

/** Where Stripe's page leads back: says how it ended, as Stripe has it now. No webhook is waited for. */
export function CheckoutReturn() {
  const { socle } = useApp();
  const { t } = useLanguage();
  const s = useBillingTexts();
  const [parameters] = useSearchParams();
  const sessionId = parameters.get("session_id") ?? "";
  const [checkout, setCheckout] = useState<CheckoutStatusReply>();
  const look = useAction(async () => {
    setCheckout(await socle.checkoutStatus({ session_id: sessionId }));
  });
  // Once for each session; `look` itself is another on each render.
  useEffect(() => void look.start(), [sessionId]);

  if (checkout !== undefined) return <Outcome checkout={checkout} look={look} />;
  return (
    <Page key="asking" title={s.checkoutTitle}>
      {look.problem === undefined ? <p role="status">{s.checkoutChecking}</p> : (
        <>
          <ProblemAlert problem={look.problem} />
          <p className="actions">
            <ActionButton action={look}>{t.checkAgain}</ActionButton>
            <TextLink href="/billing">{t.toBilling}</TextLink>
          </p>
        </>
      )}
    </Page>
  );
}

function Outcome(
  { checkout, look }: { checkout: CheckoutStatusReply; look: ReturnType<typeof useAction<[]>> },
) {
  const { t, language } = useLanguage();
  const s = useBillingTexts();
  const toBilling = <TextLink href="/billing">{t.toBilling}</TextLink>;
  const { status, payment_status, checkout_url, subscription } = checkout;
  if (status === "expired") {
    return (
      <Page key="expired" title={s.checkoutExpired}>
        <p>{s.checkoutExpiredText}</p>
        <p className="actions">{toBilling}</p>
      </Page>
    );
  }
  if (status === "open") {
    return (
      <Page key="open" title={s.checkoutOpen}>
        <p>{s.checkoutOpenText}</p>
        <p className="actions">
          {checkout_url !== null && (
            <ButtonAnchor href={checkout_url}>{s.checkoutGoOn}</ButtonAnchor>
          )}
          {toBilling}
        </p>
      </Page>
    );
  }
  if (payment_status === "unpaid") {
    return (
      <Page key="unpaid" title={s.checkoutProcessing}>
        <p>{s.checkoutProcessingText}</p>
        <ProblemAlert problem={look.problem} />
        <p className="actions">
          <ActionButton action={look}>{t.checkAgain}</ActionButton>
          {toBilling}
        </p>
      </Page>
    );
  }
  return (
    <Page key="paid" title={s.checkoutPaid}>
      {subscription?.current_period_end && (
        <p>
          {s.checkoutPaidText(formatDay(subscription.current_period_end, language))}
        </p>
      )}
      <ButtonLink href="/billing">{t.toBilling}</ButtonLink>
    </Page>
  );
}
