import { Button, Group, NativeSelect, Text } from "@mantine/core";
import { useState } from "react";
import { useApp } from "../app-context.ts";
import { ProblemAlert } from "../components/alert.tsx";
import { Confirm } from "../components/dialog.tsx";
import { PersonPicture } from "../components/person.tsx";
import { Rows } from "../components/rows.tsx";
import { Shown } from "../components/shown.tsx";
import { formatDay } from "../format.ts";
import { ProblemError } from "../problem.ts";
import { useLanguage } from "../text/language.tsx";
import { useAction } from "../use-action.ts";
import { rows, useRead } from "../use-read.ts";
import { may, type Role, type Workspace } from "./current.ts";
import { useWorkspaceTexts } from "./texts.ts";
import { WorkspacePage } from "./workspace-page.tsx";

interface Person {
  user_id: string;
  name: string;
  avatar_url: string | null;
  role: Role;
  /** For owners and admins alone. */
  email: string | null;
  joined_at: string;
}

/** What one may not do touches no row. @throws {ProblemError} `forbidden` */
function mustTouch(touched: unknown[]): void {
  if (touched.length > 0) return;
  throw new ProblemError({ code: "forbidden", status: 403, title: "Not allowed", errors: [] });
}

/** Who is in the workspace, and what each may do. */
export function Members({ userId }: { userId: string }) {
  const s = useWorkspaceTexts();
  return (
    <WorkspacePage title={s.members} userId={userId}>
      {(workspace) => <People workspace={workspace} userId={userId} />}
    </WorkspacePage>
  );
}

function People({ workspace, userId }: { workspace: Workspace; userId: string }) {
  const { supabase } = useApp();
  const { language } = useLanguage();
  const s = useWorkspaceTexts();
  const workspace_id = workspace.id;
  const people = useRead(
    async () => await rows(supabase.rpc("workspace_people", { workspace_id })) as Person[],
    workspace_id,
  );
  const [leaving, setLeaving] = useState<Person>();
  const change = useAction(async (_key, user_id: string, role: string) => {
    mustTouch(
      await rows(
        supabase.from("workspace_members").update({ role })
          .eq("workspace_id", workspace_id).eq("user_id", user_id).select("user_id"),
      ),
    );
    await people.reload();
  });
  const remove = useAction(async () => {
    if (leaving === undefined) return;
    mustTouch(
      await rows(
        supabase.from("workspace_members").delete()
          .eq("workspace_id", workspace_id).eq("user_id", leaving.user_id).select("user_id"),
      ),
    );
    setLeaving(undefined);
    await people.reload();
  });
  const mayChange = ({ role, user_id }: Person) =>
    user_id !== userId && !workspace.personal &&
    may(workspace.role, role === "owner" ? "change_owner" : "change_role");
  return (
    <Shown read={people}>
      {(list) => (
        <>
          <ProblemAlert problem={change.problem} />
          <Rows
            caption={s.members}
            rows={list}
            keyOf={({ user_id }) => user_id}
            columns={[
              { label: s.person, cell: (person) => <Named person={person} own={userId} /> },
              {
                label: s.role,
                cell: (person) =>
                  mayChange(person)
                    ? (
                      <RoleChoice
                        label={s.roleOf(person.name)}
                        role={person.role}
                        owners={may(workspace.role, "make_owner")}
                        choose={(role) => void change.start(person.user_id, role)}
                      />
                    )
                    : s.roles[person.role] ?? person.role,
              },
              { label: s.since, cell: ({ joined_at }) => formatDay(joined_at, language) },
              ...(!list.some(mayChange) ? [] : [{
                label: s.actions,
                cell: (person: Person) =>
                  mayChange(person) && (
                    <Button
                      variant="subtle"
                      color="red"
                      size="compact-sm"
                      aria-label={s.removePerson(person.name)}
                      onClick={() => setLeaving(person)}
                    >
                      {s.remove}
                    </Button>
                  ),
              }]),
            ]}
          />
          <Confirm
            title={s.removePerson(leaving?.name ?? "")}
            opened={leaving !== undefined}
            onClose={() => setLeaving(undefined)}
            action={remove}
            confirm={s.remove}
          >
            <p>{s.removeText}</p>
          </Confirm>
        </>
      )}
    </Shown>
  );
}

function Named({ person, own }: { person: Person; own: string }) {
  const s = useWorkspaceTexts();
  const { name, avatar_url, email, user_id } = person;
  return (
    <Group gap="sm" wrap="nowrap" className="person">
      <PersonPicture name={name} avatar={avatar_url} size={36} />
      <div>
        <Text fw={600}>{user_id === own ? s.you(name) : name}</Text>
        {email !== null && <Text size="sm" c="dimmed" className="anywhere">{email}</Text>}
      </div>
    </Group>
  );
}

interface RoleChoiceProps {
  label: string;
  role: Role;
  /** Whether somebody may be made an owner. */
  owners: boolean;
  choose: (role: string) => void;
}

function RoleChoice({ label, role, owners, choose }: RoleChoiceProps) {
  const s = useWorkspaceTexts();
  const offered = (["owner", "admin", "member", "billing"] as const)
    .filter((one) => owners || one !== "owner" || role === "owner");
  return (
    <NativeSelect
      aria-label={label}
      value={role}
      onChange={(event) => choose(event.currentTarget.value)}
      data={offered.map((one) => ({ value: one, label: s.roles[one] ?? one }))}
    />
  );
}
