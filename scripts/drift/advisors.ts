/** The security and performance advisors of Supabase (https://supabase.com/docs/guides/database/database-advisors). */
import { formatted } from "./formatted.ts";
import { supabaseCli } from "./supabase-cli.ts";

/** What an advisor says. */
export interface Finding {
  name: string;
  level: string;
  detail: string;
  remediation: string;
  metadata: { schema?: string; name?: string };
}

/** A kind of finding that we have looked at and do not act on. */
export interface Accepted {
  name: string;
  /** Schemas in which it is accepted; everywhere else it is a finding. */
  schemas: string[];
  reason: string;
}

/** The only findings that may remain, each with why. A new kind, or another schema, fails. */
export const accepted: Accepted[] = [
  {
    name: "rls_enabled_no_policy",
    schemas: ["private"],
    reason:
      "Rows of the server: row level security is on and no policy opens it, so that a grant made " +
      "by mistake still shows nothing. Only the service role, which bypasses policies, has grants there.",
  },
  {
    name: "unused_index",
    schemas: ["public", "private"],
    reason: "The advisors look at a database without rows, in which no index was ever used. " +
      "tests/database/hygiene.test.ts demands an index behind every foreign key and policy column.",
  },
];

/**
 * Asks the advisors.
 *
 * @returns one line for each thing to do: a finding that nobody accepted, or an entry of the list that
 *   no finding needs any more
 */
export async function advisorComplaints(databaseUrl: string): Promise<string[]> {
  const output = await supabaseCli([
    "db",
    "advisors",
    `--remote=${databaseUrl}`,
    ...["--level", "info"],
    ...["--fail-on", "none"],
    ...["--output-format", "json"],
  ]);
  const { results } = JSON.parse(output) as { results: Finding[] };
  return complaintsAbout(results);
}

/** What is left of findings to do, see {@link advisorComplaints}. */
export function complaintsAbout(results: Finding[]): string[] {
  const accepts = (one: Accepted, finding: Finding) =>
    one.name === finding.name && one.schemas.includes(finding.metadata.schema ?? "");
  const open = results.filter((finding) => !accepted.some((one) => accepts(one, finding)));
  const stale = accepted.filter((one) => !results.some((finding) => accepts(one, finding)));
  return [
    ...open.map((one) => `${one.level} ${one.name}: ${one.detail} (${one.remediation})`),
    ...stale.map((one) =>
      `${one.name} is accepted in scripts/drift/advisors.ts, but no longer found: remove it there`
    ),
  ];
}

/** The text of docs/advisors.md. */
export async function advisorsPage(): Promise<string> {
  const sections = accepted.flatMap(({ name, schemas, reason }) => [
    `## ${name}, in ${schemas.join(" and ")}`,
    reason,
  ]);
  return await formatted(
    [
      "# What the advisors say, and why we leave it",
      "Written by `task advisors` from `scripts/drift/advisors.ts`: do not edit. The command asks " +
      "Supabase's security and performance advisors about a database made by the migrations, and " +
      "fails on any finding that is not named here.",
      ...sections,
    ].join("\n\n"),
    "md",
  );
}
