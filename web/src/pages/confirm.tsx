import { Link } from "wouter";
import { useApp } from "../app-context.ts";
import { LinkError } from "../components/link-error.tsx";
import { Page } from "../components/page.tsx";
import { ResendConfirmation } from "../components/resend-confirmation.tsx";
import { useLanguage } from "../i18n/language.tsx";

/** Where the confirmation mail's link leads. */
export function Confirm() {
  const { session, link } = useApp();
  const { t } = useLanguage();
  if (link?.kind === "session" && session !== null) {
    return (
      <Page key="done" title={t.confirmed}>
        <p>{t.confirmedText}</p>
        <p>
          <Link href="/billing" className="button">{t.toBilling}</Link>
        </p>
      </Page>
    );
  }
  return (
    <Page key="again" title={t.confirmTitle}>
      <LinkError link={link} />
      {link?.kind !== "error" && <p>{t.confirmPending}</p>}
      <ResendConfirmation />
    </Page>
  );
}
