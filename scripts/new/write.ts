/** Puts a scaffold into a checkout: its files, formatted, and what is derived from them. */
import { dirname, join } from "node:path";
import type { Scaffold } from "./scaffold.ts";
import { textIfThere } from "../../local/text-if-there.ts";

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
 * Writes all files, or none: one that is there unregistered would be refused as taken the next time.
 *
 * @param files whole texts by their path below `root`
 * @throws whatever a write throws
 */
async function writeAll(root: string, files: Record<string, string>): Promise<void> {
  const before: [path: string, text: string | undefined][] = [];
  try {
    for (const [name, text] of Object.entries(files)) {
      const path = join(root, name);
      await Deno.mkdir(dirname(path), { recursive: true });
      before.push([path, await textIfThere(path)]);
      await Deno.writeTextFile(path, text);
    }
  } catch (error) {
    for (const [path, text] of before) {
      if (text !== undefined) await Deno.writeTextFile(path, text);
      else if (await textIfThere(path) !== undefined) await Deno.remove(path);
    }
    throw error;
  }
}

/**
 * Writes the files below `root` and runs the tasks that derive others from them.
 *
 * @throws when a file cannot be written, and none is; when a task fails, with what it said: then the files stay
 */
export async function write(root: string, { files, derive }: Scaffold): Promise<void> {
  await writeAll(root, files);
  const formatted = Object.keys(files).filter((path) => /\.(tsx?|md)$/.test(path));
  await deno(root, ["fmt", "-q", ...formatted]);
  for (const task of derive) await deno(root, ["task", task]);
}
