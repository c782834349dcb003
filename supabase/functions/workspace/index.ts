import { z } from "zod";
import { endpoint } from "../_shared/endpoint.ts";
import { readWorkspace, Workspace } from "../_shared/accounts/workspace.ts";

/** Tells of a workspace: with a key, the key's own; with a user's token, the one that is asked for. */
export default endpoint({
  summary: "Read a workspace, its members and its subscription.",
  method: "GET",
  auth: "user",
  apiKey: "workspace:read",
  limit: "read",
  query: z.strictObject({
    /** Default: the key's workspace, or the user's personal one. */
    workspace_id: z.guid().optional(),
  }),
  reply: z.object({ workspace: Workspace }),
  problems: ["workspace_not_found"],
}, async ({ query, user, apiKey, db }) => ({
  workspace: await readWorkspace(
    db,
    query.workspace_id ?? apiKey?.workspaceId ?? { personalOf: user!.id },
  ),
}));
