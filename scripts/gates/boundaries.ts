/**
 * Who may import what. `supabase/functions` is what ships: it stands alone, on packages of the import map
 * and on those built-in modules that the hosted runtime has. `web/src` is what browsers get. `client/src` is what anybody installs:
 * nothing but itself.
 */
import { type Import, importsOf, target } from "./imports.ts";
import type { Gate } from "./tree.ts";

/**
 * Node's modules that functions may use. The hosted runtime has these
 * (https://supabase.com/docs/guides/functions/dependencies); others exist there in name alone
 * (`node:child_process`) or change by invocation (`node:fs`), so a new one is to be tried there first.
 */
const hostedModules = new Set([
  "node:async_hooks",
  "node:buffer",
  "node:crypto",
  "node:timers/promises",
]);

interface Zone {
  holds(path: string): boolean;
  /** Where a relative import may lead. */
  reaches: string[];
  /** False: imports no package. */
  packages?: false;
  /** Built-in modules that it may import. */
  builtIn: Set<string>;
}

const zones: Zone[] = [
  {
    holds: (path) => path.startsWith("supabase/"),
    reaches: ["supabase/functions/"],
    builtIn: hostedModules,
  },
  {
    holds: (path) => path.startsWith("web/src/"),
    // The pages share the product's types and tables of what is sold, and nothing of a function's.
    reaches: ["web/src/", "client/src/", "supabase/functions/_shared/"],
    builtIn: new Set(),
  },
  {
    holds: (path) => path.startsWith("client/src/"),
    reaches: ["client/src/"],
    packages: false,
    builtIn: new Set(),
  },
];

function complaint(zone: Zone, mapped: Set<string>, one: Import): string | undefined {
  const { path, line, specifier } = one;
  const to = target(one);
  if (to !== undefined) {
    if (zone.reaches.some((folder) => to.startsWith(folder))) return undefined;
    return `${path}:${line}: imports ${to}, outside of ${zone.reaches.join(" and ")}`;
  }
  if (zone.builtIn.has(specifier)) return undefined;
  if (zone.packages === false) return `${path}:${line}: imports ${specifier}, and may no package`;
  if (mapped.has(specifier)) return undefined;
  if (specifier.startsWith("node:")) {
    return `${path}:${line}: imports ${specifier}, which is not on the list of boundaries.ts`;
  }
  return `${path}:${line}: imports ${specifier}, which is not a name of supabase/import_map.json`;
}

/** No import leads from what ships to what does not. */
export const boundaries: Gate = {
  name: "boundaries",
  async complaints(tree) {
    const map = JSON.parse(await tree.read("supabase/import_map.json")) as {
      imports: Record<string, string>;
    };
    const mapped = new Set(Object.keys(map.imports));
    const found = await Promise.all(
      zones.map(async (zone) =>
        (await importsOf(tree, zone.holds)).flatMap((one) => complaint(zone, mapped, one) ?? [])
      ),
    );
    return found.flat();
  },
};
