/** Which of the workspace's pages an address has. */
import { Route } from "wouter";
import { lazyPages } from "../lazy-pages.tsx";

const page = lazyPages(() => import("./pages.ts"));

export const workspaceRoutes = [
  <Route key="invitation" path="/invitation" component={page("InvitationPage")} />,
];
