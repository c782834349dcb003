/** Takes a part out of a checkout: files, imports, regions, functions of config.toml, the migration. */
import { join, posix } from "node:path";
import { withoutFunctions } from "./config-toml.ts";
import { withoutImports } from "./imports.ts";
import {
  withoutFigures,
  withoutLocked,
  withoutMembers,
  withoutPackages,
  withoutTasks,
} from "./json-files.ts";
import { withoutLinks } from "./links.ts";
import { writeMigration } from "./migration.ts";
import type { Part } from "./part.ts";
import { withoutRegions } from "./regions.ts";
import { filesOf, isBelow, remove } from "./tree.ts";

/** Files that people write; generated ones are generated anew, and what was measured stays so. */
const written =
  /\.(?:tsx?|md|sql|toml|css|ya?ml|html|template|example)$|^deno\.(?:json|lock)$|^\.gitignore$|^supabase\/import_map\.json$|^bench\/results\.json$|^scripts\/openapi\/examples\//;
/** This tool and what tells of it speak of regions; migrations are history; the rest is generated. */
const untouched = [
  "scripts/drop",
  "tests/drop",
  "docs/without-the-shop.md",
  "supabase/migrations",
  "docs/schema.sql",
  "docs/errors.md",
  "docs/security.md",
  "docs/access.md",
  "docs/performance.md",
];
const modules = /\.tsx?$/;

/**
 * Takes a part out of the checkout at `root`. May be run again, after an upgrade brought something back.
 *
 * @returns what was done, for people
 * @throws naming the file where the part is used otherwise than it may be
 */
export async function drop(root: string, part: Part): Promise<string[]> {
  const all = await filesOf(root);
  const gone = all.filter((path) => isBelow(path, part.paths));
  const left = new Set(all).difference(new Set(gone));
  const isGone = (path: string) => isBelow(path, part.paths);
  const change = (path: string) => (text: string): string => {
    const beside = (specifier: string) => isGone(posix.join(posix.dirname(path), specifier));
    switch (path) {
      case "deno.json":
        return withoutTasks(text, isGone);
      case "supabase/import_map.json":
        return withoutPackages(text, part.packages);
      case "deno.lock":
        return withoutLocked(text, part.packages);
      case "bench/results.json":
        return withoutFigures(text, {
          isGone: (figure) => isGone(`bench/figures/${figure}.ts`),
          cases: part.measured,
        });
    }
    if (isBelow(path, ["scripts/openapi/examples"])) {
      return path.endsWith(".json") ? withoutMembers(text, part.members) : text;
    }
    const rest = withoutRegions(text, part.name);
    if (path === "supabase/config.toml") {
      return withoutFunctions(rest, (name) => left.has(`supabase/functions/${name}/index.ts`));
    }
    if (path.endsWith(".md")) return withoutLinks(rest, beside);
    return modules.test(path) ? withoutImports(rest, beside) : rest;
  };
  // All of it is made before any of it is written: what cannot be dropped leaves the checkout as it was.
  const rewritten = new Map<string, string>();
  for (const path of left) {
    if (!written.test(path) || isBelow(path, untouched)) continue;
    const before = await Deno.readTextFile(join(root, path));
    try {
      const after = change(path)(before);
      if (after !== before) rewritten.set(path, after);
    } catch (error) {
      throw new Error(`cannot drop the ${part.name} from ${path}: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }
  await remove(root, gone);
  for (const [path, text] of rewritten) await Deno.writeTextFile(join(root, path), text);
  return [
    ...(gone.length > 0 ? [`${gone.length} files deleted`] : []),
    ...[...rewritten.keys()].map((path) => `${path}: changed`),
    ...await writeMigration(root, part),
  ];
}
