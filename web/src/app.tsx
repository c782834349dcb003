import type { Session } from "@supabase/supabase-js";
import { type ReactNode, useEffect, useState } from "react";
import { Link, Route, Switch } from "wouter";
import { AppContext } from "./app-context.ts";
import type { AuthLink } from "./auth-link.ts";
import { Header } from "./components/header.tsx";
import { LogIn } from "./components/log-in.tsx";
import { Page } from "./components/page.tsx";
import { useLanguage } from "./i18n/language.tsx";
import { AccountDelete } from "./pages/account-delete.tsx";
import { AccountExport } from "./pages/account-export.tsx";
import { Billing } from "./pages/billing.tsx";
import { CheckoutCancelled } from "./pages/checkout-cancelled.tsx";
import { CheckoutReturn } from "./pages/checkout-return.tsx";
import { Confirm } from "./pages/confirm.tsx";
import { Home } from "./pages/home.tsx";
import { MailPreferences } from "./pages/mail-preferences.tsx";
import { InvitationPage } from "./pages/invitation.tsx";
import { NewPassword } from "./pages/new-password.tsx";
import { SignUp } from "./pages/sign-up.tsx";
import { Unsubscribe } from "./pages/unsubscribe.tsx";
import { CartProvider } from "./shop/cart-context.tsx";
import { shopRoutes } from "./shop/routes.tsx";
import type { Supabase } from "./supabase.ts";

interface Props {
  supabase: Supabase;
  /** Who was signed in when the page was opened. */
  initial: Session | null;
  link: AuthLink | undefined;
  seller: string[];
}

/** The whole: the session, and which page an address has. */
export function App({ supabase, initial, link, seller }: Props) {
  const [session, setSession] = useState(initial);
  useEffect(() => {
    const { data } = supabase.auth.onAuthStateChange((_event, session) => setSession(session));
    return () => data.subscription.unsubscribe();
  }, [supabase]);
  const signedIn = (page: (userId: string) => ReactNode) =>
    session === null ? <LogInFirst /> : page(session.user.id);
  return (
    <AppContext value={{ supabase, session, link, seller }}>
      <CartProvider>
        <Header />
        <main>
          <Switch>
            <Route path="/" component={Home} />
            <Route path="/sign-up" component={SignUp} />
            <Route path="/confirm" component={Confirm} />
            <Route path="/new-password" component={NewPassword} />
            <Route path="/account/export">{signedIn((id) => <AccountExport key={id} />)}</Route>
            <Route path="/account/delete">{signedIn((id) => <AccountDelete key={id} />)}</Route>
            <Route path="/invitation" component={InvitationPage} />
            <Route path="/billing">{signedIn((id) => <Billing userId={id} />)}</Route>
            <Route path="/unsubscribe" component={Unsubscribe} />
            <Route path="/mail-preferences">{signedIn((id) => <MailPreferences key={id} />)}</Route>
            <Route path="/checkout/return">{signedIn((id) => <CheckoutReturn key={id} />)}</Route>
            <Route path="/checkout/cancelled" component={CheckoutCancelled} />
            {shopRoutes(signedIn)}
            <Route>
              <NotFound />
            </Route>
          </Switch>
        </main>
      </CartProvider>
    </AppContext>
  );
}

/** A page for those who are signed in stays where it is, and comes once they are. */
function LogInFirst() {
  const { t } = useLanguage();
  return (
    <Page title={t.logInTitle}>
      <p>{t.logInFirst}</p>
      <LogIn />
    </Page>
  );
}

function NotFound() {
  const { t } = useLanguage();
  return (
    <Page title={t.notFoundTitle}>
      <p>
        <Link href="/">{t.toStart}</Link>
      </p>
    </Page>
  );
}
