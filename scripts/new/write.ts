/** Puts a scaffold into a checkout: its files, formatted, and what is derived from them. */
import { dirname, join } from "node:path";
import type { Scaffold } from "./scaffold.ts";

async function deno(root: string, args: string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: root,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (success) return;
  const output = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  throw new Error(
    `the files are written, and \`deno ${
      args.join(" ")
    }\` failed: mend what it says, and run it again\n${output}`,
  );
}

/**
 * Writes the files below `root` and runs the tasks that derive others from them.
 *
 * @throws when a task fails, with what it said; the files stay
 */
export async function write(root: string, { files, derive }: Scaffold): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await Deno.mkdir(join(root, dirname(path)), { recursive: true });
    await Deno.writeTextFile(join(root, path), text);
  }
  const formatted = Object.keys(files).filter((path) => /\.(tsx?|md)$/.test(path));
  await deno(root, ["fmt", "-q", ...formatted]);
  for (const task of derive) await deno(root, ["task", task]);
}
