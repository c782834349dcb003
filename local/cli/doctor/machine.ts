/** What the machine has: programs, packages, room on the disk. */
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { projectDir } from "../../stack.ts";
import { bad, type Finding, ok, warn } from "./check.ts";

/** The version that everything here is tested with. */
const denoVersion = "2.9.6";
const oldestNode = 20;

/** A program's first line of output; undefined where there is no such program. */
async function versionOf(program: string): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(program, {
      args: ["--version"],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).split("\n")[0]!.trim() : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function deno(): Finding {
  const { deno: version } = Deno.version;
  if (version === denoVersion) return ok("Deno", version);
  return warn(
    "Deno",
    `${version}, and ${denoVersion} is what is tested`,
    "run tasks by: npx -y deno@2.9.6 task …",
  );
}

async function node(): Promise<Finding> {
  const version = await versionOf("node");
  const needed = "`task types`, `task drift` and deploying run the Supabase CLI by npx";
  if (version === undefined) {
    return warn("Node", `not there; ${needed}`, `install Node ${oldestNode} or newer`);
  }
  const major = Number(/^v(\d+)/.exec(version)?.[1]);
  return major >= oldestNode
    ? ok("Node", version)
    : warn("Node", `${version}; ${needed}`, `install Node ${oldestNode} or newer`);
}

async function git(): Promise<Finding> {
  const version = await versionOf("git");
  return version === undefined
    ? warn("git", "not there; `task gates` and `task new` ask it for the files", "install git")
    : ok("git", version.replace("git version ", ""));
}

/** What only some tests use. */
async function optional(program: string, use: string): Promise<Finding> {
  const version = await versionOf(program);
  return ok(program, version ?? `not there: ${use}`);
}

async function packages(): Promise<Finding> {
  try {
    await Deno.stat(join(projectDir, "node_modules/.deno"));
    return ok("packages", "installed");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return bad("packages", "not installed", "npx -y deno@2.9.6 install");
  }
}

/** Half of this and Postgres may not start; a stack with a full test run takes about a gigabyte. */
const [little, tooLittle] = [2e9, 5e8];

async function disk(): Promise<Finding> {
  const { bavail, bsize } = await statfs(projectDir);
  const free = Number(bavail) * Number(bsize);
  const says = `${(free / 1e9).toFixed(1)} GB free`;
  const todo = "make room: `task reset` empties the stack's data, `deno clean` the packages' cache";
  if (free < tooLittle) return bad("disk", says, todo);
  return free < little ? warn("disk", says, todo) : ok("disk", says);
}

/** Everything about the machine. */
export async function machine(): Promise<Finding[]> {
  return await Promise.all([
    deno(),
    node(),
    git(),
    packages(),
    disk(),
    optional("redis-server", "tests that compare with a real Redis skip"),
    optional("chromium", "tests of the pages in a browser skip"),
  ]);
}
