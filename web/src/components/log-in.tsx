import { useApp } from "../app-context.ts";
import { invoke } from "../functions.ts";
import { useLanguage } from "../i18n/language.tsx";
import { useAction } from "../use-action.ts";
import { Link } from "wouter";
import { Field, Form } from "./form.tsx";

/** E-mail address and password. Whoever shows it sees the session come. */
export function LogIn({ email }: { email?: string }) {
  const { supabase } = useApp();
  const { t } = useLanguage();
  const logIn = useAction(async (_key, { email = "", password = "" }: Record<string, string>) => {
    const { session } = await invoke(supabase, "auth-login", { email, password });
    const { error } = await supabase.auth.setSession(session);
    if (error !== null) throw error;
  });
  return (
    <>
      <Form action={logIn} submit={t.logIn}>
        <Field
          label={t.email}
          name="email"
          type="email"
          autoComplete="username"
          defaultValue={email}
        />
        <Field
          label={t.password}
          name="password"
          type="password"
          autoComplete="current-password"
        />
      </Form>
      <p>
        {t.noAccount}{" "}
        <Link
          href={email === undefined ? "/sign-up" : `/sign-up?email=${encodeURIComponent(email)}`}
        >
          {t.signUpTitle}
        </Link>
        <br />
        <Link href="/new-password">{t.forgot}</Link>
      </p>
    </>
  );
}
