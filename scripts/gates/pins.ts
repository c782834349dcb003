/**
 * Every package is named with its exact version, and the lock file has it with the digest of its content.
 * That the lock file is not out of date is `deno install --frozen`'s business.
 */
import { importsOf } from "./imports.ts";
import type { Gate, Tree } from "./tree.ts";

const exact = /^npm:((?:@[\w.-]+\/)?[\w.-]+)@(\d+\.\d+\.\d+(?:-[\w.]+)?)(\/[\w./-]+)?$/;

/** A package of the import map. */
export interface Package {
  name: string;
  version: string;
}

/** The packages that an import map names, and what it names otherwise than exactly. */
export function packagesOf(imports: Record<string, string>): {
  packages: Package[];
  inexact: string[];
} {
  const packages = new Map<string, Package>();
  const inexact: string[] = [];
  for (const [name, specifier] of Object.entries(imports)) {
    const match = exact.exec(specifier);
    if (match === null) inexact.push(`${name} is ${specifier}`);
    else packages.set(match[1]!, { name: match[1]!, version: match[2]! });
  }
  return { packages: [...packages.values()], inexact };
}

/** `deno.lock`, as far as it is read here. */
export interface Lock {
  specifiers: Record<string, string>;
  npm: Record<string, { integrity?: string; dependencies?: string[] }>;
}

async function json<T>(tree: Tree, path: string): Promise<T> {
  return JSON.parse(await tree.read(path)) as T;
}

async function ofImportMap(tree: Tree): Promise<string[]> {
  const file = "supabase/import_map.json";
  const { imports } = await json<{ imports: Record<string, string> }>(tree, file);
  const lock = await json<Lock>(tree, "deno.lock");
  const { packages, inexact } = packagesOf(imports);
  return [
    ...inexact.map((one) => `${file}: ${one}: name an exact version`),
    ...packages.filter(({ name, version }) =>
      !Object.hasOwn(lock.specifiers, `npm:${name}@${version}`)
    )
      .map(({ name, version }) => `deno.lock: ${name}@${version} is missing; run \`deno install\``),
    ...Object.entries(lock.npm).filter(([, { integrity }]) => !integrity?.startsWith("sha512-"))
      .map(([key]) => `deno.lock: ${key} has no digest`),
  ];
}

/** Settings files that may name packages besides the import map: they may not, or only exactly. */
async function ofSettings(tree: Tree): Promise<string[]> {
  const complaints: string[] = [];
  for (const path of tree.paths.filter((one) => /(^|\/)(deno\.jsonc?|package\.json)$/.test(one))) {
    if (path.endsWith("package.json")) {
      complaints.push(`${path}: packages are named in supabase/import_map.json alone`);
      continue;
    }
    const settings = await json<{ imports?: object; allowScripts?: { allow?: string[] } }>(
      tree,
      path,
    );
    if (settings.imports !== undefined) {
      complaints.push(`${path}: packages are named in supabase/import_map.json alone`);
    }
    for (const one of settings.allowScripts?.allow ?? []) {
      if (!exact.test(one)) complaints.push(`${path}: ${one} may run scripts in any version`);
    }
  }
  return complaints;
}

/** What is run past the import map: `npx` in scripts and pages, and packages named in an import. */
async function pastTheMap(tree: Tree): Promise<string[]> {
  const imported = await importsOf(tree, () => true);
  const complaints = imported.filter(({ specifier }) => /^(npm|jsr|https?):/.test(specifier))
    .map(({ path, line, specifier }) =>
      `${path}:${line}: imports ${specifier}: name it in supabase/import_map.json`
    );
  for (const path of tree.paths.filter((one) => /(\.(md|tsx?|sh|ya?ml)|^\.ci\/run)$/.test(one))) {
    const lines = (await tree.read(path)).split("\n");
    lines.forEach((line, index) => {
      for (const [, named] of line.matchAll(/\bnpx (?:(?:-y|--yes) )?([\w@][\w@./-]*)/g)) {
        if (!exact.test(`npm:${named}`)) {
          complaints.push(`${path}:${index + 1}: runs ${named} in whatever version is the latest`);
        }
      }
    });
  }
  return complaints;
}

export const pins: Gate = {
  name: "exact versions",
  async complaints(tree) {
    return [...await ofImportMap(tree), ...await ofSettings(tree), ...await pastTheMap(tree)];
  },
};
