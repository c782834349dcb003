import { ButtonLink } from "../components/button-link.tsx";
import { Page } from "../components/page.tsx";
import { useLanguage } from "../text/language.tsx";
import { useBillingTexts } from "./texts.ts";

/** Where Stripe's page leads who does not want to pay. */
export function CheckoutCancelled() {
  const { t } = useLanguage();
  const s = useBillingTexts();
  return (
    <Page title={s.checkoutCancelled}>
      <p>{s.checkoutCancelledText}</p>
      <ButtonLink href="/billing">{t.toBilling}</ButtonLink>
    </Page>
  );
}
