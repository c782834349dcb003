import type { Session } from "@supabase/supabase-js";
import { Suspense, useEffect, useMemo, useRef, useState } from "react";
import { Route, Switch, useLocation } from "wouter";
import { createSocle } from "../../client/src/mod.ts";
import { accountRoutes } from "./account/routes.tsx";
import { AppContext } from "./app-context.ts";
import type { AuthLink } from "./auth-link.ts";
import { billingRoutes } from "./billing/routes.tsx";
import { FailureBoundary } from "./components/failure.tsx";
import { Loading, Page } from "./components/page.tsx";
import { Shell } from "./components/shell.tsx";
import { TextLink } from "./components/text-link.tsx";
import { lazyPages } from "./lazy-pages.tsx";
import { CartProvider } from "./shop/cart/cart-context.tsx";
import { shopRoutes } from "./shop/routes.tsx";
import { staffRoutes } from "./staff/routes.tsx";
import type { Supabase } from "./supabase.ts";
import { isLanguage, isLanguageChosen, useLanguage } from "./text/language.tsx";
import { workspaceRoutes } from "./workspace/routes.tsx";

const Home = lazyPages(() => import("./home/home.tsx"))("Home");

interface Props {
  supabase: Supabase;
  /** Who was signed in when the page was opened. */
  initial: Session | null;
  link: AuthLink | undefined;
  seller: string[];
  turnstileSiteKey: string | undefined;
}

/** The whole: the session, and which page an address has. */
export function App({ supabase, initial, link, ...configured }: Props) {
  const [session, setSession] = useState(initial);
  const [path] = useLocation();
  useEffect(() => {
    const { data } = supabase.auth.onAuthStateChange((_event, session) => setSession(session));
    return () => data.subscription.unsubscribe();
  }, [supabase]);
  const socle = useMemo(() => createSocle(supabase), [supabase]);
  const isStaff = useIsStaff(supabase, session?.user.id);
  useProfileLanguage(supabase, session?.user.id);
  return (
    <AppContext value={{ supabase, socle, session, isStaff, link, ...configured }}>
      <CartProvider>
        <Shell>
          <FailureBoundary path={path}>
            <Suspense fallback={<Loading />}>
              <Switch>
                <Route path="/" component={Home} />
                {accountRoutes}
                {workspaceRoutes}
                {billingRoutes}
                {shopRoutes}
                {staffRoutes}
                <Route>
                  <NotFound />
                </Route>
              </Switch>
            </Suspense>
          </FailureBoundary>
        </Shell>
      </CartProvider>
    </AppContext>
  );
}

/** Whether the user is staff: what shows the way to staff's pages. What they hold, the database guards. */
function useIsStaff(supabase: Supabase, userId: string | undefined): boolean {
  const [staffId, setStaffId] = useState<string>();
  useEffect(() => {
    if (userId === undefined) return;
    let left = false;
    // Without an answer the way does not show; the pages themselves say what is wrong.
    supabase.rpc("is_staff").then(({ data }) => {
      if (!left) setStaffId(data === true ? userId : undefined);
    });
    return () => {
      left = true;
    };
  }, [supabase, userId]);
  return userId !== undefined && staffId === userId;
}

/** Whoever signs in reads the pages in the profile's language, unless one was chosen in this browser. */
function useProfileLanguage(supabase: Supabase, userId: string | undefined): void {
  const { follow } = useLanguage();
  const latest = useRef(follow);
  latest.current = follow;
  useEffect(() => {
    if (userId === undefined || isLanguageChosen()) return;
    let left = false;
    // Without an answer the pages stay in the browser's language.
    supabase.from("profiles").select("locale").eq("id", userId).maybeSingle().then(({ data }) => {
      if (!left && isLanguage(data?.locale)) latest.current(data.locale);
    });
    return () => {
      left = true;
    };
  }, [supabase, userId]);
}

function NotFound() {
  const { t } = useLanguage();
  return (
    <Page title={t.notFoundTitle}>
      <TextLink href="/">{t.toStart}</TextLink>
    </Page>
  );
}
