import { useCallback, useEffect, useState } from "react";
import { useApp } from "../app-context.ts";
import { ProblemAlert } from "../components/alert.tsx";
import { ActionButton } from "../components/form.tsx";
import { Page } from "../components/page.tsx";
import { formatDay } from "../format.ts";
import { type AccountExport as Export, invoke } from "../functions.ts";
import { useLanguage } from "../i18n/language.tsx";
import { type Problem, problemOf } from "../problem.ts";
import { useAction } from "../use-action.ts";

/** Where the mail about an export leads: its files, or asking for one. */
export function AccountExport() {
  const { supabase } = useApp();
  const { t, language } = useLanguage();
  const [current, setCurrent] = useState<Export | null>();
  const [problem, setProblem] = useState<Problem>();
  const read = useCallback(async () => {
    try {
      setCurrent((await invoke(supabase, "account-export", {}, undefined, "GET")).export);
    } catch (error) {
      setProblem(await problemOf(error));
    }
  }, [supabase]);
  useEffect(() => void read(), [read]);
  const ask = useAction(async (idempotencyKey) => {
    setCurrent((await invoke(supabase, "account-export", {}, idempotencyKey)).export);
  });
  return (
    <Page title={t.exportTitle}>
      <ProblemAlert problem={problem ?? ask.problem} />
      {current === undefined && problem === undefined && <p role="status">{t.loading}</p>}
      {current?.state === "pending" && <p role="status">{t.exportPending}</p>}
      {current?.state === "ready" && (
        <>
          <p>{t.exportReady(formatDay(current.expires_at!, language))}</p>
          <ul>
            {current.files.map((file, index) => (
              <li key={index}>
                <a href={file} download>{t.exportPart(index + 1)}</a>
              </li>
            ))}
          </ul>
        </>
      )}
      {current !== undefined && current?.state !== "pending" && (
        <>
          <p>{t.exportIntro}</p>
          <ActionButton action={ask}>{t.exportAsk}</ActionButton>
        </>
      )}
    </Page>
  );
}
