import { NativeSelect } from "@mantine/core";
import { useState } from "react";
import { useLocation } from "wouter";
import { useApp } from "../app-context.ts";
import { Note } from "../components/alert.tsx";
import { Confirm } from "../components/dialog.tsx";
import { ActionButton, Field, Form } from "../components/form.tsx";
import { Section } from "../components/section.tsx";
import { Shown } from "../components/shown.tsx";
import { useLanguage } from "../text/language.tsx";
import { type Action, useAction } from "../use-action.ts";
import { rows, useRead } from "../use-read.ts";
import { may, type Workspace, type Workspaces } from "./current.ts";
import { useWorkspaceTexts } from "./texts.ts";
import { WorkspacePage } from "./workspace-page.tsx";

/** The workspace itself: its name, who owns it, its end; and making another. */
export function Settings({ userId }: { userId: string }) {
  const s = useWorkspaceTexts();
  return (
    <WorkspacePage title={s.settings} userId={userId}>
      {(workspace, workspaces) => (
        <>
          {may(workspace.role, "rename") && (
            <Rename workspace={workspace} reload={workspaces.read.reload} />
          )}
          <Create workspaces={workspaces} />
          {!workspace.personal && may(workspace.role, "transfer") && (
            <HandOver workspace={workspace} userId={userId} reload={workspaces.read.reload} />
          )}
          {!workspace.personal && <Ends workspace={workspace} reload={workspaces.read.reload} />}
        </>
      )}
    </WorkspacePage>
  );
}

interface Part {
  workspace: Workspace;
  reload: () => Promise<void>;
}

function Rename({ workspace, reload }: Part) {
  const { socle } = useApp();
  const { t } = useLanguage();
  const s = useWorkspaceTexts();
  const [saved, setSaved] = useState(false);
  const rename = useAction(async (_key, { name = "" }: Record<string, string>) => {
    setSaved(false);
    await socle.workspaceUpdate({ workspace_id: workspace.id, name });
    await reload();
    setSaved(true);
  });
  return (
    <Section title={s.rename}>
      <Form action={rename} submit={t.save}>
        <Field label={t.name} name="name" maxLength={100} defaultValue={workspace.name} />
      </Form>
      {saved && <Note>{t.saved}</Note>}
    </Section>
  );
}

function Create({ workspaces }: { workspaces: Workspaces }) {
  const { supabase } = useApp();
  const s = useWorkspaceTexts();
  const [, navigate] = useLocation();
  const create = useAction(async (_key, { workspace = "" }: Record<string, string>) => {
    const made = await rows(supabase.rpc("workspace_create", { name: workspace }));
    await workspaces.read.reload();
    workspaces.choose(made.id);
    navigate("/workspace/invitations");
  });
  return (
    <Section title={s.createTitle}>
      <p>{s.createText}</p>
      <Form action={create} submit={s.create}>
        <Field label={s.nameOfNew} name="workspace" maxLength={100} autoComplete="off" />
      </Form>
    </Section>
  );
}

function HandOver({ workspace, userId, reload }: Part & { userId: string }) {
  const { supabase } = useApp();
  const s = useWorkspaceTexts();
  const [to, setTo] = useState("");
  const [asking, setAsking] = useState(false);
  const people = useRead(
    async () => await rows(supabase.rpc("workspace_people", { workspace_id: workspace.id })),
    workspace.id,
  );
  const transfer = useAction(async () => {
    await rows(supabase.rpc("workspace_transfer", { workspace_id: workspace.id, user_id: to }));
    setAsking(false);
    await reload();
  });
  return (
    <Section title={s.handOver}>
      <p>{s.handOverText}</p>
      <Shown read={people}>
        {(all) => {
          const others = all.filter(({ user_id }) => user_id !== userId);
          if (others.length === 0) return <p>{s.nobodyElse}</p>;
          const chosen = others.find(({ user_id }) => user_id === to);
          return (
            <>
              <NativeSelect
                label={s.handOverTo}
                maw="20rem"
                mb="md"
                value={to}
                onChange={(event) => setTo(event.currentTarget.value)}
                data={[
                  { value: "", label: "–" },
                  ...others.map(({ user_id, name }) => ({ value: user_id, label: name })),
                ]}
              />
              <Ask
                ask={s.handOver}
                confirm={s.handOver}
                text={s.handOverSure(workspace.name, chosen?.name ?? "")}
                action={transfer}
                opened={asking && chosen !== undefined}
                setOpened={setAsking}
              />
            </>
          );
        }}
      </Shown>
    </Section>
  );
}

/** Leaving it, and deleting it. */
function Ends({ workspace, reload }: Part) {
  const { supabase, socle } = useApp();
  const s = useWorkspaceTexts();
  const [leaving, setLeaving] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const workspace_id = workspace.id;
  const leave = useAction(async () => {
    await rows(supabase.rpc("workspace_leave", { workspace_id }));
    await reload();
  });
  const end = useAction(async () => {
    await socle.workspaceDelete({ workspace_id });
    await reload();
  });
  return (
    <Section title={s.ends}>
      <p>{s.leaveText}</p>
      <Ask
        ask={s.leave}
        confirm={s.leave}
        text={s.leaveSure(workspace.name)}
        action={leave}
        opened={leaving}
        setOpened={setLeaving}
      />
      {may(workspace.role, "delete_workspace") && (
        <>
          <p className="spaced">{s.deleteText}</p>
          <Ask
            ask={s.deleteWorkspace}
            confirm={s.deleteWorkspace}
            text={s.deleteSure(workspace.name)}
            action={end}
            opened={deleting}
            setOpened={setDeleting}
          />
        </>
      )}
    </Section>
  );
}

interface AskProps {
  ask: string;
  confirm: string;
  text: string;
  action: Action<[]>;
  opened: boolean;
  setOpened: (opened: boolean) => void;
}

/** A button that asks once more. */
function Ask({ ask, confirm, text, action, opened, setOpened }: AskProps) {
  const open = { pending: false, start: () => Promise.resolve(setOpened(true)) };
  return (
    <>
      <ActionButton variant="default" action={open}>{ask}</ActionButton>
      <Confirm
        title={ask}
        opened={opened}
        onClose={() => setOpened(false)}
        action={action}
        confirm={confirm}
      >
        <p>{text}</p>
      </Confirm>
    </>
  );
}
