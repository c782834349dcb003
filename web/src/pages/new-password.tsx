import { useState } from "react";
import { Link } from "wouter";
import { useApp } from "../app-context.ts";
import { Note } from "../components/alert.tsx";
import { AskReset } from "../components/ask-reset.tsx";
import { Field, Form } from "../components/form.tsx";
import { LinkError } from "../components/link-error.tsx";
import { Page } from "../components/page.tsx";
import { useLanguage } from "../i18n/language.tsx";
import { useAction } from "../use-action.ts";

/** Where the reset mail's link leads: signed in by it, one chooses a new password. Else it asks for that mail. */
export function NewPassword() {
  const { supabase, session, link } = useApp();
  const { t } = useLanguage();
  const [done, setDone] = useState(false);
  const set = useAction(async (_key, { password = "" }: Record<string, string>) => {
    const { error } = await supabase.auth.updateUser({ password });
    if (error !== null) throw error;
    setDone(true);
  });
  return (
    <Page title={t.resetTitle}>
      <LinkError link={link} />
      {done && (
        <>
          <Note>{t.passwordSet}</Note>
          <p>
            <Link href="/billing" className="button">{t.toBilling}</Link>
          </p>
        </>
      )}
      {!done && session !== null && link?.kind !== "error" && (
        <Form action={set} submit={t.setPassword}>
          {/* So that a password manager knows whose password it keeps. */}
          <input
            hidden
            readOnly
            name="username"
            autoComplete="username"
            value={session.user.email ?? ""}
          />
          <Field
            label={t.newPassword}
            hint={t.passwordHint}
            name="password"
            type="password"
            autoComplete="new-password"
            minLength={8}
          />
        </Form>
      )}
      {!done && (session === null || link?.kind === "error") && (
        <>
          {link?.kind !== "error" && <p>{t.resetIntro}</p>}
          <AskReset />
        </>
      )}
    </Page>
  );
}
