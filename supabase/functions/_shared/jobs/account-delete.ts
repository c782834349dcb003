import * as z from "zod";
import { closeCustomer, closeOrphaned } from "../billing/close.ts";
import { stripeClient } from "../billing/stripe.ts";
import { rows } from "../database.ts";
import { log } from "../log.ts";
import { deleteAccount } from "../privacy/delete-account.ts";
import { removeFilesOf, removeOrphanedFiles } from "../privacy/remove-files.ts";
import { jobKind, succeeded } from "./kind.ts";

/** Deletes an account, seven days after its user has confirmed. */
export const accountDelete = jobKind({
  schema: z.object({ deletion_id: z.guid() }),
  timeoutMs: 90_000,
  async handle({ admin }, { deletion_id }) {
    await deleteAccount({ admin, stripe: stripeClient() }, deletion_id);
    return succeeded;
  },
});

/** Ends what nobody pays for any more: of a workspace without owner, or a customer whose workspace is gone. */
export const billingClose = jobKind({
  schema: z.union([
    z.strictObject({ workspace: z.guid() }),
    z.strictObject({ customer: z.string() }),
  ]),
  timeoutMs: 60_000,
  async handle({ admin }, wanted) {
    const tools = { admin, stripe: stripeClient() };
    if ("workspace" in wanted) await closeOrphaned(tools, wanted.workspace);
    else await closeCustomer(tools, wanted.customer);
    return succeeded;
  },
});

/** Removes the files of a user who is gone. */
export const filesRemove = jobKind({
  schema: z.object({ user_id: z.guid() }),
  timeoutMs: 60_000,
  async handle({ admin }, { user_id }) {
    await removeFilesOf(admin, user_id);
    return succeeded;
  },
});

/** Once a day: finds what the triggers did not hear of. */
export const orphansSweep = jobKind({
  schema: z.object({}),
  timeoutMs: 90_000,
  async handle({ admin }) {
    const workspaces = await rows(admin.rpc("orphaned_subscriptions", { batch: 50 }));
    for (const workspace of workspaces) {
      await closeOrphaned({ admin, stripe: stripeClient() }, workspace);
    }
    const closed = await rows(admin.rpc("orphaned_workspaces_close", { batch: 200 }));
    const files = await removeOrphanedFiles(admin);
    log(workspaces.length > 0 ? "warn" : "info", {
      event: "orphans_swept",
      workspaces: workspaces.length,
      closed,
      files,
    });
    return succeeded;
  },
});
