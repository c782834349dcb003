import { Badge, Group, Text } from "@mantine/core";
import { useApp } from "../../app-context.ts";
import { Page } from "../../components/page.tsx";
import { TextLink } from "../../components/text-link.tsx";
import { Filters, Search, useFilters } from "../parts/filters.tsx";
import { Listed } from "../parts/listed.tsx";
import { Moment } from "../parts/moment.tsx";
import { usePages } from "../parts/use-pages.ts";
import { useStaffTexts } from "../texts.ts";
import { findWorkspaces } from "./read.ts";
import { useWorkspacesTexts } from "./texts.ts";

/** Workspaces, found by what somebody who writes to staff gives. */
export function WorkspaceList() {
  const { supabase } = useApp();
  const s = useStaffTexts();
  const w = useWorkspacesTexts();
  const [filter] = useFilters();
  const search = filter("search");
  const pages = usePages((before) => findWorkspaces(supabase, search, before), search ?? "");
  return (
    <Page title={s.workspaces}>
      <p>{w.workspacesExplained}</p>
      <Filters>
        <Search label={w.search} name="search" />
      </Filters>
      <Listed
        caption={s.workspaces}
        pages={pages}
        none={s.nothingFound}
        keyOf={({ id }) => id}
        columns={[
          {
            label: s.workspace,
            cell: ({ id, name, slug, personal }) => (
              <div className="named">
                <Group gap="xs">
                  <TextLink href={`/staff/workspaces/${id}`}>{name}</TextLink>
                  {personal && <Badge variant="light" color="gray" tt="none">{w.personal}</Badge>}
                </Group>
                <Text size="sm" c="dimmed">{slug}</Text>
              </div>
            ),
          },
          { label: w.made, cell: ({ created_at }) => <Moment at={created_at} /> },
          { label: w.plan, cell: ({ plan }) => plan ?? w.noPlan },
          { label: w.byStaff, cell: ({ overrides }) => w.overrides(overrides) },
          { label: w.members, cell: ({ members }) => w.count(members), number: true },
        ]}
      />
    </Page>
  );
}
