import { useState } from "react";
import { useApp } from "../app-context.ts";
import { Note, ProblemAlert } from "../components/alert.tsx";
import { ActionButton, Field, Form } from "../components/form.tsx";
import { Section } from "../components/section.tsx";
import { useAction } from "../use-action.ts";
import { AccountPage } from "./account-page.tsx";
import { PasswordForm } from "./password-form.tsx";
import { useAccountTexts } from "./texts.ts";

/** Password, mail address, and the other places where one is signed in. */
export function Security() {
  const s = useAccountTexts();
  return (
    <AccountPage title={s.security}>
      <Password />
      <Address />
      <Sessions />
    </AccountPage>
  );
}

function Password() {
  const { supabase, session } = useApp();
  const s = useAccountTexts();
  const [done, setDone] = useState(false);
  const set = useAction(async (_key, { password = "" }: Record<string, string>) => {
    setDone(false);
    const { error } = await supabase.auth.updateUser({ password });
    if (error !== null) throw error;
    setDone(true);
  });
  return (
    <Section title={s.changePassword}>
      <PasswordForm email={session?.user.email ?? ""} action={set} />
      {done && <Note>{s.passwordChanged}</Note>}
    </Section>
  );
}

function Address() {
  const { supabase, session } = useApp();
  const s = useAccountTexts();
  const [asked, setAsked] = useState<string>();
  const change = useAction(async (_key, { email = "" }: Record<string, string>) => {
    setAsked(undefined);
    const { error } = await supabase.auth.updateUser({ email }, {
      emailRedirectTo: `${location.origin}/account/security`,
    });
    if (error !== null) throw error;
    setAsked(email);
  });
  return (
    <Section title={s.changeAddress}>
      <p>{s.addressNow(session?.user.email ?? "")}</p>
      <Form action={change} submit={s.changeAddress}>
        <Field
          label={s.newAddress}
          hint={s.newAddressHint}
          name="email"
          type="email"
          autoComplete="email"
        />
      </Form>
      {asked !== undefined && <Note>{s.addressAsked(asked)}</Note>}
    </Section>
  );
}

function Sessions() {
  const { supabase } = useApp();
  const s = useAccountTexts();
  const [done, setDone] = useState(false);
  const end = useAction(async () => {
    setDone(false);
    const { error } = await supabase.auth.signOut({ scope: "others" });
    if (error !== null) throw error;
    setDone(true);
  });
  return (
    <Section title={s.sessions}>
      <p>{s.sessionsText}</p>
      <ProblemAlert problem={end.problem} />
      <ActionButton variant="default" action={end}>{s.endSessions}</ActionButton>
      {done && <Note>{s.sessionsEnded}</Note>}
    </Section>
  );
}
