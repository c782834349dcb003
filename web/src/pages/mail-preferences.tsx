import { useEffect, useState } from "react";
import { useApp } from "../app-context.ts";
import { Note, ProblemAlert } from "../components/alert.tsx";
import { Page } from "../components/page.tsx";
import { useLanguage } from "../i18n/language.tsx";
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
  const { t, language } = useLanguage();
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
  const address = session?.user.email ?? "";
  return (
    <Page title={t.mailPreferences}>
      <ProblemAlert problem={problem ?? set.problem} />
      {preferences?.suppression && (
        <Note kind="bad">
          <p>
            {preferences.suppression.scope === "all"
              ? t.mailStopped(address)
              : t.mailComplained(address)}
          </p>
        </Note>
      )}
      <p>{t.mailAlways}</p>
      {preferences === undefined ? problem === undefined && <p>{t.loading}</p> : (
        <fieldset>
          <legend>{t.mailTopics}</legend>
          {mailTopics.map(({ id, name }) => (
            <p key={id}>
              <label>
                <input
                  type="checkbox"
                  checked={preferences.on[id] ?? false}
                  onChange={(event) => void set.start(id, event.currentTarget.checked)}
                />{" "}
                {name[language]}
              </label>
            </p>
          ))}
        </fieldset>
      )}
    </Page>
  );
}
