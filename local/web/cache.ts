/** Builds of the web application, kept by what they were made of: one folder each. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Log } from "../log.ts";
import { readSite, scriptBytes, type Site } from "./site.ts";
import { hashSources } from "./sources.ts";
import { turnOf } from "./turn.ts";

const projectDir = fileURLToPath(new URL("../..", import.meta.url));

export interface CacheOptions {
  /** Several servers may share it, also at once. */
  cacheDir: string;
  log: Log;
  /** Ends a build that is under way. */
  signal: AbortSignal;
}

/** The site as its sources are now, built if nobody has yet. @throws {Error} in the bundler's words */
export async function cachedSite({ cacheDir, log, signal }: CacheOptions): Promise<Site> {
  const folder = join(cacheDir, await hashSources(projectDir));
  try {
    return await readSite(folder);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  using _turn = await turnOf(cacheDir, signal);
  try {
    return await readSite(folder); // Somebody else's build, which this one waited for.
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  log("web", "building the web application");
  const started = performance.now();
  // Beside its place, then moved there whole: nobody finds half a build.
  const unfinished = `${folder}.${crypto.randomUUID()}`;
  try {
    await runBuild(unfinished, signal);
    const site = await readSite(unfinished);
    await removeOthers(cacheDir);
    await Deno.rename(unfinished, folder);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const size = Math.round(scriptBytes(site) / 1000);
    log("web", `built in ${seconds} s: ${size} kB of script, compressed`);
    return site;
  } finally {
    await Deno.remove(unfinished, { recursive: true }).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error; // Moved.
    });
  }
}

async function runBuild(folder: string, signal: AbortSignal): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", join(projectDir, "local/web/build.ts"), folder],
    cwd: projectDir,
    // One build serves every stack: each server answers /config.json itself.
    env: { VITE_SUPABASE_URL: "", VITE_SUPABASE_PUBLISHABLE_KEY: "", NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal,
  }).output();
  if (success) return;
  const output = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  throw new Error(`cannot build the web application:\n${output.join("\n")}`);
}

/** Finished builds only: a name with a dot is somebody's who is still at it. */
async function removeOthers(cacheDir: string): Promise<void> {
  for await (const { name } of Deno.readDir(cacheDir)) {
    if (name.includes(".")) continue;
    await Deno.remove(join(cacheDir, name), { recursive: true }).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error; // Another server was faster.
    });
  }
}
