/** What a running stack writes down, so that `task status` and a second start find it. */
import { join } from "node:path";
import { projectDir } from "../stack.ts";

/** Everything that the local stack keeps (git-ignored). */
export const dataDir = join(projectDir, ".socle");

const file = join(dataDir, "running.json");

/** A running stack: its process and its variables. */
export interface Running {
  pid: number;
  env: Record<string, string>;
}

function isAlive(pid: number): boolean {
  try {
    // SIGURG is ignored by default: it only asks whether the process is there.
    Deno.kill(pid, "SIGURG");
    return true;
  } catch {
    return false;
  }
}

/** The stack that runs from this checkout, if one does. */
export async function readRunning(): Promise<Running | undefined> {
  let text: string;
  try {
    text = await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const running = JSON.parse(text) as Running;
  return isAlive(running.pid) ? running : undefined;
}

/** Notes that this process runs the stack. */
export async function writeRunning(env: Record<string, string>): Promise<void> {
  const running: Running = { pid: Deno.pid, env };
  await Deno.writeTextFile(file, JSON.stringify(running, null, 2), { mode: 0o600 });
}

/** Notes that it no longer does. */
export async function removeRunning(): Promise<void> {
  await Deno.remove(file).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}
