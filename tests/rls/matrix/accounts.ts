/** The access matrix of accounts. */
import {
  everyRow,
  everything,
  mine,
  named,
  none,
  ofMyWorkspaces,
  type TableAccess,
  words,
} from "../access.ts";

/** Members whom an admin may manage. */
const belowOwner = named(
  "whoever is below owner in those where they are admin",
  `role <> 'owner' and ${ofMyWorkspaces("workspace_id", "admin")}`,
);
const others = named(
  "others in those where they are owner",
  `${ofMyWorkspaces("workspace_id", "owner")} and user_id <> $me`,
);
const oneself = named("themselves unless owner", "role <> 'owner' and user_id = $me");

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
    columns: words("id name personal_of created_at updated_at slug"),
    anon: none,
    authenticated: {
      select: ofMyWorkspaces("id"),
      insert: { rows: everyRow, columns: ["name", "slug"] },
      update: { rows: ofMyWorkspaces("id", "owner", "admin"), columns: ["name", "slug"] },
    },
    service_role: everything,
    samples: "sign-up",
  },
  "public.workspace_members": {
    columns: words("workspace_id user_id role created_at"),
    anon: none,
    authenticated: {
      select: ofMyWorkspaces("workspace_id"),
      update: {
        rows: `${ofMyWorkspaces("workspace_id", "owner")} or ${belowOwner}`,
        columns: ["role"],
      },
      delete: `${others} or ${belowOwner} or ${oneself}`,
    },
    service_role: everything,
    samples: "sign-up",
  },
};
