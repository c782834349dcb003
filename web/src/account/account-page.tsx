import type { ReactNode } from "react";
import { Area } from "../components/area.tsx";
import { Page } from "../components/page.tsx";
import { useLanguage } from "../text/language.tsx";
import { useAccountTexts } from "./texts.ts";

/** A page about one's account, with the ways to the others. */
export function AccountPage({ title, children }: { title: string; children: ReactNode }) {
  const { t } = useLanguage();
  const s = useAccountTexts();
  const links = [
    { href: "/account", label: s.profile },
    { href: "/account/security", label: s.security },
    { href: "/mail-preferences", label: s.mails },
    { href: "/account/export", label: s.copy },
    { href: "/account/delete", label: s.deletion },
  ];
  return (
    <Area label={t.account} links={links}>
      <Page title={title}>{children}</Page>
    </Area>
  );
}
