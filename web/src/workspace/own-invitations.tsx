import { Stack } from "@mantine/core";
import { useEffect, useState } from "react";
import { useApp } from "../app-context.ts";
import { useWorkspaceTexts } from "./texts.ts";
import { ProblemError, problemOf } from "../problem.ts";
import type { Supabase } from "../supabase.ts";
import { useAction } from "../use-action.ts";
import { Note, ProblemAlert } from "../components/alert.tsx";
import { ActionButton } from "../components/form.tsx";
import { Section } from "../components/section.tsx";

async function waiting(supabase: Supabase) {
  const { data, error } = await supabase.rpc("my_invitations");
  if (error !== null) throw new ProblemError(await problemOf(error));
  return data;
}

/** The invitations that wait for whoever is signed in: also for who came by sign-up and not by the link. */
export function OwnInvitations() {
  const { supabase } = useApp();

  const s = useWorkspaceTexts();
  const [invitations, setInvitations] = useState<Awaited<ReturnType<typeof waiting>>>([]);
  const [joined, setJoined] = useState<string>();
  const look = useAction(async () => setInvitations(await waiting(supabase)));
  useEffect(() => void look.start(), []);
  const answered = (name?: string) => {
    setJoined(name);
    void look.start();
  };
  return (
    <>
      {joined !== undefined && (
        <Note>
          <p>{s.invitationAcceptedText(joined)}</p>
        </Note>
      )}
      <ProblemAlert problem={look.problem} />
      {invitations.length > 0 && (
        <Section title={s.ownInvitations}>
          <Stack component="ul" className="plain-list">
            {invitations.map((one) => (
              <li key={one.id}>
                <p>{s.invitedBy(one.inviter, one.workspace, s.roles[one.role] ?? one.role)}</p>
                <Answer id={one.id} answered={answered} />
              </li>
            ))}
          </Stack>
        </Section>
      )}
    </>
  );
}

function Answer({ id, answered }: { id: string; answered: (joined?: string) => void }) {
  const { socle, supabase } = useApp();

  const s = useWorkspaceTexts();
  const accept = useAction(async (idempotencyKey) => {
    const { workspace } = await socle.workspaceAccept({ invitation_id: id }, { idempotencyKey });
    answered(workspace.name);
  });
  const decline = useAction(async () => {
    const { error } = await supabase.rpc("invitation_decline", { invitation_id: id });
    if (error !== null) throw new ProblemError(await problemOf(error));
    answered();
  });
  return (
    <>
      <ProblemAlert problem={accept.problem ?? decline.problem} />
      <p className="actions">
        <ActionButton action={accept}>{s.accept}</ActionButton>
        <ActionButton action={decline} variant="subtle">{s.decline}</ActionButton>
      </p>
    </>
  );
}
