import { Stack, Text } from "@mantine/core";
import { useApp } from "../app-context.ts";
import { useAction } from "../use-action.ts";
import { useLanguage } from "../text/language.tsx";
import { Field, Form } from "./form.tsx";
import { TextLink } from "./text-link.tsx";

/** E-mail address and password. Whoever shows it sees the session come. */
export function LogIn({ email }: { email?: string }) {
  const { socle, supabase } = useApp();
  const { t } = useLanguage();
  const logIn = useAction(async (_key, { email = "", password = "" }: Record<string, string>) => {
    const { session } = await socle.authLogin({ email, password });
    const { error } = await supabase.auth.setSession(session);
    if (error !== null) throw error;
  });
  return (
    <Stack gap="md">
      <Form action={logIn} submit={t.logIn}>
        <Field
          label={t.email}
          name="email"
          type="email"
          autoComplete="username"
          {...(email !== undefined && { defaultValue: email })}
        />
        <Field
          label={t.password}
          name="password"
          type="password"
          autoComplete="current-password"
        />
      </Form>
      <Text>
        {t.noAccount}{" "}
        <TextLink
          href={email === undefined ? "/sign-up" : `/sign-up?email=${encodeURIComponent(email)}`}
        >
          {t.signUpTitle}
        </TextLink>
        <br />
        <TextLink href="/new-password">{t.forgot}</TextLink>
      </Text>
    </Stack>
  );
}
