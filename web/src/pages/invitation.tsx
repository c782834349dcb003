import { type ReactNode, useEffect, useState } from "react";
import { Link, useSearchParams } from "wouter";
import { useApp } from "../app-context.ts";
import { Note, ProblemAlert } from "../components/alert.tsx";
import { ActionButton } from "../components/form.tsx";
import { LogIn } from "../components/log-in.tsx";
import { Page } from "../components/page.tsx";
import { formatDay } from "../format.ts";
import { invoke } from "../functions.ts";
import { useLanguage } from "../i18n/language.tsx";
import { ProblemError, problemOf } from "../problem.ts";
import { type Action, useAction } from "../use-action.ts";

/** What invitation_by_token tells; all but `state` only while it is open. */
type Invitation =
  | { state: "accepted" | "declined" | "revoked" | "expired" | "superseded" }
  | {
    state: "open";
    workspace: string;
    inviter: string;
    email: string;
    role: string;
    expires_at: string;
  };

/** Where an invitation's mail leads: who invites into what, and yes or no. */
export function InvitationPage() {
  const { supabase } = useApp();
  const { t } = useLanguage();
  const [parameters] = useSearchParams();
  const token = parameters.get("token") ?? "";
  const [invitation, setInvitation] = useState<Invitation>();
  const [joined, setJoined] = useState<string>();
  const look = useAction(async () => {
    const { data, error } = await supabase.rpc("invitation_by_token", { token });
    if (error !== null) throw new ProblemError(await problemOf(error));
    setInvitation(data as unknown as Invitation);
  });
  const accept = useAction(async (key) => {
    const { workspace } = await invoke(supabase, "workspace-accept", { token }, key);
    setJoined(workspace.name);
  });
  const decline = useAction(async () => {
    const { error } = await supabase.rpc("invitation_decline", { token });
    if (error !== null) throw new ProblemError(await problemOf(error));
    setInvitation({ state: "declined" });
  });
  // Once for each link; `look` itself is another on each render.
  useEffect(() => void look.start(), [token]);

  if (joined !== undefined) {
    return (
      <Page key="joined" title={t.invitationAccepted}>
        <Note>
          <p>{t.invitationAcceptedText(joined)}</p>
        </Note>
        <p>
          <Link href="/" className="button">{t.toStart}</Link>
        </p>
      </Page>
    );
  }
  if (invitation === undefined) {
    return (
      <Page key="looking" title={t.invitationTitle}>
        {look.problem === undefined
          ? <p role="status">{t.loading}</p>
          : <ProblemAlert problem={look.problem} />}
      </Page>
    );
  }
  if (invitation.state !== "open") {
    return (
      <Page key={invitation.state} title={t.invitationTitle}>
        <p>{t.invitationStates[invitation.state]}</p>
        <p>
          <Link href="/">{t.toStart}</Link>
        </p>
      </Page>
    );
  }
  return <Open invitation={invitation} accept={accept} decline={decline} />;
}

interface OpenProps {
  invitation: Extract<Invitation, { state: "open" }>;
  accept: Action<[]>;
  decline: Action<[]>;
}

function Open({ invitation, accept, decline }: OpenProps) {
  const { session } = useApp();
  const { t, language } = useLanguage();
  const { workspace, inviter, email, role, expires_at } = invitation;
  const no = <ActionButton action={decline} className="quiet">{t.decline}</ActionButton>;
  let answer: ReactNode;
  if (session?.user.email === email) {
    answer = (
      <p className="actions">
        <ActionButton action={accept}>{t.accept}</ActionButton>
        {no}
      </p>
    );
  } else if (session !== null) {
    answer = (
      <>
        <p>{t.invitationForAnother(email, session.user.email ?? "")}</p>
        <p className="actions">{no}</p>
      </>
    );
  } else {
    answer = (
      <>
        <p>{t.invitationSignIn(email)}</p>
        <LogIn email={email} />
        <p className="actions">{no}</p>
      </>
    );
  }
  return (
    <Page key="open" title={t.invitationTo(workspace)}>
      <p>{t.invitedBy(inviter, workspace, t.roles[role] ?? role)}</p>
      <p className="small">{t.invitationUntil(formatDay(expires_at, language))}</p>
      <ProblemAlert problem={accept.problem ?? decline.problem} />
      {answer}
    </Page>
  );
}
