/** A copy of this checkout, to be tried things on: its own files, with the packages linked. */
import { dirname, join } from "node:path";
import { filesOf } from "./tree.ts";

/** The copy; `await using` deletes it. */
export interface Checkout extends AsyncDisposable {
  root: string;
  /** Runs Deno in it. @returns what it printed @throws with that when it fails */
  deno(...args: string[]): Promise<string>;
}

/** Makes one. */
export async function copyCheckout(projectDir: string): Promise<Checkout> {
  const root = await Deno.makeTempDir({ prefix: "socle-drop-" });
  // Postgres may run as another account, which must be able to enter.
  await Deno.chmod(root, 0o755);
  const made = new Set<string>();
  for (const path of await filesOf(projectDir)) {
    const folder = join(root, dirname(path));
    if (!made.has(folder)) await Deno.mkdir(folder, { recursive: true });
    made.add(folder);
    await Deno.copyFile(join(projectDir, path), join(root, path));
  }
  for (const folder of ["node_modules", "web/node_modules"]) {
    const packages = join(projectDir, folder);
    const isThere = await Deno.stat(packages).then(() => true, () => false);
    if (isThere) await Deno.symlink(packages, join(root, folder));
  }
  return {
    root,
    async deno(...args) {
      const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args,
        cwd: root,
        stdin: "null",
        env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
      }).output();
      const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      if (!success) throw new Error(`deno ${args.join(" ")} failed:\n${said}`);
      return said;
    },
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}
