/**
 * What the pages and workflows use of the Supabase CLI: its commands and their options, read from `--help` of the
 * pinned version. Where a new version is pinned, read them there again.
 */

/** The version that these were read from. */
export const supabaseVersion = "3.1.0";

/** Of every command. */
export const supabaseGlobalOptions = ["yes", "output-format", "debug", "workdir", "help"];

/** By command. */
export const supabaseCommands: Record<string, string[]> = {
  "link": ["project-ref", "skip-pooler"],
  "db push": [
    "remote",
    "include-all",
    "include-roles",
    "include-seed",
    "skip-vault",
    "dry-run",
    "password",
  ],
  // Without --remote it asks the local database.
  "db query": ["remote", "file", "read-only"],
  "functions deploy": ["remote", "no-verify-jwt", "use-api", "import-map", "prune", "jobs"],
  "functions serve": ["no-verify-jwt", "env-file", "import-map", "inspect"],
  "gen signing-key": ["algorithm", "append"],
  "secrets list": ["remote"],
  "secrets set": ["remote", "env-file"],
  "secrets unset": ["remote", "all", "dry-run"],
  // With SUPABASE_EXPERIMENTAL_STACK=1; there `status` refuses -o, which it has without.
  "start": ["runtime", "exclude", "eager", "frozen"],
  "status": ["env", "override-name"],
};
