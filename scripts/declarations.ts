/** Every endpoint's declarations, for what is generated from them: API reference, tests, typed client. */
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { readDeclarations } from "../local/functions/declarations.ts";
import type { Declaration } from "../supabase/functions/_shared/declaration.ts";
import type { Endpoint } from "../supabase/functions/_shared/endpoint.ts";

/** One method of one function. */
export interface Declared {
  /** The function's name, in `/functions/v1/<name>`. */
  name: string;
  /** The name with the path that this method is at, such as `things/{thing}`. */
  address: string;
  declaration: Declaration;
}

const ownSupabaseDir = join(dirname(dirname(fileURLToPath(import.meta.url))), "supabase");

/**
 * Loads every function that `config.toml` lists, in its order. No function runs, and none needs its
 * environment to be loaded.
 *
 * @throws naming the function that exports no endpoint
 */
export async function loadDeclarations(supabaseDir = ownSupabaseDir): Promise<Declared[]> {
  const declared: Declared[] = [];
  for (const { name, entrypoint } of (await readDeclarations(supabaseDir)).values()) {
    const module = await import(pathToFileURL(entrypoint).href) as { default?: Partial<Endpoint> };
    const declarations = module.default?.declarations;
    if (declarations === undefined) {
      throw new Error(`cannot read the declarations of ${name}: it exports no endpoint`);
    }
    declared.push(...declarations.map((declaration) => (
      { name, address: name + (declaration.path ?? ""), declaration }
    )));
  }
  return declared;
}
