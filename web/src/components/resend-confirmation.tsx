import { useState } from "react";
import { useApp } from "../app-context.ts";
import { useLanguage } from "../i18n/language.tsx";
import { useAction } from "../use-action.ts";
import { Note } from "./alert.tsx";
import { Field, Form } from "./form.tsx";

/** Asks for the confirmation mail once more. Auth says the same whether the address waits for it or not. */
export function ResendConfirmation({ email: known }: { email?: string }) {
  const { supabase } = useApp();
  const { t } = useLanguage();
  const [sent, setSent] = useState(false);
  const resend = useAction(async (_key, { email = "" }: Record<string, string>) => {
    setSent(false);
    const { error } = await supabase.auth.resend({
      type: "signup",
      email,
      options: { emailRedirectTo: `${location.origin}/confirm` },
    });
    if (error !== null) throw error;
    setSent(true);
  });
  return (
    <>
      <Form action={resend} submit={t.sendAgain}>
        <Field
          label={t.email}
          name="email"
          type="email"
          autoComplete="username"
          defaultValue={known}
        />
      </Form>
      {sent && <Note>{t.sentAgain}</Note>}
    </>
  );
}
