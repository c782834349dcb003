import { Link } from "wouter";
import { Page } from "../components/page.tsx";
import { useLanguage } from "../i18n/language.tsx";

/** Where Stripe's page leads who does not want to pay. */
export function CheckoutCancelled() {
  const { t } = useLanguage();
  return (
    <Page title={t.checkoutCancelled}>
      <p>{t.checkoutCancelledText}</p>
      <p>
        <Link href="/billing" className="button">{t.toBilling}</Link>
      </p>
    </Page>
  );
}
