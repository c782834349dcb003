/** The deletion of an account, step by step: whoever takes over from a dead worker goes on. */
import type Stripe from "stripe";
import { closeCustomer } from "../billing/close.ts";
import { type Db, rows } from "../database.ts";
import { removeFilesOf } from "./remove-files.ts";

/** What a deletion needs. */
export interface DeletionTools {
  /** With the secret key: also Auth's admin API and storage. */
  admin: Db;
  stripe: Stripe;
}

/** Steps in their order; the row says which comes next. */
type Step = "stripe" | "files" | "records" | "user";

interface Progress {
  user_id: string;
  step: Step;
  /** Workspaces that end with the user. */
  workspaces: { id: string; customer: string | null }[];
}

const steps: Record<Step, (tools: DeletionTools, id: string, at: Progress) => Promise<void>> = {
  /** First: every day more could be charged. */
  async stripe({ admin, stripe }, id, { workspaces }) {
    for (const { customer } of workspaces) {
      if (customer !== null) await closeCustomer({ admin, stripe }, customer);
    }
    await advance(admin, id, "stripe", "files");
  },
  async files({ admin }, id, { user_id }) {
    await removeFilesOf(admin, user_id);
    await advance(admin, id, "files", "records");
  },
  async records({ admin }, id) {
    await rows(admin.rpc("account_deletion_records", { deletion_id: id }));
  },
  /** Last: everything else hangs on this row. */
  async user({ admin }, id, { user_id }) {
    // Until now the user could sign in, and upload.
    await removeFilesOf(admin, user_id);
    const { error } = await admin.auth.admin.deleteUser(user_id);
    if (error !== null && error.code !== "user_not_found") {
      throw new Error("cannot delete the user at Auth", { cause: error });
    }
    await rows(admin.rpc("account_deletion_finish", { deletion_id: id }));
  },
};

async function advance(admin: Db, id: string, done: Step, next: Step): Promise<void> {
  await rows(admin.rpc("account_deletion_advance", { deletion_id: id, done, next }));
}

/**
 * Deletes the account of a deletion that is due; nothing when it was cancelled, or done.
 *
 * @throws when a step fails: the next call goes on with it
 */
export async function deleteAccount(tools: DeletionTools, deletionId: string): Promise<void> {
  for (;;) {
    const progress = await rows(
      tools.admin.rpc("account_deletion_step", { deletion_id: deletionId }),
    ) as unknown as Progress | null;
    if (progress === null) return;
    await steps[progress.step](tools, deletionId, progress);
  }
}
