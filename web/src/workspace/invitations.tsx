import { Box, Button, Group, NativeSelect } from "@mantine/core";
import { useRef, useState } from "react";
import { useApp } from "../app-context.ts";
import { Note, ProblemAlert } from "../components/alert.tsx";
import { Field, PendingButton, valuesOf } from "../components/form.tsx";
import { Rows } from "../components/rows.tsx";
import { Section } from "../components/section.tsx";
import { Shown } from "../components/shown.tsx";
import { StateBadge } from "../components/state-badge.tsx";
import { formatDay } from "../format.ts";
import { useLanguage } from "../text/language.tsx";
import { useAction } from "../use-action.ts";
import { type Read, rows, useRead } from "../use-read.ts";
import { may, type Role, type Workspace } from "./current.ts";
import { useWorkspaceTexts } from "./texts.ts";
import { WorkspacePage } from "./workspace-page.tsx";

interface Invitation {
  id: string;
  email: string;
  role: string;
  state: string;
  sent_at: string;
  expires_at: string;
}

/** Inviting people, and what became of it. */
export function Invitations({ userId }: { userId: string }) {
  const s = useWorkspaceTexts();
  return (
    <WorkspacePage title={s.invitations} userId={userId} needs="see_invitations">
      {(workspace) => <Invited workspace={workspace} />}
    </WorkspacePage>
  );
}

function Invited({ workspace }: { workspace: Workspace }) {
  const { supabase } = useApp();
  const s = useWorkspaceTexts();
  const invitations = useRead(() =>
    rows(
      supabase.from("workspace_invitations").select("id, email, role, state, sent_at, expires_at")
        .eq("workspace_id", workspace.id).order("sent_at", { ascending: false }).limit(100),
    ), workspace.id);
  if (workspace.personal) return <p>{s.personalAlone}</p>;
  return (
    <>
      <Invite workspace={workspace} sent={invitations.reload} />
      <Section title={s.invited}>
        <Shown read={invitations}>
          {(list) => <InvitedList workspace={workspace} list={list} reload={invitations.reload} />}
        </Shown>
      </Section>
    </>
  );
}

function Invite({ workspace, sent }: { workspace: Workspace; sent: () => Promise<void> }) {
  const { socle } = useApp();
  const s = useWorkspaceTexts();
  const { t } = useLanguage();
  const form = useRef<HTMLFormElement>(null);
  const [sentTo, setSentTo] = useState<string>();
  const invite = useAction(async (idempotencyKey, email: string, role: string) => {
    setSentTo(undefined);
    await socle.workspaceInvite(
      { workspace_id: workspace.id, email, role: role as Role },
      { idempotencyKey },
    );
    setSentTo(email);
    form.current?.reset();
    await sent();
  });
  const offered = (["member", "admin", "billing", "owner"] as const)
    .filter((one) => one !== "owner" || may(workspace.role, "invite_owner"));
  return (
    <Section title={s.inviteTitle}>
      <form
        ref={form}
        onSubmit={(event) => {
          event.preventDefault();
          const { email = "", role = "" } = valuesOf(event.currentTarget);
          void invite.start(email, role);
        }}
      >
        <Group align="flex-end" gap="sm">
          <Box flex={1} miw="min(100%, 16rem)">
            <Field label={t.email} name="email" type="email" autoComplete="off" />
          </Box>
          <NativeSelect
            label={s.role}
            name="role"
            data={offered.map((one) => ({ value: one, label: s.roles[one] ?? one }))}
          />
          <PendingButton type="submit" pending={invite.pending}>{s.invite}</PendingButton>
        </Group>
        <ProblemAlert problem={invite.problem} />
      </form>
      {sentTo !== undefined && <Note>{s.invitationSent(sentTo)}</Note>}
    </Section>
  );
}

interface ListProps {
  workspace: Workspace;
  list: Invitation[];
  reload: Read<unknown>["reload"];
}

function InvitedList({ workspace, list, reload }: ListProps) {
  const { supabase, socle } = useApp();
  const { t, language } = useLanguage();
  const s = useWorkspaceTexts();
  const [again, setAgain] = useState<string>();
  const send = useAction(async (idempotencyKey, email: string, role: string) => {
    setAgain(undefined);
    await socle.workspaceInvite(
      { workspace_id: workspace.id, email, role: role as Role },
      { idempotencyKey },
    );
    setAgain(email);
    await reload();
  });
  const revoke = useAction(async (_key, id: string) => {
    await rows(supabase.from("workspace_invitations").update({ state: "revoked" }).eq("id", id));
    await reload();
  });
  if (list.length === 0) return <p>{t.none}</p>;
  const stateOf = ({ state, expires_at }: Invitation) =>
    state === "open" && new Date(expires_at) < new Date() ? "expired" : state;
  return (
    <>
      <ProblemAlert problem={send.problem ?? revoke.problem} />
      {again !== undefined && <Note>{s.invitationSent(again)}</Note>}
      <Rows
        caption={s.invited}
        rows={list}
        keyOf={({ id }) => id}
        columns={[
          { label: t.email, cell: ({ email }) => <span className="anywhere">{email}</span> },
          { label: s.role, cell: ({ role }) => s.roles[role] ?? role },
          {
            label: t.state,
            cell: (one) => (
              <StateBadge state={stateOf(one)} label={s.invitationStateNames[stateOf(one)]!} />
            ),
          },
          { label: s.sentOn, cell: ({ sent_at }) => formatDay(sent_at, language) },
          {
            label: s.actions,
            cell: ({ id, email, role, state }) =>
              state === "open" && (
                <span className="actions">
                  <Button
                    variant="subtle"
                    size="compact-sm"
                    aria-label={s.sendAgainTo(email)}
                    onClick={() => void send.start(email, role)}
                  >
                    {s.sendAgain}
                  </Button>
                  <Button
                    variant="subtle"
                    color="red"
                    size="compact-sm"
                    aria-label={s.revokeFor(email)}
                    onClick={() => void revoke.start(id)}
                  >
                    {s.revoke}
                  </Button>
                </span>
              ),
          },
        ]}
      />
    </>
  );
}
