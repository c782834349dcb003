/** Every figure: what the files of bench/figures/ export by default, by their names. */
import type { Figure } from "./figure.ts";
import type { Named } from "./page.ts";

const folder = new URL("../figures/", import.meta.url);

/** All of them, in the order of their names. @throws for a file that exports no figure */
export async function loadFigures(): Promise<Named[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.name.endsWith(".ts")) names.push(entry.name.slice(0, -3));
  }
  return await Promise.all(
    names.sort().map(async (name) => {
      const { default: figure } = await import(new URL(`${name}.ts`, folder).href);
      if (typeof figure?.measure !== "function") {
        throw new TypeError(`bench/figures/${name}.ts exports no figure by default`);
      }
      return { name, figure: figure as Figure };
    }),
  );
}
