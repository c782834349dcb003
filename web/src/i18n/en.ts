/** The texts in English; the other languages have the same. */
import { enShop } from "./en-shop.ts";

function countOf(limit: number | null, what: string): string {
  if (limit === null) return `Any number of ${what}s`;
  return limit === 1 ? `1 ${what}` : `${limit} ${what}s`;
}

export const en = {
  otherLanguage: "Français",
  signOut: "Sign out",
  billing: "Billing",
  loading: "Loading…",
  working: "One moment…",
  mainNavigation: "Main",
  notFoundTitle: "This page does not exist",
  toStart: "To the start page",

  email: "E-mail address",
  password: "Password",
  newPassword: "New password",
  passwordHint: "At least 8 characters.",
  name: "Name",

  welcomeTitle: "Welcome",
  signedInAs: (email: string) => `You are signed in as ${email}.`,
  toBilling: "Plan and billing",
  logInTitle: "Log in",
  logIn: "Log in",
  logInFirst: "Log in to see this page.",
  noAccount: "No account yet?",
  forgot: "Forgotten your password?",
  signUpTitle: "Create an account",
  signUp: "Create the account",
  haveAccount: "Already have an account?",
  lookIntoMailbox: "Look into your mailbox",
  confirmationSent: (email: string) =>
    `We have sent a mail to ${email}. Open its link to confirm the address.`,
  noMail: "Nothing there? It may be in the spam folder.",
  sendAgain: "Send the mail again",
  sentAgain: "If this address waits for its confirmation, a new mail is on its way.",

  resetTitle: "Choose a new password",
  resetIntro: "We send you a mail with a link to choose a new one.",
  resetSend: "Send the mail",
  resetSent: (email: string) => `If ${email} has an account, a mail is on its way. Open its link.`,
  setPassword: "Set the password",
  passwordSet: "Your new password is set. You are signed in.",

  confirmTitle: "Confirm your address",
  confirmed: "Your address is confirmed",
  confirmedText: "You are signed in. Welcome!",
  confirmPending: "Open the link in the mail that we have sent you. Has it gone astray?",
  linkExpired: "This link is no longer good",
  linkExpiredText: "It was used before, or it is too old. Ask for a new mail.",
  linkFailed: "This link did not work",

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

  billingTitle: "Plan and billing",
  workspace: (name: string) => `Workspace: ${name}`,
  yourPlan: "Your plan",
  choosePlan: "Choose a plan",
  choose: (plan: string, price: string) => `Choose ${plan}: ${price}`,
  priceEvery: { day: "a day", week: "a week", month: "a month", year: "a year" },
  priceEveryFew: (count: number, unit: string) => `every ${count} ${unit}s`,
  perMember: (price: string) => `${price} per member`,
  free: "Free of charge",
  endedOn: (plan: string, day: string) => `Your plan ${plan} ended on ${day}.`,
  noPlan: "You have no paid plan.",
  renewsOn: (day: string) => `Renews on ${day}.`,
  endsOn: (day: string) => `Ends on ${day}. Until then nothing changes.`,
  trialUntil: (day: string) => `Free trial until ${day}.`,
  paymentFailed: "The last payment failed",
  paymentFailedText: "Put another card on file in the billing portal, or pay the open invoice.",
  payInvoice: "Pay the open invoice",
  cancel: "Cancel at the end of the period",
  uncancel: "Keep the plan",
  portal: "Open the billing portal",
  cancelled: "The plan ends with its period.",
  uncancelled: "The plan goes on.",
  card: (brand: string, last4: string, expiry: string) =>
    `${brand} ending in ${last4}, good until ${expiry}`,
  paymentMethods: "Cards on file",
  status: {
    active: "Active",
    trialing: "Trial",
    past_due: "Payment overdue",
    unpaid: "Unpaid",
    paused: "Paused",
    incomplete: "Not paid yet",
    canceled: "Ended",
    incomplete_expired: "Never paid",
  } as Record<string, string>,
  features: {
    projects: (limit: number | null) => countOf(limit, "project"),
    members: (limit: number | null) => countOf(limit, "member"),
    api_access: () => "API access",
    api_calls: (limit: number | null) =>
      limit === null ? "Unlimited API calls" : `${limit.toLocaleString("en")} API calls a month`,
    audit_log: () => "Audit log",
    priority_support: () => "Priority support",
  } as Record<string, (limit: number | null) => string>,

  usage: "Usage",
  meters: { api_calls: "API calls" } as Record<string, string>,
  usedOf: (used: number, limit: number | null) =>
    limit === null
      ? `${used.toLocaleString("en")} in this billing period`
      : `${used.toLocaleString("en")} of ${limit.toLocaleString("en")} in this billing period`,
  byDay: "By day",
  amountUsed: "Used",

  invoices: "Invoices",
  payments: "Payments",
  none: "None yet.",
  date: "Date",
  number: "Number",
  amount: "Amount",
  state: "Status",
  documents: "Documents",
  viewInvoice: (number: string) => `View invoice ${number}`,
  view: "View",
  pdfInvoice: (number: string) => `Invoice ${number} as PDF`,
  invoiceStatus: {
    draft: "Draft",
    open: "Open",
    paid: "Paid",
    uncollectible: "Written off",
    void: "Void",
  } as Record<string, string>,
  paymentStatus: {
    pending: "Pending",
    succeeded: "Paid",
    canceled: "Cancelled",
  } as Record<string, string>,
  refunded: (amount: string) => `${amount} refunded`,

  checkoutTitle: "Your purchase",
  checkoutChecking: "Asking Stripe…",
  checkoutPaid: "Thank you: it is paid",
  checkoutPaidText: (day: string) => `Your plan is paid until ${day}.`,
  checkoutProcessing: "The payment is under way",
  checkoutProcessingText: "Your bank has not answered yet. We mail you when it has.",
  checkoutOpen: "Not paid yet",
  checkoutOpenText: "Nothing was charged. You can go on where you stopped.",
  checkoutGoOn: "Go on paying",
  checkoutExpired: "This purchase has expired",
  checkoutExpiredText: "Nothing was charged. Choose a plan to start again.",
  checkoutCancelled: "Purchase cancelled",
  checkoutCancelledText: "Nothing was charged.",
  checkAgain: "Look again",

  mailPreferences: "What we write to you about",
  mailTopics: "I would like to receive",
  mailAlways: "We always write to you about your account, your purchases and what you ask for.",
  mailStopped: (address: string) =>
    `Mails to ${address} come back, so we send none for now. Change your address, or tell our support that it works again.`,
  mailComplained: (address: string) =>
    `A mail to ${address} was reported as spam. We send only what concerns your account and your purchases.`,
  unsubscribeTitle: "Receive fewer mails",
  unsubscribeAsk: (topic: string) => `Do you want to receive no more mails about: ${topic}?`,
  unsubscribe: "Stop these mails",
  unsubscribed: "Done",
  unsubscribedText: (topic: string) => `You will receive no more mails about: ${topic}.`,
  unsubscribeWrong: "This link is incomplete. You can choose here what we write to you about:",
  exportTitle: "A copy of your data",
  exportIntro: "You can have a copy of everything that we hold about you.",
  exportAsk: "Prepare a copy",
  exportPending: "Your copy is being prepared. We mail you when it is ready.",
  exportReady: (day: string) => `Your copy is ready. It can be downloaded until ${day}.`,
  exportPart: (part: number) => `Download part ${part}`,

  deleteTitle: "Delete your account",
  deleteIntro:
    "Your account, your files and your workspaces go, and your subscriptions end without a refund. " +
    "After you have confirmed you have seven days to change your mind.",
  deleteAsk: "Send me a link to confirm",
  deleteSent: "A mail is on its way. Open its link within an hour.",
  deleteConfirm: "Delete my account in seven days",
  deleteScheduled: (day: string) => `Your account will be deleted on ${day}.`,
  deleteKeep: "Keep my account",
  deleteKept: "Your account stays.",
  deleteRunning: "Your account is being deleted.",

  shop: enShop,

  /** Titles of problems; where a code has none, the server's own. */
  problems: {
    unreachable: "The server cannot be reached. Check your connection and try again.",
    unexpected: "Something went wrong",
    same_password: "This is your password already. Choose another one.",
    weak_password: "The password is too weak",
    over_email_send_rate_limit: "A mail was sent a moment ago. Wait a minute and try again.",
    session_not_found: "You are no longer signed in",
    session_expired: "You are no longer signed in",
    invitation_not_found: "This invitation does not exist",
    invitation_expired: "This invitation is no longer good",
    invitation_closed: "This invitation is closed",
  } as Record<string, string>,
};

export type Texts = typeof en;
