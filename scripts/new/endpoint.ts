/** An endpoint without a table: declaration, test, and its places in config.toml and the documentation. */
import type { Tree } from "../gates/tree.ts";
import { endpointName } from "./names.ts";
import { filled, insertedAfter, type Scaffold } from "./scaffold.ts";

const config = "supabase/config.toml";
const architecture = "docs/architecture.md";

async function listed(tree: Tree, name: string): Promise<string> {
  const text = await tree.read(architecture);
  const line = /^- \*\*Yours\*\*: .*$/m;
  if (line.test(text)) return text.replace(line, (held) => `${held}, \`${name}\``);
  const marker = "<!-- Your own endpoints: `task new endpoint` lists them below. -->\n";
  return await insertedAfter(tree, architecture, marker, `\n- **Yours**: \`${name}\`\n`);
}

/** Changed files by which a function of this name is known: for the CLI, and for readers. */
export async function registered(tree: Tree, name: string): Promise<Record<string, string>> {
  return {
    [config]: await insertedAfter(
      tree,
      config,
      "# Functions of your own: `task new endpoint` puts them here.\n",
      `\n[functions.${name}]\nverify_jwt = false\nimport_map = "./import_map.json"\n`,
    ),
    [architecture]: await listed(tree, name),
  };
}

/**
 * An endpoint that greets its caller by the name in the profile: a body that is checked, the database as the
 * caller, an error by name.
 *
 * @throws {NameRefused}
 */
export async function newEndpoint(tree: Tree, wanted: string): Promise<Scaffold> {
  const name = await endpointName(tree, wanted);
  return {
    files: {
      [`supabase/functions/${name}/index.ts`]: await filled("endpoint.ts.template", { name }),
      [`tests/${name}.test.ts`]: await filled("endpoint.test.ts.template", { name }),
      ...await registered(tree, name),
    },
    derive: ["openapi"],
    next: `Next:
  npx -y deno@2.9.6 task test tests/${name}.test.ts
  npx -y deno@2.9.6 task test tests/endpoints --filter '${name} '   what is tested of every endpoint
  Change supabase/functions/${name}/index.ts; then: npx -y deno@2.9.6 task openapi
  A stack that runs serves it already, and takes each change when you save it.`,
  };
}
