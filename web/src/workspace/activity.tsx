import { Stack, Text, Timeline } from "@mantine/core";
import { useState } from "react";
import { plans } from "../../../supabase/functions/_shared/billing/plans.ts";
import type { Json } from "../../../supabase/functions/_shared/database.types.ts";
import { useApp } from "../app-context.ts";
import { ProblemAlert } from "../components/alert.tsx";
import { ActionButton } from "../components/form.tsx";
import { Shown } from "../components/shown.tsx";
import { formatMoment } from "../format.ts";
import type { Supabase } from "../supabase.ts";
import { useLanguage } from "../text/language.tsx";
import { useAction } from "../use-action.ts";
import { rows, useRead } from "../use-read.ts";
import type { Workspace } from "./current.ts";
import { Entitled } from "./entitled.tsx";
import { useWorkspaceTexts } from "./texts.ts";
import { WorkspacePage } from "./workspace-page.tsx";

const pageSize = 25;

/** A page of entries, the newest first; `before` is the last entry's id of the page above. */
async function readEntries(supabase: Supabase, workspaceId: string, before: number | undefined) {
  let query = supabase.from("audit_log")
    .select("id, actor_id, actor_kind, action, target, changes, created_at")
    .eq("workspace_id", workspaceId);
  if (before !== undefined) query = query.lt("id", before);
  // One more tells whether there is another page.
  const found = await rows(query.order("id", { ascending: false }).limit(pageSize + 1));
  return { entries: found.slice(0, pageSize), more: found.length > pageSize };
}

type Entry = Awaited<ReturnType<typeof readEntries>>["entries"][number];

/** What was done in the workspace, by whom. */
export function Activity({ userId }: { userId: string }) {
  const s = useWorkspaceTexts();
  return (
    <WorkspacePage title={s.activity} userId={userId} needs="see_audit_log">
      {(workspace) => (
        <Entitled workspaceId={workspace.id} feature="audit_log" missing={s.activityMissing}>
          <Entries workspace={workspace} />
        </Entitled>
      )}
    </WorkspacePage>
  );
}

function Entries({ workspace }: { workspace: Workspace }) {
  const { supabase } = useApp();
  const s = useWorkspaceTexts();
  const [older, setOlder] = useState<{ entries: Entry[]; more: boolean }>();
  const first = useRead(async () => {
    const [page, people] = await Promise.all([
      readEntries(supabase, workspace.id, undefined),
      rows(supabase.rpc("workspace_people", { workspace_id: workspace.id })),
    ]);
    return { ...page, names: new Map(people.map(({ user_id, name }) => [user_id, name])) };
  }, workspace.id);
  const next = useAction(async (_key, before: number) => {
    const page = await readEntries(supabase, workspace.id, before);
    setOlder((shown) => ({ ...page, entries: [...(shown?.entries ?? []), ...page.entries] }));
  });
  return (
    <Shown read={first}>
      {({ entries, more, names }) => {
        const all = [...entries, ...(older?.entries ?? [])];
        const last = all.at(-1)?.id;
        return (
          <Stack align="flex-start" gap="lg">
            <Timeline bulletSize={14} lineWidth={2}>
              {all.map((entry) => <EntryShown key={entry.id} entry={entry} names={names} />)}
            </Timeline>
            <ProblemAlert problem={next.problem} />
            {(older?.more ?? more) && last !== undefined && (
              <ActionButton
                variant="default"
                action={{ pending: next.pending, start: () => next.start(last) }}
              >
                {s.older}
              </ActionButton>
            )}
          </Stack>
        );
      }}
    </Shown>
  );
}

function EntryShown({ entry, names }: { entry: Entry; names: Map<string, string> }) {
  const { t, language } = useLanguage();
  const s = useWorkspaceTexts();
  const actor = names.get(entry.actor_id ?? "") ?? s.actors[entry.actor_kind] ?? entry.actor_kind;
  const about = names.get(entry.target ?? "");
  return (
    <Timeline.Item
      title={s.entries[entry.action] ?? entry.action}
    >
      <Text size="sm">
        {about !== undefined && about !== actor ? `${actor} → ${about}` : actor}
        {changesOf(entry.changes, s, t.labelled).map((line) => (
          <span key={line}>{` · ${line}`}</span>
        ))}
      </Text>
      <Text size="sm" c="dimmed">{formatMoment(entry.created_at, language)}</Text>
    </Timeline.Item>
  );
}

/** {"role": {"old": "member", "new": "admin"}} as one reads it: "role: member → admin". Only what has a name here. */
function changesOf(
  changes: Json,
  { columns, values }: { columns: Record<string, string>; values: Record<string, string> },
  labelled: (label: string, value: string) => string,
): string[] {
  if (typeof changes !== "object" || changes === null || Array.isArray(changes)) return [];
  const said = (column: string, value: Json | undefined) => {
    if (value === undefined || value === null) return "–";
    const plan = column === "plan_id" ? plans.find(({ id }) => id === value)?.name : undefined;
    return plan ?? values[String(value)] ?? String(value);
  };
  return Object.entries(changes).flatMap(([column, change]) => {
    const name = columns[column];
    if (name === undefined || typeof change !== "object" || change === null) return [];
    const { old: before, new: after } = change as { old?: Json; new?: Json };
    if (before === undefined && after === undefined) return [name];
    return [
      before === undefined || before === null
        ? labelled(name, said(column, after))
        : labelled(name, `${said(column, before)} → ${said(column, after)}`),
    ];
  });
}
