/** Which of the account's pages an address has. */
import { Route } from "wouter";
import { SignedIn } from "../components/signed-in.tsx";
import { lazyPages } from "../lazy-pages.tsx";

const page = lazyPages(() => import("./pages.ts"));
const AccountDelete = page("AccountDelete");
const AccountExport = page("AccountExport");
const MailPreferences = page("MailPreferences");
const Security = page("Security");
const Profile = page("Profile");

export const accountRoutes = [
  <Route key="log-in" path="/log-in" component={page("LogInPage")} />,
  <Route key="sign-up" path="/sign-up" component={page("SignUp")} />,
  <Route key="confirm" path="/confirm" component={page("Confirm")} />,
  <Route key="new-password" path="/new-password" component={page("NewPassword")} />,
  <Route key="unsubscribe" path="/unsubscribe" component={page("Unsubscribe")} />,
  <Route key="account" path="/account">
    <SignedIn page={Profile} />
  </Route>,
  <Route key="security" path="/account/security">
    <SignedIn page={Security} />
  </Route>,
  <Route key="export" path="/account/export">
    <SignedIn page={AccountExport} />
  </Route>,
  <Route key="delete" path="/account/delete">
    <SignedIn page={AccountDelete} />
  </Route>,
  <Route key="mail" path="/mail-preferences">
    <SignedIn page={MailPreferences} />
  </Route>,
];
