import * as z from "zod";
import { wakeJobs } from "../_shared/background.ts";
import { rows } from "../_shared/database.ts";
import { endpoint, methods } from "../_shared/endpoint.ts";
import { AccountDeletion, latestDeletion, requestDeletion } from "../_shared/privacy/deletion.ts";

const reply = z.object({ deletion: AccountDeletion.nullable() });

/** The end of one's account, seven days after it was confirmed. */
export default methods(
  endpoint({
    summary: "Ask for the deletion of one's account, by password or by the link of a mail.",
    method: "POST",
    auth: "user",
    secondFactor: true,
    elevated: "schedules the caller's deletion after checking the password or the link's token",
    limit: "account_delete",
    body: z.strictObject({
      /** Confirms at once. */
      password: z.string().min(1).max(1000).optional(),
      /** From the mail that is sent to whoever gives neither. */
      token: z.string().min(1).max(100).optional(),
    }),
    status: 202,
    reply,
    problems: [
      "reauthentication_failed",
      "workspaces_need_owner",
      "profile_not_found",
      "auth_unavailable",
    ],
  }, async ({ admin, db, user, address, body }) => {
    await requestDeletion(admin, { user, address, ...body });
    wakeJobs();
    return { deletion: await latestDeletion(db, user.id) };
  }),
  endpoint({
    summary: "Read whether and when one's account is to be deleted.",
    method: "GET",
    auth: "user",
    limit: "read",
    reply,
    problems: ["profile_not_found"],
  }, async ({ db, user }) => ({ deletion: await latestDeletion(db, user.id) })),
  endpoint({
    summary: "Keep one's account after all.",
    method: "DELETE",
    auth: "user",
    elevated: "cancels the caller's deletion",
    limit: "write",
    body: z.strictObject({}),
    reply,
    problems: ["deletion_not_found", "deletion_running", "profile_not_found"],
  }, async ({ admin, db, user }) => {
    await rows(admin.rpc("account_deletion_cancel", { user_id: user.id }));
    wakeJobs();
    return { deletion: await latestDeletion(db, user.id) };
  }),
);
