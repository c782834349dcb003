import { useState } from "react";
import { Link } from "wouter";
import { useApp } from "../app-context.ts";
import { ProblemAlert } from "../components/alert.tsx";
import { Page } from "../components/page.tsx";
import { useLanguage } from "../i18n/language.tsx";
import { topicName } from "../mail-topics.ts";
import { ProblemError, problemOf } from "../problem.ts";
import { useAction } from "../use-action.ts";

/** Where the link at a mail's foot leads. It asks first: programs that look through mails open links. */
export function Unsubscribe() {
  const { supabase } = useApp();
  const { t, language } = useLanguage();
  const [token] = useState(() => new URLSearchParams(location.search).get("token") ?? "");
  const [done, setDone] = useState(false);
  const topic = topicName(token.split(".")[1], language);
  const unsubscribe = useAction(async () => {
    const { error } = await supabase.functions.invoke(
      `mail-unsubscribe?token=${encodeURIComponent(token)}`,
      {
        // What a mail program sends for one click: https://www.rfc-editor.org/rfc/rfc8058
        body: "List-Unsubscribe=One-Click",
        headers: { "content-type": "application/x-www-form-urlencoded" },
      },
    );
    if (error !== null) throw new ProblemError(await problemOf(error));
    setDone(true);
  });
  if (topic === undefined) {
    return (
      <Page key="wrong" title={t.unsubscribeTitle}>
        <p>{t.unsubscribeWrong}</p>
        <p>
          <Link href="/mail-preferences">{t.mailPreferences}</Link>
        </p>
      </Page>
    );
  }
  if (done) {
    return (
      <Page key="done" title={t.unsubscribed}>
        <p>{t.unsubscribedText(topic)}</p>
        <p>
          <Link href="/mail-preferences">{t.mailPreferences}</Link>
        </p>
      </Page>
    );
  }
  return (
    <Page key="ask" title={t.unsubscribeTitle}>
      <p>{t.unsubscribeAsk(topic)}</p>
      <p>
        <button
          type="button"
          aria-disabled={unsubscribe.pending}
          onClick={() => void unsubscribe.start()}
        >
          {unsubscribe.pending ? t.working : t.unsubscribe}
        </button>
      </p>
      <ProblemAlert problem={unsubscribe.problem} />
    </Page>
  );
}
