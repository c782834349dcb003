import type { ComponentType } from "react";
import { useApp } from "../app-context.ts";
import { useLanguage } from "../text/language.tsx";
import { LogIn } from "./log-in.tsx";
import { Page } from "./page.tsx";

/** A page for whoever is signed in. Others log in first: the address stays, and the page comes once they are. */
export function SignedIn({ page: Shown }: { page: ComponentType<{ userId: string }> }) {
  const { session } = useApp();
  const { t } = useLanguage();
  // Another user starts anew.
  if (session !== null) return <Shown key={session.user.id} userId={session.user.id} />;
  return (
    <Page title={t.logInTitle} narrow>
      <p>{t.logInFirst}</p>
      <LogIn />
    </Page>
  );
}
