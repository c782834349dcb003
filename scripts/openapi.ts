/**
 * `task openapi`: writes docs/openapi.json, docs/errors.md, docs/security.md and the typed client's methods
 * from the endpoints' declarations, and docs/access.md from the access matrix. With `--check` it writes
 * nothing and exits 1 when one of them is not what the declarations say.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadDeclarations } from "./declarations.ts";
import { formatted } from "./drift/formatted.ts";
import { accessPage } from "./openapi/access-page.ts";
import { clientFiles } from "./openapi/client/files.ts";
import { openapiDocument } from "./openapi/document.ts";
import { readExamples } from "./openapi/examples.ts";
import { dependenciesSection } from "./openapi/dependencies-section.ts";
import { errorsPage } from "./openapi/errors-page.ts";
import { endpointGroups } from "./openapi/groups.ts";
import { refusingFunctions } from "./openapi/refusing-functions.ts";
import { securityPage } from "./openapi/security-page.ts";
import { readSwitches } from "../local/cli/arguments.ts";

const { check: checking } = readSwitches("Usage: task openapi [--check]", "check");

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const docs = join(root, "docs");
const declared = await loadDeclarations();
const functions = refusingFunctions(await Deno.readTextFile(join(docs, "schema.sql")));
const document = openapiDocument(declared, {
  recorded: await readExamples(),
  groups: await endpointGroups(),
});
const files = [
  {
    name: "docs/openapi.json",
    text: JSON.stringify(document, null, 2) + "\n",
  },
  { name: "docs/errors.md", text: await formatted(errorsPage(declared, functions), "md") },
  {
    name: "docs/security.md",
    text: await formatted(`${securityPage(declared)}\n${await dependenciesSection()}`, "md"),
  },
  { name: "docs/access.md", text: await formatted(accessPage(), "md") },
  ...await Promise.all(
    clientFiles(declared).map(async ({ name, text }) => (
      { name: `client/src/${name}`, text: await formatted(text, "ts") }
    )),
  ),
];

async function held(name: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(join(root, name));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

if (checking) {
  const texts = await Promise.all(files.map(({ name }) => held(name)));
  const drifted = files.filter(({ text }, index) => texts[index] !== text);
  if (drifted.length > 0) {
    const names = drifted.map(({ name }) => name).join(" and ");
    console.error(`${names}: not what the declarations say; run \`deno task openapi\``);
    Deno.exit(1);
  }
} else {
  for (const { name, text } of files) await Deno.writeTextFile(join(root, name), text);
  const names = files.map(({ name }) => name).join(", ");
  console.log(`${declared.length} methods described in ${names}`);
}
