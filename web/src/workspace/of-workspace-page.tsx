import { Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { PermissionName } from "../../../supabase/functions/_shared/workspaces/permissions.ts";
import { Area } from "../components/area.tsx";
import { Page } from "../components/page.tsx";
import { Shown } from "../components/shown.tsx";
import { may, useWorkspaces, type Workspace, type Workspaces } from "./current.ts";
import { WorkspaceSwitcher } from "./switcher.tsx";
import { useWorkspaceTexts } from "./texts.ts";

interface Props {
  /** What the links lead through. */
  area: string;
  links: { href: string; label: string }[];
  title: string;
  userId: string;
  /** What one must be allowed to, to see it. */
  needs?: PermissionName;
  children: (workspace: Workspace, workspaces: Workspaces) => ReactNode;
}

/** A page about the chosen workspace, with the ways to others of its area. */
export function OfWorkspacePage({ area, links, title, userId, needs, children }: Props) {
  const s = useWorkspaceTexts();
  const workspaces = useWorkspaces(userId);
  const { read, current } = workspaces;
  return (
    <Area label={area} links={links}>
      <Page title={title} actions={<WorkspaceSwitcher workspaces={workspaces} />}>
        <Shown read={read}>
          {() => {
            if (current === undefined) return <p>{s.noWorkspace}</p>;
            if (needs !== undefined && !may(current.role, needs)) {
              return <p>{s.notAllowed(s.roles[current.role] ?? current.role)}</p>;
            }
            return (
              <>
                <Text c="dimmed" mb="md">
                  {s.inWorkspace(current.name, s.roles[current.role] ?? current.role)}
                </Text>
                {/* Another workspace starts anew. */}
                <div key={current.id}>{children(current, workspaces)}</div>
              </>
            );
          }}
        </Shown>
      </Page>
    </Area>
  );
}
