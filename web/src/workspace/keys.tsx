import { Button, Code, Text } from "@mantine/core";
import { useState } from "react";
import { useApp } from "../app-context.ts";
import { Confirm } from "../components/dialog.tsx";
import { Rows } from "../components/rows.tsx";
import { Section } from "../components/section.tsx";
import { Shown } from "../components/shown.tsx";
import { StateBadge } from "../components/state-badge.tsx";
import { formatDay } from "../format.ts";
import { useLanguage } from "../text/language.tsx";
import { useAction } from "../use-action.ts";
import { rows, useRead } from "../use-read.ts";
import type { Workspace } from "./current.ts";
import { Entitled } from "./entitled.tsx";
import { CreateKey } from "./key-create.tsx";
import { useWorkspaceTexts } from "./texts.ts";
import { WorkspacePage } from "./workspace-page.tsx";

interface Key {
  id: string;
  name: string;
  prefix: string;
  role: string;
  scopes: string[];
  expires_at: string | null;
  last_used_at: string | null;
  revoked_at: string | null;
}

/** By what the workspace's own software calls the endpoints. */
export function Keys({ userId }: { userId: string }) {
  const s = useWorkspaceTexts();
  return (
    <WorkspacePage title={s.keys} userId={userId} needs="see_api_keys">
      {(workspace) => <OfWorkspace workspace={workspace} />}
    </WorkspacePage>
  );
}

function OfWorkspace({ workspace }: { workspace: Workspace }) {
  const { supabase } = useApp();
  const s = useWorkspaceTexts();
  const { t } = useLanguage();
  const keys = useRead(() =>
    rows(
      supabase.from("workspace_api_keys")
        .select("id, name, prefix, role, scopes, expires_at, last_used_at, revoked_at")
        .eq("workspace_id", workspace.id).order("created_at", { ascending: false }),
    ), workspace.id);
  return (
    <>
      <Entitled workspaceId={workspace.id} feature="api_access" missing={s.keysMissing}>
        <CreateKey workspaceId={workspace.id} created={keys.reload} />
      </Entitled>
      <Section title={s.keysThere}>
        <Shown read={keys}>
          {(list) =>
            list.length === 0 ? <p>{t.none}</p> : <KeyList list={list} reload={keys.reload} />}
        </Shown>
      </Section>
    </>
  );
}

function stateOf({ revoked_at, expires_at }: Key): "active" | "revoked" | "expired" {
  if (revoked_at !== null) return "revoked";
  return expires_at !== null && new Date(expires_at) < new Date() ? "expired" : "active";
}

function KeyList({ list, reload }: { list: Key[]; reload: () => Promise<void> }) {
  const { supabase } = useApp();
  const { t, language } = useLanguage();
  const s = useWorkspaceTexts();
  const [ending, setEnding] = useState<Key>();
  const revoke = useAction(async () => {
    if (ending === undefined) return;
    await rows(
      supabase.from("workspace_api_keys").update({ revoked_at: new Date().toISOString() })
        .eq("id", ending.id),
    );
    setEnding(undefined);
    await reload();
  });
  const day = (moment: string | null, otherwise: string) =>
    moment === null ? otherwise : formatDay(moment, language);
  return (
    <>
      <Rows
        caption={s.keysThere}
        rows={list}
        keyOf={({ id }) => id}
        columns={[
          {
            label: t.name,
            cell: ({ name, prefix }) => (
              <div>
                <Text fw={600}>{name}</Text>
                <Code>{`…${prefix}…`}</Code>
              </div>
            ),
          },
          {
            label: s.mayDo,
            cell: ({ role, scopes }) => (
              <div>
                <Text>{s.roles[role] ?? role}</Text>
                <Text size="sm" c="dimmed">
                  {scopes.map((scope) => s.scopes[scope] ?? scope).join(", ")}
                </Text>
              </div>
            ),
          },
          { label: s.lastUsed, cell: ({ last_used_at }) => day(last_used_at, s.never) },
          { label: s.goodUntil, cell: ({ expires_at }) => day(expires_at, s.forGood) },
          {
            label: t.state,
            cell: (key) => <StateBadge state={stateOf(key)} label={s.keyStates[stateOf(key)]} />,
          },
          {
            label: s.actions,
            cell: (key) =>
              stateOf(key) === "active" && (
                <Button
                  variant="subtle"
                  color="red"
                  size="compact-sm"
                  aria-label={s.revokeKey(key.name)}
                  onClick={() => setEnding(key)}
                >
                  {s.revoke}
                </Button>
              ),
          },
        ]}
      />
      <Confirm
        title={s.revokeKey(ending?.name ?? "")}
        opened={ending !== undefined}
        onClose={() => setEnding(undefined)}
        action={revoke}
        confirm={s.revoke}
      >
        <p>{s.revokeKeyText}</p>
      </Confirm>
    </>
  );
}
