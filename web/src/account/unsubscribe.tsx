import { useState } from "react";
import { useApp } from "../app-context.ts";
import { ProblemAlert } from "../components/alert.tsx";
import { TextLink } from "../components/text-link.tsx";
import { Page } from "../components/page.tsx";
import { ActionButton } from "../components/form.tsx";
import { useLanguage } from "../text/language.tsx";
import { useAccountTexts } from "./texts.ts";
import { topicName } from "../mail-topics.ts";
import { useAction } from "../use-action.ts";

/** Where the link at a mail's foot leads. It asks first: programs that look through mails open links. */
export function Unsubscribe() {
  const { socle } = useApp();
  const { language } = useLanguage();
  const s = useAccountTexts();
  const [token] = useState(() => new URLSearchParams(location.search).get("token") ?? "");
  const [done, setDone] = useState(false);
  const topic = topicName(token.split(".")[1], language);
  const unsubscribe = useAction(async () => {
    // What a mail program sends for one click: https://www.rfc-editor.org/rfc/rfc8058
    await socle.mailUnsubscribe({ token, "List-Unsubscribe": "One-Click" });
    setDone(true);
  });
  if (topic === undefined) {
    return (
      <Page key="wrong" title={s.unsubscribeTitle}>
        <p>{s.unsubscribeWrong}</p>
        <p>
          <TextLink href="/mail-preferences">{s.mailPreferences}</TextLink>
        </p>
      </Page>
    );
  }
  if (done) {
    return (
      <Page key="done" title={s.unsubscribed}>
        <p>{s.unsubscribedText(topic)}</p>
        <p>
          <TextLink href="/mail-preferences">{s.mailPreferences}</TextLink>
        </p>
      </Page>
    );
  }
  return (
    <Page key="ask" title={s.unsubscribeTitle}>
      <p>{s.unsubscribeAsk(topic)}</p>
      <ActionButton action={unsubscribe}>{s.unsubscribe}</ActionButton>
      <ProblemAlert problem={unsubscribe.problem} />
    </Page>
  );
}
