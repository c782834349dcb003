/** The browser's packages, where Vite looks for them. */
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../web/src/main.tsx", import.meta.url));

/**
 * Puts what the web application imports into node_modules. Vite resolves bare names there, as Node
 * does, and Deno installs only what a program that it runs itself imports; so the versions stay those
 * of the one import map, and there is no second package manager.
 *
 * @throws {Error} a package cannot be had, in Deno's words
 */
export async function linkPackages(): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet", "--entrypoint", main],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) {
    throw new Error(
      `cannot install the web application's packages: ${new TextDecoder().decode(stderr).trim()}`,
    );
  }
}
