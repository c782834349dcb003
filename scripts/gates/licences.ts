/**
 * What ships is under licences that ask for no more than to be named. The licence of a package is what the
 * installed package says; other platforms' packages are not installed, and none of those ships.
 */
import { join } from "node:path";
import { shipped, used, withTheirOwn } from "./dependencies.ts";
import type { Lock } from "./pins.ts";
import { type Gate, root } from "./tree.ts";

/** SPDX identifiers (https://spdx.org/licenses/). */
const permissive = new Set([
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "ISC",
  "MIT",
  "MIT-0",
  "Unlicense",
]);

/** Whether an SPDX expression gives us a permissive one: of several with OR, the choice is ours; with AND, all hold. */
function isPermissive(expression: string): boolean {
  const alternatives = expression.replace(/^\((.*)\)$/, "$1").split(" OR ");
  return alternatives.some((one) => one.split(" AND ").every((each) => permissive.has(each)));
}

/** `name@version` of a key of the lock file, without the peers that it was resolved with. */
function withoutPeers(key: string): string {
  return /^@?[^@]+@[^_]+/.exec(key)![0];
}

const read = new Map<string, Promise<string | undefined>>();

/** The licence of an installed package by its key in the lock file; undefined where it is not installed. */
export function licenceOf(key: string): Promise<string | undefined> {
  const id = withoutPeers(key);
  if (!read.has(id)) read.set(id, readLicence(id));
  return read.get(id)!;
}

async function readLicence(id: string): Promise<string | undefined> {
  const name = id.slice(0, id.lastIndexOf("@"));
  const file = join(
    root,
    "node_modules/.deno",
    id.replace("/", "+"),
    "node_modules",
    name,
    "package.json",
  );
  try {
    const { license } = JSON.parse(await Deno.readTextFile(file)) as { license?: unknown };
    return typeof license === "string" ? license : "none";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The gate, with where licences are read replaced by a test. */
export function licencesBy(licence: (key: string) => Promise<string | undefined>): Gate {
  return {
    name: "licences of what ships",
    async complaints(tree) {
      const lock = JSON.parse(await tree.read("deno.lock")) as Lock;
      const ships = (await used(tree)).filter(({ places }) =>
        places.some((one) => shipped.includes(one))
      );
      const keys = new Set(ships.flatMap((one) => withTheirOwn(lock, one)));
      const found = await Promise.all(
        [...keys].map(async (key) => [key, await licence(key)] as const),
      );
      return found.flatMap(([key, name]) => {
        if (name === undefined) return [`${key} is not installed: run \`deno install\``];
        return isPermissive(name) ? [] : [`${key} ships, and its licence is ${name}`];
      });
    },
  };
}

export const licences = licencesBy(licenceOf);
