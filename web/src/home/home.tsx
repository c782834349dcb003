import { LinkError } from "../account/link-error.tsx";
import { useApp } from "../app-context.ts";
import { Note } from "../components/alert.tsx";
import { ButtonLink } from "../components/button-link.tsx";
import { LogIn } from "../components/log-in.tsx";
import { Page } from "../components/page.tsx";
import { useLanguage } from "../text/language.tsx";
import { OwnInvitations } from "../workspace/own-invitations.tsx";
import { useHomeTexts } from "./texts.ts";

/** Where everything begins; also where those links of mails lead that have no page of their own. */
export function Home() {
  const { session, link } = useApp();
  const { t, language } = useLanguage();
  const s = useHomeTexts();
  const notice = (
    <>
      {link?.kind === "error" && <LinkError link={link} />}
      {link?.kind === "message" && (
        <Note>
          <span lang={language === "en" ? undefined : "en"}>{link.message}</span>
        </Note>
      )}
    </>
  );
  if (session === null) {
    return (
      <Page key="out" title={t.logInTitle} narrow>
        {notice}
        <LogIn />
      </Page>
    );
  }
  return (
    <Page key="in" title={s.welcomeTitle}>
      {notice}
      <p>{t.signedInAs(session.user.email ?? "")}</p>
      <OwnInvitations />
      <ButtonLink href="/billing">{t.toBilling}</ButtonLink>
    </Page>
  );
}
