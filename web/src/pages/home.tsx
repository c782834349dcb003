import { Link } from "wouter";
import { useApp } from "../app-context.ts";
import { Note } from "../components/alert.tsx";
import { LinkError } from "../components/link-error.tsx";
import { LogIn } from "../components/log-in.tsx";
import { OwnInvitations } from "../components/own-invitations.tsx";
import { Page } from "../components/page.tsx";
import { useLanguage } from "../i18n/language.tsx";

/** Where everything begins; also where those links of mails lead that have no page of their own. */
export function Home() {
  const { session, link } = useApp();
  const { t, language } = useLanguage();
  const notice = (
    <>
      <LinkError link={link} />
      {link?.kind === "message" && (
        <Note>
          <p lang={language === "en" ? undefined : "en"}>{link.message}</p>
        </Note>
      )}
    </>
  );
  if (session === null) {
    return (
      <Page key="out" title={t.logInTitle}>
        {notice}
        <LogIn />
      </Page>
    );
  }
  return (
    <Page key="in" title={t.welcomeTitle}>
      {notice}
      <p>{t.signedInAs(session.user.email ?? "")}</p>
      <OwnInvitations />
      <p>
        <Link href="/billing" className="button">{t.toBilling}</Link>
      </p>
      <p>
        <Link href="/mail-preferences">{t.mailPreferences}</Link>
      </p>
    </Page>
  );
}
