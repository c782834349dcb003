/** What `task start` prints once everything runs. */
import { accounts, demoPassword } from "../demo/accounts.ts";
import { shopShows, shopThings } from "../demo/shop/screen.ts";
import type { DemoState } from "../demo/state.ts";

/** The screen: where each part is, and a few things to try that work as printed. */
export function startScreen(
  env: Record<string, string>,
  seconds: number,
  { databaseDir, demo }: { databaseDir?: string | undefined; demo: DemoState },
): string {
  const api = env["SUPABASE_URL"];
  const key = env["SUPABASE_PUBLISHABLE_KEY"];
  const things = [
    `Sign up, then open the mailbox:
     curl ${api}/functions/v1/auth-signup -H 'apikey: ${key}' -H 'content-type: application/json' \\
       -d '{"email":"ada@example.com","password":"correct horse","name":"Ada","locale":"fr"}'`,
    `See the plans, as Stripe has them:
     curl ${api}/functions/v1/plans`,
    ...shopThings(env),
    `See whether everything is well:
     curl ${api}/functions/v1/health`,
  ];
  return `
Socle runs (ready after ${seconds.toFixed(1)} s). Ctrl-C stops it; the data stays${
    databaseDir === undefined ? "" : ` (database: ${databaseDir})`
  }.

  API        ${api}   auth, rest, storage and functions, for supabase-js
  Key        ${key}
  Database   ${env["SUPABASE_DB_URL"]}
  Web        ${env["SITE_URL"]}   every page, for users and for staff
  Reference  ${env["SITE_URL"]}/reference   every endpoint with examples, to be tried
  Mailbox    ${env["MAILBOX_URL"]}   every mail that was sent
  Stripe     ${env["STRIPE_API_URL"]}   for the SDK; no page
  Redis      ${env["UPSTASH_REDIS_REST_URL"]}   Upstash's REST API; its token is a variable
  Variables  npx -y deno@2.9.6 task status
  Commands   task logs, db, mailbox, stripe trigger, new endpoint, doctor
${demo === "none" ? "" : people(demo)}
Things to try in another terminal:

${things.map((thing, index) => `  ${index + 1}. ${thing}`).join("\n\n")}
`;
}

/** Whom one can log in as on the web's pages. */
function people(demo: DemoState): string {
  const rows = Object.values(accounts).map(({ email, shows }) => {
    const all = [
      shows,
      ...shopShows(email),
    ];
    return `  ${email.padEnd(25)}${all.join(", ")}`;
  });
  return `
Log in on the web's pages, password "${demoPassword}":

${rows.join("\n")}
${
    demo === "wanted"
      ? `
They are being made, with eight weeks behind them. Wait until "seed  Added" shows here, in a minute or two, or start
new data with --no-seed: the clock is behind until then, and what you do meanwhile is dated in the past and up to
eight weeks old at the end (an invitation has expired, a subscription was renewed).
`
      : ""
  }`;
}
