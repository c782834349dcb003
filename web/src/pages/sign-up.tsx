import { useState } from "react";
import { Link, Redirect, useSearchParams } from "wouter";
import { useApp } from "../app-context.ts";
import { Field, Form } from "../components/form.tsx";
import { Page } from "../components/page.tsx";
import { ResendConfirmation } from "../components/resend-confirmation.tsx";
import { invoke } from "../functions.ts";
import { useLanguage } from "../i18n/language.tsx";
import { useAction } from "../use-action.ts";

/** A new account; where addresses are confirmed first, it ends with a look into the mailbox. */
export function SignUp() {
  const { supabase, session } = useApp();
  const { t, language } = useLanguage();
  const [parameters] = useSearchParams();
  const [mailedTo, setMailedTo] = useState<string>();
  const signUp = useAction(
    async (_key, { name = "", email = "", password = "" }: Record<string, string>) => {
      const answer = await invoke(supabase, "auth-signup", {
        name,
        email,
        password,
        locale: language,
      });
      if (answer.session === null) return setMailedTo(email);
      const { error } = await supabase.auth.setSession(answer.session);
      if (error !== null) throw error;
    },
  );
  if (session !== null) return <Redirect to="/" replace />;
  if (mailedTo !== undefined) {
    return (
      <Page key="mailed" title={t.lookIntoMailbox}>
        <p>{t.confirmationSent(mailedTo)}</p>
        <p>{t.noMail}</p>
        <ResendConfirmation email={mailedTo} />
      </Page>
    );
  }
  return (
    <Page key="form" title={t.signUpTitle}>
      <Form action={signUp} submit={t.signUp}>
        <Field label={t.name} name="name" autoComplete="name" maxLength={100} />
        <Field
          label={t.email}
          name="email"
          type="email"
          autoComplete="username"
          // Who was invited is known by this address alone.
          defaultValue={parameters.get("email") ?? undefined}
        />
        <Field
          label={t.password}
          hint={t.passwordHint}
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={8}
        />
      </Form>
      <p>
        {t.haveAccount} <Link href="/">{t.logInTitle}</Link>
      </p>
    </Page>
  );
}
