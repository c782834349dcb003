import { useState } from "react";
import { useApp } from "../app-context.ts";
import { invoke } from "../functions.ts";
import { useLanguage } from "../i18n/language.tsx";
import { useAction } from "../use-action.ts";
import { Note } from "./alert.tsx";
import { Field, Form } from "./form.tsx";

/** Asks for the mail by which a new password is chosen. */
export function AskReset() {
  const { supabase } = useApp();
  const { t } = useLanguage();
  const [sentTo, setSentTo] = useState<string>();
  const ask = useAction(async (_key, { email = "" }: Record<string, string>) => {
    setSentTo(undefined);
    await invoke(supabase, "auth-password-reset", {
      email,
      redirect_to: `${location.origin}/new-password`,
    });
    setSentTo(email);
  });
  return (
    <>
      <Form action={ask} submit={t.resetSend}>
        <Field label={t.email} name="email" type="email" autoComplete="username" />
      </Form>
      {sentTo !== undefined && <Note>{t.resetSent(sentTo)}</Note>}
    </>
  );
}
