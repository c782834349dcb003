import { useEffect, useState } from "react";
import { NativeSelect } from "@mantine/core";
import { useApp } from "../app-context.ts";
import { Note, ProblemAlert } from "../components/alert.tsx";
import { Field, Form } from "../components/form.tsx";
import { Loading } from "../components/page.tsx";
import { ProblemError, problemOf } from "../problem.ts";
import type { Supabase } from "../supabase.ts";
import { isLanguage, useLanguage } from "../text/language.tsx";
import { useAction } from "../use-action.ts";
import { AccountPage } from "./account-page.tsx";
import { useAccountTexts } from "./texts.ts";

async function readProfile(supabase: Supabase, userId: string) {
  const { data, error } = await supabase.from("profiles").select("name, locale")
    .eq("id", userId).single();
  if (error !== null) throw new ProblemError(await problemOf(error));
  return data;
}

/** Name and language of whoever is signed in. */
export function Profile({ userId }: { userId: string }) {
  const { supabase, session } = useApp();
  const { t, choose } = useLanguage();
  const s = useAccountTexts();
  const [profile, setProfile] = useState<Awaited<ReturnType<typeof readProfile>>>();
  const [saved, setSaved] = useState(false);
  const look = useAction(async () => setProfile(await readProfile(supabase, userId)));
  useEffect(() => void look.start(), [userId]);
  const save = useAction(async (_key, { name = "", locale = "" }: Record<string, string>) => {
    setSaved(false);
    const { error } = await supabase.from("profiles").update({ name, locale })
      .eq("id", userId);
    if (error !== null) throw new ProblemError(await problemOf(error));
    if (isLanguage(locale)) choose(locale);
    setSaved(true);
  });
  return (
    <AccountPage title={s.profile}>
      <ProblemAlert problem={look.problem} />
      {profile === undefined ? look.problem === undefined && <Loading /> : (
        <>
          <p>{t.signedInAs(session?.user.email ?? "")}</p>
          <Form action={save} submit={t.save}>
            <Field
              label={t.name}
              name="name"
              autoComplete="name"
              maxLength={100}
              defaultValue={profile.name}
            />
            <NativeSelect
              label={s.language}
              description={s.languageHint}
              name="locale"
              defaultValue={profile.locale}
              data={[{ value: "en", label: "English" }, { value: "fr", label: "Français" }]}
            />
          </Form>
          {saved && <Note>{t.saved}</Note>}
        </>
      )}
    </AccountPage>
  );
}
