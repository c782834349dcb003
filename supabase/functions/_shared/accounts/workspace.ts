/** A workspace as the API shows it. */
import * as z from "zod";
import { Subscription, whichCounts } from "../billing/subscription.ts";
import { type Db, rows } from "../database.ts";
import { problem } from "../problem.ts";

/** A workspace with who belongs to it and what it subscribes to. */
export const Workspace = z.object({
  id: z.guid(),
  name: z.string(),
  members: z.array(z.object({ user_id: z.guid(), role: z.string() })),
  /** Null when there is none that has not ended. */
  subscription: Subscription.nullable(),
});

/**
 * Reads a workspace as its caller, by id or by whose personal one it is.
 *
 * @throws {Problem} `workspace_not_found` also for one that is not the caller's
 */
export async function readWorkspace(
  db: Db,
  which: string | { personalOf: string },
): Promise<z.infer<typeof Workspace>> {
  const found = await rows(
    db.from("workspaces")
      .select(
        `id, name, workspace_members (user_id, role),
        subscriptions (${
          Object.keys(Subscription.shape).join(", ")
        })` as "id, name, workspace_members (user_id, role), subscriptions (*)",
      )
      .eq(
        typeof which === "string" ? "id" : "personal_of",
        typeof which === "string" ? which : which.personalOf,
      )
      .order("created_at", { referencedTable: "workspace_members" })
      .order("user_id", { referencedTable: "workspace_members" })
      .order("created_at", { referencedTable: "subscriptions", ascending: false })
      .maybeSingle(),
  );
  if (found === null) {
    throw problem("workspace_not_found", { detail: "No workspace of yours has this id." });
  }
  return Workspace.parse({
    id: found.id,
    name: found.name,
    members: found.workspace_members,
    subscription: whichCounts(found.subscriptions),
  });
}

/**
 * Renames a workspace as its caller.
 *
 * @throws {Problem} `workspace_not_found`; `forbidden` for a member who may not; `second_factor_required`
 */
export async function renameWorkspace(
  db: Db,
  which: string | { personalOf: string },
  name: string,
): Promise<z.infer<typeof Workspace>> {
  const { id } = await readWorkspace(db, which);
  const renamed = await rows(db.from("workspaces").update({ name }).eq("id", id).select("id"));
  if (renamed.length === 0) {
    throw problem("forbidden", { detail: "Only owners and admins rename a workspace." });
  }
  return await readWorkspace(db, id);
}
