/** The account's pages. */
export { AccountDelete } from "./account-delete.tsx";
export { AccountExport } from "./account-export.tsx";
export { Confirm } from "./confirm.tsx";
export { LogInPage } from "./log-in-page.tsx";
export { MailPreferences } from "./mail-preferences.tsx";
export { NewPassword } from "./new-password.tsx";
export { Profile } from "./profile.tsx";
export { Security } from "./security.tsx";
export { SignUp } from "./sign-up.tsx";
export { Unsubscribe } from "./unsubscribe.tsx";
