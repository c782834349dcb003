/** Staff's pages: one script, in which the rest is decided once it is known that somebody is staff. */
import { Route } from "wouter";
import { SignedIn } from "../components/signed-in.tsx";
import { lazyPages } from "../lazy-pages.tsx";

const StaffArea = lazyPages(() => import("./staff-area.tsx"))("StaffArea");

export const staffRoutes = [
  <Route key="staff" path="/staff/*?">
    <SignedIn page={StaffArea} />
  </Route>,
];
