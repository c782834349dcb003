import { useState } from "react";
import { useApp } from "../app-context.ts";
import { useLanguage } from "../text/language.tsx";
import { useAccountTexts } from "./texts.ts";
import { useAction } from "../use-action.ts";
import { Note } from "../components/alert.tsx";
import { Captcha } from "../components/captcha.tsx";
import { Field, Form } from "../components/form.tsx";

/** Asks for the mail by which a new password is chosen. */
export function AskReset() {
  const { socle } = useApp();
  const { t } = useLanguage();
  const s = useAccountTexts();
  const [sentTo, setSentTo] = useState<string>();
  const ask = useAction(async (_key, values: Record<string, string>) => {
    const { email = "", captcha_token } = values;
    setSentTo(undefined);
    await socle.authPasswordReset({
      email,
      redirect_to: `${location.origin}/new-password`,
      ...(captcha_token && { captcha_token }),
    });
    setSentTo(email);
  });
  return (
    <>
      <Form action={ask} submit={s.resetSend}>
        <Field label={t.email} name="email" type="email" autoComplete="username" />
        <Captcha pending={ask.pending} />
      </Form>
      {sentTo !== undefined && <Note>{s.resetSent(sentTo)}</Note>}
    </>
  );
}
