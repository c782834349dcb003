import { Badge, Group, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useApp } from "../../app-context.ts";
import { Note } from "../../components/alert.tsx";
import { Page } from "../../components/page.tsx";
import { Section } from "../../components/section.tsx";
import { Shown } from "../../components/shown.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { TextLink } from "../../components/text-link.tsx";
import { useRead } from "../../use-read.ts";
import { Moment } from "../parts/moment.tsx";
import { ShortId } from "../parts/short-id.tsx";
import { useStaffTexts } from "../texts.ts";
import { Features } from "./features.tsx";
import { readWorkspace, type WorkspaceRead } from "./read.ts";
import { useWorkspacesTexts } from "./texts.ts";

/** One workspace: what it may use, by its plan and by staff. */
export function WorkspacePage({ id }: { id: string }) {
  const { supabase } = useApp();
  const s = useStaffTexts();
  const w = useWorkspacesTexts();
  const [done, setDone] = useState<string>();
  const read = useRead(() => readWorkspace(supabase, id), id);
  return (
    <Page
      title={read.value?.name ?? s.workspace}
      actions={read.value?.personal && (
        <Badge variant="light" color="gray" tt="none" size="lg">{w.personal}</Badge>
      )}
    >
      <Shown read={read}>
        {(workspace) =>
          workspace === null ? <Text>{w.workspaceGone}</Text> : (
            <>
              <Facts workspace={workspace} />
              <Section title={w.features}>
                {done !== undefined && <Note>{done}</Note>}
                <Features
                  workspace={workspace}
                  changed={async (note) => {
                    await read.reload();
                    setDone(note);
                  }}
                />
              </Section>
            </>
          )}
      </Shown>
      <TextLink href="/staff/workspaces">{w.toWorkspaces}</TextLink>
    </Page>
  );
}

function Facts({ workspace }: { workspace: WorkspaceRead }) {
  const w = useWorkspacesTexts();
  const { id, slug, planName, access, members, created_at } = workspace;
  return (
    <Group component="dl" gap="0.75rem 2rem" mt={0} mb="lg" align="flex-start">
      <Fact label={w.plan}>{planName ?? w.noPlan}</Fact>
      <Fact label={w.access}>
        <StateBadge
          state={access === "full" ? "active" : "unpaid"}
          label={w.accesses[access] ?? access}
        />
      </Fact>
      <Fact label={w.members}>{w.count(members)}</Fact>
      <Fact label={w.made}>
        <Moment at={created_at} />
      </Fact>
      <Fact label={w.slug}>{slug}</Fact>
      <Fact label={w.id}>
        <ShortId id={id} />
      </Fact>
    </Group>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <Text component="dt" size="sm" c="dimmed">{label}</Text>
      <Text component="dd" m={0} className="anywhere">{children}</Text>
    </div>
  );
}
