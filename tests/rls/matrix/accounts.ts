/** The access matrix of accounts. */
import { everything, mine, none, ofMyWorkspaces, type TableAccess, words } from "../access.ts";

export const accountsTables: Record<string, TableAccess> = {
  "public.profiles": {
    columns: words("id name locale avatar_url version created_at updated_at"),
    anon: none,
    authenticated: {
      select: mine("id"),
      update: { rows: mine("id"), columns: ["name", "locale", "avatar_url"] },
    },
    service_role: everything,
    samples: "sign-up",
  },
  "public.workspaces": {
    columns: words("id name personal_of created_at updated_at"),
    anon: none,
    authenticated: { select: ofMyWorkspaces("id") },
    service_role: everything,
    samples: "sign-up",
  },
  "public.workspace_members": {
    columns: words("workspace_id user_id role created_at"),
    anon: none,
    authenticated: { select: ofMyWorkspaces("workspace_id") },
    service_role: everything,
    samples: "sign-up",
  },
};
