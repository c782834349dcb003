/** Which of the workspace's pages an address has. */
import { Route } from "wouter";
import { SignedIn } from "../components/signed-in.tsx";
import { lazyPages } from "../lazy-pages.tsx";

const page = lazyPages(() => import("./pages.ts"));
const Activity = page("Activity");
const Invitations = page("Invitations");
const Keys = page("Keys");
const Members = page("Members");
const Settings = page("Settings");

export const workspaceRoutes = [
  <Route key="invitation" path="/invitation" component={page("InvitationPage")} />,
  <Route key="workspace" path="/workspace">
    <SignedIn page={Members} />
  </Route>,
  <Route key="invitations" path="/workspace/invitations">
    <SignedIn page={Invitations} />
  </Route>,
  <Route key="keys" path="/workspace/keys">
    <SignedIn page={Keys} />
  </Route>,
  <Route key="activity" path="/workspace/activity">
    <SignedIn page={Activity} />
  </Route>,
  <Route key="settings" path="/workspace/settings">
    <SignedIn page={Settings} />
  </Route>,
];
