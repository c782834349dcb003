import type { ComponentProps } from "react";
import { useLanguage } from "../text/language.tsx";
import { OfWorkspacePage } from "./of-workspace-page.tsx";
import { useWorkspaceTexts } from "./texts.ts";

/** A page about the chosen workspace, with the ways to the others. */
export function WorkspacePage(
  page: Omit<ComponentProps<typeof OfWorkspacePage>, "area" | "links">,
) {
  const { t } = useLanguage();
  const s = useWorkspaceTexts();
  const links = [
    { href: "/workspace", label: s.members },
    { href: "/workspace/invitations", label: s.invitations },
    { href: "/workspace/keys", label: s.keys },
    { href: "/workspace/activity", label: s.activity },
    { href: "/workspace/settings", label: s.settings },
  ];
  return <OfWorkspacePage area={t.workspace} links={links} {...page} />;
}
