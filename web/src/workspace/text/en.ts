/** English: the pages of a workspace. */
export const texts = {
  invitationTitle: "Invitation",
  invitationTo: (workspace: string) => `Join ${workspace}`,
  invitedBy: (inviter: string, workspace: string, role: string) =>
    `${
      inviter || "Somebody"
    } invites you to join the workspace “${workspace}”. Your role: ${role}.`,
  invitationUntil: (day: string) => `Good until ${day}.`,
  invitationSignIn: (email: string) =>
    `It was sent to ${email}: log in with this address, or create an account with it.`,
  invitationForAnother: (email: string, mine: string) =>
    `It was sent to ${email}, and you are signed in as ${mine}. Sign out and use that address, or ask to be invited at yours.`,
  invitationStates: {
    accepted: "This invitation was accepted before.",
    declined: "This invitation is declined.",
    revoked: "This invitation was revoked. Ask whoever invited you for another one.",
    expired:
      "This invitation is no longer good: it was for seven days. Ask whoever invited you to send it again.",
    superseded: "This invitation was sent again since. Use the link of the latest mail.",
  } as Record<string, string>,
  invitationAccepted: "Welcome to the team",
  invitationAcceptedText: (workspace: string) => `You are now a member of “${workspace}”.`,
  ownInvitations: "Invitations for you",
  accept: "Accept",
  decline: "Decline",
  roles: { owner: "owner", admin: "admin", member: "member", billing: "billing" } as Record<
    string,
    string
  >,
};

export type Texts = typeof texts;
