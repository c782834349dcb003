import * as z from "zod";
import { DisplayName } from "../_shared/accounts/fields.ts";
import { readWorkspace, renameWorkspace, Workspace } from "../_shared/accounts/workspace.ts";
import { wakeJobs } from "../_shared/background.ts";
import { rows } from "../_shared/database.ts";
import { endpoint, methods } from "../_shared/endpoint.ts";

/** Tells of a workspace: with a key, the key's own; with a user's token, the one that is asked for. */
const read = endpoint({
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

/** Renames a workspace, as its caller: row-level security lets owners and admins, and their keys. */
const rename = endpoint({
  summary: "Rename a workspace.",
  method: "PATCH",
  auth: "user",
  apiKey: "workspace:write",
  secondFactor: true,
  limit: "write",
  body: z.strictObject({
    /** Default: the key's workspace, or the user's personal one. */
    workspace_id: z.guid().optional(),
    name: DisplayName,
  }),
  reply: z.object({ workspace: Workspace }),
  problems: ["workspace_not_found", "forbidden"],
}, async ({ body, user, apiKey, db }) => ({
  workspace: await renameWorkspace(
    db,
    body.workspace_id ?? apiKey?.workspaceId ?? { personalOf: user!.id },
    body.name,
  ),
}));

/** Ends a shared workspace; what was invoiced is kept, without whose it was. */
const end = endpoint({
  summary: "Delete a shared workspace.",
  method: "DELETE",
  auth: "user",
  secondFactor: true,
  elevated: "ends what others share and keeps its books; the RPC checks that the caller owns it",
  limit: "write",
  body: z.strictObject({ workspace_id: z.guid() }),
  reply: z.object({ workspace_id: z.guid() }),
  problems: ["workspace_not_found", "forbidden", "personal_workspace", "workspace_subscribed"],
}, async ({ body, user, admin }) => {
  await rows(admin.rpc("workspace_delete", { user_id: user.id, workspace_id: body.workspace_id }));
  wakeJobs();
  return body;
});

export default methods(read, rename, end);
