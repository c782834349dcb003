/** The packages of the import map with all that is known of them, and the gate that each has its row. */
import { importsOf } from "./imports.ts";
import { dependencies as table } from "./dependency-table.ts";
import { type Lock, type Package, packagesOf } from "./pins.ts";
import type { Gate, Tree } from "./tree.ts";

/** Where code runs, by the folder that it is in; whatever is in none runs in tests and tools. */
const places: [string, string][] = [
  ["supabase/functions/", "functions"],
  ["web/src/", "browsers"],
  ["local/", "local stack"],
  ["web/", "local stack"],
];
const elsewhere = "tests, tools";

/** What is shipped to the hosted project or to browsers. */
export const shipped = ["functions", "browsers"];

/** A package of the import map, and the places whose files import it. */
export interface Used extends Package {
  places: string[];
}

function placeOf(path: string): string {
  return places.find(([folder]) => path.startsWith(folder))?.[1] ?? elsewhere;
}

/** The packages of the import map by name. */
export async function used(tree: Tree): Promise<Used[]> {
  const { imports } = JSON.parse(await tree.read("supabase/import_map.json")) as {
    imports: Record<string, string>;
  };
  const importing = new Map<string, Set<string>>();
  for (const { path, specifier } of await importsOf(tree, () => true)) {
    const named = imports[specifier];
    if (named === undefined) continue;
    const [{ name } = { name: "" }] = packagesOf({ [specifier]: named }).packages;
    importing.set(name, (importing.get(name) ?? new Set()).add(placeOf(path)));
  }
  for (const [name, { foundBy }] of Object.entries(table)) {
    if (foundBy !== undefined && (await tree.read(foundBy)).includes(name)) {
      importing.set(name, new Set([placeOf(foundBy)]));
    }
  }
  const order = [...places.map(([, place]) => place), elsewhere];
  return packagesOf(imports).packages
    .map((one) => ({
      ...one,
      places: [...new Set(order)].filter((place) => importing.get(one.name)?.has(place)),
    }))
    .toSorted((a, b) => a.name < b.name ? -1 : 1);
}

/**
 * The package and all that come with it, as keys of the lock file (`name@version`, with the peers that it
 * was resolved with).
 */
export function withTheirOwn(lock: Lock, { name, version }: Package): string[] {
  const seen = new Set<string>();
  const visit = (key: string) => {
    if (seen.has(key)) return;
    seen.add(key);
    for (const one of lock.npm[key]?.dependencies ?? []) visit(keyOf(lock, one));
  };
  visit(keyOf(lock, `${name}@${lock.specifiers[`npm:${name}@${version}`] ?? version}`));
  return [...seen];
}

/** A dependency is written by its key, or by its name where the lock file has one version of it. */
function keyOf(lock: Lock, written: string): string {
  if (Object.hasOwn(lock.npm, written)) return written;
  const key = Object.keys(lock.npm).find((one) => one.startsWith(`${written}@`));
  if (key === undefined) throw new Error(`deno.lock names ${written}, which it does not have`);
  return key;
}

export const dependencies: Gate = {
  name: "every dependency has its row",
  async complaints(tree) {
    const file = "scripts/gates/dependency-table.ts";
    const packages = await used(tree);
    const names = new Set(packages.map(({ name }) => name));
    return [
      ...packages.filter(({ name }) => !Object.hasOwn(table, name))
        .map(({ name }) => `${file}: ${name} has no row: why it is there, and what it is given`),
      ...Object.keys(table).filter((name) => !names.has(name))
        .map((name) => `${file}: ${name} is not in supabase/import_map.json`),
      // Types are named by compiler options, not by an import.
      ...packages.filter(({ name, places }) => places.length === 0 && !name.startsWith("@types/"))
        .map(({ name }) => `supabase/import_map.json: nothing imports ${name}`),
    ];
  },
};
