import * as z from "zod";
import { wakeJobs } from "../_shared/background.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { acceptInvitation, JoinedWorkspace } from "../_shared/workspaces/invitations.ts";

/**
 * Comes into a workspace as invited: by the token of the mail's link, or by the id of an invitation that
 * `my_invitations` lists. The account's confirmed address must be the invited one; who has no account
 * signs up with that address first.
 */
export default endpoint({
  summary: "Accept an invitation into a workspace.",
  method: "POST",
  auth: "user",
  elevated:
    "writes the membership, which no user may; the RPC checks that the user is the invited one",
  limit: "write",
  idempotent: true,
  body: z.strictObject({
    token: z.string().regex(/^[0-9a-f]{64}$/).optional(),
    invitation_id: z.guid().optional(),
  }).refine(
    ({ token, invitation_id }) => (token === undefined) !== (invitation_id === undefined),
    { error: "Give either the token or the invitation's id", path: ["token"] },
  ),
  reply: z.object({ workspace: JoinedWorkspace }),
  problems: [
    "invitation_not_found",
    "invitation_for_another",
    "invitation_expired",
    "invitation_closed",
    "seat_limit_reached",
    "workspace_read_only",
  ],
}, async ({ body, user, admin }) => {
  const workspace = await acceptInvitation(admin, user.id, body);
  wakeJobs();
  return { workspace };
});
