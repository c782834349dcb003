/**
 * Every endpoint is found where a reader looks for it: in `config.toml`, in docs/openapi.json and in the
 * list of docs/architecture.md; and neither names one that is not there. That the reference says of it
 * what it declares is compared by `task openapi --check`.
 */
import { parse } from "smol-toml";
import type { Gate, Tree } from "./tree.ts";

/** The section of docs/architecture.md that lists them. */
function listed(page: string): string[] {
  const section = page.split(/^## /m).find((part) => part.startsWith("The endpoints\n"));
  if (section === undefined) throw new Error("docs/architecture.md has no section The endpoints");
  return [...section.matchAll(/`([a-z][a-z-]*)`/g)].map((match) => match[1]!);
}

async function places(tree: Tree): Promise<Record<string, Set<string>>> {
  const config = parse(await tree.read("supabase/config.toml")) as { functions: object };
  const { paths } = JSON.parse(await tree.read("docs/openapi.json")) as { paths: object };
  return {
    "supabase/config.toml": new Set(Object.keys(config.functions)),
    "docs/openapi.json": new Set(Object.keys(paths).map((path) => path.split("/")[3]!)),
    "docs/architecture.md": new Set(listed(await tree.read("docs/architecture.md"))),
  };
}

export const endpoints: Gate = {
  name: "endpoints are listed and described",
  async complaints(tree) {
    const functions = new Set(
      tree.paths.flatMap((path) =>
        path.match(/^supabase\/functions\/([^_/][^/]*)\/index\.tsx?$/)?.[1] ?? []
      ),
    );
    return Object.entries(await places(tree)).flatMap(([file, names]) => [
      ...[...functions].filter((name) => !names.has(name))
        .map((name) => `${file}: the function ${name} is missing`),
      ...[...names].filter((name) => !functions.has(name))
        .map((name) => `${file}: ${name} is no function`),
    ]);
  },
};
