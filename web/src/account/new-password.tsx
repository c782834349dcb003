import { useState } from "react";
import { useApp } from "../app-context.ts";
import { Note } from "../components/alert.tsx";
import { AskReset } from "./ask-reset.tsx";
import { LinkError } from "./link-error.tsx";
import { ButtonLink } from "../components/button-link.tsx";
import { Page } from "../components/page.tsx";
import { useLanguage } from "../text/language.tsx";
import { PasswordForm } from "./password-form.tsx";
import { useAccountTexts } from "./texts.ts";
import { useAction } from "../use-action.ts";

/** Where the reset mail's link leads: signed in by it, one chooses a new password. Else it asks for that mail. */
export function NewPassword() {
  const { supabase, session, link } = useApp();
  const { t } = useLanguage();
  const s = useAccountTexts();
  const [done, setDone] = useState(false);
  const set = useAction(async (_key, { password = "" }: Record<string, string>) => {
    const { error } = await supabase.auth.updateUser({ password });
    if (error !== null) throw error;
    setDone(true);
  });
  return (
    <Page title={s.resetTitle} narrow>
      <LinkError link={link} />
      {done && (
        <>
          <Note>{s.passwordSet}</Note>
          <ButtonLink href="/billing">{t.toBilling}</ButtonLink>
        </>
      )}
      {!done && session !== null && link?.kind !== "error" && (
        <PasswordForm email={session.user.email ?? ""} action={set} />
      )}
      {!done && (session === null || link?.kind === "error") && (
        <>
          {link?.kind !== "error" && <p>{s.resetIntro}</p>}
          <AskReset />
        </>
      )}
    </Page>
  );
}
