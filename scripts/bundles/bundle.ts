/**
 * Functions as one file each, with everything that they import, minified by `deno bundle` (esbuild): what the
 * hosted platform has to load of one at least. `supabase functions deploy` packs the modules each by itself, not
 * minified and with what esbuild leaves out as unused, into an eszip: larger, but by the same packages, so the
 * budget holds this size.
 */
import { join } from "node:path";
import { readDeclarations } from "../../local/functions/declarations.ts";
import { projectDir, supabaseDir } from "../../local/stack.ts";

/** What a bundle may have, in bytes. */
export const bundleBudget = 2_000_000;

/** One function's bundle. */
export interface Bundle {
  name: string;
  file: string;
  bytes: number;
}

/**
 * Bundles every enabled function of config.toml into `directory`, or those `named`.
 *
 * @throws with what `deno bundle` says when one cannot be bundled
 */
export async function bundleFunctions(
  directory: string,
  named?: readonly string[],
): Promise<Bundle[]> {
  const declared = [...(await readDeclarations(supabaseDir)).values()]
    .filter(({ name }) => named?.includes(name) ?? true);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      "--quiet",
      "--minify",
      `--outdir=${directory}`,
      ...declared.map(({ entrypoint }) => entrypoint),
    ],
    cwd: projectDir,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const { success, stderr } = await child.output();
  if (!success) throw new Error(`cannot bundle: ${new TextDecoder().decode(stderr)}`);
  return await Promise.all(declared.map(async ({ name }) => {
    const file = join(directory, name, "index.js");
    return { name, file, bytes: (await Deno.stat(file)).size };
  }));
}
