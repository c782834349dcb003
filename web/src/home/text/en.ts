/** English: the start page. */
export const texts = {
  visitorTitle: "A whole application, to click through",
  visitorText: "Accounts, teams, subscriptions, and pages for staff: all on one Supabase project.",
  visitorPoints: [
    "Sign up, and your own workspace is there.",
    "Take a plan, change it, pause it: each change is quoted first.",
    // #region shop
    "Search the shop, pay with or without an account, and follow the order.",
    // #endregion shop
    "Invite others, give them roles, and read who did what.",
    "As staff, look into events, jobs and payments, and mend what stuck.",
    "In French and in English, on a telephone and by keyboard.",
  ],
  welcomeTitle: "Welcome",
  welcome: (name: string) => `Welcome, ${name}`,
  billingText: "The plan, what it costs to change it, invoices, and what is used.",
  workspaceText: "Members, invitations and what was done, for each of your workspaces.",
  accountText: "Your picture, name, language and password, a copy of your data.",
  staffText: "Events, jobs, payments and mail: what goes on, and what waits for somebody.",
  keys: "API keys",
  keysText: "For your own software: keys with roles and scopes, shown once.",
};

export type Texts = typeof texts;
