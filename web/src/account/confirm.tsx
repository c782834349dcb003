import { useApp } from "../app-context.ts";
import { LinkError } from "./link-error.tsx";
import { ButtonLink } from "../components/button-link.tsx";
import { Page } from "../components/page.tsx";
import { ResendConfirmation } from "./resend-confirmation.tsx";
import { useLanguage } from "../text/language.tsx";
import { useAccountTexts } from "./texts.ts";

/** Where the confirmation mail's link leads. */
export function Confirm() {
  const { session, link } = useApp();
  const { t } = useLanguage();
  const s = useAccountTexts();
  if (link?.kind === "session" && session !== null) {
    return (
      <Page key="done" title={s.confirmed}>
        <p>{s.confirmedText}</p>
        <ButtonLink href="/billing">{t.toBilling}</ButtonLink>
      </Page>
    );
  }
  return (
    <Page key="again" title={s.confirmTitle}>
      <LinkError link={link} />
      {link?.kind !== "error" && <p>{s.confirmPending}</p>}
      <ResendConfirmation />
    </Page>
  );
}
