import { parse } from "smol-toml";
import { join, resolve } from "node:path";

/** A function as config.toml declares it (`[functions.NAME]`); paths are absolute. */
export interface FunctionDeclaration {
  name: string;
  /** Whether a caller must show a valid JWT or an API key before the function sees the request. */
  verifyJwt: boolean;
  entrypoint: string;
  /** Undefined: the function imports by full specifiers only. */
  importMap: string | undefined;
}

/**
 * The enabled functions of `supabaseDir/config.toml`, with the defaults of the Supabase CLI:
 * `verify_jwt = true`, `entrypoint = "./functions/NAME/index.ts"`, and for the import map the
 * function's own `deno.json`, then `functions/import_map.json`. Paths in the file are relative to
 * the supabase folder. Throws where the file is not TOML or a setting has the wrong type.
 *
 * @see https://supabase.com/docs/guides/functions/function-configuration
 */
export async function readDeclarations(
  supabaseDir: string,
): Promise<Map<string, FunctionDeclaration>> {
  const file = join(supabaseDir, "config.toml");
  const functions = table(parse(await Deno.readTextFile(file))["functions"], "functions");
  const declarations = new Map<string, FunctionDeclaration>();
  for (const [name, value] of Object.entries(functions)) {
    const settings = table(value, `functions.${name}`);
    const setting = settingReader(settings, `functions.${name}`);
    if (!setting.boolean("enabled", true)) continue;
    const importMap = setting.string("import_map");
    declarations.set(name, {
      name,
      verifyJwt: setting.boolean("verify_jwt", true),
      entrypoint: resolve(
        supabaseDir,
        setting.string("entrypoint") ?? `functions/${name}/index.ts`,
      ),
      importMap: importMap ? resolve(supabaseDir, importMap) : await firstFile(
        join(supabaseDir, "functions", name, "deno.json"),
        join(supabaseDir, "functions", "import_map.json"),
      ),
    });
  }
  return declarations;
}

function settingReader(settings: Record<string, unknown>, path: string) {
  return {
    boolean(key: string, otherwise: boolean): boolean {
      const value = settings[key] ?? otherwise;
      if (typeof value === "boolean") return value;
      throw new TypeError(`cannot read config.toml: ${path}.${key} is neither true nor false`);
    },
    string(key: string): string | undefined {
      const value = settings[key];
      if (value === undefined || typeof value === "string") return value || undefined;
      throw new TypeError(`cannot read config.toml: ${path}.${key} is not a string`);
    },
  };
}

function table(value: unknown, path: string): Record<string, unknown> {
  if (value === undefined) return {};
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  throw new TypeError(`cannot read config.toml: ${path} is not a table`);
}

async function firstFile(...paths: string[]): Promise<string | undefined> {
  for (const path of paths) {
    const found = await Deno.stat(path).then((file) => file.isFile, (error) => {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    });
    if (found) return path;
  }
}
