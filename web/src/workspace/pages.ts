/** The workspace's pages. */
export { InvitationPage } from "./invitation.tsx";
