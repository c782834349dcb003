/** Inviting somebody into a workspace, and coming in. What may happen is decided in SQL. */
import * as z from "zod";
import { type Db, rows } from "../database.ts";
import { problem } from "../problem.ts";
import { Role } from "./roles.ts";

/** An invitation as owners and admins see it; times are ISO 8601. */
export const Invitation = z.object({
  id: z.guid(),
  workspace_id: z.guid(),
  email: z.string(),
  role: Role,
  state: z.enum(["open", "accepted", "declined", "revoked"]),
  /** How many mails were sent for it. */
  sends: z.int(),
  sent_at: z.string(),
  expires_at: z.string(),
});

/** A workspace that one has come into. */
export const JoinedWorkspace = z.object({
  id: z.guid(),
  name: z.string(),
  slug: z.string(),
  role: Role,
});

/** Who asks whom, and as what. */
export interface InvitationRequest {
  userId: string;
  workspaceId: string;
  email: string;
  role: Role;
  /** The request, which sends once: repeated, it is answered with what it sent. */
  cause: string;
}

/**
 * Invites an address, or sends its open invitation again with another token, this role and seven more
 * days.
 *
 * @throws {Problem} `workspace_not_found`, `forbidden`, `deletion_running`, `personal_workspace`,
 *   `already_member`, `seat_limit_reached`, `workspace_read_only`, `rate_limited`
 */
export async function invite(
  admin: Db,
  { userId, workspaceId, email, role, cause }: InvitationRequest,
): Promise<z.infer<typeof Invitation>> {
  const answer = await rows(admin.rpc("workspace_invite", {
    user_id: userId,
    workspace_id: workspaceId,
    email,
    role,
    cause,
  })) as { retry_after_seconds: number } | z.input<typeof Invitation>;
  if ("retry_after_seconds" in answer) {
    throw problem("rate_limited", {
      detail: "Too many invitations were sent from this workspace or to this address.",
      retryAfterSeconds: answer.retry_after_seconds,
    });
  }
  return Invitation.parse(answer);
}

/**
 * Makes a user a member, as invited. The same again is answered the same.
 *
 * @param by the token of the mail's link, or the id of one of the user's own open invitations
 * @throws {Problem} `invitation_not_found`, `invitation_for_another`, `invitation_expired`,
 *   `invitation_closed`, `seat_limit_reached`, `workspace_read_only`
 */
export async function acceptInvitation(
  admin: Db,
  userId: string,
  by: { token?: string | undefined; invitation_id?: string | undefined },
): Promise<z.infer<typeof JoinedWorkspace>> {
  return JoinedWorkspace.parse(
    await rows(admin.rpc("invitation_accept", {
      user_id: userId,
      ...(by.token !== undefined && { token: by.token }),
      ...(by.invitation_id !== undefined && { invitation_id: by.invitation_id }),
    })),
  );
}
