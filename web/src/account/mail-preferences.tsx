import { Checkbox, Stack, Text } from "@mantine/core";
import { useEffect, useId, useState } from "react";
import { useApp } from "../app-context.ts";
import { Note, ProblemAlert } from "../components/alert.tsx";
import { Loading } from "../components/page.tsx";
import { useLanguage } from "../text/language.tsx";
import { AccountPage } from "./account-page.tsx";
import { useAccountTexts } from "./texts.ts";
import { mailTopics } from "../mail-topics.ts";
import { type Problem, problemOf } from "../problem.ts";
import type { Supabase } from "../supabase.ts";
import { useAction } from "../use-action.ts";

interface Preferences {
  /** Whether each topic is on, by its id. */
  on: Record<string, boolean>;
  /** What keeps mail from the user's address. */
  suppression: { scope: "all" | "non_transactional" } | null;
}

async function readPreferences(supabase: Supabase): Promise<Preferences> {
  const [decided, suppression] = await Promise.all([
    supabase.from("mail_preferences").select("topic, subscribed"),
    supabase.rpc("mail_suppression"),
  ]);
  if (decided.error !== null) throw decided.error;
  if (suppression.error !== null) throw suppression.error;
  const decisions = new Map(decided.data.map((one) => [one.topic, one.subscribed]));
  return {
    on: Object.fromEntries(
      mailTopics.map(({ id, onByDefault }) => [id, decisions.get(id) ?? onByDefault]),
    ),
    suppression: suppression.data as Preferences["suppression"],
  };
}

/** What one wants to be written to about; and whether mail reaches one at all. */
export function MailPreferences() {
  const { supabase, session } = useApp();
  const { language } = useLanguage();
  const s = useAccountTexts();
  const [preferences, setPreferences] = useState<Preferences>();
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => {
    readPreferences(supabase).then(
      setPreferences,
      async (error) => setProblem(await problemOf(error)),
    );
  }, [supabase]);
  const show = (topic: string, subscribed: boolean) =>
    setPreferences((now) => now && { ...now, on: { ...now.on, [topic]: subscribed } });
  const set = useAction(async (_key, topic: string, subscribed: boolean) => {
    show(topic, subscribed);
    const { error } = await supabase.rpc("mail_preference_set", { topic, subscribed });
    if (error === null) return;
    show(topic, !subscribed);
    throw error;
  });
  const topics = useId();
  const address = session?.user.email ?? "";
  return (
    <AccountPage title={s.mailPreferences}>
      <ProblemAlert problem={problem ?? set.problem} />
      {preferences?.suppression && (
        <Note kind="bad">
          <p>
            {preferences.suppression.scope === "all"
              ? s.mailStopped(address)
              : s.mailComplained(address)}
          </p>
        </Note>
      )}
      <p>{s.mailAlways}</p>
      {preferences === undefined
        ? problem === undefined && <Loading />
        : (
          <Stack role="group" aria-labelledby={topics} gap="sm">
            <Text id={topics} fw={600}>{s.mailTopics}</Text>
            {mailTopics.map(({ id, name }) => (
              <Checkbox
                key={id}
                label={name[language]}
                checked={preferences.on[id] ?? false}
                onChange={(event) => void set.start(id, event.currentTarget.checked)}
              />
            ))}
          </Stack>
        )}
    </AccountPage>
  );
}
