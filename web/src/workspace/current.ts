/** The workspaces of whoever is signed in, and the one that the pages are about. */
import { useState } from "react";
import {
  type PermissionName,
  permissions,
} from "../../../supabase/functions/_shared/workspaces/permissions.ts";
import type { Role } from "../../../supabase/functions/_shared/workspaces/roles.ts";
import { useApp } from "../app-context.ts";
import type { Supabase } from "../supabase.ts";
import { type Read, rows, useRead } from "../use-read.ts";

export type { Role };

export interface Workspace {
  id: string;
  name: string;
  slug: string;
  /** Made with the account, for one person. */
  personal: boolean;
  /** What whoever is signed in is there. */
  role: Role;
}

/** Whether a role may do something: the page's courtesy; the database decides. */
export function may(role: Role, what: PermissionName): boolean {
  return (permissions[what].roles as readonly Role[]).includes(role);
}

async function readWorkspaces(supabase: Supabase, userId: string): Promise<Workspace[]> {
  const memberships = await rows(
    supabase.from("workspace_members")
      .select("role, workspaces (id, name, slug, personal_of)")
      .eq("user_id", userId).order("created_at"),
  );
  return memberships.map(({ role, workspaces: { id, name, slug, personal_of } }) => ({
    id,
    name,
    slug,
    personal: personal_of !== null,
    role: role as Role,
  }));
}

const storageKey = "socle.workspace";

export interface Workspaces {
  read: Read<Workspace[]>;
  /** The one chosen before, else the first; undefined until they are read. */
  current: Workspace | undefined;
  choose(id: string): void;
}

/** The workspaces that a user is in. This browser keeps which was chosen. */
export function useWorkspaces(userId: string): Workspaces {
  const { supabase } = useApp();
  const read = useRead(() => readWorkspaces(supabase, userId), userId);
  const [chosen, setChosen] = useState(() => localStorage.getItem(storageKey));
  return {
    read,
    current: read.value?.find(({ id }) => id === chosen) ?? read.value?.[0],
    choose(id) {
      localStorage.setItem(storageKey, id);
      setChosen(id);
    },
  };
}
