import { useState } from "react";
import { useApp } from "../app-context.ts";
import { useLanguage } from "../text/language.tsx";
import { useAccountTexts } from "./texts.ts";
import { useAction } from "../use-action.ts";
import { Note } from "../components/alert.tsx";
import { Field, Form } from "../components/form.tsx";

/** Asks for the confirmation mail once more. Auth says the same whether the address waits for it or not. */
export function ResendConfirmation({ email: known }: { email?: string }) {
  const { supabase } = useApp();
  const { t } = useLanguage();
  const s = useAccountTexts();
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
      <Form action={resend} submit={s.sendAgain}>
        <Field
          label={t.email}
          name="email"
          type="email"
          autoComplete="username"
          defaultValue={known}
        />
      </Form>
      {sent && <Note>{s.sentAgain}</Note>}
    </>
  );
}
