import * as z from "zod";
import { Email } from "../_shared/accounts/fields.ts";
import { wakeJobs } from "../_shared/background.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { idForSubject } from "../_shared/idempotency.ts";
import { Invitation, invite } from "../_shared/workspaces/invitations.ts";
import { Role } from "../_shared/workspaces/roles.ts";

/**
 * Invites somebody by mail into a workspace. Called again for an address whose invitation is open or has
 * expired, it sends that one again: another link, seven more days, and the role given now.
 */
export default endpoint({
  summary: "Invite somebody into a workspace by mail, or send the invitation again.",
  method: "POST",
  auth: "user",
  secondFactor: true,
  elevated:
    "writes the invitation's token and its mail, which no user may; the RPC checks the caller's role",
  limit: "invitation",
  idempotent: true,
  body: z.strictObject({
    workspace_id: z.guid(),
    email: Email,
    /** No higher than the caller's own. */
    role: Role.default("member"),
  }),
  status: 201,
  reply: z.object({ invitation: Invitation }),
  problems: [
    "workspace_not_found",
    "forbidden",
    "deletion_running",
    "personal_workspace",
    "already_member",
    "seat_limit_reached",
    "workspace_read_only",
  ],
}, async ({ body, user, admin, subject }) => {
  const invitation = await invite(admin, {
    userId: user.id,
    workspaceId: body.workspace_id,
    email: body.email,
    role: body.role,
    cause: await idForSubject(subject),
  });
  wakeJobs();
  return { invitation };
});
