import { useState } from "react";
import { Redirect, useSearchParams } from "wouter";
import { useApp } from "../app-context.ts";
import { Captcha } from "../components/captcha.tsx";
import { Field, Form } from "../components/form.tsx";
import { TextLink } from "../components/text-link.tsx";
import { Page } from "../components/page.tsx";
import { ResendConfirmation } from "./resend-confirmation.tsx";
import { useLanguage } from "../text/language.tsx";
import { useAccountTexts } from "./texts.ts";
import { useAction } from "../use-action.ts";

/** A new account; where addresses are confirmed first, it ends with a look into the mailbox. */
export function SignUp() {
  const { socle, supabase, session } = useApp();
  const { t, language } = useLanguage();
  const s = useAccountTexts();
  const [parameters] = useSearchParams();
  const [mailedTo, setMailedTo] = useState<string>();
  const signUp = useAction(
    async (_key, values: Record<string, string>) => {
      const { name = "", email = "", password = "", captcha_token } = values;
      const answer = await socle.authSignup({
        name,
        email,
        password,
        locale: language,
        ...(captcha_token && { captcha_token }),
      });
      if (answer.session === null) return setMailedTo(email);
      const { error } = await supabase.auth.setSession(answer.session);
      if (error !== null) throw error;
    },
  );
  if (session !== null) return <Redirect to="/" replace />;
  if (mailedTo !== undefined) {
    return (
      <Page key="mailed" title={s.lookIntoMailbox}>
        <p>{s.confirmationSent(mailedTo)}</p>
        <p>{s.noMail}</p>
        <ResendConfirmation email={mailedTo} />
      </Page>
    );
  }
  return (
    <Page key="form" title={t.signUpTitle} narrow>
      <Form action={signUp} submit={s.signUp}>
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
          hint={s.passwordHint}
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={8}
        />
        <Captcha pending={signUp.pending} />
      </Form>
      <p className="spaced">
        {s.haveAccount} <TextLink href="/">{t.logInTitle}</TextLink>
      </p>
    </Page>
  );
}
