import { Text } from "@mantine/core";
import { type ReactNode, useEffect, useState } from "react";
import { useSearchParams } from "wouter";
import { useApp } from "../app-context.ts";
import { Note, ProblemAlert } from "../components/alert.tsx";
import { ActionButton } from "../components/form.tsx";
import { LogIn } from "../components/log-in.tsx";
import { ButtonLink } from "../components/button-link.tsx";
import { TextLink } from "../components/text-link.tsx";
import { Loading, Page } from "../components/page.tsx";
import { formatDay } from "../format.ts";
import { useLanguage } from "../text/language.tsx";
import { useWorkspaceTexts } from "./texts.ts";
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
  const { socle, supabase } = useApp();
  const { t } = useLanguage();
  const s = useWorkspaceTexts();
  const [parameters] = useSearchParams();
  const token = parameters.get("token") ?? "";
  const [invitation, setInvitation] = useState<Invitation>();
  const [joined, setJoined] = useState<string>();
  const look = useAction(async () => {
    const { data, error } = await supabase.rpc("invitation_by_token", { token });
    if (error !== null) throw new ProblemError(await problemOf(error));
    setInvitation(data as unknown as Invitation);
  });
  const accept = useAction(async (idempotencyKey) => {
    const { workspace } = await socle.workspaceAccept({ token }, { idempotencyKey });
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
      <Page key="joined" title={s.invitationAccepted}>
        <Note>
          <p>{s.invitationAcceptedText(joined)}</p>
        </Note>
        <ButtonLink href="/">{t.toStart}</ButtonLink>
      </Page>
    );
  }
  if (invitation === undefined) {
    return (
      <Page key="looking" title={s.invitationTitle}>
        {look.problem === undefined ? <Loading /> : <ProblemAlert problem={look.problem} />}
      </Page>
    );
  }
  if (invitation.state !== "open") {
    return (
      <Page key={invitation.state} title={s.invitationTitle}>
        <p>{s.invitationStates[invitation.state]}</p>
        <p>
          <TextLink href="/">{t.toStart}</TextLink>
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
  const { language } = useLanguage();
  const s = useWorkspaceTexts();
  const { workspace, inviter, email, role, expires_at } = invitation;
  const no = <ActionButton action={decline} variant="default">{s.decline}</ActionButton>;
  let answer: ReactNode;
  if (session?.user.email === email) {
    answer = (
      <p className="actions">
        <ActionButton action={accept}>{s.accept}</ActionButton>
        {no}
      </p>
    );
  } else if (session !== null) {
    answer = (
      <>
        <p>{s.invitationForAnother(email, session.user.email ?? "")}</p>
        <p className="actions spaced">{no}</p>
      </>
    );
  } else {
    answer = (
      <>
        <p>{s.invitationSignIn(email)}</p>
        <LogIn email={email} />
        <p className="actions spaced">{no}</p>
      </>
    );
  }
  return (
    <Page key="open" title={s.invitationTo(workspace)}>
      <p>{s.invitedBy(inviter, workspace, s.roles[role] ?? role)}</p>
      <Text size="sm" c="dimmed" mb="md">{s.invitationUntil(formatDay(expires_at, language))}</Text>
      <ProblemAlert problem={accept.problem ?? decline.problem} />
      {answer}
    </Page>
  );
}
