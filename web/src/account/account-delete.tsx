import { useCallback, useEffect, useState } from "react";
import { useApp } from "../app-context.ts";
import { Note, ProblemAlert } from "../components/alert.tsx";
import { ActionButton } from "../components/form.tsx";
import { Loading } from "../components/page.tsx";
import { formatDay } from "../format.ts";
import type { AccountDeleteGetReply } from "../../../client/src/mod.ts";
import { useLanguage } from "../text/language.tsx";
import { AccountPage } from "./account-page.tsx";
import { useAccountTexts } from "./texts.ts";
import { type Problem, problemOf } from "../problem.ts";
import { useAction } from "../use-action.ts";

/** What the mail's link brought: it stands after the #, which no server sees. */
const tokenOf = (hash: string) => new URLSearchParams(hash.slice(1)).get("token") ?? undefined;

/** Where the mails about a deletion lead: confirming it, and keeping the account after all. */
export function AccountDelete() {
  const { socle } = useApp();
  const { language } = useLanguage();
  const s = useAccountTexts();
  const [token, setToken] = useState(() => tokenOf(location.hash));
  const [deletion, setDeletion] = useState<AccountDeleteGetReply["deletion"]>();
  const [problem, setProblem] = useState<Problem>();
  const read = useCallback(async () => {
    try {
      setDeletion((await socle.accountDeleteGet()).deletion);
    } catch (error) {
      setProblem(await problemOf(error));
    }
  }, [socle]);
  useEffect(() => {
    // A bookmark must not keep it.
    if (token !== undefined) history.replaceState(null, "", location.pathname);
    void read();
    // The link opened where this page is open already.
    const onHashChange = () => setToken(tokenOf(location.hash));
    addEventListener("hashchange", onHashChange);
    return () => removeEventListener("hashchange", onHashChange);
  }, [token, read]);
  const confirm = useAction(async () => {
    setDeletion((await socle.accountDeleteRequest({ token: token! })).deletion);
  });
  const ask = useAction(async () => {
    setDeletion((await socle.accountDeleteRequest({})).deletion);
  });
  const keep = useAction(async () => {
    setDeletion((await socle.accountDeleteCancel()).deletion);
  });
  const state = deletion?.state;
  const toConfirm = state === "unconfirmed" && token !== undefined;
  return (
    <AccountPage title={s.deleteTitle}>
      <ProblemAlert problem={problem ?? confirm.problem ?? ask.problem ?? keep.problem} />
      {deletion === undefined && problem === undefined && <Loading />}
      {state === "scheduled" && (
        <>
          <Note kind="bad">
            <p>{s.deleteScheduled(formatDay(deletion!.due_at!, language))}</p>
          </Note>
          <ActionButton action={keep}>{s.deleteKeep}</ActionButton>
        </>
      )}
      {state === "running" && <p>{s.deleteRunning}</p>}
      {state === "cancelled" && (
        <Note>
          <p>{s.deleteKept}</p>
        </Note>
      )}
      {state === "unconfirmed" && !toConfirm && <p role="status">{s.deleteSent}</p>}
      {toConfirm && (
        <>
          <p>{s.deleteIntro}</p>
          <ActionButton action={confirm}>{s.deleteConfirm}</ActionButton>
        </>
      )}
      {deletion !== undefined && state !== "scheduled" && state !== "running" && !toConfirm && (
        <>
          <p>{s.deleteIntro}</p>
          <ActionButton action={ask}>{s.deleteAsk}</ActionButton>
        </>
      )}
    </AccountPage>
  );
}
