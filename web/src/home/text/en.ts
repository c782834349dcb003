/** English: the start page. */
export const texts = {
  visitorTitle: "A whole application, to click through",
  visitorText: "Accounts, teams, subscriptions: all on one Supabase project.",
  visitorPoints: [
    "Sign up, and your own workspace is there.",
    "Take a plan, change it, pause it: each change is quoted first.",
    "Invite others, give them roles, and read who did what.",
    "In French and in English, on a telephone and by keyboard.",
  ],
  welcomeTitle: "Welcome",
  welcome: (name: string) => `Welcome, ${name}`,
  billingText: "The plan, what it costs to change it, invoices, and what is used.",
  workspaceText: "Members, invitations and what was done, for each of your workspaces.",
  accountText: "Your picture, name, language and password, a copy of your data.",
  keys: "API keys",
  keysText: "For your own software: keys with roles and scopes, shown once.",
};

export type Texts = typeof texts;
