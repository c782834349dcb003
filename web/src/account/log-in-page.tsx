import { Redirect, useSearchParams } from "wouter";
import { useApp } from "../app-context.ts";
import { LogIn } from "../components/log-in.tsx";
import { Page } from "../components/page.tsx";
import { useLanguage } from "../text/language.tsx";

/** Logging in on a page of its own, and back to where one was. */
export function LogInPage() {
  const { session } = useApp();
  const { t } = useLanguage();
  const [parameters] = useSearchParams();
  const to = parameters.get("to") ?? "/";
  // Of this site alone: `//elsewhere` names another.
  if (session !== null) return <Redirect to={/^\/(?![/\\])/.test(to) ? to : "/"} replace />;
  return (
    <Page title={t.logInTitle} narrow>
      <LogIn />
    </Page>
  );
}
