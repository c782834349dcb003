import { Link } from "wouter";
import { cartPage, shopPage } from "../../../supabase/functions/_shared/shop/pages.ts";
import { useApp } from "../app-context.ts";
import { useLanguage } from "../i18n/language.tsx";

/** Name, language, and who is signed in. */
export function Header() {
  const { supabase, session } = useApp();
  const { t, language, choose } = useLanguage();
  const other = language === "en" ? "fr" : "en";
  return (
    <header>
      <Link href="/" className="brand">Socle</Link>
      <nav aria-label={t.mainNavigation}>
        <Link href={shopPage}>{t.shop.title}</Link>
        <Link href={cartPage}>{t.shop.cart}</Link>
        {session !== null && <Link href="/orders">{t.shop.orders}</Link>}
        {session !== null && <Link href="/billing">{t.billing}</Link>}
        <button type="button" className="plain" lang={other} onClick={() => choose(other)}>
          {t.otherLanguage}
        </button>
        {session !== null && (
          <button
            type="button"
            className="plain"
            onClick={() => void supabase.auth.signOut({ scope: "local" })}
          >
            {t.signOut}
          </button>
        )}
      </nav>
    </header>
  );
}
