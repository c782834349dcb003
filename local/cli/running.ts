/** What a running stack writes down, so that `task status` and a second start find it. */
import { join, resolve } from "node:path";
import { projectDir } from "../stack.ts";
import { writeWhole } from "../write-whole.ts";

/** Everything that the local stack keeps: SOCLE_DATA_DIR, else `.socle/` (git-ignored). */
export const dataDir = resolve(projectDir, Deno.env.get("SOCLE_DATA_DIR") || ".socle");

/** A running stack: its process and its variables. */
export interface Running {
  pid: number;
  env: Record<string, string>;
}

/** Whether a process is there. */
export function isAlive(pid: number): boolean {
  try {
    // SIGURG is ignored by default: it only asks whether the process is there.
    Deno.kill(pid, "SIGURG");
    return true;
  } catch {
    return false;
  }
}

const fileIn = (folder: string) => join(folder, "running.json");

/** What a stack wrote down in its data folder, whether or not it still runs. */
export async function notedRunning(folder: string): Promise<Running | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(fileIn(folder))) as Running;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The stack that runs from this checkout, if one does. */
export async function readRunning(): Promise<Running | undefined> {
  const running = await notedRunning(dataDir);
  return running !== undefined && isAlive(running.pid) ? running : undefined;
}

/** The variables of the running stack; where none runs, says so and ends the process. */
export async function runningVariables(): Promise<Record<string, string>> {
  const running = await readRunning();
  if (running !== undefined) return running.env;
  console.error("Nothing runs here. Start it with: npx -y deno@2.9.6 task start");
  Deno.exit(1);
}

/** Notes that this process runs the stack. */
export async function writeRunning(env: Record<string, string>): Promise<void> {
  const running: Running = { pid: Deno.pid, env };
  await writeWhole(fileIn(dataDir), JSON.stringify(running, null, 2), { mode: 0o600 });
}

/** Notes that it no longer does. */
export async function removeRunning(): Promise<void> {
  await Deno.remove(fileIn(dataDir)).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}
