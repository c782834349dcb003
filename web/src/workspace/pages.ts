/** The workspace's pages. */
export { Activity } from "./activity.tsx";
export { InvitationPage } from "./invitation.tsx";
export { Invitations } from "./invitations.tsx";
export { Keys } from "./keys.tsx";
export { Members } from "./members.tsx";
export { Settings } from "./settings.tsx";
