import { NativeSelect } from "@mantine/core";
import type { Workspaces } from "./current.ts";
import { useWorkspaceTexts } from "./texts.ts";

/** Which workspace the page is about, where there are several. */
export function WorkspaceSwitcher({ workspaces }: { workspaces: Workspaces }) {
  const s = useWorkspaceTexts();
  const all = workspaces.read.value ?? [];
  if (all.length < 2 || workspaces.current === undefined) return null;
  return (
    <NativeSelect
      aria-label={s.workspace}
      value={workspaces.current.id}
      onChange={(event) => workspaces.choose(event.currentTarget.value)}
      data={all.map(({ id, name, personal }) => ({
        value: id,
        label: personal ? s.personal(name) : name,
      }))}
    />
  );
}
