/** English titles where the server's own are none, or another's: codes of Auth. */
export const texts: Record<string, string> = {
  same_password: "This is your password already. Choose another one.",
  weak_password: "The password is too weak",
  over_email_send_rate_limit: "A mail was sent a moment ago. Wait a minute and try again.",
  session_not_found: "You are no longer signed in",
  session_expired: "You are no longer signed in",
  invitation_not_found: "This invitation does not exist",
  invitation_expired: "This invitation is no longer good",
  invitation_closed: "This invitation is closed",
};
