import { useCallback, useEffect, useState } from "react";
import { useApp } from "../app-context.ts";
import { ProblemAlert } from "../components/alert.tsx";
import { ActionButton } from "../components/form.tsx";
import { Loading } from "../components/page.tsx";
import { formatDay } from "../format.ts";
import type { AccountExportGetReply } from "../../../client/src/mod.ts";
import { useLanguage } from "../text/language.tsx";
import { AccountPage } from "./account-page.tsx";
import { useAccountTexts } from "./texts.ts";
import { type Problem, problemOf } from "../problem.ts";
import { useAction } from "../use-action.ts";

/** Where the mail about an export leads: its files, or asking for one. */
export function AccountExport() {
  const { socle } = useApp();
  const { language } = useLanguage();
  const s = useAccountTexts();
  const [current, setCurrent] = useState<AccountExportGetReply["export"]>();
  const [problem, setProblem] = useState<Problem>();
  const read = useCallback(async () => {
    try {
      setCurrent((await socle.accountExportGet()).export);
    } catch (error) {
      setProblem(await problemOf(error));
    }
  }, [socle]);
  useEffect(() => void read(), [read]);
  const ask = useAction(async (idempotencyKey) => {
    setCurrent((await socle.accountExportRequest({}, { idempotencyKey })).export);
  });
  return (
    <AccountPage title={s.exportTitle}>
      <ProblemAlert problem={problem ?? ask.problem} />
      {current === undefined && problem === undefined && <Loading />}
      {current?.state === "pending" && <p role="status">{s.exportPending}</p>}
      {current?.state === "ready" && (
        <>
          <p>{s.exportReady(formatDay(current.expires_at!, language))}</p>
          <ul>
            {current.files.map((file, index) => (
              <li key={index}>
                <a href={file} download>{s.exportPart(index + 1)}</a>
              </li>
            ))}
          </ul>
        </>
      )}
      {current !== undefined && current?.state !== "pending" && (
        <>
          <p>{s.exportIntro}</p>
          <ActionButton action={ask}>{s.exportAsk}</ActionButton>
        </>
      )}
    </AccountPage>
  );
}
