import { NativeSelect } from "@mantine/core";
import { useState } from "react";
import { useApp } from "../app-context.ts";
import { Note } from "../components/alert.tsx";
import { Field, Form } from "../components/form.tsx";
import { Shown } from "../components/shown.tsx";
import { isLanguage, useLanguage } from "../text/language.tsx";
import { useAction } from "../use-action.ts";
import { rows, useRead } from "../use-read.ts";
import { AccountPage } from "./account-page.tsx";
import { AvatarChoice } from "./avatar.tsx";
import { useAccountTexts } from "./texts.ts";

/** Picture, name and language of whoever is signed in. */
export function Profile({ userId }: { userId: string }) {
  const { supabase, session } = useApp();
  const { t, choose } = useLanguage();
  const s = useAccountTexts();
  const [saved, setSaved] = useState(false);
  const profile = useRead(() =>
    rows(
      supabase.from("profiles").select("name, locale, avatar_url").eq("id", userId).single(),
    ), userId);
  const save = useAction(async (_key, { name = "", locale = "" }: Record<string, string>) => {
    setSaved(false);
    const before = profile.value?.locale;
    await rows(supabase.from("profiles").update({ name, locale }).eq("id", userId));
    await profile.reload();
    // The name alone leaves the pages in the language that they are in.
    if (isLanguage(locale) && locale !== before) choose(locale);
    setSaved(true);
  });
  return (
    <AccountPage title={s.profile}>
      <Shown read={profile}>
        {({ name, locale, avatar_url }) => (
          <>
            <AvatarChoice name={name} avatar={avatar_url} changed={profile.reload} />
            <p>{t.signedInAs(session?.user.email ?? "")}</p>
            <Form action={save} submit={t.save}>
              <Field
                label={t.name}
                name="name"
                autoComplete="name"
                maxLength={100}
                defaultValue={name}
              />
              <NativeSelect
                label={s.language}
                description={s.languageHint}
                name="locale"
                defaultValue={locale}
                data={[{ value: "en", label: "English" }, { value: "fr", label: "Français" }]}
              />
            </Form>
            {saved && <Note>{t.saved}</Note>}
          </>
        )}
      </Shown>
    </AccountPage>
  );
}
